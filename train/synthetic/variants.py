"""Variants of MNIST's digits: redrawn large, in styles and with pens that MNIST lacks.

In: a prepared digit, float32 (28, 28), 0 paper to 1 ink, and its label. Out: uint8 (H, W), 0 paper to 255 ink, about 80
px high. All randomness comes from `rng`.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from recognizer.preprocess import stroke_width
from train.synthetic.pen import line

UPSCALE = 4
Pen = ImageDraw.ImageDraw


def variant(digit: np.ndarray, label: int, rng: np.random.Generator) -> np.ndarray:
    """Give most zeros a slash, ones a flag and a foot, and sevens a bar; and every digit another pen."""
    large = enlarged(digit)
    width = stroke_width(large / 255)
    picture = Image.fromarray(large)
    if int(label) in STYLES:
        share, add = STYLES[int(label)]
        if rng.random() < share:
            rows, columns = np.nonzero(large > 127)
            add(ImageDraw.Draw(picture), rows, columns, width, rng)
    thicker = [-1, -1, 0, 0, 0, 1, 2] if label == 0 else [-1, -1, 0, 0, 1, 2, 3, 4, 5]  # a thick slash fills the zero
    return _with_another_pen(picture, int(rng.choice(thicker)), width)


def enlarged(digit: np.ndarray) -> np.ndarray:
    """Return a prepared digit at four times its size, sharp, with paper around it."""
    side = UPSCALE * len(digit)
    smooth = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC))
    return np.pad(np.uint8(255 * np.clip(3 * (smooth - 0.35) + 0.5, 0, 1)), side // 3)


def _add_slash(pen: Pen, rows: np.ndarray, columns: np.ndarray, width: float, rng: np.random.Generator) -> None:
    """A line through the middle, from inside the ring to far beyond it."""
    height = np.ptp(rows) + 1
    angle = np.radians(rng.uniform(25, 75))
    half = height * rng.uniform(0.35, 0.85)
    x, y = np.array((columns.mean(), rows.mean())) + rng.normal(0, 0.05 * height, 2)
    across, up = half * np.cos(angle), half * np.sin(angle)
    line(pen, [(x + across, y - up), (x - across, y + up)], width)


def _add_flag_and_foot(pen: Pen, rows: np.ndarray, columns: np.ndarray, width: float, rng: np.random.Generator) -> None:
    """A line from the top down to the left, up to as long as the 1 itself; sometimes a line below."""
    top, bottom, height = rows.min(), rows.max(), np.ptp(rows) + 1
    x, y = float(np.median(columns[rows <= top + width / 2])), top + width / 2
    angle = np.radians(rng.uniform(20, 65))  # from the vertical
    length = height * rng.uniform(0.15, 0.85)
    line(pen, [(x, y), (x - length * np.sin(angle), y + length * np.cos(angle))], width)
    if rng.random() < 0.4:
        x, y = float(np.median(columns[rows >= bottom - width / 2])), bottom - width / 2
        half = height * rng.uniform(0.12, 0.35)
        line(pen, [(x - half, y), (x + half, y + rng.normal(0, 3))], width)


def _add_bar(pen: Pen, rows: np.ndarray, columns: np.ndarray, width: float, rng: np.random.Generator) -> None:
    """A short line across the stem."""
    y = rows.min() + (np.ptp(rows) + 1) * rng.uniform(0.4, 0.65)
    stem = columns[np.abs(rows - y) < 2]
    x = float(np.median(stem)) if len(stem) else columns.mean()
    half = (np.ptp(rows) + 1) * rng.uniform(0.12, 0.32)
    line(pen, [(x - half, y + rng.normal(0, 3)), (x + half, y - rng.normal(2, 3))], width)


def _with_another_pen(picture: Image.Image, thicker: int, width: float) -> np.ndarray:
    """Make strokes `width` px wide thicker by `thicker` px on each side, or thinner, of a digit 80 px high."""
    if thicker < 0 and width > 8:
        return np.asarray(picture.filter(ImageFilter.MinFilter(3)))
    for _ in range(thicker):
        picture = picture.filter(ImageFilter.MaxFilter(3))
        picture = picture.filter(ImageFilter.GaussianBlur(0.5))  # otherwise dots would become squares
    return np.asarray(picture)


STYLES = {0: (0.8, _add_slash), 1: (0.8, _add_flag_and_foot), 7: (0.6, _add_bar)}  # digit: share, what is added
