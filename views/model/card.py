"""What the Model tab shows of a model: its card and its misread digits, checked, for either file may hold anything."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.npz import read_arrays

MAX_CARD, MAX_MISREAD = 2**20, 2**20  # bytes
MAX_ROWS = 1000  # of a plot
MISREAD = {
    "pictures": ("uint8", ("n", 28, 28)),
    "labels": ("uint8", ("n",)),
    "answers": ("uint8", ("n",)),
    "confidences": ("float32", ("n",)),
}


@dataclass(frozen=True)
class Share:
    """A share 0-1 of `of` pictures, with its 95 % interval."""

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True)
class Bin:
    """Answers of about one confidence: their mean confidence, and the share that is right."""

    confidence: float
    right: Share


@dataclass(frozen=True)
class Epoch:
    """The shares that a network read right after an epoch: of training, of held-out writers, of drawings."""

    network: str
    training: float
    validation: float
    drawn: float


@dataclass(frozen=True)
class Card:
    """The figures of a model.

    people: of the digits by people who are not in training; None where that was not measured.
    drawn, drawn_refused, others_refused: of digits drawn by a program, and of other drawings by it.
    confusion: how many test digits (rows: what they are) were read as what (columns).
    """

    test: Share
    people: Share | None
    drawn: Share
    drawn_refused: Share
    others_refused: Share
    parameters: int
    bytes: int
    training_digits: int
    training_minutes: float
    cores: int
    confusion: list[list[int]]
    reliability: list[Bin]
    history: list[Epoch]


@dataclass(frozen=True, eq=False)
class Misread:
    """A digit that was misread: picture uint8 (28, 28), 0 paper to 255 ink."""

    picture: np.ndarray
    label: int
    answer: int
    confidence: float


def read_card(path: Path) -> Card:
    """Read a card as `python -m train` writes it; `ValueError` for a file that is missing or anything else."""
    try:
        return _card(json.loads(content_of(path, MAX_CARD)))
    except (OSError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def read_misread(path: Path) -> list[Misread]:
    """Read the misread digits that belong to a card; `ValueError` for a file that is missing or anything else."""
    try:
        arrays = read_arrays(content_of(path, MAX_MISREAD), MISREAD, MAX_MISREAD)
    except OSError as error:
        raise ValueError(str(error)) from error
    pictures, *columns = (arrays[name] for name in MISREAD)
    rows = zip(pictures, *(column.tolist() for column in columns), strict=True)
    return [Misread(picture, label, answer, _number(confidence)) for picture, label, answer, confidence in rows]


def content_of(path: Path, most: int) -> bytes:
    """Read a file; `OSError` if it is missing, `ValueError` if it has more than `most` bytes."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError("it is too large")
    return content


def _card(card: Any) -> Card:
    drawings, students = card["drawings"], card.get("benchmarks", {}).get("python -m benchmarks.hand", {})
    confusion = [[_whole(count) for count in row] for row in card["test_confusion"]]
    if [len(row) for row in confusion] != [10] * 10 or not any(map(sum, confusion)):
        raise ValueError("the confusion matrix is not 10 by 10, or empty")
    return Card(
        test=_share(card["test"]),
        people=_share(students["students"]["without"]) if students else None,
        drawn=_share(drawings["digits"]),
        drawn_refused=_share(drawings["digits_refused"]),
        others_refused=_share(drawings["negatives_refused"]),
        parameters=_whole(card["parameters"]),
        bytes=_whole(card["bytes"]),
        training_digits=_whole(card["training_digits"]),
        training_minutes=_number(card["training_minutes"], 1e6),
        cores=_whole(card["machine"]["cores"]),
        confusion=confusion,
        reliability=[Bin(_number(row["confidence"]), _share(row)) for row in _rows(drawings["reliability"])],
        history=[
            Epoch(_text(row["network"]), *(_number(row[f"{name}accuracy"]) for name in ("", "validation_", "drawn_")))
            for row in _rows(card["history"])
        ],
    )


def _share(row: dict) -> Share:
    low, high = map(_number, row["interval_95"])
    value = row["accuracy"] if "accuracy" in row else row["share"]
    return Share(_number(value), low, high, _whole(row["of"] if "of" in row else row["count"]))


def _rows(rows: Any) -> list:
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_ROWS:
        raise ValueError("no list, or none of a length to be shown")
    return rows


def _number(value: Any, most: float = 1) -> float:
    """A number from 0 to `most`."""
    if not 0 <= value <= most:  # TypeError for what is no number
        raise ValueError("no number in its range")
    return value


def _whole(value: Any) -> int:
    return int(_number(value, 10**12))


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("no short text")
    return value
