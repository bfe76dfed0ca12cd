"""Readings as Parquet: a row for each picture, read here or on many machines (`recognizer.on_ray`)."""

import posixpath
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import fs, parquet

DIGIT = pa.struct(
    {
        "digit": pa.int8(),
        "confidence": pa.float32(),
        "is_digit": pa.bool_(),
        "taught": pa.bool_(),
        "box": pa.list_(pa.int32()),
        "probabilities": pa.list_(pa.float32()),
    }
)
# As `recognizer.output.formatting.to_record` gives them; either `error` or all the others, but `file`, are null.
SCHEMA = pa.schema(
    {
        "file": pa.string(),
        "text": pa.string(),
        "digits": pa.list_(DIGIT),
        "left_out": pa.int32(),
        "error": pa.string(),
    }
)


def to_table(records: list[dict[str, Any]]) -> pa.Table:
    """Return records as a table with `SCHEMA`, a row for each."""
    return pa.Table.from_pylist(records, SCHEMA)


def files_read(filesystem: fs.FileSystem, folder: str) -> set[str]:
    """Return what is in the column `file` of the Parquet files in a folder; nothing where there is no such folder.

    A file that was being written when its program was killed has no rows yet. It gets a name that those who read the
    folder pass over. Raises `ValueError` for Parquet files of something else, and `OSError` where it cannot be read.
    """

    def names_in(path: str) -> list[str]:
        try:
            file = parquet.ParquetFile(path, filesystem=filesystem)
        except pa.ArrowInvalid:  # it has no end
            filesystem.move(path, posixpath.join(folder, f"_unfinished-{posixpath.basename(path)}.part"))
            return []
        with file:
            if "file" not in file.schema_arrow.names:
                raise ValueError(f"{path} does not hold readings: give a folder of its own for them.")
            return file.read(["file"])["file"].to_pylist()

    found = filesystem.get_file_info(fs.FileSelector(folder, allow_not_found=True))
    with ThreadPoolExecutor() as pool:
        names = pool.map(names_in, (each.path for each in found if each.extension == "parquet"))
        return set(chain.from_iterable(names))


def write_part(folder: Path, records: list[dict[str, Any]]) -> None:
    """Add a file with a row for each record to a folder of Parquet files; it is there as a whole, or not at all."""
    unfinished = folder / ".unfinished"  # whoever reads such folders leaves out what begins with a dot
    parquet.write_table(to_table(records), unfinished, compression="zstd")
    parts = (folder / f"part-{number:05}.parquet" for number in count())
    unfinished.rename(next(part for part in parts if not part.exists()))
