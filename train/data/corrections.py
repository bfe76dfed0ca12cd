"""A file of corrections -> drawings to learn from, and drawings held out to see whether that helped.

In: an .npz file from outside, as `python -m corrections export` writes it:

pictures  uint8 (n, 28, 28)  0 paper to 255 ink, prepared as the model sees them
labels    uint8 (n,)         0-9, or NO_DIGIT for none of these
drawings  str (n,)           the name of the drawing that each is from; a drawing of a number gives several

The file is bounded and checked before any of it is unpacked. Which drawings are held out depends on their names alone:
one that was held out is never learned from in a later round, which has more of them.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer.prediction import NO_DIGIT
from train.data.mnist import Split
from train.errors import TrainError

MAX_BYTES = 64 * 2**20  # of the file, and of what it unpacks to
MAX_NAME = 200  # characters
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
    except (OSError, ValueError) as error:
        reason = "There is no file" if isinstance(error, FileNotFoundError) else "No file can be read at"
        raise TrainError(f"{reason} {path}. {HOW_TO_GET_IT}") from error
    try:
        if len(content) > MAX_BYTES:
            raise ValueError(f"it is over {MAX_BYTES // 2**20} MiB, far too large for corrections")
        arrays = _unpack(content)
        _check(arrays)
    except Exception as error:  # zip and NumPy readers each fail in their own ways on damaged files
        raise TrainError(f"{path.name} holds no corrections: {error}. {HOW_TO_GET_IT}") from error
    return Corrections(
        Split(np.float32(arrays["pictures"] / np.float32(255)), arrays["labels"]),
        arrays["drawings"],
        hashlib.sha256(content).hexdigest(),
    )


def sides(corrections: Corrections) -> tuple[Split, Split]:
    """Return what to learn from and what is held out; no picture is in both, whatever drawings it is from."""
    held_out = np.array([is_held_out(name) for name in corrections.drawings.tolist()], bool)
    pictures, labels = corrections.pictures.digits, corrections.pictures.labels
    unseen = {picture.tobytes() for picture in pictures[held_out]}
    learned = np.array([picture.tobytes() not in unseen for picture in pictures], bool)
    return Split(pictures[learned], labels[learned]), Split(pictures[held_out], labels[held_out])


def is_held_out(drawing: str) -> bool:
    """Whether the drawing of this name is held out: one in `ONE_IN`, always the same ones."""
    digest = hashlib.sha256(drawing.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % ONE_IN == 0


def _unpack(content: bytes) -> dict[str, np.ndarray]:
    """The three arrays, each unpacked only when its header says that it is what it should be."""
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise ValueError(f"it unpacks to over {MAX_BYTES // 2**20} MiB")
        for name in ("pictures", "labels", "drawings"):
            if f"{name}.npy" not in archive.namelist():
                raise ValueError(f"it lacks the array {name!r}")
            with archive.open(f"{name}.npy") as file:
                _check_header(name, *_header(file))
            with archive.open(f"{name}.npy") as file:
                arrays[name] = np.lib.format.read_array(file, allow_pickle=False)
    return arrays


def _header(file) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of a .npy file."""
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    version = np.lib.format.read_magic(file)
    if version not in readers:
        raise ValueError(f"version {version} of NumPy's format is not known")
    shape, _, dtype = readers[version](file)
    return shape, dtype


def _check_header(name: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
    wanted, good = {
        "pictures": ("uint8 (n, 28, 28)", dtype == np.uint8 and len(shape) == 3 and shape[1:] == (28, 28)),
        "labels": ("uint8 (n,)", dtype == np.uint8 and len(shape) == 1),
        "drawings": (
            f"text (n,) of up to {MAX_NAME} characters",
            dtype.kind == "U" and dtype.itemsize <= 4 * MAX_NAME and len(shape) == 1,
        ),
    }[name]
    if not good:
        raise ValueError(f"{name} is {dtype} {shape}, and should be {wanted}")
    if dtype.itemsize * int(np.prod(shape, dtype=object)) > MAX_BYTES:
        raise ValueError(f"{name} would unpack to over {MAX_BYTES // 2**20} MiB")


def _check(arrays: dict[str, np.ndarray]) -> None:
    pictures, labels, drawings = arrays["pictures"], arrays["labels"], arrays["drawings"]
    if not len(pictures) == len(labels) == len(drawings):
        raise ValueError(f"it has {len(pictures)} pictures, {len(labels)} labels and {len(drawings)} drawings")
    if (wrong := np.flatnonzero(labels > NO_DIGIT)).size:
        raise ValueError(f"picture {wrong[0] + 1} is labelled {labels[wrong[0]]}; labels are 0 to {NO_DIGIT}")
    if (blank := np.flatnonzero(~pictures.any((1, 2)))).size:
        raise ValueError(f"picture {blank[0] + 1} is blank")
    if not all(drawings.tolist()):  # which also fails where it is no text
        raise ValueError("a picture lacks the name of its drawing")
