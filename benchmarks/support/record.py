"""Keep a benchmark's figures in the card of the model, under the command that makes them."""

from pathlib import Path

from recognizer.runtimes.loader import DEFAULT_MODEL
from train.report.model_card import note_in_card


def record(command: str, figures: dict, model: Path = DEFAULT_MODEL) -> None:
    """Set `benchmarks[command]` of the card beside `model`."""
    note_in_card(model.with_suffix(".json"), "benchmarks", {command: figures})
