"""Drawings whose strokes are known come apart into them."""

import numpy as np
import pytest

from benchmarks.support.drawing import placed, render
from recognizer import Stroke
from recognizer.numbers.strokes import MAX_STROKES, explain
from recognizer.preprocess import find_ink

WIDTH = 12
LETTERS = {
    "H": [[(60, 50), (60, 250)], [(160, 50), (160, 250)], [(60, 150), (160, 150)]],
    "E": [[(60, 50), (60, 250)], [(60, 50), (160, 50)], [(60, 150), (140, 150)], [(60, 250), (160, 250)]],
}
TOUCHING = [*placed(5, left=40), *placed(6, left=146)]
BAR = [(75, 150), (150, 150)]  # of a seven at 60


def drawing(*polylines, size=(640, 300)):
    """A picture of polylines, and them as strokes."""
    return render(polylines, WIDTH, size), [Stroke(np.array(line, float), WIDTH) for line in polylines]


def test_digits_that_cross_or_touch_are_told_apart(light):
    four = [[(120, 60), (60, 170), (230, 165)], [(150, 90), (150, 240)]]
    one = [(215, 60), (210, 240)]  # through the bar of the four
    picture, strokes = drawing(*four, one)
    assert light.read(picture, strokes).text == "41"
    assert light.read(*drawing(*TOUCHING)).text == "56"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("42", [*placed(4, left=60), *placed(2, left=300)]),
        ("52", [*placed(5, left=60), *placed(2, left=300)]),
        ("72", [*placed(7, left=60), BAR, *placed(2, left=300)]),
        ("713", [*placed(7, left=60), *placed(1, left=200), *placed(3, left=330), BAR]),  # the bar is added at the end
    ],
)
def test_the_strokes_of_one_digit_are_joined(light, text, lines):
    reading = light.read(*drawing(*lines))
    assert reading.text == text and len(reading.digits) == len(text)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_strokes_of_a_letter_are_not_read_as_ones(light, letter):
    picture, strokes = drawing(*LETTERS[letter])
    assert not light.predict(picture).is_digit
    assert light.read(picture, strokes).text == ""


def test_a_stroke_is_in_the_ink_of_one_digit_and_one_through_two_digits_is_divided(light):
    """A bar that reaches into the next digit stays with its own; 2 and 6 in one go are still 26."""
    seven, bar, three = *placed(7, left=60), [(75, 150), (190, 150)], *placed(3, left=165)
    reading = light.read(*drawing(seven, bar, three))
    assert reading.text == "73" and reading.digits[0].box[2] > 190
    in_one_go = [*placed(2, left=60)[0], *placed(6, left=230)[0][::-1]]
    assert light.read(*drawing(in_one_go)).text == "26"


def test_a_dot_is_no_digit(light):
    assert light.read(*drawing(*TOUCHING, [(140, 60), (140, 60)])).text == "56"


def test_strokes_that_did_not_make_the_picture_are_ignored(light):
    picture, known = drawing(*TOUCHING)
    assert explain(known, find_ink(picture))
    for strokes in ([], known[:1], known * MAX_STROKES):
        assert not explain(strokes, find_ink(picture))
        assert light.read(picture, strokes).text == "56", "from its pixels"


def test_strokes_are_in_px_of_the_picture_even_if_it_is_scaled_down(light):
    picture, strokes = drawing(*TOUCHING)
    large = picture.repeat(4, axis=0).repeat(4, axis=1)
    reading = light.read(large, [Stroke(4 * each.points, 4 * each.width) for each in strokes])
    assert reading.text == "56" and reading.digits[1].box[2] > 900
