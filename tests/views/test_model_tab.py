"""The tab about the model, run by Streamlit's AppTest."""

from tests.views.sent import text


def test_the_model_tab_costs_nothing_until_it_is_opened(page):
    app, _ = page()
    assert not app.markdown
    app.session_state["tab"] = "The model"
    app.run()
    assert any("test digits read right" in element.value for element in app.markdown)
    assert "Draw a digit, or a whole number." in text(app), "the drawing tab is kept"


def test_a_missing_or_broken_card_is_one_sentence(page, monkeypatch, tmp_path):
    monkeypatch.setenv("DIGITS_MODEL", str(tmp_path / "digits.keras"))
    for content in (None, "not json", "[]", "{}", '{"test": {}}'):
        if content is not None:
            (tmp_path / "digits.json").write_text(content)
        app, _ = page()
        app.session_state["tab"] = "The model"
        app.run()
        assert not app.exception and "no card" in app.info[0].value
