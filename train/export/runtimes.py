"""Write a Keras model in the formats of smaller runtimes, for pages that are to do without TensorFlow.

    python -m train.export                          models/digits.onnx and models/digits.tflite, of models/digits.keras
    python -m train.export my.keras --formats onnx  one of them, beside my.keras
    python -m train.export --data mnist.npz         offline: MNIST as an .npz file

Each file is read by its runtime before it takes its place: on MNIST's 10,000 test digits it has to give the answers of
the Keras model, every probability within 0.0001. The model's card then knows the file by its SHA-256.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer import RecognizerError
from recognizer.preprocess import prepare
from recognizer.recognizer import MAX_BATCH
from recognizer.runtimes.loader import DEFAULT_MODEL, load_model, load_network, sha256_of
from train.data.mnist import DATA_VARIABLE, load_mnist
from train.errors import TrainError, missing
from train.files import written_whole
from train.report.model_card import note_in_card

FORMATS = {"onnx": "onnx", "tflite": "litert"}  # the ending of the file: Keras' name for the format
MAX_DIFFERENCE = 1e-4  # of any probability


@dataclass(frozen=True)
class Comparison:
    """How two models differ on the same digits: other answers, and the largest difference of a probability."""

    other_answers: int
    largest_difference: float


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        digits = np.stack([prepare(picture) for picture in load_mnist(options.data)["x_test"]])
        for ending in options.formats:
            print(export(options.model, ending, digits))
    except (RecognizerError, TrainError) as error:
        print(f"python -m train.export: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"python -m train.export: {missing(error)}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m train.export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "model", type=Path, nargs="?", default=DEFAULT_MODEL, help="a .keras or .h5 file (models/digits.keras)"
    )
    made.add_argument("--formats", nargs="+", choices=list(FORMATS), default=list(FORMATS), help="which files to write")
    made.add_argument("--data", help=f"MNIST as an .npz file (or the environment variable {DATA_VARIABLE})")
    return made


def outdated_exports(model: Path) -> str:
    """Return what is to be said of the exports beside `model` when it has been replaced; "" where there are none."""
    names = [path.name for path in (model.with_suffix(f".{ending}") for ending in FORMATS) if path.exists()]
    if not names:
        return ""
    return f"{' and '.join(names)} still hold the old model: make them anew with `python -m train.export`."


def export(model: Path, ending: str, digits: np.ndarray) -> str:
    """Write `model` in the format of `ending` beside it, and return a sentence about it.

    `digits`: float32 (n, 28, 28), prepared, that both have to read the same. Raises `TrainError` where they do not, and
    leaves an older file as it was.
    """
    network = load_network(model)
    if network is None:
        raise TrainError(f"{model.name} is no Keras model: give the .keras or .h5 file.")
    path = model.with_suffix(f".{ending}")
    with written_whole(path) as temporary:
        write(network, temporary, ending)
        found = compare(load_model(model), load_model(temporary), digits)
        if found.other_answers or found.largest_difference > MAX_DIFFERENCE:
            raise TrainError(
                f"{path.name} was not written: it reads {found.other_answers} of {len(digits):,} digits otherwise than "
                f"{model.name}, and its probabilities differ by up to {found.largest_difference:.1e}."
            )
    card = model.with_suffix(".json")
    if card.exists():
        about = {
            "of": sha256_of(model),
            "sha256": sha256_of(path),
            "bytes": path.stat().st_size,
            "largest_difference": found.largest_difference,
        }
        note_in_card(card, "exports", {path.name: about})
    return (
        f"{path}: {path.stat().st_size / 2**20:.1f} MiB, the same answer to all {len(digits):,} test digits, "
        f"probabilities within {found.largest_difference:.1e}"
    )


def write(network, path: Path, ending: str) -> None:
    """Write a Keras model to `path` in the format of `ending`, unchecked."""
    network(np.zeros((1, *network.input_shape[1:]), np.float32))  # Keras exports nothing that was never called
    try:
        network.export(path, format=FORMATS[ending], verbose=False)
    except ImportError as error:
        raise TrainError(
            f"Keras needs another package for this ({error}): pip install -r requirements-dev.txt"
        ) from error


def compare(one, other, digits: np.ndarray) -> Comparison:
    """Compare two models, functions as `recognizer.runtimes.loader.load_model` returns them, on float32 (n, 28, 28)."""
    answers, differences = 0, 0.0
    for i in range(0, len(digits), MAX_BATCH):
        batch = digits[i : i + MAX_BATCH]
        a, b = one(batch), other(batch)
        answers += int((a.argmax(1) != b.argmax(1)).sum())
        differences = max(differences, float(np.abs(a - b).max()))
    return Comparison(answers, differences)


if __name__ == "__main__":
    sys.exit(main())
