"""The model card: every figure of a model in one JSON file, `NAME.json`, beside it."""

import json
from pathlib import Path

from train.files import written_whole


def write_card(card: dict, path: Path) -> None:
    """Write `card` as JSON, whole or not at all, in a layout that shows what changed in a diff."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def summary(card: dict) -> str:
    """The card in two lines, for the terminal."""
    test, validation = card["test"], card["validation"]
    low, high = (100 * bound for bound in test["interval_95"])
    return (
        f"test {100 * test['accuracy']:.2f} % ({test['right']:,} of {test['of']:,}; "
        f"95 % interval {low:.2f} to {high:.2f}), "
        f"validation {100 * validation['accuracy']:.2f} %\n"
        f"{card['model']}: {card['parameters']:,} parameters, {card['bytes'] / 2**20:.1f} MiB, "
        f"trained in {card['training_minutes']:.0f} minutes"
    )
