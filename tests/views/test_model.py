"""The Model tab, run by Streamlit's AppTest."""

from recognizer.runtimes.loader import MODEL_VARIABLE
from views.draw import DRAW_HINT
from views.model import NO_CARD


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
