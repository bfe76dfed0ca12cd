"""Photographed sheets: what is written on them is read, and light, paper and ruling are not."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.sheets import distance, sheet
from recognizer import BlankImageError
from recognizer.photo import find_ink_on_paper, is_photograph
from recognizer.picture import read_picture
from recognizer.preprocess import prepare
from tests.helpers import drawn
from train.data import Split
from views import photo

SHEETS = 20  # benchmarks/sheets.py reads more


@pytest.fixture(scope="module")
def digits(mnist_sample):
    """The MNIST test digits of the sample, prepared."""
    return Split(np.stack([prepare(picture) for picture in mnist_sample["x_test"]]), mnist_sample["y_test"])


def shaded(picture, low=0.45):
    """The picture under a lamp at its left edge."""
    light = np.linspace(1, low, picture.shape[1])[None, :, None]
    return np.uint8(picture * light)


def test_digits_on_photographed_sheets_are_read(shipped, digits):
    wrong = total = 0
    for number in range(SHEETS):
        made = sheet(digits, np.random.default_rng([7, number]))
        wrong += distance(shipped.read(made.jpeg).text, made.text)
        total += len(made.text)
    assert total > 4 * SHEETS and wrong <= 0.05 * total


def test_a_sheet_with_nothing_on_it_is_blank(digits):
    for number in range(SHEETS):
        made = sheet(digits, np.random.default_rng([8, number]), blank=True)
        with pytest.raises(BlankImageError, match="No ink"):
            find_ink_on_paper(read_picture(made.jpeg))


def test_a_drawing_is_no_photograph_and_a_shaded_sheet_is_one():
    assert not is_photograph(drawn(3)) and is_photograph(shaded(drawn(3)))
    transparent = np.dstack([shaded(drawn(3)), 255 - drawn(3)[..., 0]])
    assert not is_photograph(transparent)


@pytest.mark.parametrize("digit", [0, 4, 8])
def test_ink_in_the_shade_is_as_dark_as_in_the_light(shipped, digit):
    picture = shaded(np.hstack([drawn(digit), drawn(digit)]))
    ink = find_ink_on_paper(picture)
    left, right = (np.quantile(half[half > 0.3], 0.5) for half in (ink[:, :300], ink[:, 300:]))
    assert left == pytest.approx(right, abs=0.1)
    assert shipped.read(picture).text == f"{digit}{digit}"


def test_chalk_on_a_blackboard_is_read(shipped):
    assert shipped.read(255 - np.uint8(shaded(drawn(5), 0.6) * 0.8)).text == "5"


def test_a_photograph_turned_by_the_camera_is_read_upright(shipped):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.fromarray(np.rot90(shaded(drawn(7)))).save(file, "JPEG", exif=exif)
    assert shipped.read(file.getvalue()).text == "7"


def test_the_page_answers_a_picture_with_boxes_and_one_that_is_none_with_a_sentence(shipped):
    file = io.BytesIO()
    Image.fromarray(np.hstack([drawn(2), drawn(7)] * 2)).save(file, "PNG")
    found = photo.answer(file.getvalue(), shipped)
    assert found.reading.text == "2727" and found.sentence == ""
    assert found.picture.size == (photo.SHOWN_PX, photo.SHOWN_PX // 4)
    assert photo.BLUE in {colour for _, colour in found.picture.getcolors(1_000_000)}
    table = photo.to_csv(found.reading).splitlines()
    assert len(table) == 5 and table[0].startswith("line,digit,confidence") and table[1].startswith("1,2,")
    assert photo.answer(b"hello", shipped).reading is None
    assert "not a picture" in photo.answer(b"hello", shipped).sentence


def test_the_page_says_where_there_is_nothing_to_read(shipped):
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(file, "PNG")
    assert photo.answer(file.getvalue(), shipped).sentence == photo.NOTHING
