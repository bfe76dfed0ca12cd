"""The figures in the README and in docs/ are those of the models' cards, and what these pages name exists."""

import argparse
import importlib
import json
import re
import shlex

import pytest
from PIL import Image

from benchmarks.support.drawing import drawn
from docs.figures import CELL, ROOT, updated
from docs.figures import PAGES as PATHS
from recognizer.explain import Explainer
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE, sha256_of
from train.report.metrics import accuracy_with_interval

README, DOCS, SCALE = PATHS
PAGES = {path: path.read_text(encoding="utf-8") for path in PATHS}
MODELS = ROOT / "models"
CARDS = {name: json.loads((MODELS / f"{name}.json").read_text()) for name in ("digits", "mnist", "quick", "tutorial")}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_figures_are_those_of_the_cards(path):
    assert updated(PAGES[path]) == PAGES[path], "python -m docs.figures brings them up to date"


def test_each_row_has_a_figure_and_the_readme_has_five_rows():
    rows = {path: re.findall(r"^\| (?!what \|).*$", page, re.MULTILINE) for path, page in PAGES.items()}
    assert all(CELL.search(row) for each in rows.values() for row in each)
    assert len(rows[README]) == 5


def test_a_figure_that_the_cards_do_not_have_is_refused():
    with pytest.raises(KeyError):
        updated("| numbers of a million digits | 100 % <!-- {numbers[a million]} --> | `python -m train` |")


def test_the_cards_are_consistent_and_the_promises_kept():
    assert CARDS["digits"]["sha256"] == sha256_of(MODELS / "digits.keras")
    assert CARDS["quick"]["config"]["name"] == "quick"
    for card in CARDS.values():
        assert card["test"] == accuracy_with_interval(card["test"]["right"], 10_000)
    benchmarks = CARDS["digits"]["benchmarks"]
    assert benchmarks["python -m benchmarks.hostile"]["s"] < 1  # SECURITY.md
    assert "--seed {seed} --count {count}".format(**benchmarks["python -m benchmarks.numbers"]) in PAGES[DOCS]


class ParsedError(Exception):
    """The options of a command have been parsed."""


COMMANDS = re.findall(r"python -m ((?:train|recognizer|corrections|benchmarks)\b[^`#\n]*)", "\n".join(PAGES.values()))


@pytest.mark.parametrize("line", sorted({line.strip() for line in COMMANDS if "--help" not in line}))
def test_every_command_takes_its_options(line, monkeypatch):
    module, *arguments = shlex.split(line)
    parse = argparse.ArgumentParser.parse_args

    def parse_and_stop(*inputs):
        parse(*inputs)
        raise ParsedError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_and_stop)
    monkeypatch.setattr("sys.argv", [module, *arguments])
    is_package = (ROOT / module.replace(".", "/")).is_dir()
    with pytest.raises(ParsedError):
        importlib.import_module(f"{module}.__main__" if is_package else module).main()


def test_the_python_in_the_readme_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", PAGES[README], re.DOTALL)
    reading, explaining = code.split("from recognizer.explain")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(MODEL_VARIABLE, str(DEFAULT_MODEL.with_suffix(".onnx")))
    for name, digit in (
        ("seven.png", 7),
        ("7.png", 7),
        ("3.png", 3),
        ("note.jpg", 2),
        ("tree.jpg", 1),
        ("another.png", 3),
    ):
        Image.fromarray(drawn(digit)).save(name)
    names = {}
    exec(reading, names)  # noqa: S102 - our own README
    assert names["prediction"].digit == 7 and names["reading"].text == "2" and len(names["hand"]) == 1
    # What follows needs Keras; tests/recognizer/test_explain.py runs the same.
    assert set(re.findall(r"explainer\.(\w+)", explaining)) <= set(dir(Explainer))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    links = [link for link in re.findall(r"\]\(([^)]+)\)", PAGES[path]) if not link.startswith("http")]
    assert links and all((path.parent / link.split("#")[0]).exists() for link in links)


def test_every_make_target_in_the_readme_exists():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", PAGES[README], re.MULTILINE)) <= set(targets)
