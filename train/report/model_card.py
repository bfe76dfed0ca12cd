"""The model card: every figure of a model in one JSON file, `NAME.json`, beside it."""

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from recognizer.runtimes.loader import sha256_of
from train.files import written_whole
from train.report.metrics import Results, accuracy_per_digit, accuracy_with_interval, figures_on_drawings


def describe_model(
    saved: Path,
    parameters: int,
    test: Results,
    validation: tuple[int, int],
    drawn: list[Results],
    calibration: dict[str, float],
) -> dict:
    """The card's entries on the model file and how it reads.

    validation: how many validation digits it reads right, of how many. drawn: drawn digits, variants and negatives.
    """
    return {
        "model": saved.name,
        "sha256": sha256_of(saved),
        "bytes": saved.stat().st_size,
        "parameters": parameters,
        "test": accuracy_with_interval(int(test.right.sum()), len(test.labels)),
        "test_per_digit": accuracy_per_digit(test),
        "validation": accuracy_with_interval(*validation),
        "drawings": figures_on_drawings(*drawn),
        "calibration": calibration,
    }


def describe_run() -> dict:
    """The card's entries on the software and the machine that made the model."""
    return {"versions": _versions(), "machine": {"cores": _cores(), "processor": platform.machine()}}


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
        f"test {100 * test['accuracy']:.2f} % ({test['right']:,} of {test['of']:,}; "
        f"95 % interval {low:.2f} to {high:.2f}), "
        f"validation {100 * validation['accuracy']:.2f} %\n"
        f"{card['model']}: {card['parameters']:,} parameters, {card['bytes'] / 2**20:.1f} MiB, "
        f"trained in {card['training_minutes']:.0f} minutes"
    )
    return f"{lines}\n{_outcome(card)}" if "corrections" in card else lines


def _outcome(card: dict) -> str:
    """Whether the model took the place of the one before, and why, from what the card says of the corrections."""
    corrections, model = card["corrections"], card["model"]
    if "old_sha256" not in corrections:
        return f"There was no older {model} to compare it with."
    validation, held_out = (
        f"{row['new']:,} of {row['of']:,} {what} (the old one {row['old']:,})"
        for what, row in (
            ("validation digits", corrections["validation"]),
            ("held-out corrections", corrections["held_out"]),
        )
    )
    if corrections["replaced"]:
        return f"It replaces the old {model}, since it is no worse: it reads {validation} and {held_out} right."
    return (
        f"It reads {validation} and {held_out} right, so it is worse than the old {model}, which stays. "
        f"The new files are in the folder candidate."
    )


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in ("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:  # one of the two tensorflows
            continue
    return versions


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
