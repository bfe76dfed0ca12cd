"""Readings as Parquet: a row for each picture, read here or on many machines (`recognizer.on_ray`)."""

from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

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


def files_in(folder: Path) -> set[str]:
    """Return the names of all pictures that a folder of Parquet files has a row for; `ValueError` if it is none."""
    names: set[str] = set()
    for path in folder.glob("*.parquet"):
        names.update(pq.read_table(path, columns=["file"], partitioning=None)["file"].to_pylist())
    return names


def write_part(folder: Path, records: list[dict[str, Any]]) -> None:
    """Add a file with a row for each record to a folder of Parquet files; it is there as a whole, or not at all."""
    unfinished = folder / ".unfinished"  # whoever reads such folders leaves out what begins with a dot
    pq.write_table(to_table(records), unfinished, compression="zstd")
    parts = (folder / f"part-{number:05}.parquet" for number in count())
    unfinished.rename(next(part for part in parts if not part.exists()))
