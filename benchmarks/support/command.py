"""What the benchmarks' command lines share: the parser, the data, and the card that keeps the figures."""

import argparse
from pathlib import Path

from recognizer.runtimes.loader import DEFAULT_MODEL
from train.config import DIGITS
from train.data.mnist import Split, load_mnist, split_and_prepare
from train.errors import TrainError
from train.report.model_card import note_in_card


def command_line(
    doc: str | None, *, record: bool = True, model: bool = False, data: bool = False
) -> argparse.ArgumentParser:
    """Return a parser that knows those of --record, --model and --data that are asked for."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if record:
        parser.add_argument("--record", action="store_true", help="write the figures to the model's card")
    if model:
        parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="model file (models/digits.keras)")
    if data:
        parser.add_argument("--data", help="MNIST as an .npz file (default: the environment variable MNIST_NPZ)")
    return parser


def held_out(data: str | None) -> Split:
    """Return the MNIST digits held out of the shipped model's training, prepared; `data` as for `load_mnist`."""
    try:
        return split_and_prepare(load_mnist(data), DIGITS.validation_size, DIGITS.seed).validation
    except TrainError as error:
        raise SystemExit(str(error)) from error


def record(command: str, figures: dict, model: Path = DEFAULT_MODEL) -> None:
    """Set `benchmarks[command]` in the card beside `model`."""
    note_in_card(model.with_suffix(".json"), "benchmarks", {command: figures})
