"""Points that a pen runs through -> a line -> ink on paper.

Lines are float (n, 2), x right and y down, in px of a digit about 100 px high.
"""

from itertools import pairwise

import cv2
import numpy as np
from PIL import Image

STEPS = 6  # straight pieces between two points
APART = 2.0  # px between the points of a line
MARGIN = 2  # px of paper around the ink
SUBPIXEL = 4  # bits
SOFT_EDGE = 1.35  # px that OpenCV's antialiased lines are wider than their thickness, if that is even
UPSCALE = 4


def through(points: np.ndarray, sharp: np.ndarray) -> np.ndarray:
    """A smooth line through `points` (Catmull & Rom 1974), with corners where it is `sharp`; its points are `APART`."""
    breaks = [0, *(np.flatnonzero(sharp[1:-1]) + 1).tolist(), len(points) - 1]
    line = np.concatenate([_smooth(points[a : b + 1]) for a, b in pairwise(breaks)])
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    return between(line, along, np.linspace(0, along[-1], max(2, round(along[-1] / APART))))


def between(line: np.ndarray, along: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Read a line, whose points are `along` it, `at` other places: (n, 2)."""
    return np.stack([np.interp(at, along, line[:, axis]) for axis in range(2)], 1)


def rounded(line: np.ndarray, radius: float) -> np.ndarray:
    """Cut corners and flatten curves, as a fast hand does: a Gaussian over `radius` px; both ends stay."""
    reach = min(round(3 * radius / APART), len(line) - 1)
    if reach < 1:
        return line
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) * APART / radius) ** 2)
    before, after = 2 * line[0] - line[reach:0:-1], 2 * line[-1] - line[-2 : -reach - 2 : -1]
    longer = np.concatenate([before, line, after])
    return np.stack([np.convolve(longer[:, i], weights / weights.sum(), "valid") for i in range(2)], 1)


def inked(lines: list[np.ndarray], width: float) -> np.ndarray:
    """Draw lines with a round pen `width` px wide -> uint8 (H, W), 0 paper to 255 ink, cut to the ink and a margin."""
    points = np.concatenate(lines)
    edge = width / 2 + MARGIN
    low = points.min(0) - edge
    right, bottom = np.ceil(points.max(0) + edge - low).astype(int) + 1
    paper = np.zeros((bottom, right), np.uint8)
    draw(paper, [line - low for line in lines], width)
    return paper


def draw(paper: np.ndarray, lines: list[np.ndarray], width: float, ink: int = 255) -> None:
    """Draw lines on `paper`, uint8 (H, W), with a round pen `width` px wide, to a pixel."""
    whole = [np.rint(line * 2**SUBPIXEL).astype(np.int32) for line in lines]
    thickness = max(1, 2 * round((width - SOFT_EDGE) / 2))
    cv2.polylines(paper, whole, False, ink, thickness, cv2.LINE_AA, SUBPIXEL)


def enlarged(digit: np.ndarray) -> np.ndarray:
    """Return a prepared digit, float32 (28, 28), at four times its size, sharp, with paper around it: uint8 (H, W)."""
    side = UPSCALE * len(digit)
    smooth = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC))
    return np.pad(np.uint8(255 * np.clip(3 * (smooth - 0.35) + 0.5, 0, 1)), side // 3)


def _smooth(points: np.ndarray) -> np.ndarray:
    if len(points) == 2:
        return points
    closed = np.hypot(*(points[0] - points[-1])) < 12
    before = points[-2] if closed else 2 * points[0] - points[1]
    after = points[1] if closed else 2 * points[-1] - points[-2]
    p = np.concatenate([before[None], points, after[None]])
    p0, p1, p2, p3 = (p[i : i + len(points) - 1, None] for i in range(4))
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    cubic = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    return np.concatenate([cubic.reshape(-1, 2) / 2, points[-1:]])
