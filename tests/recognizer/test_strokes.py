"""Drawings whose strokes are known: they fall apart into them, and what no pen draws is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.support.drawing import placed, render
from recognizer import Recognizer, Stroke
from recognizer.numbers.strokes import MAX_STROKES, stroke_pieces
from recognizer.preprocess import find_ink
from tests.helpers import always

WIDTH = 12
LETTERS = {
    "H": [[(60, 50), (60, 250)], [(160, 50), (160, 250)], [(60, 150), (160, 150)]],
    "E": [[(60, 50), (60, 250)], [(60, 50), (160, 50)], [(60, 150), (140, 150)], [(60, 250), (160, 250)]],
}


def drawing(*polylines, size=(640, 300)):
    """A picture of polylines, and them as strokes."""
    return render(polylines, WIDTH, size), [Stroke(np.array(line, float), WIDTH) for line in polylines]


def test_digits_that_cross_are_told_apart_by_their_strokes(shipped):
    four, bar = [(120, 60), (60, 170), (230, 165)], [(150, 90), (150, 240)]
    one = [(215, 60), (210, 240)]  # through the bar of the four
    picture, strokes = drawing(four, bar, one)
    pieces = stroke_pieces(find_ink(picture), strokes)
    assert len(pieces) == 3 and len({piece.whole for piece in pieces}) == 1
    assert shipped.read(picture, strokes).text == "41"
    touching, strokes = drawing(*placed(5, left=40), *placed(6, left=146))
    assert shipped.read(touching, strokes).text == "56"


def test_the_strokes_of_one_digit_are_put_together(shipped):
    for digit in (4, 5, 7):
        apart = [*placed(digit, left=60)]
        if digit == 7:
            apart.append([(75, 150), (150, 150)])
        picture, strokes = drawing(*apart, *placed(2, left=300))
        reading = shipped.read(picture, strokes)
        assert reading.text == f"{digit}2" and len(reading.digits) == 2


@pytest.mark.parametrize("letter", LETTERS)
def test_the_strokes_of_a_letter_are_not_read_as_ones(shipped, letter):
    picture, strokes = drawing(*LETTERS[letter])
    assert not shipped.predict(picture).is_digit
    assert shipped.read(picture, strokes).text == ""


def test_a_bar_that_is_added_at_the_end_belongs_to_its_digit(shipped):
    seven, bar = placed(7, left=60), [(75, 150), (150, 150)]
    picture, strokes = drawing(*seven, *placed(1, left=200), *placed(3, left=330), bar)
    assert shipped.read(picture, strokes).text == "713"


def test_a_dot_is_no_part():
    picture, strokes = drawing(*placed(5, left=40), *placed(6, left=146), [(140, 60), (140, 60)])
    assert len(stroke_pieces(find_ink(picture), strokes)) == 2


def test_strokes_that_are_not_those_of_the_picture_do_not_count(shipped):
    picture, known = drawing(*placed(5, left=40), *placed(6, left=146))
    for strokes in ([], known[:1], known * MAX_STROKES):
        assert stroke_pieces(find_ink(picture), strokes) is None
        assert shipped.read(picture, strokes).text == "56", "by its pixels"


def test_strokes_are_in_px_of_the_picture_also_where_it_is_scaled_down(shipped):
    picture, strokes = drawing(*placed(5, left=40), *placed(6, left=146))
    large = picture.repeat(4, axis=0).repeat(4, axis=1)
    reading = shipped.read(large, [Stroke(4 * each.points, 4 * each.width) for each in strokes])
    assert reading.text == "56" and reading.digits[1].box[2] > 900


def test_a_scribble_of_many_strokes_is_bounded():
    rng = np.random.default_rng(1)
    lines = [rng.uniform(20, 280, (2, 2)).tolist() for _ in range(3 * MAX_STROKES)]
    picture, strokes = drawing(*lines)
    seen = []
    Recognizer(lambda digits: seen.append(len(digits)) or always(3)(digits)).read(picture, strokes)
    assert 0 < sum(seen) < 1500


POINTS = st.lists(st.tuples(st.integers(-20, 320), st.integers(-20, 220)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=8))
def test_whatever_is_drawn_each_digit_lies_in_its_box(lines):
    picture, strokes = drawing(*lines, size=(300, 200))
    reading = Recognizer(always(3)).read(picture, strokes)
    for digit in reading.digits:
        left, top, right, bottom = digit.box
        assert 0 <= left < right <= 300 and 0 <= top < bottom <= 200
        assert digit.ink.shape == (bottom - top, right - left) and digit.ink.max() > 0
