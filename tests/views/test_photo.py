"""What the Photo tab says and shows of a file."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import drawn, placed, render
from views import photo
from views.figures import accent_rgb


def encoded(picture, format="PNG", **options):
    """The file of a picture, given as an image or as uint8 pixels."""
    file = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(file, format, **options)
    return file.getvalue()


def test_a_picture_is_answered_with_outlines_and_a_table(light):
    answer = photo.answer("note.png", encoded(np.hstack([drawn(2), drawn(7)] * 2)), light)
    assert answer.reading.text == "2727" and answer.sentence == "" and answer.size == (1200, 300)
    assert answer.picture.size == (photo.SHOWN_PX, photo.SHOWN_PX // 4)
    assert accent_rgb() in {colour for _, colour in answer.picture.getcolors(1_000_000)}
    table = photo.to_csv(answer.reading).splitlines()
    assert len(table) == 5 and table[0].startswith("line,digit,confidence") and table[1].startswith("1,2,")


LETTER = [[(320, 60), (320, 240)], [(320, 60), (400, 60)], [(320, 150), (390, 150)], [(320, 240), (400, 240)]]
STILL, *OTHERS = (Image.fromarray(drawn(digit)) for digit in (1, 2))
SENTENCES = {
    "white paper": (encoded(np.full((200, 300), 255, np.uint8)), "No digits found."),
    "grey paper": (encoded(np.full((200, 300), 128, np.uint8)), "No digits found."),
    "a letter": (encoded(render([*placed(2, left=60), *LETTER], 16, (640, 300))), "1 mark does not look like a digit"),
    "cut short": (encoded(drawn(7), "JPEG")[:4_000], "damaged"),
    "not a picture": (b"hello", "not a picture"),
    **{
        f"an animated {format}": (encoded(STILL, format, save_all=True, append_images=OTHERS), "animated")
        for format in ("GIF", "WEBP", "PNG")
    },
}


@pytest.mark.parametrize("name", SENTENCES)
def test_what_cannot_be_read_is_said_in_a_sentence_or_two(light, name):
    data, expected = SENTENCES[name]
    text = photo.answer("x.png", data, light).sentence
    assert expected in text and text.endswith(".") and text.count(". ") < 2


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
