"""Synthetic drawings of what MNIST lacks: digits in more styles and with more pens, and negatives (not digits).

In: how many, a seed, and MNIST digits to work on. Out: a `Split` of prepared pictures, float32 (n, 28, 28), 0 paper to
1 ink; negatives have the label `NO_DIGIT`. Everything is drawn large and prepared by `recognizer.preprocess`, as a
visitor's drawing is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from recognizer.prediction import NO_DIGIT
from recognizer.preprocess import prepare
from train.config import TrainConfig
from train.data.mnist import Split, joined
from train.synthetic.glyphs import DIGITS
from train.synthetic.negatives import painters
from train.synthetic.pen import Hand, draw
from train.synthetic.variants import variant

TRAINING, VALIDATION, REPORT = 1, 2, 3  # mixed into the seed, so that no drawing is in two of them
CLUMSY_HAND = Hand(points=4.5, free=9.0, strokes=3.0, ends=0.2, tremor=0.9, slant=0.22)
NEGATIVES_THICKEST = 20.0  # px; a thicker pen turns an i into a 1


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings of three kinds: digits by a parametric pen, variants of MNIST's digits, and negatives."""

    digits: Split
    variants: Split
    negatives: Split

    def only_digits(self) -> Split:
        """The digits and the variants in one split."""
        return joined([self.digits, self.variants])


def training_drawings(config: TrainConfig, train: Split) -> Drawings:
    """Make the drawings to train with, `config.pool` times as many as an epoch takes."""
    counts = [config.pool * n for n in (config.drawn_digits, config.variants, config.negatives)]
    return _make(counts, train, [config.seed, TRAINING], Hand())


def held_out_drawings(config: TrainConfig, validation: Split, purpose: int) -> Drawings:
    """Make drawings to choose on (`purpose` VALIDATION) or to report on (REPORT).

    They use a different seed, a clumsier hand, and MNIST digits held out of training.
    """
    return _make([config.validation_drawings] * 3, validation, [config.seed, purpose], CLUMSY_HAND)


def _make(counts: list[int], source: Split, seed: list[int], hand: Hand) -> Drawings:
    return Drawings(
        drawn_digits(counts[0], [*seed, 1], hand),
        variants(source, counts[1], [*seed, 2]),
        negatives(source, counts[2], [*seed, 3], replace(hand, thickest=NEGATIVES_THICKEST)),
    )


def drawn_digits(count: int, seed: list[int], hand: Hand) -> Split:
    """Draw `count` digits, equally many of each, in the styles of `train.synthetic.glyphs`."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    return Split(_prepared((draw(str(rng.choice(DIGITS[label])), rng, hand) for label in labels), count), labels)


def variants(source: Split, count: int, seed: list[int]) -> Split:
    """Redraw MNIST digits with other pens: zeros with a slash, ones with flag and foot, sevens with a bar."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 1, 7, *range(10)], count)  # those with styles of their own, more often
    rows = [rng.choice(np.flatnonzero(source.labels == label)) for label in labels]
    pictures = (variant(source.digits[row], source.labels[row], rng) for row in rows)
    return Split(_prepared(pictures, count), source.labels[rows])


def negatives(source: Split, count: int, seed: list[int], hand: Hand) -> Split:
    """Draw `count` pictures that are not digits (`train.synthetic.negatives`)."""
    rng = np.random.default_rng(seed)
    paint, shares = zip(*painters(source, hand), strict=True)
    kinds = rng.choice(len(paint), count, p=shares)
    return Split(_prepared((paint[kind](rng) for kind in kinds), count), np.full(count, NO_DIGIT, np.uint8))


def _prepared(pictures: Iterable[np.ndarray], count: int) -> np.ndarray:
    """Prepare `count` pictures of any size while a bar shows how many are done: float32 (count, 28, 28)."""
    bar = tqdm(pictures, "drawing", total=count, unit="picture", disable=None)
    return np.array([prepare(picture) for picture in bar], np.float32).reshape(-1, 28, 28)
