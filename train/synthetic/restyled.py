"""MNIST's digits with the strokes that its writers, in the United States, leave out, and with other pens.

Zeros get a slash, ones a flag and a foot, sevens a bar, as in much of the world
(https://en.wikipedia.org/wiki/Regional_handwriting_variation, 2026).
"""

import cv2
import numpy as np

from recognizer.preprocess import stroke_width
from train.synthetic.pen import draw, enlarged

GET_STROKES = (0, 1, 7)  # and the other digits only another pen
SHARE = 0.75  # of those that do
PENS = (-1, -1, 0, 0, 1, 2, 3)  # px that a stroke becomes thicker by on each side, of a digit 80 px high
THIN = 8.0  # px; thinner strokes would be lost


def restyled(digit: np.ndarray, label: int, rng: np.random.Generator) -> np.ndarray:
    """Redraw a prepared digit, float32 (28, 28): uint8 (H, W), 0 paper to 255 ink, about 80 px high."""
    large = enlarged(digit)
    width = stroke_width(large / 255)
    if label in GET_STROKES and rng.random() < SHARE:
        draw(large, _strokes(large > 127, label, width, rng), width)
    thicker = int(rng.choice(PENS[:5] if label == 0 else PENS))  # a thick slash would fill the zero
    if thicker < 0 and width < THIN:
        return large
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(thicker) + 1,) * 2)
    return cv2.dilate(large, disc) if thicker >= 0 else cv2.erode(large, disc)


def _strokes(ink: np.ndarray, label: int, width: float, rng: np.random.Generator) -> list[np.ndarray]:
    """The strokes that a 0, 1 or 7 lacks: each float (2, 2), in px."""
    y, x = np.nonzero(ink)
    top, bottom, height = y.min() + width / 2, y.max() - width / 2, np.ptp(y) + 1
    if label == 0:
        return [_line(x.mean(), y.mean(), -rng.uniform(15, 65), height * rng.uniform(0.7, 1.7), 0.5)]
    if label == 7:
        middle = y.min() + height * rng.uniform(0.4, 0.65)
        return [_line(_across(x, y, middle), middle, rng.normal(-3, 4), height * rng.uniform(0.25, 0.65), 0.5)]
    flag = _line(_across(x, y, top), top, 180 - rng.uniform(25, 70), height * rng.uniform(0.15, 0.85), 0)
    foot = _line(_across(x, y, bottom), bottom, rng.normal(0, 4), height * rng.uniform(0.25, 0.7), 0.5)
    return [flag, foot] if rng.random() < 0.4 else [flag]


def _line(x: float, y: float, degrees: float, length: float, before: float) -> np.ndarray:
    """A straight line, `before` of which lies before (x, y): float (2, 2)."""
    direction = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    return np.array([x, y]) + np.outer([-before, 1 - before], length * direction)


def _across(x: np.ndarray, y: np.ndarray, height: float) -> float:
    """Where the ink at (x, y) has its middle at this height."""
    return float(np.median(x[np.abs(y - height) <= np.abs(y - height).min() + 2]))
