"""The digits from training that a drawing is most similar to, as the model sees them.

Similarity is the Euclidean distance between the inputs of the last layer (Papernot & McDaniel 2018, "Deep k-nearest
neighbors"), reduced to their principal components. `python -m train` writes the index, an .npz file beside the model;
`LAYOUT` says what it holds.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from recognizer.errors import ModelError
from recognizer.npz import Layout, read_arrays
from recognizer.runtimes.loader import sha256_of

MAX_BYTES = 64 * 2**20
LAYOUT: Layout = {
    "model": ("str", ()),  # SHA-256 of the model file that it was made with
    "mean": ("float32", ("d",)),  # of the last layer's inputs
    "components": ("float32", ("k", "d")),  # principal components
    "features": ("float16", ("n", "k")),  # of each digit
    "pictures": ("uint8", ("n", 28, 28)),  # 0 paper to 255 ink
    "labels": ("uint8", ("n",)),  # 0-9
    "drawn": ("bool", ("n",)),  # False for MNIST's, True for the digits that training draws itself
}
COMMAND = "`python -m train.export --formats neighbours`"


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A digit from training: label 0-9; picture uint8 (28, 28), 0 paper to 255 ink; drawn: not one of MNIST's."""

    label: int
    picture: np.ndarray
    drawn: bool


class NeighbourIndex:
    """Digits from training, to be searched by the inputs of the network's last layer."""

    def __init__(self, arrays: Mapping[str, np.ndarray]):
        """Take the arrays that `LAYOUT` describes."""
        self.arrays = arrays
        self._features = arrays["features"].astype(np.float32)

    @classmethod
    def load(cls, model: str | os.PathLike, sha256: str | None = None) -> Self:
        """Load the index beside a model file; `ModelError` where it is missing, damaged, or of another model.

        `sha256`: of the model file when it was opened, by default as it is now.
        """
        model = Path(model)
        path = index_path(model)
        try:
            with path.open("rb") as file:
                arrays = read_arrays(file.read(MAX_BYTES + 1), LAYOUT, MAX_BYTES)
            if not arrays["labels"].size or arrays["labels"].max() > 9 or not np.isfinite(arrays["features"]).all():
                raise ValueError("its numbers are out of range")
        except OSError as error:
            raise ModelError(f"There is no {path.name} beside {model.name}. {COMMAND} writes it.") from error
        except ValueError as error:
            raise ModelError(f"{path.name} is damaged ({error}). Restore it, or write it again: {COMMAND}.") from error
        if str(arrays["model"]) != (sha256 or sha256_of(model)):
            raise ModelError(f"{path.name} belongs to another model. {COMMAND} writes the one for {model.name}.")
        return cls(arrays)

    def nearest(self, last_inputs: np.ndarray, count: int) -> list[Neighbour]:
        """Return the `count` digits nearest to an input of the last layer, float32 (d,); the nearest first."""
        mean, components = self.arrays["mean"], self.arrays["components"]
        if last_inputs.shape != mean.shape:
            raise ModelError(f"The index of training digits belongs to another model. {COMMAND} writes a new one.")
        distances = np.square(self._features - components @ (last_inputs - mean)).sum(1)
        nearest = np.argsort(distances)[:count]
        labels, pictures, drawn = (self.arrays[name][nearest] for name in ("labels", "pictures", "drawn"))
        return list(map(Neighbour, labels.tolist(), pictures, drawn.tolist()))


def index_path(model: str | os.PathLike) -> Path:
    """Return where the index of a model is: digits.keras -> digits_neighbours.npz."""
    model = Path(model)
    return model.with_name(f"{model.stem}_neighbours.npz")
