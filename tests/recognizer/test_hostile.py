"""Ink made to be much work: what a reading does is bounded, whatever is drawn (benchmarks/hostile.py: in seconds)."""

import io
from zlib import crc32

import numpy as np
import pytest
from PIL import Image

from benchmarks.hostile import drawn_ink, scribbles
from benchmarks.support.drawing import drawn
from recognizer import InvalidImageError, Recognizer
from recognizer.formatting import remarks
from recognizer.images.opening import EXTRAS, MAX_READS, PNG, read_picture
from recognizer.numbers.segment import MAX_WORK
from tests.helpers import always

PICTURES = {name: (255 - ink, []) for name, ink in drawn_ink(np.random.default_rng(1))}
SCRIBBLES = {name: (picture, strokes) for name, picture, strokes in scribbles(np.random.default_rng(1))}


@pytest.mark.parametrize("name", [*PICTURES, *SCRIBBLES])
def test_the_model_is_shown_no_more_than_there_is_room_for(name):
    picture, strokes = (PICTURES | SCRIBBLES)[name]
    shown = []
    doubting = always(3, 0.2, none=0.9)  # so that everything is taken apart
    reading = Recognizer(lambda digits: shown.append(len(digits)) or doubting(digits)).read(picture, strokes)
    assert sum(shown) <= reading.work <= MAX_WORK


def test_what_was_cut_short_is_said():
    reading = Recognizer(always(3)).read(PICTURES["dots of 8 px"][0])
    assert reading.left_out > 1000 and f"{reading.left_out:,} more" in remarks(reading)


def png(*chunks):
    """A PNG of a 4 with chunks of its own, (name, content), before the picture."""
    file = io.BytesIO()
    Image.fromarray(drawn(4)).save(file, "PNG")
    whole, head = file.getvalue(), len(PNG) + 25  # the signature and the header
    made = [len(rest).to_bytes(4, "big") + name + rest + crc32(name + rest).to_bytes(4, "big") for name, rest in chunks]
    return whole[:head] + b"".join(made) + whole[head:]


@pytest.mark.parametrize("name", EXTRAS)
def test_what_a_png_carries_beside_its_picture_is_no_reason_to_refuse_it(name):
    large = png((name, b"x\0\0" + np.random.default_rng(1).bytes(4_000_000)))
    assert np.array_equal(read_picture(large), drawn(4))


def test_a_colour_profile_of_4_mb_is_no_reason_to_refuse_a_picture():
    file = io.BytesIO()
    Image.fromarray(drawn(4)).save(file, "PNG", icc_profile=np.random.default_rng(1).bytes(4_000_000))
    assert np.array_equal(read_picture(file.getvalue()), drawn(4))


@pytest.mark.parametrize(
    "file",
    [
        png(*[(b"prVt", b"")] * (MAX_READS + 1)),
        b"P5\n" + b" " * (2 * MAX_READS) + b"8 8 255\n" + b"\0" * 64,
        b"\xff\xd8" + b"\xff\xfe\0\x02" * (2 * MAX_READS),
    ],
    ids=["chunks", "spaces", "comments"],
)
def test_a_file_of_nothing_but_parts_is_refused_before_all_are_read(file):
    with pytest.raises(InvalidImageError, match="too many parts"):
        read_picture(file)
