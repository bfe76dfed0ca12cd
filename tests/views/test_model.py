"""The Model tab, run by Streamlit's AppTest."""

import pytest

from recognizer.runtimes.loader import MODEL_VARIABLE
from tests.views.sent import FOUR
from views.model import NO_CARD


def test_why_and_model_cost_nothing_until_they_are_opened(page, monkeypatch):
    monkeypatch.setattr("views.why.tab.Explainer", lambda *_: pytest.fail("looked inside"))
    page.open(FOUR)
    assert not page.app.markdown
    page.show("Model")
    assert any("test digits read correctly" in element.value for element in page.app.markdown)
    assert page.winners == ["4"], "the Draw tab is kept"


def test_a_missing_or_broken_card_is_one_sentence(page, monkeypatch, tmp_path):
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "digits.keras"))
    page.open(tab="Model")
    assert page.app.info[0].value == NO_CARD
    for content in ("not json", "[]", "{}", '{"test": {}}'):
        (tmp_path / "digits.json").write_text(content)
        assert page.run().app.info[0].value == NO_CARD
