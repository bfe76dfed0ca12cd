"""Pictures in a folder or a bucket, wherever pyarrow can open it -> a table of what is written on them."""

import os
import platform
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
from pyarrow import fs

from recognizer.errors import InvalidImageError
from recognizer.images.opening import ENDINGS, MAX_FILE_BYTES
from recognizer.many.processes import one_thread
from recognizer.output.formatting import to_record
from recognizer.output.parquet import to_table
from recognizer.recognizer import Recognizer

# Files that are fetched while as many are read: a bucket takes longer to answer than a picture to be read. All these
# are in memory, 4 GiB if each were as large as it may be.
AHEAD = 32


def open_folder(address: str) -> tuple[fs.FileSystem, str]:
    """Return the file system that a path or a URI such as s3://bucket/folder is in, and its path there.

    Raises `ValueError` or `OSError` where there is no such file system.
    """
    if address and "://" not in address:
        address = os.path.abspath(address)  # noqa: PTH100 - `Path.resolve` would follow links that other machines lack
    filesystem, path = fs.FileSystem.from_uri(address)
    return filesystem, path.rstrip("/") or path


def pictures_in(filesystem: fs.FileSystem, path: str) -> list[str]:
    """Return the paths of the files in a folder, and in those within it, whose names end like pictures, sorted.

    Raises `ValueError` where there are none or a name is not text, and `OSError` where the folder cannot be listed.
    """
    found = filesystem.get_file_info(fs.FileSelector(path, recursive=True))
    try:
        names = sorted(each.path for each in found if each.is_file and f".{each.extension.lower()}" in ENDINGS)
    except UnicodeDecodeError as error:
        raise ValueError(f"The name {error.object!r} is not UTF-8, as Parquet needs it: rename this file.") from error
    if not names:
        raise ValueError(f"There are no pictures in {path}; their names end in {', '.join(ENDINGS)}.")
    return names


class StorageReader:
    """Reads pictures of a folder with a model of its own."""

    def __init__(
        self, filesystem: fs.FileSystem, folder: str, model: str | os.PathLike | None = None, single: bool = False
    ):
        """Load a model as `Recognizer.load` does; `single` as for `Recognizer.read_many`.

        Raises `OSError` where this machine does not see the folder.
        """
        if filesystem.get_file_info(folder).type is fs.FileType.NotFound:
            raise FileNotFoundError(f"{platform.node()} does not see {folder}: all machines have to.")
        self._filesystem, self._single = filesystem, single
        one_thread()
        self._recognizer = Recognizer.load(model)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return what is written on the pictures whose paths are in the column `file`, or why that cannot be said.

        The table has a row for each, in their order, as in `recognizer.output.parquet.SCHEMA`.
        """
        names, records = batch["file"].to_pylist(), []
        with ThreadPoolExecutor(AHEAD) as pool:
            coming = pool.map(self._fetch, names[:AHEAD])
            for start in range(0, len(names), AHEAD):
                end = start + AHEAD
                fetched = list(coming)
                coming = pool.map(self._fetch, names[end : end + AHEAD])
                pictures = (each for each in fetched if isinstance(each, bytes))
                outcomes = iter(self._recognizer.read_batch(pictures, single=self._single))
                for name, picture in zip(names[start:end], fetched, strict=True):
                    records.append(to_record(name, next(outcomes) if isinstance(picture, bytes) else picture))
        return to_table(records)

    def _fetch(self, name: str) -> bytes | InvalidImageError:
        """The content of a file, cut off where it is too large for a picture, or why there is none."""
        try:
            with self._filesystem.open_input_stream(name, compression=None) as file:
                return file.read(MAX_FILE_BYTES + 1)
        except (OSError, pa.ArrowException) as error:
            return InvalidImageError(f"The file cannot be read ({getattr(error, 'strerror', None) or error}).")
