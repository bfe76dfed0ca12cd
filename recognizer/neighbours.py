"""A sample of the digits that a model was trained with, and what the model makes of them: ordinary digits.

The Why tab shows those that a drawing is most similar to, by the Euclidean distance between the features (Papernot &
McDaniel 2018, "Deep k-nearest neighbors"), reduced to their principal components. `recognizer.hand` sees to it that
nobody's hand changes how they are read. `python -m train` writes them to an .npz file beside the model.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from weakref import WeakKeyDictionary

import numpy as np

from recognizer.errors import ModelError
from recognizer.npz import Layout, read_arrays
from recognizer.runtimes.open_model import OpenModel

MAX_BYTES = 64 * 2**20
LAYOUT: Layout = {
    "mean": ("float32", ("d",)),  # of the features
    "components": ("float32", ("k", "d")),  # principal components
    "log_probabilities": ("float16", ("n", 11)),  # of the ten digits, and of none, in nats
    "features": ("float16", ("n", "k")),  # of each digit, less the mean, along the components
    "pictures": ("uint8", ("n", 28, 28)),  # 0 paper to 255 ink
    "labels": ("uint8", ("n",)),  # 0-9
    "drawn": ("bool", ("n",)),  # False for MNIST's, True for the digits that training draws itself
}
BATCH = 500  # digits; all at once would take 40 MB
PROBES = 16  # digits whose features have to be those that the model computes
MAX_ERROR = 0.1  # of these features, relative to their size; rounding makes up to 0.005
COMMAND = "`python -m train.export --formats neighbours`"

_indices: WeakKeyDictionary[OpenModel, "NeighbourIndex"] = WeakKeyDictionary()
_indices_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A digit from training: label 0-9; picture uint8 (28, 28), 0 paper to 255 ink; drawn: not one of MNIST's."""

    label: int
    picture: np.ndarray
    drawn: bool


class NeighbourIndex:
    """Digits from training, to be searched by their features."""

    def __init__(self, arrays: Mapping[str, np.ndarray]):
        """Take the arrays that `LAYOUT` describes."""
        self.arrays = arrays
        self._features = arrays["features"].astype(np.float32)

    @classmethod
    def load(cls, model: OpenModel) -> Self:
        """Read the index beside a model's file; `ModelError` where it is missing, damaged, or of another model."""
        if not model.sha256:
            raise ModelError("This model has no file, beside which an index of training digits would be.")
        path, name = index_path(model.path), model.path.name
        try:
            with path.open("rb") as file:
                arrays = read_arrays(file.read(MAX_BYTES + 1), LAYOUT, MAX_BYTES)
            if not arrays["labels"].size or arrays["labels"].max() > 9 or not _are_finite(arrays):
                raise ValueError("its numbers are out of range")
        except OSError as error:
            raise ModelError(f"There is no {path.name} beside {name}. {COMMAND} writes it.") from error
        except ValueError as error:
            raise ModelError(f"{path.name} is damaged ({error}). Restore it, or write it again: {COMMAND}.") from error
        index = cls(arrays)
        if not index._is_of(model):
            raise ModelError(f"{path.name} belongs to another model. {COMMAND} writes the one for {name}.")
        return index

    def nearest(self, features: np.ndarray, count: int) -> list[Neighbour]:
        """Return the `count` digits nearest to features, float32 (d,), of the index's own model; the nearest first."""
        distances = np.square(self._features - self._reduced(features)).sum(1)
        nearest = np.argsort(distances)[:count]
        labels, pictures, drawn = (self.arrays[name][nearest] for name in ("labels", "pictures", "drawn"))
        return list(map(Neighbour, labels.tolist(), pictures, drawn.tolist()))

    def batches(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield all digits, some at a time: features (n, d), pictures (n, 28, 28) in 0-1, log probabilities, labels."""
        for start in range(0, len(self._features), BATCH):
            rows = slice(start, start + BATCH)
            features = self._features[rows] @ self.arrays["components"] + self.arrays["mean"]
            pictures = self.arrays["pictures"][rows].astype(np.float32) / 255
            log_probabilities = self.arrays["log_probabilities"][rows].astype(np.float32)
            yield features, pictures, log_probabilities, self.arrays["labels"][rows]

    def _is_of(self, model: OpenModel) -> bool:
        """Whether the model, in whatever format, computes the features that the index holds."""
        features = model.run(self.arrays["pictures"][:PROBES] / np.float32(255))[1]
        if features.shape[1:] != self.arrays["mean"].shape:
            return False
        held = self._features[:PROBES]
        return bool(np.linalg.norm(self._reduced(features) - held) <= MAX_ERROR * np.linalg.norm(held))

    def _reduced(self, features: np.ndarray) -> np.ndarray:
        return (features - self.arrays["mean"]) @ self.arrays["components"].T


def index_of(model: OpenModel) -> NeighbourIndex:
    """Return the index of a model, read once while the model is in use; errors as for `NeighbourIndex.load`."""
    with _indices_lock:
        if model not in _indices:
            _indices[model] = NeighbourIndex.load(model)
        return _indices[model]


def _are_finite(arrays: Mapping[str, np.ndarray]) -> bool:
    return all(np.isfinite(array).all() for array in arrays.values() if array.dtype.kind == "f")


def index_path(model: Path) -> Path:
    """Return where the index of a model is: digits.keras or digits.onnx -> digits_neighbours.npz."""
    return model.with_name(f"{model.stem}_neighbours.npz")
