"""The Why tab, run by Streamlit's AppTest."""

import re
import shutil

import numpy as np
import pytest

from benchmarks.support.canvas import sent
from recognizer import ModelError
from recognizer.explain.variations import Variation
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE, sha256_of
from tests.views.sent import FOUR, NUMBER, SEVEN
from tests.views.test_photo import png
from views.why.variations import WORDS, chart, sentence


def headings(page):
    return [each.value for each in page.app.markdown]


def test_why_waits_for_something_to_explain_and_then_says_it_all(page, monkeypatch):
    monkeypatch.delenv(MODEL_VARIABLE)  # the Keras model
    page.open(tab="Why")
    assert "Nothing has been read yet" in page.app.info[0].value
    page.draw(FOUR)
    assert "The model says: 4" in headings(page)[0]
    assert [heading[4:] for heading in headings(page) if heading.startswith("### ")] == [
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

    monkeypatch.setattr("views.why.tab.Explainer.neighbours", missing)
    page.draw(SEVEN)
    assert [info.value for info in page.app.info] == ["There is no index here."]
    assert "### Inside the model" in headings(page), "only the neighbours are missing"
    letter = sent([[(80, 60), (80, 240)], [(220, 60), (220, 240)], [(80, 150), (220, 150)]])
    page.draw(letter)
    assert headings(page)[0].startswith("## This does not look like a digit. Most similar digit: ")
    assert "### Which parts look like a digit" in headings(page)
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


def test_a_number_of_which_no_digit_is_picked_is_explained_from_its_last(page):
    page.open(NUMBER, tab="Why")
    page.app.session_state["picked"] = None  # as Streamlit leaves it after a reload, say
    assert "The model says: 7" in headings(page.run())[0]


@pytest.fixture
def story(page):
    """Why at its story, about a photo of a four."""
    page.open(tab="Photo").app.file_uploader(key="photos").set_value([png(4)])
    page.run()
    return page.show("Why")


def step(page):
    """Which step is shown, and its title."""
    count, title = (text for text in headings(page) if re.match(r"Step \d|## \d\.", text))
    return count, title


def can_be_pressed(page):
    return [not page.app.button(key=key).disabled for key in ("why_back", "why_next")]


def open_step(page, named):
    page.app.query_params["step"] = named
    return page.run()


def test_the_story_goes_from_step_to_step_and_the_address_with_it(story):
    assert step(story) == ("Step 1 of 5", "## 1. What you drew") and can_be_pressed(story) == [False, True]
    assert step(story.click("why_next")) == ("Step 2 of 5", "## 2. What the model saw")
    assert story.app.query_params == {"tab": "Why", "step": "2"} and can_be_pressed(story) == [True, True]
    assert step(story.click("why_back"))[0] == "Step 1 of 5" and story.app.query_params["step"] == "1"
    assert step(open_step(story, "5"))[0] == "Step 5 of 5" and can_be_pressed(story) == [True, False]
    assert step(story.show("Draw").show("Why"))[0] == "Step 5 of 5", "a visit to another tab keeps the place"


@pytest.mark.parametrize("named", ["0", "6", "-1", "1e0", " 2", "٣", "two", "", "9" * 5_000, "<b>2</b>", ["3", "zz"]])
def test_an_address_that_names_no_step_opens_the_first(story, named):
    assert step(open_step(story, named))[0] == "Step 1 of 5"


def test_variations_are_computed_once_and_only_when_their_step_is_opened(story, monkeypatch):
    asked = []
    variations = story.app.session_state["explanation"].explainer.variations
    monkeypatch.setattr("views.why.tab.Explainer.variations", lambda _, *args: asked.append(args) or variations(*args))
    story.click("why_next").click("why_next")
    assert not asked
    story.click("why_next").click("why_back").click("why_next")
    assert len(asked) == 1 and step(story)[1] == "## 4. How much does it take?"
    assert sum(text.startswith("It stays a 4") for text in headings(story)) == len(WORDS) - 1, "but for the pen"


def varied(name, values, present):
    return Variation(name, np.array(values, float), np.zeros((len(values), 28, 28), np.float32), present)


TURN = varied("turn", [-60, -30, 0, 30, 60], 2)
SENTENCES = [
    (TURN, [7, 7, 7, 7, 1], "It stays a 7 until it is turned by 60 degrees to the right; then it is a 1."),
    (TURN, [7, 8, 7, 7, 7], "It stays a 7 until it is turned by 30 degrees to the left; then it is an 8."),
    (TURN, [7, 7, 7, 7, 7], "It stays a 7, however it is turned between -60 and 60 degrees."),
    (TURN, [10, 10, 10, 7, 7], "It is not a digit until it is turned by 30 degrees to the right; then it is a 7."),
    (
        TURN,
        [1, 7, 7, 10, 1],
        "It stays a 7 until it is turned by 60 degrees to the left (then it is a 1) or until it is turned by 30 "
        "degrees to the right (then it is not a digit).",
    ),
    (varied("shrink", [3, 4, 20], 2), [0, 7, 7], "It stays a 7 until it is only 3 dots large; then it is a 0."),
    (varied("shrink", [3, 4, 20], 2), [7, 7, 7], "It stays a 7, even when it is only 3 dots large."),
    (varied("noise", [0, 0.5], 0), [7, 1], "It stays a 7 until 0.5 % of the dots are wrong; then it is a 1."),
    (varied("erase", [0, 80], 0), [7, 7], "It stays a 7, even when 80 % of its ink is missing."),
    (varied("pen", [1, 20, 40], 1), [7, 7, 7], "It stays a 7, with every pen from 1 to 40 px."),
]


@pytest.mark.parametrize(("variation", "labels", "expected"), SENTENCES)
def test_a_sentence_says_how_much_it_takes(variation, labels, expected):
    assert sentence(variation, labels) == expected


def test_a_chart_has_a_line_for_each_digit_that_is_read_and_grey_where_none_is(light):
    pictures = np.zeros((5, 28, 28), np.float32)
    predictions = light.predict_prepared(pictures)
    for each, label in zip(predictions, (1, 1, 7, 10, 10), strict=True):
        object.__setattr__(each, "digit", label % 10)
        object.__setattr__(each, "is_digit", label < 10)
    spec = chart(TURN, predictions).to_dict()
    refused, present, lines, names, *_ = [layer["data"]["values"] for layer in spec["layer"]]
    assert [(each["from"], each["to"]) for each in refused] == [(15, 45), (45, 60)]
    assert [each["value"] for each in present] == [0]
    assert [each["digit"] for each in names] == [1, 7] and len(lines) == 10
