"""Files that are either there whole or not there at all, one by one or several together."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from train.errors import TrainError

BLOCK = 2**20  # bytes written at a time


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
        with suppress(OSError):  # or it would hide what went wrong in the block
            temporary.unlink(missing_ok=True)


def move_into_place(temporary: Path, path: Path) -> None:
    """Move a finished file onto `path`, on the same disk: whatever happens, the old one or the new one is there."""
    _sync(temporary)
    temporary.replace(path)


@contextmanager
def written_together(out: Path, name: str) -> Iterator[Path]:
    """Give a folder for the files of the model `name`, and move them all to `out` if the block ends well.

    A crash in the block leaves `out` as it was. A crash after it cannot leave some of the files new and others old for
    good: the folder has its final name by then, and `finish_moving` goes on from there. Folders among the files take
    the place of those in `out` as a whole.
    """
    finish_moving(out, name)
    making, finished = _folders(out, name)
    making.mkdir()
    try:
        yield making
        for path in making.rglob("*"):
            if path.is_file():
                _sync(path)
        making.rename(finished)
    finally:
        shutil.rmtree(making, ignore_errors=True)  # an error would hide what went wrong in the block
    finish_moving(out, name)


def finish_moving(out: Path, name: str) -> None:
    """End what a run that was killed had begun: move what it had finished, remove what it had not.

    To be called before anything in `out` is read or written for the model `name`; one run at a time may do so.
    """
    making, finished = _folders(out, name)
    if making.exists():
        shutil.rmtree(making)
    for unsaved in out.glob(f".*.{name}.unfinished-*.npz"):  # a state that was being written, by `written_whole`
        unsaved.unlink()
    if not finished.exists():
        return
    for path in sorted(finished.iterdir(), key=lambda path: (path.suffix == ".json", path.name)):  # the card last
        if path.is_dir() and (out / path.name).exists():
            shutil.rmtree(out / path.name)
        path.replace(out / path.name)
    finished.rmdir()


def check_room(out: Path, name: str, size: int) -> None:
    """Write `size` bytes to where `written_together` will write, and remove them; `OSError` where that fails."""
    making, _ = _folders(out, name)
    making.mkdir()
    try:
        fill(making / "room", size)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def fill(path: Path, size: int) -> None:
    """Write `size` bytes, to be overwritten; `OSError` where there is no room for them."""
    block = os.urandom(BLOCK)  # a disk that compresses would have room for any number of zeros
    with path.open("wb") as file:
        for start in range(0, size, BLOCK):
            file.write(block[: size - start])
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def disk_refusals(out: Path, advice: str = "What was trained up to the last whole epoch is kept.") -> Iterator[None]:
    """Make one sentence, a `TrainError`, of an `OSError` in the block, and add `advice`."""
    try:
        yield
    except OSError as error:
        raise TrainError(f"{out} cannot be written to ({error.strerror or error}). {advice}") from error


def _folders(out: Path, name: str) -> tuple[Path, Path]:
    """Where the files of a model are made, and where they wait to be moved."""
    return out / f".{name}.making", out / f".{name}.finished"


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
