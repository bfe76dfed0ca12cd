"""A number as somebody writes it with a pen on the canvas.

In: a source of randomness. Out: a `Number`, by a writer with other habits than those of training. Half of them are
careless, and lift the pen at some sharp turns. By default 8 to 30 px of columns between the digits are free of ink,
so it is easy to see where one ends, and hard to see what belongs to it: a roof beside its five, a bar beside its stem.
"""

from dataclasses import dataclass, replace

import numpy as np

from recognizer import Stroke
from train.synthetic.drawings import OTHER_HABITS
from train.synthetic.numbers import write_number
from train.synthetic.pen import draw
from train.synthetic.writer import Writer

CANVAS = (640, 200)  # px, or wider where the number is
PEN, HEIGHT = 10, 90  # px
FREE = (8, 30)  # px of columns without ink between two digits
OVERLAPPING = (-24, -8)  # px; each digit reaches into the columns of the one before, and most touch it
CARELESS = 0.3  # share of sharp turns at which a careless writer lifts the pen


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
    """Write a number of 2 to 6 digits, `free` px of columns between them."""
    habits = replace(OTHER_HABITS, lifts=CARELESS) if rng.random() < 0.5 else OTHER_HABITS
    labels = rng.integers(0, 10, rng.integers(2, 7)).tolist()
    factor = HEIGHT / 100
    number = write_number(Writer(rng, habits), labels, ((free[0] + PEN) / factor, (free[1] + PEN) / factor))
    lines = [line * factor + (FREE[1], CANVAS[1] / 2) for digit in number for line in digit]
    paper = np.full((CANVAS[1], max(CANVAS[0], int(np.concatenate(lines)[:, 0].max()) + 2 * PEN)), 255, np.uint8)
    draw(paper, lines, PEN, 0)
    return Number("".join(map(str, labels)), paper, tuple(Stroke(line, PEN) for line in lines))
