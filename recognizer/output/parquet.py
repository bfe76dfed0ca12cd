"""Readings as Parquet: a row for each picture, read here or on many machines (`recognizer.on_ray`)."""

from typing import Any

import pyarrow as pa

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
