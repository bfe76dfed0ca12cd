"""A piece of ink whose strokes are known one by one -> its parts, a stroke each.

In: a `Piece`, as `recognizer.pieces` finds it, and the `Stroke`s that left the ink of the picture. Out: `Piece`s. Where
the pen was lifted says more about where a digit ends than where there is little ink to cut, and no stroke is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.pieces import CONNECTED, SPECK, Piece, trimmed

MAX_STROKES = 24  # of one piece; more is a scribble, and goes by its pixels
EDGE_PX = 3.0  # how far a canvas' soft edge reaches beyond the width of the pen
SUBPIXEL_BITS = 4  # OpenCV draws lines at a sixteenth of a pixel
FARTHEST_PX = 30_000  # what OpenCV's coordinates can hold, with those bits
MAX_UNEXPLAINED = 0.02  # of the ink; strokes that leave more of it unexplained are not those of this picture


@dataclass(frozen=True, eq=False)
class Stroke:
    """The way of a pen over the picture, from where it touched down to where it was lifted.

    points: float (n, 2), n >= 1, in px of the picture, x right, y down; width: of the pen, in px.
    """

    points: np.ndarray
    width: float


def cut_at_strokes(piece: Piece, strokes: Sequence[Stroke]) -> list[Piece] | None:
    """Return the strokes of a piece, from left to right; None where `strokes` are none, or not those that left it."""
    masks = [mask for stroke in strokes if (mask := _mask(stroke, piece)).any()]
    masks = [mask for mask in masks if ((piece.ink > CONNECTED) & (mask > 0)).any()]
    if not 0 < len(masks) <= MAX_STROKES:
        return None
    if piece.ink[np.maximum.reduce(masks) == 0].sum() > MAX_UNEXPLAINED * piece.ink.sum():
        return None
    parts = [trimmed(piece.left, piece.top, piece.ink * mask, piece.whole) for mask in masks]
    parts = [part for part in parts if max(part.height, part.width) >= SPECK * piece.height]
    return sorted(parts, key=lambda part: part.left + part.right)


def _mask(stroke: Stroke, piece: Piece) -> np.ndarray:
    """Where on a piece a stroke may have left ink: uint8 (h, w), 0 or 1."""
    mask = np.zeros(piece.ink.shape, np.uint8)
    points = np.clip(stroke.points - (piece.left, piece.top), -FARTHEST_PX, FARTHEST_PX)
    points = np.int32(np.rint(points * 2**SUBPIXEL_BITS)).reshape(-1, 1, 2)
    cv2.polylines(mask, [points], False, 1, max(1, round(stroke.width + EDGE_PX)), shift=SUBPIXEL_BITS)
    return mask
