"""Ink made to be much work: a reading is bounded, whatever is drawn (benchmarks/hostile.py measures it in seconds)."""

import numpy as np
import pytest

from benchmarks.hostile import drawn_ink, scribbles
from recognizer import Recognizer
from recognizer.formatting import unread_note
from recognizer.numbers.candidates import MAX_WORK
from tests.helpers import always

DRAWINGS = {name: (255 - ink, []) for name, ink in drawn_ink(np.random.default_rng(1))}
DRAWINGS |= {name: (picture, strokes) for name, picture, strokes in scribbles(np.random.default_rng(1))}


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_model_is_shown_no_more_than_the_budget_allows(name):
    shown = []
    doubting = always(3, 0.2, none=0.9)  # so that everything is taken apart
    recognizer = Recognizer(lambda digits: shown.append(len(digits)) or doubting(digits))
    reading = recognizer.read(*DRAWINGS[name])
    assert sum(shown) <= reading.work <= MAX_WORK


def test_what_was_left_out_is_said():
    reading = Recognizer(always(3)).read(DRAWINGS["dots of 8 px"][0])
    assert reading.left_out > 1000 and f"{reading.left_out:,} more" in unread_note(reading)
