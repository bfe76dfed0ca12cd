"""Ink made to be much work: a reading is bounded, whatever is drawn (benchmarks/hostile.py measures it in seconds)."""

import io
from zlib import crc32

import numpy as np
import pytest
from PIL import Image

from benchmarks.hostile import drawn_ink, scribbles
from benchmarks.support.drawing import drawn
from recognizer import InvalidImageError, Recognizer
from recognizer.formatting import unread_note
from recognizer.images.opening import EXTRAS, MAX_READS, PNG, read_picture
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


def png(*chunks):
    """A PNG of a 4 with additional chunks, (name, content), before the picture."""
    file = io.BytesIO()
    Image.fromarray(drawn(4)).save(file, "PNG")
    whole, head = file.getvalue(), len(PNG) + 25  # the signature and the header
    extra = [
        len(rest).to_bytes(4, "big") + name + rest + crc32(name + rest).to_bytes(4, "big") for name, rest in chunks
    ]
    return whole[:head] + b"".join(extra) + whole[head:]


@pytest.mark.parametrize("name", EXTRAS)
def test_a_large_profile_or_text_in_a_png_is_ignored(name):
    large = png((name, b"x\0\0" + np.random.default_rng(1).bytes(4_000_000)))
    assert np.array_equal(read_picture(large), drawn(4))


PARTS = {
    "chunks": png(*[(b"prVt", b"")] * (MAX_READS + 1)),
    "spaces": b"P5\n" + b" " * (2 * MAX_READS) + b"8 8 255\n" + b"\0" * 64,
    "comments": b"\xff\xd8" + b"\xff\xfe\0\x02" * (2 * MAX_READS),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_file_that_is_nothing_but_parts_is_refused_before_all_are_read(name):
    with pytest.raises(InvalidImageError, match="too many parts"):
        read_picture(PARTS[name])
