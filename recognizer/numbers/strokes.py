"""A drawing whose strokes are known -> its pieces, one for each stroke.

In: ink float32 (H, W), 0 paper to 1 ink, and the `Stroke`s that left it. Out: `Piece`s, as `recognizer.numbers.pieces`
finds them where there are only pixels. Where the pen was lifted says more about where a digit ends than the ink does:
digits that cross or overlap come apart into their strokes, and no stroke is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.numbers.pieces import CONNECTED, SPECK, Piece, trimmed

MAX_STROKES = 24  # enough for ten digits; more are mostly a scribble, and it is read from its pixels
EDGE_PX = 3.0  # how far the canvas' soft edge extends beyond the width of the pen
SUBPIXEL_BITS = 4  # OpenCV draws lines at a sixteenth of a pixel
FARTHEST_PX = 30_000  # what OpenCV's coordinates can hold, with those bits
MAX_UNEXPLAINED = 0.02  # of the ink; strokes that do not cover more of it did not make this picture


@dataclass(frozen=True, eq=False)
class Stroke:
    """The path of a pen, from where it touched the picture to where it was lifted.

    points: float (n, 2), n >= 1, in px of the picture, x to the right, y down; width: of the pen, in px.
    """

    points: np.ndarray
    width: float


def stroke_pieces(ink: np.ndarray, strokes: Sequence[Stroke]) -> list[Piece] | None:
    """Return the ink of each stroke, in writing order, without specks; None where the strokes do not help.

    They do not if there are none, or more than `MAX_STROKES`, or if this ink is not theirs.
    """
    if not 0 < len(strokes) <= MAX_STROKES:
        return None
    masks = [_mask(stroke, ink.shape) for stroke in strokes]
    if ink[np.maximum.reduce(masks) == 0].sum() > MAX_UNEXPLAINED * ink.sum():
        return None
    connected = cv2.connectedComponents((ink > CONNECTED).astype(np.uint8), connectivity=8)[1]
    pieces = []
    for mask in masks:
        under = connected[(mask > 0) & (connected > 0)]
        if under.size:  # else it is off the picture
            pieces.append(trimmed(0, 0, ink * mask, int(np.bincount(under).argmax())))
    tallest = max((piece.height for piece in pieces), default=0)
    return [piece for piece in pieces if max(piece.height, piece.width) >= SPECK * tallest] or None


def _mask(stroke: Stroke, shape: tuple[int, int]) -> np.ndarray:
    """Where a stroke may have left ink: uint8 `shape`, 0 or 1."""
    mask = np.zeros(shape, np.uint8)
    points = np.int32(np.rint(np.clip(stroke.points, -FARTHEST_PX, FARTHEST_PX) * 2**SUBPIXEL_BITS))
    thickness = max(1, round(stroke.width + EDGE_PX))
    cv2.polylines(mask, [points.reshape(-1, 1, 2)], False, 1, thickness, shift=SUBPIXEL_BITS)
    return mask
