"""What the benchmarks' command lines share: the parser, the data, and what becomes of the figures."""

import argparse
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.support.figures import text
from recognizer.runtimes.loader import default_model
from train.config import DIGITS
from train.data.mnist import Split, load_mnist, split_and_prepare
from train.errors import TrainError
from train.report.model_card import note_in_card


def command_line(doc: str | None) -> argparse.ArgumentParser:
    """Return a parser that shows `doc` as its help, and knows --record."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the figures to the model's card")
    return parser


def open_tool(parser: argparse.ArgumentParser, path: str) -> SimpleNamespace:
    """Run the file of a benchmark that is not part of this project, and return what it defines."""
    if not Path(path).is_file():
        parser.error(f"there is no {path}: the benchmark and its data are not part of this project")
    return SimpleNamespace(**runpy.run_path(path))


def held_out() -> Split:
    """Return the MNIST digits held out of the shipped model's training, prepared."""
    return split_and_prepare(mnist_arrays(), DIGITS.validation_size, DIGITS.seed).validation


def mnist_arrays() -> dict[str, np.ndarray]:
    """Return MNIST's arrays as `load_mnist` does; `SystemExit` with a sentence where there are none."""
    try:
        return load_mnist(None)
    except TrainError as error:
        raise SystemExit(str(error)) from error


def report(figures: dict[str, Any], options: argparse.Namespace, name: str) -> None:
    """Print the figures of benchmark `name`; with --record, write them to the card of the model that was measured."""
    for key, figure in figures.items():
        print(f"{key:<32}{text(figure)}")
    if options.record:
        note_in_card(default_model().with_suffix(".json"), "benchmarks", {f"python -m benchmarks.{name}": figures})
