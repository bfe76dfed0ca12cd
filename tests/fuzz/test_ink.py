"""Whatever ink there is, on the canvas or on a photograph, reading it is bounded work, and each digit is in its box."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from recognizer import Recognizer, Stroke
from recognizer.numbers.candidates import MAX_WORK
from tests.helpers import always

SIZE = 640, 300  # px, (width, height)
DOUBTING = Recognizer(always(3, 0.2, none=0.9))  # so that everything is taken apart

POINTS = some.tuples(some.integers(-50, SIZE[0] + 50), some.integers(-50, SIZE[1] + 50))
SCRIBBLES = some.lists(some.lists(POINTS, min_size=1, max_size=12), min_size=1, max_size=30)


@some.composite
def patterns(draw):
    """A mark, again and again: dots, bars, waves, zigzags, grids, text-like rows."""
    mark = draw(some.lists(some.tuples(some.integers(0, 40), some.integers(0, 60)), min_size=1, max_size=5))
    across, down = draw(some.integers(2, 120)), draw(some.integers(2, 120))
    many = [[(x + dx, y + dy) for dx, dy in mark] for y in range(0, SIZE[1], down) for x in range(0, SIZE[0], across)]
    return [[point for line in many for point in line]] if draw(some.booleans()) else many


def inked(lines, width):
    ink = np.zeros(SIZE[::-1], np.uint8)
    cv2.polylines(ink, [np.int32(line).reshape(-1, 1, 2) for line in lines], False, 255, width, cv2.LINE_AA)
    return ink


def check(reading):
    assert reading.work <= MAX_WORK
    for digit in reading.digits:
        left, top, right, bottom = digit.box
        assert 0 <= left < right <= SIZE[0] and 0 <= top < bottom <= SIZE[1] and digit.ink.max() > 0


@given(SCRIBBLES | patterns(), some.integers(1, 24), some.booleans())
def test_reading_pixels(lines, width, photographed):
    picture = 255 - inked(lines, width)
    if photographed:
        picture = np.uint8(picture * np.linspace(1, 0.5, SIZE[0]) * 0.8 + 20)
    check(DOUBTING.read(picture))


@given(SCRIBBLES | patterns(), some.integers(1, 24))
def test_reading_strokes(lines, width):
    strokes = [Stroke(np.array(line, float), width) for line in lines[:500]]
    check(DOUBTING.read(255 - inked(lines[:500], width), strokes))
