"""The README and the cards say the same, and its commands run."""

import argparse
import importlib
import json
import re
import shlex
from pathlib import Path

import pytest

from benchmarks import pen as pen_benchmark
from recognizer.__main__ import parser as recognizer_parser
from recognizer.runtimes.loader import sha256_of
from train.__main__ import parser as train_parser
from train.report.metrics import BINS, accuracy_with_interval, share_with_interval

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CARDS = {name: json.loads((ROOT / "models" / f"{name}.json").read_text()) for name in ("digits", "mnist", "quick")}


def row(start):
    """The cells of the line of the figures' table that begins with `start`."""
    (line,) = [line for line in README.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def share(figure, places):
    """A share and its 95 % interval, as the table shows them."""
    low, high = figure["interval_95"]
    return f"{100 * figure['share']:.{places}f} % ({100 * low:.{places}f} to {100 * high:.{places}f})"


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

    def plain(name):
        low, high = pen[name]["interval_95"]
        return f"{pen[name]['value']:.4f} ({low:.4f} to {high:.4f})"

    for start, names in {
        "2,000 real pen digits, centred": ["centred"],
        "the same anywhere": ["anywhere"],
        "of those, by writers": ["centred uqb", "anywhere uqb"],
        "letters refused": ["letters refused", "digits refused"],
        "500 numbers": ["numbers"],
    }.items():
        for name in names:
            assert share(pen[name], 2) in row(start)[1], name
    points = pen["spread"]
    assert f"{100 * points['value']:.2f} points ({100 * points['interval_95'][0]:.2f} to" in row("spread over")[1]
    assert f"{plain('ece')}, {plain('ece equal mass')}" == row("expected calibration error")[1]
    assert plain("log loss").replace(" (", " nats (") == row("log loss")[1]
    assert f"{CARDS['digits']['bytes'] / 2**20:.1f} MiB" in row("model file")[1]


def test_the_figures_on_made_up_sheets_and_numbers_are_the_cards():
    sheets, numbers = (CARDS["digits"]["benchmarks"][f"python -m benchmarks.{name}"] for name in ("sheets", "numbers"))
    what, right, command = row("digits on")
    assert f"on {sheets['sheets']} made-up photographs" in what and command == "`python -m benchmarks.sheets`"
    false = sheets["false digits on them"] or "no"
    digits = "digit" if false in ("no", 1) else "digits"
    assert right == f"{share(sheets['digits'], 2)}, {false} {digits} on {sheets['blank sheets']} blank sheets"
    for start, kinds in (
        (f"{numbers['count']} made-up numbers", ["apart", "close", "touching"]),
        ("the same, overlapping", ["overlapping", "overlapping by strokes"]),
    ):
        _, right, command = row(start)
        assert right == ", ".join(share(numbers[kind], 1) for kind in kinds)
        assert command == f"`python -m benchmarks.numbers --seed {numbers['seed']} --count {numbers['count']}`"


def test_the_longest_reading_and_the_speed_on_a_folder_are_the_cards():
    hostile, batch = (CARDS["digits"]["benchmarks"][f"python -m benchmarks.{name}"] for name in ("hostile", "batch"))
    assert row("the longest reading")[1] == f"{hostile['s']} s" and hostile["s"] < 1
    what, speed, _ = row("a folder of")
    assert f"a folder of {batch['count']:,} drawings" in what
    keras, onnx = batch["digits.keras"], batch["digits.onnx"]
    assert f"{keras['a second']} pictures a second with Keras, {onnx['a second']} with ONNX" in speed
    assert f"{keras['times one by one']} and {onnx['times one by one']} times as fast" in speed


def test_how_far_confidence_can_be_relied_on_is_the_cards():
    rows = CARDS["digits"]["drawings"]["reliability"]
    sure, unsure = ([r for r in rows if (r["confidence"] > (BINS - 1) / BINS) == high] for high in (True, False))
    counts = [sum(r["count"] for r in part) for part in (sure, unsure)]
    right = [round(sum(r["accuracy"] * r["count"] for r in part)) for part in (sure, unsure)]
    said = sum(r["confidence"] * r["count"] for r in unsure) / counts[1]
    low, high = (f"{100 * bound:.0f}" for bound in share_with_interval(right[1], counts[1])["interval_95"])
    text = " ".join(README.split())
    assert f"Of {sum(counts):,} drawings" in text
    assert f"{100 * right[0] / counts[0]:.1f} % of the {counts[0]:,} right" in text
    assert f"and {100 * right[1] / counts[1]:.0f} % ({low} to {high}) of the other {counts[1]:,}" in text
    assert f"{100 * said:.0f} % on average" in text


def test_the_accuracy_of_the_quick_preset_is_its_cards():
    card = CARDS["quick"]
    assert card["config"]["name"] == "quick"
    assert f"as models/quick.keras: {100 * card['test']['accuracy']:.2f} %\n" in README


class ParsedError(Exception):
    pass


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^\|.*`(python -m [^`]+)` \|$", README, re.MULTILINE))))
def test_every_command_of_the_table_is_complete(command, monkeypatch):
    """Run until its options are parsed."""
    module, *arguments = shlex.split(command)[2:]
    parse = argparse.ArgumentParser.parse_args

    def parse_and_stop(*given):
        parse(*given)
        raise ParsedError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_and_stop)
    monkeypatch.setattr("sys.argv", [module, *arguments])
    program = importlib.import_module(f"{module}.__main__" if "." not in module else module)
    with pytest.raises(ParsedError):
        program.main()


def test_the_pen_benchmark_says_what_it_lacks_where_its_file_is_not_there(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["pen", "PEN_BENCH.py"])
    with pytest.raises(SystemExit) as end:
        pen_benchmark.main()
    assert end.value.code == 2
    assert "PEN_BENCH.py: the benchmark and its data are no part of this project" in capsys.readouterr().err


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
