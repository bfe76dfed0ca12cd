"""An .npz file from outside -> the arrays it is to hold; each is checked before it is unpacked, and never unpickled."""

import io
import zipfile
from collections.abc import Mapping
from typing import IO

import numpy as np

MAX_TEXT = 200  # characters
Layout = Mapping[str, tuple[str, tuple[int | str, ...]]]  # name -> (dtype, shape), such as ("uint8", ("n", 28, 28))


def read_arrays(content: bytes, layout: Layout, max_bytes: int) -> dict[str, np.ndarray]:
    """Return the arrays that `layout` names from the content of an .npz file; others in it are not looked at.

    A side that has a name in `layout` may be any length, the same wherever the name is; the dtype "str" is text of up
    to 200 characters. Raises `ValueError` with a short reason for any file that is damaged, lacks an array, or would
    unpack to over `max_bytes`.
    """
    arrays: dict[str, np.ndarray] = {}
    sides: dict[str, int] = {}
    try:
        if len(content) > max_bytes:
            raise ValueError(f"it is over {max_bytes / 2**20:.3g} MiB")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > max_bytes:
                raise ValueError(f"it unpacks to over {max_bytes / 2**20:.3g} MiB")
            for name, (dtype, shape) in layout.items():
                if f"{name}.npy" not in archive.namelist():
                    raise ValueError(f"it lacks the array {name!r}")
                with archive.open(f"{name}.npy") as file:
                    _check_header(file, name, dtype, shape, sides, max_bytes)
                    file.seek(0)
                    arrays[name] = np.lib.format.read_array(file, allow_pickle=False)
                if dtype == "str":
                    arrays[name].tolist()  # raises ValueError where it is not text
    except ValueError:
        raise
    except Exception as error:  # the readers of zip and NumPy files fail in many ways on damaged ones
        raise ValueError(str(error) or type(error).__name__) from error
    return arrays


def _check_header(
    file: IO[bytes], name: str, dtype: str, shape: tuple[int | str, ...], sides: dict[str, int], max_bytes: int
) -> None:
    """`sides`: the lengths of named sides, as far as they are known; those of this array are added."""
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    version = np.lib.format.read_magic(file)
    if version not in readers:
        raise ValueError(f"version {version} of NumPy's format is not known")
    actual, _, kind = readers[version](file)
    if len(actual) == len(shape):
        for side, length in zip(shape, actual, strict=True):
            if isinstance(side, str):
                sides.setdefault(side, length)
    expected = tuple(sides.get(side, side) if isinstance(side, str) else side for side in shape)
    is_kind = kind.kind == "U" and kind.itemsize <= 4 * MAX_TEXT if dtype == "str" else kind == np.dtype(dtype)
    if not is_kind or actual != expected:
        wanted = f"text of up to {MAX_TEXT} characters" if dtype == "str" else dtype
        raise ValueError(f"{name} is {kind} {actual}, and should be {wanted} {expected}")
    if kind.itemsize * int(np.prod(actual, dtype=object)) > max_bytes:
        raise ValueError(f"{name} would unpack to over {max_bytes / 2**20:.3g} MiB")
