"""The Model tab, run by Streamlit's AppTest, and what it makes of files that are not such as training writes."""

import copy
import json
import shutil

import numpy as np
import pytest

from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE
from tests.views.sent import FOUR
from views.model.card import MAX_CARD, MISREAD, read_card, read_misread
from views.model.plots import confusion_chart, history_chart, reliability_chart
from views.model.tab import NO_CARD, NO_PICTURES, _story

CARD = json.loads(DEFAULT_MODEL.with_suffix(".json").read_text())
MISREAD_FILE = DEFAULT_MODEL.with_name("digits_misread.npz")
HOSTILE = [
    None,
    True,
    -1,
    1.5,
    10**400,
    float("nan"),
    float("inf"),
    "x",
    "x" * 99,
    [],
    [[]],
    {},
    {"x": 1},
    [None] * 10,
    [[0] * 10] * 10,
]
HAND = "python -m benchmarks.hand"
SMALL = {  # all that is read of the card, with short lists
    **{name: CARD[name] for name in ("test", "test_confusion", "parameters", "bytes", "machine")},
    **{name: CARD[name] for name in ("training_digits", "training_minutes")},
    "drawings": {
        **{name: CARD["drawings"][name] for name in ("digits", "digits_refused", "negatives_refused")},
        "reliability": CARD["drawings"]["reliability"][:1],
    },
    "benchmarks": {HAND: {"students": {"without": CARD["benchmarks"][HAND]["students"]["without"]}}},
    "history": CARD["history"][:1],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for the files beside the model that the page runs with."""
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "digits.keras"))
    return tmp_path


def shown(page):
    return page.html.partition('class="misread"')[2].count("<figure")


def test_why_and_model_cost_nothing_until_they_are_opened(page, monkeypatch):
    monkeypatch.setattr("views.why.tab.Explainer", lambda *_: pytest.fail("looked inside"))
    page.open(FOUR)
    assert not page.app.metric and not shown(page)
    page.show("Model")
    assert page.app.metric and page.winners == ["4"], "the Draw tab is kept"


def test_the_figures_are_those_of_the_card_with_their_intervals(page):
    page.open(tab="Model")
    first, last = page.app.metric[0], page.app.metric[len(page.app.metric) - 1]
    low, high = CARD["test"]["interval_95"]
    assert first.value == f"{100 * CARD['test']['accuracy']:.2f} %"
    assert first.delta == f"{100 * low:.2f} to {100 * high:.2f} %"
    assert last.value == f"{CARD['parameters']:,}"
    assert len(page.app.get("vega_lite_chart")) == 3


def test_a_card_without_benchmarks_says_nothing_of_other_people(page, folder):
    card = {name: value for name, value in CARD.items() if name != "benchmarks"}
    (folder / "digits.json").write_text(json.dumps(card))
    page.open(tab="Model")
    assert "Other people's digits" not in [each.label for each in page.app.metric] and len(page.app.metric) == 4


def test_a_mistake_that_is_chosen_shows_its_digits_and_no_other(page):
    page.open(tab="Model")
    with np.load(MISREAD_FILE) as file:
        pairs = list(zip(file["labels"].tolist(), file["answers"].tolist(), strict=True))
    assert shown(page) == len(pairs) == CARD["test"]["of"] - CARD["test"]["right"]
    true, answer = max(set(pairs), key=pairs.count)
    page.app.selectbox(key="mistake").select((true, answer))
    page.run()
    assert shown(page) == pairs.count((true, answer)) == CARD["test_confusion"][true][answer]
    assert page.html.count(f"<strong>{true} → {answer}</strong>") == shown(page)


def test_without_the_misread_digits_the_rest_is_shown(page, folder):
    shutil.copy(DEFAULT_MODEL.with_suffix(".json"), folder)
    page.open(tab="Model")
    for content in (None, b"no zip"):
        if content:
            (folder / "digits_misread.npz").write_bytes(content)
        page.run()
        assert NO_PICTURES in [each.value for each in page.app.caption] and len(page.app.get("vega_lite_chart")) == 3


def test_a_missing_or_broken_card_is_one_sentence(page, folder):
    page.open(tab="Model")
    assert page.app.info[0].value == NO_CARD
    for content in ("not json", "[]", '{"test": {}}', "[" * 100_000, json.dumps(CARD) + " " * MAX_CARD, "\udcff"):
        (folder / "digits.json").write_text(content, errors="surrogateescape")
        assert page.run().app.info[0].value == NO_CARD


def places(value, path=()):
    """The way to every value in a card, of a list only to the first."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, (*path, name))


@pytest.mark.parametrize("used", SMALL)
def test_any_json_in_a_card_is_refused_or_can_be_shown(tmp_path, used):
    for way in (way for way in places({used: SMALL[used]}) if way):
        for value in HOSTILE:
            card = copy.deepcopy(SMALL)
            inner = card
            for name in way[:-1]:
                inner = inner[name]
            inner[way[-1]] = value
            (tmp_path / "digits.json").write_text(json.dumps(card))
            try:
                read = read_card(tmp_path / "digits.json")
            except ValueError:
                continue
            charts = confusion_chart(read.confusion, (1, 7)), reliability_chart(read.reliability)
            for chart in (*charts, history_chart(read.history)):
                json.dumps(chart.to_dict(validate=False), allow_nan=False)
            assert _story(read)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("confidences", np.float32([np.nan])),
        ("pictures", np.zeros((1, 9999, 9999), np.uint8)),
        ("labels", np.array([{}])),
    ],
)
def test_misread_digits_that_training_would_not_write_are_refused(tmp_path, name, bad):
    arrays = {
        each: np.zeros([28 if side == 28 else 1 for side in shape], dtype) for each, (dtype, shape) in MISREAD.items()
    }
    np.savez(tmp_path / "good.npz", **arrays)
    assert len(read_misread(tmp_path / "good.npz")) == 1
    np.savez_compressed(tmp_path / "bad.npz", **{**arrays, name: bad})
    with pytest.raises(ValueError, match=r"."):
        read_misread(tmp_path / "bad.npz")
