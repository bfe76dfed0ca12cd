"""One correction: a digit that was drawn, what the model said of it, and what the person said that it is.

Everything in it comes from a visitor or may have been changed on its way, so `checked` bounds all of it.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from corrections.errors import CorrectionError
from recognizer.numbers.strokes import Stroke
from recognizer.prediction import NO_DIGIT

MAX_POSITION = 999  # of a digit in its drawing; a canvas full of them has some dozens
MAX_STROKES = 500  # as many as the canvas takes
MAX_STROKES_BYTES = 2**16  # of the strokes as JSON, some 5,000 points; a digit has about 200, in 2 KiB
FARTHEST_PX = 10_000  # of a stroke or a box from the canvas' corner
UNUSABLE = "This correction is damaged and cannot be kept. Clear the canvas and draw again."
TOO_LONG = "There is too much ink in this drawing for it to be kept. Clear the canvas and draw again with less."


@dataclass(frozen=True, eq=False)
class Correction:
    """One digit of a drawing and what it really is. There is one for each `drawing` and `position`.

    drawing: 32 hexadecimal digits, the same for all digits of one drawing.
    position: which digit of the drawing, in reading order, from 0.
    picture: uint8 (28, 28), 0 paper to 255 ink: what the model saw.
    strokes: all those of the drawing, in px of the canvas, in writing order.
    box: (left, top, right, bottom) of the digit in px of the canvas.
    answer: what the model said, 0-9, or `NO_DIGIT`; confidence: float 0-1, of the most probable digit.
    label: what the person said, 0-9, or `NO_DIGIT`.
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
        """What people call it by: the beginning of the drawing's id, and the position."""
        return f"{self.drawing[:12]}-{self.position}"


def checked(correction: Correction) -> Correction:
    """Return the correction as it is; `CorrectionError` for what no canvas, model and person make."""
    picture, made_at = correction.picture, correction.made_at
    right = (
        isinstance(correction.drawing, str)
        and re.fullmatch("[0-9a-f]{32}", correction.drawing)
        and isinstance(correction.model, str)
        and re.fullmatch("[0-9a-f]{64}", correction.model)
        and _is_whole(correction.position, 0, MAX_POSITION)
        and _is_whole(correction.answer, 0, NO_DIGIT)
        and _is_whole(correction.label, 0, NO_DIGIT)
        and isinstance(correction.confidence, float)
        and 0 <= correction.confidence <= 1
        and isinstance(picture, np.ndarray)
        and picture.dtype == np.uint8
        and picture.shape == (28, 28)
        and isinstance(correction.box, tuple)
        and len(correction.box) == 4
        and all(_is_whole(edge, -FARTHEST_PX, FARTHEST_PX) for edge in correction.box)
        and isinstance(made_at, datetime)
        and made_at.tzinfo == UTC
    )
    if not right:
        raise CorrectionError(UNUSABLE)
    return correction


def strokes_to_json(strokes: Sequence[Stroke]) -> str:
    """Return strokes as JSON, to a tenth of a px: `[{"width": 16.0, "points": [[150.0, 60.5], ...]}, ...]`.

    Raises `CorrectionError` for strokes that are too many, too long, or lead to nowhere.
    """
    if len(strokes) > MAX_STROKES:
        raise CorrectionError(TOO_LONG)
    if not all(_is_stroke(stroke) for stroke in strokes):
        raise CorrectionError(UNUSABLE)
    rounded = [{"width": max(0.1, round(s.width, 1)), "points": np.round(s.points, 1).tolist()} for s in strokes]
    text = json.dumps(rounded, separators=(",", ":"), allow_nan=False)
    if len(text) > MAX_STROKES_BYTES:
        raise CorrectionError(TOO_LONG)
    return text


def strokes_from_json(text: str) -> tuple[Stroke, ...]:
    """Return what `strokes_to_json` wrote; `CorrectionError` for anything else."""
    try:
        strokes = tuple(Stroke(np.array(s["points"], np.float64), float(s["width"])) for s in json.loads(text))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise CorrectionError(UNUSABLE) from error
    if not all(_is_stroke(stroke) for stroke in strokes):
        raise CorrectionError(UNUSABLE)
    return strokes


def _is_stroke(stroke: Stroke) -> bool:
    points = stroke.points
    return (
        math.isfinite(stroke.width)
        and 0 < stroke.width <= FARTHEST_PX
        and points.ndim == 2
        and points.shape[1] == 2
        and len(points) > 0
        and bool((np.abs(points) <= FARTHEST_PX).all())  # False for NaN, too
    )


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
