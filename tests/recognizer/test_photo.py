"""Photographed sheets: what is written on them is read, and light, paper and ruling are not."""

import cv2
import numpy as np
import pytest

from benchmarks.sheets import distance
from benchmarks.support.drawing import drawn
from recognizer import BlankImageError
from recognizer.images.opening import read_picture
from recognizer.images.photo import find_ink_on_paper, is_photograph
from tests.recognizer.numbers.sheets import COUNT, read_sheets


@pytest.fixture(scope="module")
def sheets():
    return read_sheets()


def shaded(picture, low=0.45):
    """The picture under a lamp at its left edge."""
    return np.uint8(picture * np.linspace(1, low, picture.shape[1])[None, :, None])


def test_digits_on_photographed_sheets_are_read(light, sheets):
    written = [sheet for sheet in sheets if sheet.text]
    wrong = sum(distance(light.read(sheet.jpeg).text, sheet.text) for sheet in written)
    total = sum(len(sheet.text) for sheet in written)
    assert len(written) == 0.75 * COUNT and total > 200 and wrong <= 0.03 * total


def test_a_blank_sheet_has_no_ink_and_no_digits(light, sheets):
    blank = [sheet for sheet in sheets if not sheet.text]
    for sheet in blank:
        assert light.read(sheet.jpeg).text == ""
        with pytest.raises(BlankImageError):
            find_ink_on_paper(read_picture(sheet.jpeg))
    assert len(blank) == COUNT / 4


def test_a_shaded_sheet_is_a_photograph_and_a_drawing_is_not():
    assert is_photograph(shaded(drawn(3))) and not is_photograph(drawn(3))
    assert not is_photograph(np.dstack([shaded(drawn(3)), 255 - drawn(3)[..., 0]]))  # on transparency


def test_a_small_digit_beside_a_dark_table_is_found(light):
    paper = np.full((2000, 1500), 200.0)
    cv2.polylines(paper, [np.array([[700, 900], [740, 900], [715, 975]])], False, 110, 5)
    paper *= np.linspace(1, 0.6, 1500)
    paper[:, :90] = 25
    assert light.predict(np.uint8(paper)).digit == 7


@pytest.mark.parametrize("digit", [0, 4, 8])
def test_ink_in_the_shade_is_as_dark_as_in_the_light(light, digit):
    picture = shaded(np.hstack([drawn(digit), drawn(digit)]))
    ink = find_ink_on_paper(picture)
    left, right = (np.quantile(half[half > 0.3], 0.5) for half in (ink[:, :300], ink[:, 300:]))
    assert left == pytest.approx(right, abs=0.1)
    assert light.read(picture).text == f"{digit}{digit}"


def test_chalk_on_a_blackboard_is_read(light):
    assert light.read(255 - np.uint8(shaded(drawn(5), 0.6) * 0.8)).text == "5"
