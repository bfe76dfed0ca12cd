"""A file of corrections -> drawings to learn from, and drawings held out to see whether that helped.

In: an .npz file from outside, as `python -m corrections export` writes it:

pictures  uint8 (n, 28, 28)  0 paper to 255 ink, prepared as the model sees them
labels    uint8 (n,)         0-9, or NO_DIGIT for none of these
drawings  str (n,)           the name of the drawing that each is from; a drawing of a number gives several

Which drawings are held out depends only on their names: one that is held out is never learned from in a later round,
when there are more of them.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer.npz import Layout, read_arrays
from recognizer.prediction import NO_DIGIT
from train.data.mnist import Split
from train.errors import TrainError

MAX_BYTES = 64 * 2**20
LAYOUT: Layout = {"pictures": ("uint8", ("n", 28, 28)), "labels": ("uint8", ("n",)), "drawings": ("str", ("n",))}
ONE_IN = 5  # drawings is held out
HOW_TO_GET_IT = "`python -m corrections export` writes such a file."


@dataclass(frozen=True, eq=False)
class Corrections:
    """What people said that drawings are.

    pictures: a `Split`; drawings: str (n,), the drawing that each is from; sha256: of the file.
    """

    pictures: Split
    drawings: np.ndarray
    sha256: str

    def __len__(self) -> int:
        return len(self.drawings)


def read_corrections(path: Path) -> Corrections:
    """Read a file of corrections; `TrainError` where it is missing, damaged, too large or holds anything else."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        arrays = read_arrays(content, LAYOUT, MAX_BYTES)
        _check(**arrays)
    except OSError as error:
        reason = "There is no file" if isinstance(error, FileNotFoundError) else "No file can be read at"
        raise TrainError(f"{reason} {path}. {HOW_TO_GET_IT}") from error
    except ValueError as error:
        raise TrainError(f"{path.name} is no file of corrections: {error}. {HOW_TO_GET_IT}") from error
    pictures = arrays["pictures"].astype(np.float32) / 255
    return Corrections(Split(pictures, arrays["labels"]), arrays["drawings"], hashlib.sha256(content).hexdigest())


def sides(corrections: Corrections) -> tuple[Split, Split]:
    """Return what to learn from and what is held out; no picture is in both, even if it is in several drawings."""
    held_out = np.array([is_held_out(name) for name in corrections.drawings.tolist()], bool)
    pictures, labels = corrections.pictures.digits, corrections.pictures.labels
    unseen = {picture.tobytes() for picture in pictures[held_out]}
    learned = np.array([picture.tobytes() not in unseen for picture in pictures], bool)
    return Split(pictures[learned], labels[learned]), Split(pictures[held_out], labels[held_out])


def is_held_out(drawing: str) -> bool:
    """Return whether the drawing of this name is held out: one in `ONE_IN`, always the same ones."""
    digest = hashlib.sha256(drawing.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % ONE_IN == 0


def _check(pictures: np.ndarray, labels: np.ndarray, drawings: np.ndarray) -> None:
    if (wrong := np.flatnonzero(labels > NO_DIGIT)).size:
        raise ValueError(f"picture {wrong[0] + 1} has the label {labels[wrong[0]]}; labels are 0 to {NO_DIGIT}")
    if (blank := np.flatnonzero(~pictures.any((1, 2)))).size:
        raise ValueError(f"picture {blank[0] + 1} is blank")
    if not all(drawings.tolist()):
        raise ValueError("a picture lacks the name of its drawing")
