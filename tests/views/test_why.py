"""The Why tab, run by Streamlit's AppTest."""

import shutil

import pytest

from benchmarks.support.canvas import sent
from recognizer import ModelError
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE, sha256_of
from tests.views.sent import EMPTY, FOUR


def headings(page):
    return [each.value for each in page.app.markdown]


def test_why_waits_for_something_to_explain_and_then_says_it_all(page, monkeypatch):
    monkeypatch.delenv(MODEL_VARIABLE)  # the Keras model
    page.open(tab="Why")
    assert "Nothing has been read yet" in page.app.info[0].value
    page.draw(FOUR)
    assert "The model says: 4" in headings(page)[0]
    assert [heading[5:] for heading in headings(page) if heading.startswith("#### ")] == [
        "What the model saw",
        "Which strokes counted",
        "What would change its mind",
        "Most similar training digits",
        "Inside the model",
    ]
    assert "Blue ink counts towards a 4" in page.text
    page.app.pills(key="why_not").set_value(8)
    assert "Blue ink looks more like an 8, orange ink more like a 4." in page.run().text

    def missing(*_):
        raise ModelError("There is no index here.")

    page.draw(EMPTY)
    monkeypatch.setattr("views.why.tab.Explainer.neighbours", missing)
    page.draw(FOUR)
    assert [info.value for info in page.app.info] == ["There is no index here."]
    assert "#### Inside the model" in headings(page), "only the neighbours are missing"
    letter = sent([[(80, 60), (80, 240)], [(220, 60), (220, 240)], [(80, 150), (220, 150)]])
    page.draw(letter)
    assert headings(page)[0].startswith("### This does not look like a digit. Most similar digit: ")
    assert "#### Which parts look like a digit" in headings(page)
    assert "the model would still say that it is not a digit" in page.text


@pytest.mark.usefixtures("fresh_cache")
def test_explanations_and_corrections_are_of_the_model_that_answered_whatever_lies_in_its_place_by_then(
    page, monkeypatch, tmp_path
):
    path = shutil.copy(DEFAULT_MODEL.with_suffix(".onnx"), tmp_path / "digits.onnx")
    answered = sha256_of(path)
    monkeypatch.setenv(MODEL_VARIABLE, str(path))
    page.open(FOUR, secrets={"corrections": {"enabled": True}})
    path.write_bytes(b"another model")
    page.show("Why")
    assert not page.app.warning and "The model says: 4" in headings(page)[0]
    assert page.app.session_state["feedback"].shown.model == answered
