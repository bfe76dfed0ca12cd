"""Photographed sheets: what is written on them is read, and light, paper and ruling are not."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.sheets import distance, sheet
from benchmarks.support.drawing import drawn, placed, render
from recognizer import BlankImageError
from recognizer.images.opening import read_picture
from recognizer.images.photo import find_ink_on_paper, is_photograph
from recognizer.preprocess import prepare
from train.data.mnist import Split
from views import photo

SHEETS = 200


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


def test_a_sheet_with_nothing_on_it_gives_no_digits(shipped, digits):
    blank = 0
    for number in range(SHEETS):
        made = sheet(digits, np.random.default_rng([8, number]), blank=True)
        assert shipped.read(made.jpeg).text == "", number
        try:
            find_ink_on_paper(read_picture(made.jpeg))
        except BlankImageError:
            blank += 1
    assert blank > 0.95 * SHEETS


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
    found = photo.answer("note.png", file.getvalue(), shipped)
    assert found.reading.text == "2727" and found.sentence == ""
    assert found.picture.size == (photo.SHOWN_PX, photo.SHOWN_PX // 4)
    assert photo.accent_rgb() in {colour for _, colour in found.picture.getcolors(1_000_000)}
    table = photo.to_csv(found.reading).splitlines()
    assert len(table) == 5 and table[0].startswith("line,digit,confidence") and table[1].startswith("1,2,")
    assert photo.answer("x.png", b"hello", shipped).reading is None
    assert "not a picture" in photo.answer("x.png", b"hello", shipped).sentence


def encoded(image, format="PNG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def sentence(data, recognizer):
    """What the page says of a file; no more than three sentences."""
    found = photo.answer("x.png", data, recognizer).sentence
    assert found.endswith(".") and found.count(". ") < 3
    return found


@pytest.mark.parametrize("picture", ["white", "grey", "faint"])
def test_the_page_says_where_there_is_nothing_to_read(shipped, picture):
    pixels = np.full((200, 300, 3), 255 if picture == "white" else 128, np.uint8)
    if picture == "faint":
        pixels[60:140, 100:110] = 120
    assert sentence(encoded(Image.fromarray(pixels)), shipped) == photo.NOTHING


def test_a_photo_of_50_megapixels_is_read(shipped):
    four, two = (Image.fromarray(drawn(digit)).resize((4000, 6250)) for digit in (4, 2))
    large = Image.new("RGB", (8000, 6250))
    large.paste(four, (0, 0))
    large.paste(two, (4000, 0))
    found = photo.answer("large.jpg", encoded(large, "JPEG"), shipped)
    assert found.reading.text == "42" and found.sentence == "" and found.size == (8000, 6250)
    assert found.reading.digits[1].box[0] > 4000


def test_a_bomb_of_200_megapixels_is_refused(shipped, monkeypatch):
    bomb = encoded(Image.new("1", (20_000, 10_000)))
    assert len(bomb) < 100_000
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    assert "megapixels" in sentence(bomb, shipped)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_refused_and_a_still_of_its_format_is_read(shipped, format):
    frames = [Image.fromarray(drawn(digit)) for digit in (1, 2)]
    assert "animated" in sentence(encoded(frames[0], format, save_all=True, append_images=frames[1:]), shipped)
    assert photo.answer("x", encoded(frames[1], format), shipped).reading.text == "2"


def test_a_file_cut_short_is_a_sentence(shipped):
    whole = encoded(Image.fromarray(shaded(drawn(7))), "JPEG")
    assert "damaged" in sentence(whole[: len(whole) // 2], shipped)


def test_a_page_full_of_text_says_how_much_was_not_read(shipped):
    page = Image.new("L", (900, 700), "white")
    font = ImageFont.load_default(22)
    words = "the quick brown fox jumps over a lazy dog and wanders home"
    for line in range(20):
        ImageDraw.Draw(page).text((20, 20 + 32 * line), words, "black", font)
    said = sentence(encoded(page), shipped)
    unread, left_out = re.search(
        r"([\d,]+) marks do not look like a digit: left unread. ([\d,]+) more, further", said
    ).groups()
    assert int(unread) > 100 and int(left_out) > 300


def test_300_digits_on_one_picture_each_get_a_box(shipped):
    page = np.full((15 * 60, 20 * 45, 3), 255, np.uint8)
    for row in range(15):
        for column in range(20):
            small = render(placed((row + column) % 10, height=36, left=8, top=10), width=4, size=(45, 60))
            page[60 * row : 60 * row + 60, 45 * column : 45 * column + 45] = small
    found = photo.answer("page.png", encoded(Image.fromarray(page)), shipped)
    assert len(found.reading.digits) == 300 and found.reading.left_out == 0
    expected = "\n".join("".join(str((row + column) % 10) for column in range(20)) for row in range(15))
    assert distance(found.reading.text, expected) <= 3
    assert len(photo.to_csv(found.reading).splitlines()) >= 298
