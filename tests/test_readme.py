"""The README and the cards say the same."""

import json
import re
from pathlib import Path

import pytest

from recognizer.__main__ import parser as recognizer_parser
from recognizer.model import sha256_of
from train.__main__ import parser as train_parser
from train.evaluate import accuracy_with_interval

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CARDS = {name: json.loads((ROOT / "models" / f"{name}.json").read_text()) for name in ("digits", "mnist")}


def row(start):
    """The cells of the line of the figures' table that begins with `start`."""
    (line,) = [line for line in README.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(("name", "start"), [("digits", "MNIST's 10,000"), ("mnist", "the same for the network")])
def test_accuracy_and_its_interval_are_the_cards(name, start):
    test = CARDS[name]["test"]
    low, high = test["interval_95"]
    assert f"{100 * test['accuracy']:.2f} % ({100 * low:.2f} to {100 * high:.2f})" in row(start)[1]
    assert test == accuracy_with_interval(test["right"], 10_000)


def test_training_time_and_the_benchmarks_are_the_cards():
    card = CARDS["digits"]
    assert "benchmarks" in card, "measure first, with python -m benchmarks.speed and .page, each with --record"
    speed, page = (card["benchmarks"][f"python -m benchmarks.{name}"] for name in ("speed", "page"))
    assert f"{card['training_minutes']:.0f} minutes" in row("training")[1]
    assert f"{speed['predict_p50_ms']:.1f} ms" in row("one 300x300")[1]
    assert f"{speed['times_faster_than_model_predict']:.0f} times faster" in row("one 300x300")[1]
    assert f"{page['ours_p50_ms']} ms" in row("from pen-up")[1]
    assert f"{page['ours_to_floor']:.2f} times" in row("from pen-up")[1]
    why = card["benchmarks"]["python -m benchmarks.why"]
    assert (
        f"{why['p50_ms']} ms" in row("from a click on Why")[1]
        and f"{why['p95_ms']} ms" in row("from a click on Why")[1]
    )


def test_the_figures_of_many_visitors_are_the_cards():
    load = CARDS["digits"]["benchmarks"]["python -m benchmarks.load"]
    for start, part in (("20 visitors", load["together"]), ("the same, all pens up", load["at once"])):
        assert part["errors"] == 0 and f"no error in {part['strokes']} strokes" in row(start)[1]
        assert f"p50 {part['p50_ms']} ms, p95 {part['p95_ms']} ms" in row(start)[1]
    assert load["visitors"] == 20 and load["cores"] == 2
    assert f"{load['p95_to_alone']} times one alone" in row("20 visitors")[1]
    ms = CARDS["digits"]["benchmarks"]["python -m benchmarks.gathering"]
    assert f"{ms['one_by_one_ms']:.0f} ms or {ms['gathered_ms']:.0f} ms" in row("the model calls")[1]
    assert f"{ms['whole_readings_ms']:.0f} ms" in row("the model calls")[1]


def test_what_each_runtime_takes_is_the_cards():
    footprint = CARDS["digits"]["benchmarks"]["python -m benchmarks.footprint"]
    keras, onnx, lite = (footprint[name] for name in ("Keras", "ONNX", "LiteRT"))
    for start, key, unit in (
        ("memory of the page's server", "memory_mb", " MB"),
        ("grown by 9,000 strokes later", "growth_mb", " MB"),
        ("from the start of a process", "first_s", " s"),
        ("installed", "installed_mb", " MB"),
        ("one prediction", "predict_p50_ms", " ms"),
        ("predictions a second", "predict_many_per_second", ""),
    ):
        assert [cell.split(" (")[0] for cell in row(f"{start}")[1:4]] == [
            f"{figures[key]:,}{unit}" for figures in (keras, onnx, lite)
        ]
    for key, start in (("memory_mb", "memory of the page's server"), ("first_s", "from the start of a process")):
        for column, figures in ((2, onnx), (3, lite)):
            assert f"({figures[key] / keras[key]:.0%} of Keras')".replace("%", " %") in row(start)[column]


def test_the_figures_on_real_pen_digits_are_the_cards():
    pen = CARDS["digits"]["benchmarks"]["python -m benchmarks.pen"]

    def shown(name, places=2):
        value = pen[name].get("share", pen[name].get("value"))
        low, high = pen[name]["interval_95"]
        return f"{100 * value:.{places}f} % ({100 * low:.{places}f} to {100 * high:.{places}f})"

    for start, names in {
        "2,000 real pen digits, centred": ["centred"],
        "the same anywhere": ["anywhere"],
        "of those, by writers": ["centred uqb", "anywhere uqb"],
        "letters refused": ["letters refused", "digits refused"],
        "500 numbers": ["numbers"],
    }.items():
        for name in names:
            assert shown(name) in row(start)[1], name
    points, error = pen["spread"], pen["ece"]
    assert f"{100 * points['value']:.2f} points ({100 * points['interval_95'][0]:.2f} to" in row("spread over")[1]
    assert (
        f"{error['value']:.4f} ({error['interval_95'][0]:.4f} to {error['interval_95'][1]:.4f})" in row("expected")[1]
    )
    assert f"{CARDS['digits']['bytes'] / 2**20:.1f} MiB" in row("model file")[1]


def test_the_card_is_that_of_the_shipped_model():
    assert CARDS["digits"]["sha256"] == sha256_of(ROOT / "models" / "digits.keras")


def test_every_option_in_the_readme_exists():
    for program, parser in (("recognizer", recognizer_parser()), ("train", train_parser())):
        options = {option for action in parser._actions for option in action.option_strings}
        for line in re.findall(rf"python -m {program}\b([^#`\n]*)", README):
            assert set(re.findall(r"--[a-z-]+", line)) <= options


def test_every_link_leads_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert len(links) > 5
    assert all((ROOT / link.split("#")[0]).exists() for link in links)


def test_make_targets_in_the_readme_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"`?make ([a-z]+)(?:`| +#)", README))
    assert {"app", "test", "check", "screenshot"} <= named <= set(targets)
