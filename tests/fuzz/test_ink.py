"""Whatever ink there is, on the canvas or on a photograph, reading it is bounded work, and each digit is in its box."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from recognizer import Recognizer, Stroke
from recognizer.images.ink import Sheet
from recognizer.numbers.parts import MARK_PX
from recognizer.numbers.reading import WORK_PX, room_of
from tests.helpers import always

SIZE = 640, 300  # px, (width, height)
DOUBTING = Recognizer(always(3, 0.2, none=0.9))  # so that every other way to take ink apart is looked at

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


def check(picture, strokes=()):
    reading = DOUBTING.read(picture, strokes)
    if reading.digits:
        room = room_of(Sheet(picture))
        assert reading.work <= room / MARK_PX + 1.3 * room / WORK_PX + 40
    check_boxes(reading, picture.shape)


def check_boxes(reading, shape):
    for digit in reading.digits:
        left, top, right, bottom = digit.box
        assert 0 <= left < right <= shape[1] and 0 <= top < bottom <= shape[0] and digit.ink.max() > 0


@given(SCRIBBLES | patterns(), some.integers(1, 24), some.booleans())
def test_reading_pixels(lines, width, photographed):
    picture = 255 - inked(lines, width)
    if photographed:
        picture = np.uint8(picture * np.linspace(1, 0.5, SIZE[0]) * 0.8 + 20)
    check(picture)


@given(SCRIBBLES | patterns(), some.integers(1, 24))
def test_reading_strokes(lines, width):
    strokes = [Stroke(np.array(line, float), width) for line in lines[:500]]
    check(255 - inked(lines[:500], width), strokes)


NUMBERS = some.floats(width=32) | some.sampled_from([np.nan, np.inf, -np.inf, 1e30])


@given(some.lists(some.lists(some.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5), max_size=80), NUMBERS)
def test_strokes_that_cannot_be_are_no_help_and_no_harm(lines, width):
    strokes = [Stroke(np.array(line, float), width) for line in lines]
    check(255 - inked([[(100, 50), (100, 200)]], 8), strokes)


@given(
    some.integers(4, 3000), some.integers(4, 40), some.integers(0, 2**32 - 1), some.sampled_from([0.0, 0.01, 0.5, 1.0])
)
def test_pictures_of_any_shape(width, height, seed, share):
    """Strips as well, blank, full of specks or of noise, and all ink."""
    picture = np.uint8(255 * (np.random.default_rng(seed).random((height, width)) >= share))
    for each in (picture, np.ascontiguousarray(picture.T)):
        check_boxes(DOUBTING.read(each), each.shape)
