"""The Photo and Model tabs, run by Streamlit's AppTest."""

import io

from PIL import Image

from benchmarks.support.drawing import drawn
from recognizer.runtimes.loader import MODEL_VARIABLE
from views.draw import DRAW_HINT
from views.model import NO_CARD


def png(digit):
    file = io.BytesIO()
    Image.fromarray(drawn(digit)).save(file, "PNG")
    return f"{digit}.png", file.getvalue(), "image/png"


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


def test_the_model_tab_costs_nothing_until_it_is_opened(page):
    page.open()
    assert not page.app.markdown
    page.show("Model")
    assert any("test digits read correctly" in element.value for element in page.app.markdown)
    assert DRAW_HINT in page.text, "the Draw tab is kept"


def test_a_missing_or_broken_card_is_one_sentence(page, monkeypatch, tmp_path):
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "digits.keras"))
    page.open(tab="Model")
    assert page.app.info[0].value == NO_CARD
    for content in ("not json", "[]", "{}", '{"test": {}}'):
        (tmp_path / "digits.json").write_text(content)
        assert page.run().app.info[0].value == NO_CARD
