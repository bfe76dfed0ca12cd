"""The digits from training that a drawing is most like, in the eyes of the model.

Nearness is the Euclidean distance between what the last layer is given (Papernot & McDaniel 2018, "Deep k-nearest
neighbors"), reduced to its principal components. `python -m train.export.neighbours` writes the index, an .npz file beside the
model:

model      str         SHA-256 of the model file that it was made with
mean       float32 (d,)       of the last layer's inputs
components float32 (k, d)     principal components
features   float16 (n, k)     of each digit
pictures   uint8 (n, 28, 28)  0 paper to 255 ink
labels     uint8 (n,)         0-9
drawn      bool (n,)          False for MNIST's, True for the digits that training draws itself
"""

import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer.errors import ModelError
from recognizer.runtimes.loader import sha256_of

MAX_BYTES = 4 * 2**20  # of the file
MAX_UNPACKED = 64 * 2**20
FIELDS = ("model", "mean", "components", "features", "pictures", "labels", "drawn")


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A digit from training: label 0-9; picture uint8 (28, 28), 0 paper to 255 ink; drawn: not one of MNIST's."""

    label: int
    picture: np.ndarray
    drawn: bool


class NeighbourIndex:
    """Digits from training, to be searched by what the network's last layer is given."""

    def __init__(self, mean, components, features, pictures, labels, drawn):
        """Take the arrays that the module's docstring describes, without `model`."""
        self._mean, self._components = mean, components
        self._features = features.astype(np.float32)
        self._pictures, self._labels, self._drawn = pictures, labels, drawn

    @classmethod
    def load(cls, model: str | os.PathLike, sha256: str | None = None) -> "NeighbourIndex":
        """Load the index beside a model file; `ModelError` where it is missing, damaged, or of another model.

        `sha256`: of the model file when it was opened, by default as it is now.
        """
        model = Path(model)
        path = index_path(model)
        try:
            data = path.read_bytes()
            if len(data) > MAX_BYTES:
                raise ValueError("it is too large")
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                    raise ValueError("it unpacks to too much")
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                arrays = {name: file[name] for name in FIELDS}
            _check(arrays)
        except OSError as error:
            raise ModelError(
                f"There is no {path.name} beside {model.name}. `python -m train.export.neighbours` writes it."
            ) from error
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(
                f"{path.name} is damaged ({error}). Restore it, or write a new one with `python -m train.export.neighbours`."
            ) from error
        if str(arrays.pop("model")) != (sha256 or sha256_of(model)):
            raise ModelError(
                f"{path.name} belongs to another model. `python -m train.export.neighbours` writes that of {model.name}."
            )
        return cls(**arrays)

    def nearest(self, last_inputs: np.ndarray, count: int) -> list[Neighbour]:
        """Return the `count` nearest digits, the nearest first, to what the last layer is given: float32 (d,)."""
        if last_inputs.shape != self._mean.shape:
            raise ModelError(
                "The index of training digits belongs to another model. `python -m train.export.neighbours` writes a new one."
            )
        place = self._components @ (last_inputs - self._mean)
        distances = np.square(self._features - place).sum(1)
        return [
            Neighbour(int(self._labels[i]), self._pictures[i], bool(self._drawn[i]))
            for i in np.argsort(distances)[:count]
        ]


def index_path(model: str | os.PathLike) -> Path:
    """Where the index of a model lies: digits.keras -> digits_neighbours.npz."""
    model = Path(model)
    return model.with_name(f"{model.stem}_neighbours.npz")


def _check(arrays: dict[str, np.ndarray]) -> None:
    count, components = arrays["features"].shape
    expected = {
        "model": ((), "U"),
        "mean": (arrays["mean"].shape[:1], "f"),
        "components": ((components, *arrays["mean"].shape[:1]), "f"),
        "features": ((count, components), "f"),
        "pictures": ((count, 28, 28), "u"),
        "labels": ((count,), "u"),
        "drawn": ((count,), "b"),
    }
    for name, (shape, kind) in expected.items():
        if arrays[name].shape != shape or arrays[name].dtype.kind != kind:
            raise ValueError(f"{name} is not what it should be")
    if not count or arrays["labels"].max() > 9 or not np.isfinite(arrays["features"]).all():
        raise ValueError("its numbers are out of range")
