"""MNIST, checked, split and prepared.

In: nothing (Keras downloads it), or an .npz file with x_train, y_train, x_test, y_test as Keras has them.
Out: `Mnist`, its digits prepared by `recognizer.preprocess`, as every drawing is.

Who wrote which digit is known from QMNIST (Yadav & Bottou 2019, arXiv 1905.10498), in mnist_writers.npz: `train`
(60000,), 539 writers, and `test` (10000,), 297 others, uint16.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer.preprocess import prepare
from train.errors import TrainError

DATA_VARIABLE = "MNIST_NPZ"
WRITERS = Path(__file__).parent / "mnist_writers.npz"
HOW_TO_GET_IT = (
    "Go online once, so that Keras can download it, or give the file mnist.npz with --data FILE.npz "
    f"or the environment variable {DATA_VARIABLE}."
)

# SHA-256 of each array's bytes in C order, as keras.datasets.mnist.load_data() returns them.
ARRAYS = {
    "x_train": ((60_000, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"),
    "y_train": ((60_000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"),
    "x_test": ((10_000, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"),
    "y_test": ((10_000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"),
}


@dataclass(frozen=True, eq=False)
class Split:
    """Prepared digits and their labels.

    digits: float32 (n, 28, 28), 0 paper to 1 ink; labels: uint8 (n,), 0-9 or `NO_DIGIT`.
    """

    digits: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray) -> "Split":
        """The digits at `rows`: indices int (m,) or a mask bool (n,)."""
        return Split(self.digits[rows], self.labels[rows])


Splits = dict[str, Split]  # by name


@dataclass(frozen=True, eq=False)
class Mnist:
    """What a training run uses; `test_pictures`, uint8 (n, 28, 28), are not prepared: `Recognizer` reads them.

    train_writers, validation_writers: who wrote each digit of these splits, uint16 (n,).
    """

    train: Split
    validation: Split
    train_writers: np.ndarray
    validation_writers: np.ndarray
    test_pictures: np.ndarray
    test_labels: np.ndarray
    hashes: dict[str, str]


def joined(parts: Sequence[Split]) -> Split:
    """Join several splits into one, in their order."""
    return Split(np.concatenate([p.digits for p in parts]), np.concatenate([p.labels for p in parts]))


def load_mnist(path: str | os.PathLike | None = None) -> dict[str, np.ndarray]:
    """Return MNIST's arrays from `path`, or else the file that MNIST_NPZ names, or else Keras' download.

    Beside the four that such files have, there are `train_writers` and `test_writers`: uint16 (n,).

    Raises `TrainError` if there is no data, or if it differs from MNIST in any byte.
    """
    path = path or os.environ.get(DATA_VARIABLE)
    arrays = _read_npz(Path(path)) if path else _download()
    source = path or "the download"
    for name, (shape, digest) in ARRAYS.items():
        array = arrays[name]
        kind = f"{array.dtype} {array.shape}"
        if kind != f"uint8 {shape}":
            raise TrainError(f"{source}: {name} is {kind}, MNIST's is uint8 {shape}. {HOW_TO_GET_IT}")
        if sha256(array) != digest:
            raise TrainError(f"{source}: the bytes of {name} are not MNIST's (SHA-256 differs). {HOW_TO_GET_IT}")
    with np.load(WRITERS) as file:
        return {**arrays, "train_writers": file["train"], "test_writers": file["test"]}


def split_and_prepare(arrays: dict[str, np.ndarray], validation_size: int, seed: int) -> Mnist:
    """Prepare the training digits, and hold out all digits of some writers, drawn with `seed`.

    So validation sees only hands that training has not seen. It takes as many writers as `validation_size` digits need.
    """
    writers, counts = np.unique(arrays["train_writers"], return_counts=True)
    order = np.random.default_rng(seed).permutation(len(writers))
    drawn = order[: int(np.searchsorted(counts[order].cumsum(), validation_size)) + 1]
    if len(drawn) == len(writers):
        raise TrainError(f"--validation-size is {validation_size}: this leaves no writer to train on.")
    held_out = np.isin(arrays["train_writers"], writers[drawn])
    digits = Split(np.stack([prepare(picture) for picture in arrays["x_train"]]), arrays["y_train"])
    return Mnist(
        train=digits[~held_out],
        validation=digits[held_out],
        train_writers=arrays["train_writers"][~held_out],
        validation_writers=arrays["train_writers"][held_out],
        test_pictures=arrays["x_test"],
        test_labels=arrays["y_test"],
        hashes={name: sha256(arrays[name]) for name in ARRAYS},
    )


def by_writer(split: Split, writers: np.ndarray) -> list[Split]:
    """Take a split apart into the digits of each of its writers."""
    return [split[writers == writer] for writer in np.unique(writers)]


def sha256(array: np.ndarray) -> str:
    """Return the SHA-256 of the array's bytes in C order, in hexadecimal."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in ARRAYS}
    except FileNotFoundError as error:
        raise TrainError(f"There is no file {path}. {HOW_TO_GET_IT}") from error
    except Exception as error:  # zip and NumPy readers each fail in their own ways on damaged files
        raise TrainError(f"{path} cannot be read as MNIST's .npz file ({error}). {HOW_TO_GET_IT}") from error


def _download() -> dict[str, np.ndarray]:
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras wraps every network failure in a bare Exception
        raise TrainError(f"MNIST could not be downloaded. {HOW_TO_GET_IT}") from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
