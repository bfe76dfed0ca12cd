"""The Why tab, run by Streamlit's AppTest."""

import shutil

import pytest

from benchmarks.support.drawing import render
from recognizer import ModelError
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE
from tests.views.sent import NUMBER, data_url, on_transparency, paths, sent_of, text


def test_why_waits_for_something_to_explain_and_then_says_it_all(page):
    app, sent = page()
    app.session_state["tab"] = "Why"
    app.run()
    assert "Nothing has been read yet" in app.info[0].value
    sent["json"], sent["image"] = sent_of((4, {}))
    app.run()
    assert not app.exception and "The model says: 4" in app.markdown[0].value
    assert [part.value[5:] for part in app.markdown if part.value.startswith("#### ")] == [
        "What the model saw",
        "Which strokes spoke for it",
        "What would change its mind",
        "Its nearest neighbours",
        "Inside the model",
    ]
    assert "Blue ink made the model think of a 4" in text(app)
    app.pills(key="why_not").set_value(9).run()
    assert "Blue ink looks more like a 9, orange ink more like a 4." in text(app)


def test_why_says_of_what_is_no_digit_that_it_is_none(page):
    letter = [[(80, 60), (80, 240)], [(220, 60), (220, 240)], [(80, 150), (220, 150)]]
    app, _ = page(paths(letter), data_url(on_transparency(render(letter))))
    assert "This does not look like a digit. Nearest: " in text(app)
    app.session_state["tab"] = "Why"
    app.run()
    said = [part.value for part in app.markdown]
    assert not app.exception and said[0].startswith("### This does not look like a digit. Nearest: ")
    assert "#### What is like a digit in it" in said
    assert "the model would still say that it is no digit" in text(app)


def test_of_equal_digits_each_can_be_looked_at(page):
    app, _ = page(*sent_of(*((digit, {"left": 40 + 180 * i, "top": 60}) for i, digit in enumerate((7, 2, 7)))))
    app.session_state["tab"] = "Why"
    app.run()
    seen = []
    for position in (0, 1, 2):
        app.segmented_control[-2].set_value(position).run()
        seen.append(app.session_state["explanation"].prediction.box[0])
    assert len(seen) == 3 and seen == sorted(set(seen))


def test_why_explains_with_the_model_that_answered_whatever_lies_in_its_place_by_then(page, monkeypatch, tmp_path):
    path = shutil.copy(DEFAULT_MODEL.with_suffix(".onnx"), tmp_path / "digits.onnx")
    monkeypatch.setenv(MODEL_VARIABLE, str(path))
    app, _ = page(*sent_of((4, {})))
    path.write_bytes(b"another model")
    app.session_state["tab"] = "Why"
    app.run()
    assert not app.exception and not app.warning and "The model says: 4" in app.markdown[0].value


def test_why_costs_nothing_until_it_is_opened(page, monkeypatch):
    monkeypatch.setattr("views.why.Explainer", lambda *_: pytest.fail("looked inside"))
    app, _ = page(*NUMBER)
    assert not app.exception


def test_without_an_index_only_the_kin_are_missing(page, monkeypatch):
    def missing(*_):
        raise ModelError("There is no index here.")

    monkeypatch.setattr("recognizer.explain.explainer.NeighbourIndex.load", missing)
    app, _ = page(*sent_of((4, {})))
    app.session_state["tab"] = "Why"
    app.run()
    assert not app.exception and [info.value for info in app.info] == ["There is no index here."]
    assert any("Inside the model" in part.value for part in app.markdown)
