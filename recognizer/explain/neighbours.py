"""The digits from training that a drawing is most similar to, as the model sees them.

Similarity is the Euclidean distance between the features, which are the inputs of the last layer (Papernot & McDaniel
2018, "Deep k-nearest neighbors"), reduced to their principal components. `python -m train` writes the index, an .npz file beside the model;
`LAYOUT` says what it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from recognizer.errors import ModelError
from recognizer.npz import Layout, read_arrays
from recognizer.runtimes.open_model import OpenModel

MAX_BYTES = 64 * 2**20
LAYOUT: Layout = {
    "mean": ("float32", ("d",)),  # of the features
    "components": ("float32", ("k", "d")),  # principal components
    "features": ("float16", ("n", "k")),  # of each digit, less the mean, along the components
    "pictures": ("uint8", ("n", 28, 28)),  # 0 paper to 255 ink
    "labels": ("uint8", ("n",)),  # 0-9
    "drawn": ("bool", ("n",)),  # False for MNIST's, True for the digits that training draws itself
}
PROBES = 16  # digits whose features have to be those that the model computes
MAX_ERROR = 0.1  # of these features, relative to their size; rounding makes up to 0.005
COMMAND = "`python -m train.export --formats neighbours`"


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
        """Load the index beside a model's file; `ModelError` where it is missing, damaged, or of another model."""
        path, name = index_path(model.path), model.path.name
        try:
            with path.open("rb") as file:
                arrays = read_arrays(file.read(MAX_BYTES + 1), LAYOUT, MAX_BYTES)
            if not arrays["labels"].size or arrays["labels"].max() > 9 or not np.isfinite(arrays["features"]).all():
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

    def _is_of(self, model: OpenModel) -> bool:
        """Whether the model, in whatever format, computes the features that the index holds."""
        features = model.run(self.arrays["pictures"][:PROBES] / np.float32(255))[1]
        if features.shape[1:] != self.arrays["mean"].shape:
            return False
        held = self._features[:PROBES]
        return bool(np.linalg.norm(self._reduced(features) - held) <= MAX_ERROR * np.linalg.norm(held))

    def _reduced(self, features: np.ndarray) -> np.ndarray:
        return (features - self.arrays["mean"]) @ self.arrays["components"].T


def index_path(model: Path) -> Path:
    """Return where the index of a model is: digits.keras or digits.onnx -> digits_neighbours.npz."""
    return model.with_name(f"{model.stem}_neighbours.npz")
