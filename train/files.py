"""Files that are either there whole or not there at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to, and move it into place if the block ends well.

    A crash in the block leaves what was at `path` untouched. The temporary file keeps the ending, which Keras reads
    the format from.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield temporary
        move_into_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def move_into_place(temporary: Path, path: Path) -> None:
    """Move a finished file onto `path`, on the same disk: whatever happens, the old one or the new one is there."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
