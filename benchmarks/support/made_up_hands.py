"""Digits by people who do not exist, each with a hand of their own.

In: a source of randomness, and how far a hand is from the glyphs of training. Out: the digits of one writer, prepared.

A writer has one glyph for each digit, with its points moved by a habit, and a slant, a turn, proportions and a pen, all
of them once and for all. Each drawing is unsteady around that, as much as people are: the cosine between two drawings
of a digit by one writer, blurred by 1.5 px, has the quantiles .05/.25/.5/.75/.95 at 0.76/0.87/0.91/0.95/0.97, and at
0.76/0.88/0.92/0.95/0.98 for MNIST's writers.
"""

import numpy as np

from recognizer.preprocess import prepare
from train.data.mnist import Split
from train.synthetic.glyphs import DIGITS
from train.synthetic.pen import GlyphStroke, Hand, inked, parse, written

# From one writer to the next: standard deviations in the units of `Hand`, and the range of pens.
SLANT = 0.2
TURN = 6.0  # degrees
PROPORTIONS = 0.22  # for each digit
THINNEST, THICKEST = 4.0, 20.0  # px
# From one drawing to the next by the same writer.
UNSTEADY = Hand(points=4.0, free=4.0, strokes=3.0, ends=0.1, tremor=0.5, rotation=6.0, slant=0.12, proportions=0.16)
PEN = 0.1  # of the logarithm of the pen's width


def made_up_hand(rng: np.random.Generator, habit: float, count: int) -> Split:
    """Write `count` digits as one person would, in a random order.

    habit: how far the points of the writer's glyphs are from those of training: their standard deviation in per cent
        of the glyph's height.
    """
    slant, turn = rng.normal(0, SLANT), np.radians(rng.normal(0, TURN))
    pen = rng.uniform(THINNEST, THICKEST)
    leaning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, -slant], [0, 1]])
    glyphs = [_own(str(rng.choice(styles)), leaning, habit, rng) for styles in DIGITS.values()]
    labels = rng.integers(0, 10, count).astype(np.uint8)
    pictures = [inked(written(glyphs[label], rng, UNSTEADY), pen * np.exp(rng.normal(0, PEN))) for label in labels]
    return Split(np.stack([prepare(picture) for picture in pictures]), labels)


def _own(glyph: str, leaning: np.ndarray, habit: float, rng: np.random.Generator) -> list[GlyphStroke]:
    """A glyph as one writer has come to write it; `leaning` is the matrix of their slant and turn."""
    matrix = leaning @ np.diag([np.exp(rng.normal(0, PROPORTIONS)), 1])
    return [
        ((points + rng.normal(0, habit, points.shape)) @ matrix.T, sharp, free) for points, sharp, free in parse(glyph)
    ]
