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
FINER = 4  # times the size in which ink is drawn, for soft edges
MAX_UNEXPLAINED = 0.02  # of the ink; strokes that do not cover more of it did not make this picture


@dataclass(frozen=True, eq=False)
class Stroke:
    """The path of a pen, from where it touched the picture to where it was lifted.

    points: float (n, 2), n >= 1, in px of the picture, x to the right, y down; width: of the pen, in px.
    """

    points: np.ndarray
    width: float


def inked(strokes: Sequence[Stroke], size: tuple[int, int]) -> np.ndarray:
    """Draw strokes with a round pen on paper of `size` (width, height) px: uint8 (H, W), 0 paper to 255 ink.

    Takes 1 ms for each million px that the pen covers, counted as often as it passes; see `covered`.
    """
    paper = np.zeros(size[::-1], np.uint8)
    low = np.floor(np.min([each.points.min(0) - each.width / 2 - 1 for each in strokes], 0)).clip(0, size)
    high = np.ceil(np.max([each.points.max(0) + each.width / 2 + 1 for each in strokes], 0)).clip(low, size)
    (left, top), (right, bottom) = low.astype(int).tolist(), high.astype(int).tolist()
    if left < right and top < bottom:
        large = np.zeros((FINER * (bottom - top), FINER * (right - left)), np.uint8)
        for stroke in strokes:
            points = np.rint(((stroke.points - low) * FINER - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
            thickness = max(1, round(FINER * stroke.width))
            cv2.polylines(large, [points], False, 255, thickness, cv2.LINE_8, SUBPIXEL_BITS)
        shape = right - left, bottom - top
        paper[top:bottom, left:right] = cv2.resize(large, shape, interpolation=cv2.INTER_AREA)
    return paper


def covered(stroke: Stroke) -> float:
    """Return how many px the pen covers, counted as often as it passes."""
    lengths = np.hypot(*np.diff(stroke.points, axis=0).T)
    return float(((lengths + stroke.width) * stroke.width).sum() + stroke.width**2)


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
