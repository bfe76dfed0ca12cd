"""The model card: every figure of a model in one JSON file, `NAME.json`, beside it."""

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from recognizer.runtimes.loader import sha256_of
from train.files import written_whole
from train.report.metrics import (
    DrawnResult,
    TestResult,
    accuracy_per_digit,
    accuracy_with_interval,
    figures_on_drawings,
)


def measured(
    saved: Path, parameters: int, result: TestResult, validation: dict, drawn: list[DrawnResult], calibration: dict
) -> dict:
    """What a card says of the file of a finished model and of how it reads; `drawn` is of digits, variants, others."""
    return {
        "model": saved.name,
        "sha256": sha256_of(saved),
        "bytes": saved.stat().st_size,
        "parameters": parameters,
        "test": accuracy_with_interval(int((result.answers == result.labels).sum()), len(result.labels)),
        "test_per_digit": accuracy_per_digit(result),
        "validation": validation,
        "drawings": figures_on_drawings(*drawn),
        "calibration": calibration,
    }


def produced() -> dict:
    """What a card says of the programs and the machine that made the model."""
    return {"versions": _versions(), "machine": {"cores": _cores(), "processor": platform.machine()}}


def write_card(card: dict, path: Path) -> None:
    """Write `card` as JSON, whole or not at all, in a layout that shows what changed in a diff."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def note_in_card(path: Path, section: str, values: dict) -> None:
    """Set `values` in a section of the card at `path`, and leave the rest of it."""
    card = json.loads(path.read_text(encoding="utf-8"))
    card.setdefault(section, {}).update(values)
    write_card(card, path)


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
