"""A number as a careless hand writes it with a pen on the canvas, so that strokes of the same digit may not meet.

In: a source of randomness. Out: a `Number`. All its digits are by one hand, which has a slant, a width and a
carelessness of its own. By default 8 to 30 px of columns between them are free of ink, so it is easy to see where one
digit ends, and hard to see what belongs to it: a roof beside its five, a bar beside its stem, a stroke broken in two.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from recognizer import Stroke
from train.synthetic.glyphs import DIGITS
from train.synthetic.pen import Hand, line, parse, written

CANVAS = (640, 200)  # px, or wider where the number is
PEN = 10  # px
HEIGHT, UNEQUAL, WIDEST = 90, (0.8, 1.2), 110  # of the strokes' centre lines: px, times HEIGHT, px
UP_OR_DOWN = 15  # px from the middle
FREE = (8, 30)  # px of columns without ink between two digits
OVERLAPPING = (-24, -8)  # px; each digit reaches into the columns of the one before, and most touch it
GAP = (0.05, 0.25)  # of the digit's height, where a stroke is broken in two


@dataclass(frozen=True, eq=False)
class Number:
    """A number and its picture.

    text: its digits.
    picture: uint8 (H, W), 0 ink to 255 paper.
    strokes: the strokes of the picture, where they are known.
    """

    text: str
    picture: np.ndarray
    strokes: tuple[Stroke, ...] = ()


def penned(rng: np.random.Generator, free: tuple[float, float] = FREE) -> Number:
    """Write a number of 2 to 6 digits, `free` px of columns between them; every other writer is careless."""
    careless = rng.random() < 0.5
    hand = Hand(  # clumsier than those of training
        points=4.5,
        free=10.0,
        strokes=rng.uniform(4, 10) if careless else 3.0,
        ends=rng.uniform(0.2, 0.5) if careless else 0.2,
        tremor=0.9,
        rotation=3.0,
        slant=0.06,
        proportions=0.1,
    )
    width_and_slant = np.array([[np.exp(rng.normal(0, 0.25)), -rng.normal(0.1, 0.25)], [0, 1]])
    broken = rng.uniform(0, 0.2) if careless else 0.0  # the share of strokes
    labels = rng.integers(0, 10, rng.integers(2, 7))
    lines: list[np.ndarray] = []
    x = float(FREE[1])
    for label in labels:
        strokes = [each @ width_and_slant.T for each in written(parse(str(rng.choice(DIGITS[label]))), rng, hand)]
        strokes = [part for each in strokes for part in (_broken(each, rng) if rng.random() < broken else [each])]
        strokes = _scaled(strokes, rng)
        points = np.concatenate(strokes)
        middle = CANVAS[1] / 2 + rng.uniform(-UP_OR_DOWN, UP_OR_DOWN)
        low, high = points.min(0), points.max(0)
        shift = np.array([x - low[0], middle - (low[1] + high[1]) / 2])
        lines += [stroke + shift for stroke in strokes]
        x += high[0] - low[0] + PEN + rng.uniform(*free)
    image = Image.new("L", (max(CANVAS[0], int(x) + PEN), CANVAS[1]), 255)
    pen = ImageDraw.Draw(image)
    for points in lines:
        line(pen, [(float(x), float(y)) for x, y in points], PEN, 0)
    return Number("".join(map(str, labels)), np.asarray(image), tuple(Stroke(points, PEN) for points in lines))


def _broken(stroke: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Lift the pen for a moment somewhere along a stroke (n, 2) -> two strokes, or the same one where it is short."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    start = rng.uniform(0.15, 0.85) * along[-1]
    end = start + 100 * rng.uniform(*GAP) + PEN  # the ink's round ends take some of the gap
    parts = [stroke[along <= start], stroke[along >= end]]
    return parts if all(len(part) > 2 for part in parts) else [stroke]


def _scaled(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    width, height = np.ptp(np.concatenate(strokes), axis=0)
    factor = min(HEIGHT * rng.uniform(*UNEQUAL) / height, WIDEST / max(width, 1))
    return [stroke * factor for stroke in strokes]
