"""Keep a benchmark's figures in the model's card, under the command that makes them."""

from recognizer.model import DEFAULT_MODEL
from train.card import note_in_card


def record(command: str, figures: dict[str, float]) -> None:
    """Set `benchmarks[command]` of the shipped model's card."""
    note_in_card(DEFAULT_MODEL.with_suffix(".json"), "benchmarks", command, figures)
