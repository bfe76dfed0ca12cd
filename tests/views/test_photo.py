"""What the Photo tab says and shows of a file."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.sheets import distance
from benchmarks.support.drawing import drawn, placed, render
from views import photo
from views.figures import accent_rgb


def encoded(picture, format="PNG", **options):
    """The file of a picture, given as an image or as uint8 pixels."""
    file = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(file, format, **options)
    return file.getvalue()


def sentence(data, recognizer):
    """What the page says of a file; no more than three sentences."""
    text = photo.answer("x.png", data, recognizer).sentence
    assert text.endswith(".") and text.count(". ") < 3
    return text


def test_a_picture_is_answered_with_boxes_and_a_table(light):
    answer = photo.answer("note.png", encoded(np.hstack([drawn(2), drawn(7)] * 2)), light)
    assert answer.reading.text == "2727" and answer.sentence == ""
    assert answer.picture.size == (photo.SHOWN_PX, photo.SHOWN_PX // 4)
    assert accent_rgb() in {colour for _, colour in answer.picture.getcolors(1_000_000)}
    table = photo.to_csv(answer.reading).splitlines()
    assert len(table) == 5 and table[0].startswith("line,digit,confidence") and table[1].startswith("1,2,")


@pytest.mark.parametrize("picture", ["white", "grey", "faint"])
def test_where_there_is_nothing_to_read_it_says_so(light, picture):
    pixels = np.full((200, 300, 3), 255 if picture == "white" else 128, np.uint8)
    if picture == "faint":
        pixels[60:140, 100:110] = 120
    assert sentence(encoded(pixels), light) == photo.NOTHING


def test_a_photo_of_50_megapixels_is_read(light):
    large = Image.new("RGB", (8000, 6250))
    for left, digit in ((0, 4), (4000, 2)):
        large.paste(Image.fromarray(drawn(digit)).resize((4000, 6250)), (left, 0))
    answer = photo.answer("large.jpg", encoded(large, "JPEG"), light)
    assert answer.reading.text == "42" and answer.sentence == "" and answer.size == (8000, 6250)
    assert answer.reading.digits[1].box[0] > 4000


def test_a_bomb_of_200_megapixels_is_refused_before_it_is_decoded(light, monkeypatch):
    bomb = encoded(Image.new("1", (20_000, 10_000)))
    assert len(bomb) < 100_000
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    assert "megapixels" in sentence(bomb, light)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_refused_and_a_still_of_its_format_is_read(light, format):
    frames = [Image.fromarray(drawn(digit)) for digit in (1, 2)]
    assert "animated" in sentence(encoded(frames[0], format, save_all=True, append_images=frames[1:]), light)
    assert photo.answer("x", encoded(frames[1], format), light).reading.text == "2"


def test_a_file_that_is_cut_short_or_not_a_picture_is_one_sentence(light):
    whole = encoded(drawn(7), "JPEG")
    assert "damaged" in sentence(whole[: len(whole) // 2], light)
    answer = photo.answer("x.png", b"hello", light)
    assert answer.reading is None and "not a picture" in answer.sentence


def test_a_page_full_of_text_says_how_much_was_not_read(light):
    page = Image.new("L", (900, 700), "white")
    for line in range(20):
        text = "the quick brown fox jumps over a lazy dog and wanders home"
        ImageDraw.Draw(page).text((20, 20 + 32 * line), text, "black", ImageFont.load_default(22))
    numbers = re.search(
        r"([\d,]+) marks do not look like digits and were not read. ([\d,]+) more, further",
        sentence(encoded(page), light),
    )
    assert int(numbers[1]) > 100 and int(numbers[2]) > 300


def test_300_digits_on_one_picture_each_get_a_box(light):
    page = np.full((15 * 60, 20 * 45, 3), 255, np.uint8)
    for row in range(15):
        for column in range(20):
            small = render(placed((row + column) % 10, height=36, left=8, top=10), width=4, size=(45, 60))
            page[60 * row : 60 * row + 60, 45 * column : 45 * column + 45] = small
    answer = photo.answer("page.png", encoded(page), light)
    assert len(answer.reading.digits) == 300 and answer.reading.left_out == 0
    expected = "\n".join("".join(str((row + column) % 10) for column in range(20)) for row in range(15))
    assert distance(answer.reading.text, expected) <= 3
    assert len(photo.to_csv(answer.reading).splitlines()) >= 298


def png(digit):
    return f"{digit}.png", encoded(drawn(digit)), "image/png"


def test_nothing_is_kept_of_photos_that_were_removed(page):
    page.open(tab="Photo").app.file_uploader(key="photos").set_value([png(3), png(8)])
    state = page.run().app.session_state
    assert {answer.name for answer in state["answers"].values()} == {"3.png", "8.png"}
    assert "explanation" in page.show("Why").app.session_state
    page.show("Photo").app.file_uploader(key="photos").set_value([])
    state = page.run().app.session_state
    assert not state["answers"] and "explanation" not in state
    assert "Nothing has been read yet" in page.show("Why").app.info[0].value


def test_only_so_many_photos_are_read(page, monkeypatch):
    monkeypatch.setattr("views.photo.MAX_FILES", 1)
    page.open(tab="Photo").app.file_uploader(key="photos").set_value([png(3), png(8)])
    page.run()
    assert "only the first 1 are read" in page.app.warning[0].value and len(page.app.session_state["answers"]) == 1
