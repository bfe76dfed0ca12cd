"""The model card: every figure of a model in one JSON file, `NAME.json`, beside it."""

import json
import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from train.files import written_whole


def software_and_machine() -> dict:
    """The card's entries on what the model was trained with."""
    versions = {"python": platform.python_version()}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow"):
        with suppress(PackageNotFoundError):  # one of the two tensorflows
            versions[package] = version(package)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {"versions": versions, "machine": {"cores": cores, "processor": platform.machine()}}


def write_card(card: dict, path: Path) -> None:
    """Write `card` as JSON, whole or not at all, laid out so that a diff shows what changed."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def note_in_card(path: Path, section: str, values: dict) -> None:
    """Set `values` in a section of the card at `path`; the rest stays as it is."""
    card = json.loads(path.read_text(encoding="utf-8"))
    card.setdefault(section, {}).update(values)
    write_card(card, path)


def summary(card: dict) -> str:
    """The card in two lines for the terminal, and what came of training with corrections in a third."""
    test, validation = card["test"], card["validation"]
    low, high = (100 * bound for bound in test["interval_95"])
    lines = (
        f"test {100 * test['accuracy']:.2f} % ({test['right']:,} of {test['of']:,}; 95 % interval {low:.2f} to "
        f"{high:.2f}), validation {100 * validation['accuracy']:.2f} %\n{card['model']}: {card['parameters']:,} "
        f"parameters, {card['bytes'] / 2**20:.1f} MiB, trained in {card['training_minutes']:.0f} minutes"
    )
    return f"{lines}\n{_outcome(card)}" if "corrections" in card else lines


def _outcome(card: dict) -> str:
    """Whether the model took the place of the one before, and why, from what the card says of the corrections."""
    corrections, model = card["corrections"], card["model"]
    if "old_sha256" not in corrections:
        return f"There was no older {model} to compare it with."
    rows = (corrections["validation"], "validation digits"), (corrections["held_out"], "held-out corrections")
    counts = " and ".join(f"{row['new']:,} of {row['of']:,} {what} (the old one {row['old']:,})" for row, what in rows)
    if corrections["replaced"]:
        return f"It replaces the old {model}, since it is no worse: it reads {counts} right."
    return (
        f"It reads {counts} right, so it is worse than the old {model}, which stays. "
        "The new files are in the folder candidate."
    )
