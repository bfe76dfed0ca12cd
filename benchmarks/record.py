"""Keep a benchmark's figures in the model's card, under the command that makes them."""

import json

from recognizer.model import DEFAULT_MODEL
from train.card import write_card


def record(command: str, figures: dict[str, float]) -> None:
    """Set `benchmarks[command]` of the shipped model's card."""
    path = DEFAULT_MODEL.with_suffix(".json")
    card = json.loads(path.read_text(encoding="utf-8"))
    card.setdefault("benchmarks", {})[command] = figures
    write_card(card, path)
