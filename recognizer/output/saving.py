"""Answers in a file or a folder that grows while pictures are read, and that a stopped run can go on with.

Whenever the program is stopped, what is written is whole: CSV and JSON Lines except for the last picture, which is
therefore read again, and Parquet except for the last few thousand.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from recognizer.errors import RecognizerError
from recognizer.output.formatting import Outcome, cell_of, csv_header, to_csv, to_json, to_record

ENDINGS = (".csv", ".jsonl", ".parquet")
PART = 5_000  # pictures in a file of a Parquet folder; their records take some 20 MB until it is written
Records = Iterator[tuple[str, int]]  # of a file of answers: whose each record is, and where it ends, in bytes


class OutputError(RecognizerError):
    """The answers cannot be kept where they should be."""


class Output(Protocol):
    """Where answers are kept."""

    def has(self, name: str) -> bool:
        """Whether the answer to a picture was there before."""

    def write(self, name: str, outcome: Outcome) -> None:
        """Keep the answer to a picture."""

    def close(self) -> None:
        """Write what is not written yet."""


def open_output(path: Path, resume: bool) -> Output:
    """Open a file or folder for answers, in the form that its name ends with; go on with it if `resume`.

    Raises `OutputError` if it is there already and is not to be gone on with, or cannot be, and `OSError`.
    """
    if path.suffix not in ENDINGS:
        *others, last = ENDINGS
        raise OutputError(f"{path.name}: the name of a file for answers ends in {', '.join(others)} or {last}.")
    if path.exists() and not resume:
        raise OutputError(f"{path} is there already: go on with it with --resume, or give another name.")
    if path.suffix == ".csv":
        return _Lines(path, f"{csv_header()}\n", to_csv, _csv_records, lambda name: _as_utf8(cell_of(name)))
    if path.suffix == ".jsonl":
        return _Lines(path, "", to_json, _json_records, str)
    return _Parts(path)


class _Lines:
    """A text file with one or several lines for each picture, those of a picture together."""

    def __init__(
        self,
        path: Path,
        header: str,
        write: Callable[[str, Outcome], str],
        records: Callable[[IO[bytes]], Records],
        written_name: Callable[[str], str],
    ):
        self._write, self._written_name, start = write, written_name, header.encode()
        with path.open("a+b") as file:
            if not file.seek(0, os.SEEK_END):
                file.write(start)
            file.seek(0)
            if file.read(len(start)) != start:
                raise OutputError(f"{path} holds something else than answers of this program: give another name.")
            try:
                self._done, end = _whole(records(file), len(start))
            except (ValueError, LookupError, TypeError, csv.Error) as error:
                raise OutputError(f"{path} is damaged, and cannot be gone on with: give another name.") from error
            file.truncate(end)
        self._file = path.open("ab")

    def has(self, name: str) -> bool:
        return self._written_name(name) in self._done

    def write(self, name: str, outcome: Outcome) -> None:
        self._file.write(_as_utf8(f"{self._write(name, outcome)}\n").encode())
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class _Parts:
    """A folder of Parquet files, each with a row for each of many pictures (`recognizer.output.parquet`)."""

    def __init__(self, folder: Path):
        try:
            from pyarrow import fs

            from recognizer.output import parquet
        except ImportError as error:
            raise OutputError("Parquet needs pyarrow, which is not installed: pip install pyarrow.") from error
        self._parquet, self._folder = parquet, folder
        self._records: list[dict[str, Any]] = []
        folder.mkdir(exist_ok=True)
        try:
            self._done = parquet.files_read(fs.LocalFileSystem(), str(folder))
        except ValueError as error:
            raise OutputError(str(error)) from error

    def has(self, name: str) -> bool:
        return _as_utf8(name) in self._done

    def write(self, name: str, outcome: Outcome) -> None:
        self._records.append(to_record(_as_utf8(name), outcome))
        if len(self._records) == PART:
            self.close()

    def close(self) -> None:
        if self._records:
            self._parquet.write_part(self._folder, self._records)
            self._records = []


def _as_utf8(text: str) -> str:
    """Text that can be written as UTF-8; a file's name may have bytes that are none."""
    return text.encode("utf-8", "backslashreplace").decode()


def _whole(records: Records, start: int) -> tuple[set[str], int]:
    """All names but the last, whose records may not all be there, and where its first record starts."""
    done: set[str] = set()
    last, end = None, start
    for name, after in records:
        if name != last:
            if last is not None:
                done.add(last)
            last, end = name, start
        start = after
    return done, end


def _csv_records(file: IO[bytes]) -> Records:
    """The rows after the header, without one that is cut short."""
    lines = _Counted(file)
    try:
        for row in csv.reader(lines, strict=True):
            if lines.is_cut:
                return
            yield row[0], lines.end
    except csv.Error:
        if file.read(1):  # else a name with a line break in it is cut short there
            raise


def _json_records(file: IO[bytes]) -> Records:
    lines = _Counted(file)
    for line in lines:
        if lines.is_cut:
            return
        yield json.loads(line)["file"], lines.end


class _Counted:
    """The lines of a file from where it is, as text; `end` is that of the last one, which `is_cut` without its end."""

    def __init__(self, file: IO[bytes]):
        self._file, self.end, self.is_cut = file, file.tell(), False

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self.end += len(line)
            self.is_cut = not line.endswith(b"\n")
            yield line.decode()
