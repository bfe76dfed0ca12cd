"""One correction: a drawn digit, what the model read, and what the person says it is.

A visitor can send anything and anybody can edit a database, so `checked` bounds every value.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from recognizer.numbers.strokes import Stroke
from recognizer.prediction import NO_DIGIT

MAX_POSITION = 999  # of a digit in its drawing; a full canvas has a few dozen digits
MAX_STROKES = 500  # the canvas takes no more
MAX_STROKES_BYTES = 2**16  # of the strokes as JSON, about 5,000 points; a digit has about 200, in 2 KiB
FARTHEST_PX = 10_000  # of a stroke or a box from the canvas' corner
UNUSABLE = "This correction is damaged and cannot be kept. Clear the canvas and draw again."
TOO_LONG = "This drawing has too much ink to be kept. Clear the canvas and draw again with less."


class CorrectionError(Exception):
    """The message says what went wrong and what to do. It never holds a database's address or password."""


@dataclass(frozen=True, eq=False)
class Correction:
    """One digit of a drawing and what it really is. There is at most one for each `drawing` and `position`.

    drawing: 32 hexadecimal digits, the same for all digits of one drawing.
    position: which digit of the drawing it is, in reading order, from 0.
    picture: uint8 (28, 28), 0 paper to 255 ink: what the model saw.
    strokes: all strokes of the drawing, in px of the canvas, in writing order.
    box: (left, top, right, bottom) of the digit in px of the canvas.
    answer: what the model read, 0-9 or `NO_DIGIT`.
    confidence: float 0-1, of the most probable digit.
    label: what the person says it is, 0-9 or `NO_DIGIT`.
    model: the SHA-256 of the model's file, in hexadecimal.
    made_at: when, in UTC.
    accepted: whether somebody has looked at it and found it right.
    """

    drawing: str
    position: int
    picture: np.ndarray
    strokes: tuple[Stroke, ...]
    box: tuple[int, int, int, int]
    answer: int
    confidence: float
    label: int
    model: str
    made_at: datetime
    accepted: bool = False

    @property
    def name(self) -> str:
        """A short name for the terminal: the start of the drawing's id, and the position."""
        return f"{self.drawing[:12]}-{self.position}"


def checked(correction: Correction) -> Correction:
    """Return the correction unchanged; `CorrectionError` if no canvas, model and person could have made it."""
    picture, made_at = correction.picture, correction.made_at
    is_usable = (
        _is_hexadecimal(correction.drawing, 32)
        and _is_hexadecimal(correction.model, 64)
        and _is_integer(correction.position, 0, MAX_POSITION)
        and _is_integer(correction.answer, 0, NO_DIGIT)
        and _is_integer(correction.label, 0, NO_DIGIT)
        and isinstance(correction.confidence, float)
        and 0 <= correction.confidence <= 1
        and isinstance(picture, np.ndarray)
        and picture.dtype == np.uint8
        and picture.shape == (28, 28)
        and isinstance(correction.box, tuple)
        and len(correction.box) == 4
        and all(_is_integer(edge, -FARTHEST_PX, FARTHEST_PX) for edge in correction.box)
        and isinstance(made_at, datetime)
        and made_at.tzinfo == UTC
        and all(_is_usable(stroke) for stroke in correction.strokes)
    )
    if not is_usable:
        raise CorrectionError(UNUSABLE)
    return correction


def strokes_to_json(strokes: Sequence[Stroke]) -> str:
    """Return strokes as JSON, to a tenth of a px: `[{"width": 16.0, "points": [[150.0, 60.5], ...]}, ...]`.

    Raises `CorrectionError` if there are too many strokes or points.
    """
    if len(strokes) > MAX_STROKES:
        raise CorrectionError(TOO_LONG)
    rounded = [{"width": max(0.1, round(s.width, 1)), "points": np.round(s.points, 1).tolist()} for s in strokes]
    text = json.dumps(rounded, separators=(",", ":"))
    if len(text) > MAX_STROKES_BYTES:
        raise CorrectionError(TOO_LONG)
    return text


def strokes_from_json(text: str) -> tuple[Stroke, ...]:
    """Return what `strokes_to_json` wrote; `CorrectionError` for JSON of another form. The values are not checked."""
    try:
        return tuple(Stroke(np.array(s["points"], np.float64), float(s["width"])) for s in json.loads(text))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise CorrectionError(UNUSABLE) from error


def _is_usable(stroke: Stroke) -> bool:
    points = stroke.points
    return (
        math.isfinite(stroke.width)
        and 0 < stroke.width <= FARTHEST_PX
        and points.ndim == 2
        and points.shape[1] == 2
        and len(points) > 0
        and bool((np.abs(points) <= FARTHEST_PX).all())  # False for NaN, too
    )


def _is_hexadecimal(value: object, length: int) -> bool:
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{length}}}", value) is not None


def _is_integer(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
