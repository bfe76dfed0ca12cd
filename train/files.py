"""Files that are written whole or not at all, one by one or several together."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from train.errors import TrainError

BLOCK = 2**20  # bytes written at a time


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and move its file to `path` if the block succeeds.

    A crash in the block leaves the file at `path` untouched. The temporary name keeps the ending, because Keras takes
    the format from it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
    finally:
        with suppress(OSError):  # an error here would hide the one in the block
            temporary.unlink(missing_ok=True)


@contextmanager
def written_together(out: Path, name: str) -> Iterator[Path]:
    """Yield a folder for the files of the model `name`, and move them all to `out` if the block succeeds.

    Files in folders of it go to folders of the same name in `out`. A crash in the block leaves `out` as it was. A crash
    while they are moved leaves some old and some new files, until `finish_moving` moves the rest: the folder has its
    final name by then.
    """
    finish_moving(out, name)
    unfinished, finished = _folders(out, name)
    unfinished.mkdir()
    try:
        yield unfinished
        for path in unfinished.rglob("*"):
            if path.is_file():
                _sync(path)
        unfinished.rename(finished)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)  # an error would hide what went wrong in the block
    finish_moving(out, name)


def finish_moving(out: Path, name: str) -> None:
    """Clean up after a killed run: move the files that it had finished, and remove the others.

    Call it before reading or writing anything in `out` for the model `name`, in one process at a time.
    """
    unfinished, finished = _folders(out, name)
    if unfinished.exists():
        shutil.rmtree(unfinished)
    for unsaved in out.glob(f".*.{name}.unfinished-*.npz"):  # a state being written by `written_whole`
        unsaved.unlink()
    if not finished.exists():
        return
    files = (path for path in finished.rglob("*") if path.is_file())
    for path in sorted(files, key=lambda path: (path.suffix == ".json", path.name)):  # the card last
        target = out / path.relative_to(finished)
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
    shutil.rmtree(finished)


def check_room(folder: Path, size: int) -> None:
    """Write `size` bytes to a nameless file in `folder`; `OSError` if there is no room for them."""
    block = os.urandom(BLOCK)  # zeros would fit on any disk that compresses
    with tempfile.TemporaryFile(dir=folder) as file:
        for start in range(0, size, BLOCK):
            file.write(block[: size - start])
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def disk_errors(out: Path, advice: str = "Every finished epoch is saved.") -> Iterator[None]:
    """Turn an `OSError` in the block into a `TrainError` with `advice`."""
    try:
        yield
    except OSError as error:
        raise TrainError(f"{out} cannot be written to ({error.strerror or error}). {advice}") from error


def _folders(out: Path, name: str) -> tuple[Path, Path]:
    """Where the files of a model are written, and where they wait to be moved."""
    return out / f".{name}.making", out / f".{name}.finished"


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
