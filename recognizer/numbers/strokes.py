"""The strokes that a drawing was made with, where they are known, and the ink that each of them left.

Where the pen was lifted says more about where a digit ends than the ink does: a stroke mostly belongs to one digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

MAX_STROKES = 24  # enough for ten digits; more are mostly a scribble, and it is read from its pixels
EDGE_PX = 3.0  # how far the canvas' soft edge extends beyond the width of the pen
SUBPIXEL_BITS = 4  # OpenCV draws lines at a sixteenth of a pixel
FARTHEST_PX = 30_000  # what OpenCV's coordinates can hold, with those bits, and its lines be thick
MAX_UNEXPLAINED = 0.02  # of the ink; strokes that do not cover more of it did not make this picture


@dataclass(frozen=True, eq=False)
class Stroke:
    """The path of a pen, from where it touched the picture to where it was lifted.

    points: float (n, 2), n >= 1, in px of the picture, x to the right, y down; width: of the pen, in px.
    """

    points: np.ndarray
    width: float


def explain(strokes: Sequence[Stroke], ink: np.ndarray) -> bool:
    """Return whether ink, float32 (H, W), is what these strokes left, and they are few enough to say whose it is."""
    if not 0 < len(strokes) <= MAX_STROKES or not all(map(_can_be_drawn, strokes)):
        return False
    drawn = np.maximum.reduce([draw(stroke, ink.shape) for stroke in strokes])
    return bool(ink[drawn == 0].sum() <= MAX_UNEXPLAINED * ink.sum())


def draw(stroke: Stroke, shape: tuple[int, ...]) -> np.ndarray:
    """Return where a stroke may have left ink: uint8 `shape`, 0 or 1."""
    mask = np.zeros(shape, np.uint8)
    points = np.int32(np.rint(stroke.points * 2**SUBPIXEL_BITS)).reshape(-1, 1, 2)
    cv2.polylines(mask, [points], False, 1, max(1, round(stroke.width + EDGE_PX)), shift=SUBPIXEL_BITS)
    return mask


def _can_be_drawn(stroke: Stroke) -> bool:
    return len(stroke.points) > 0 and bool((np.abs([*stroke.points.flat, stroke.width]) <= FARTHEST_PX).all())
