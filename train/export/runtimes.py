"""A Keras model -> files for ONNX Runtime and LiteRT, checked against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recognizer.runtimes.graph import with_features
from recognizer.runtimes.loader import load_model, load_network, sha256_of
from recognizer.runtimes.open_model import OpenModel
from train.errors import TrainError
from train.files import written_whole
from train.report.model_card import note_in_card

if TYPE_CHECKING:
    import keras

FORMATS = {"onnx": "onnx", "tflite": "litert"}  # the ending of the file: Keras' name for the format
MAX_DIFFERENCE = 1e-4  # of any probability, and of any feature, relative to the largest of its picture


def export(model: Path, ending: str, digits: np.ndarray) -> str:
    """Write `model` in the format of `ending` beside it, and return a sentence about the file.

    digits: float32 (n, 28, 28), prepared, which both have to read alike. Raises `TrainError` if they do not, and leaves
    an older file as it was.
    """
    path = model.with_suffix(f".{ending}")
    with written_whole(path) as temporary:
        write(load_network(model), temporary, ending)
        other_answers, difference = compare(load_model(model), load_model(temporary), digits)
        if other_answers or difference > MAX_DIFFERENCE:
            raise TrainError(
                f"{path.name} was not written: it gives other answers than {model.name} to {other_answers} of "
                f"{len(digits):,} digits, and its probabilities or features differ by up to {difference:.1e}."
            )
    card = model.with_suffix(".json")
    if card.exists():
        hashes = {"of": sha256_of(model), "sha256": sha256_of(path)}
        entry = {**hashes, "bytes": path.stat().st_size, "largest_difference": difference}
        note_in_card(card, "exports", {path.name: entry})
    return (
        f"{path}: {path.stat().st_size / 2**20:.1f} MiB, the same answers to all {len(digits):,} test digits, "
        f"probabilities and features within {difference:.1e}"
    )


def write(network: keras.Model, path: Path, ending: str) -> None:
    """Write a Keras model to `path` in the format of `ending`, with its features as a second output; unchecked."""
    network = with_features(network)
    network(np.zeros((1, *network.input_shape[1:]), np.float32))  # Keras only exports models that were called
    try:
        network.export(path, format=FORMATS[ending], verbose=False)
    except ImportError as error:
        raise TrainError(
            f"Keras needs another package for this ({error}): pip install -r requirements-dev.txt"
        ) from error


def compare(one: OpenModel, other: OpenModel, digits: np.ndarray) -> tuple[int, float]:
    """Return how many of the prepared `digits` get other answers, and the largest difference as for `MAX_DIFFERENCE`.

    It is infinite where only one of them gives features.
    """
    a, b = one.run_all(digits), other.run_all(digits)
    other_answers = int((a[0].argmax(1) != b[0].argmax(1)).sum())
    if a[1].shape != b[1].shape:
        return other_answers, np.inf
    largest = np.abs(a[1]).max(1, keepdims=True, initial=1e-12)
    return other_answers, max(float(np.abs(a[0] - b[0]).max()), float(np.abs((a[1] - b[1]) / largest).max(initial=0)))


def outdated_exports(model: Path) -> str:
    """Return a sentence on the exports beside `model` that its card does not know as its own; "" if there are none."""
    card = model.with_suffix(".json")
    exports = json.loads(card.read_text(encoding="utf-8")).get("exports", {}) if card.exists() else {}
    paths = [model.with_suffix(f".{ending}") for ending in FORMATS]
    names = [path.name for path in paths if path.exists() and path.name not in exports]
    if not names:
        return ""
    return f"{' and '.join(names)} still hold the old model: run `python -m train.export` to update them."
