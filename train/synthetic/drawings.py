"""Synthetic drawings of what MNIST lacks: digits in more styles and with more pens, and negatives (not digits).

In: how many, a seed, and MNIST digits to work on. Out: a `Split` of prepared pictures, float32 (n, 28, 28), 0 paper to
1 ink; negatives have the label `NO_DIGIT`. Everything is drawn large and prepared by `recognizer.preprocess`, as a
visitor's drawing is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

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

T = TypeVar("T")

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
    return _make(counts, train, [config.seed, TRAINING], Hand(), "drawing")


def held_out_drawings(config: TrainConfig, validation: Split, purpose: int) -> Drawings:
    """Make drawings to choose on (`purpose` VALIDATION) or to report on (REPORT).

    They use a different seed, a clumsier hand, and MNIST digits held out of training.
    """
    return _make([config.validation_drawings] * 3, validation, [config.seed, purpose], CLUMSY_HAND, "held-out drawing")


def _make(counts: list[int], source: Split, seed: list[int], hand: Hand, unit: str) -> Drawings:
    with tqdm(total=sum(counts), unit="picture", desc=unit, disable=None) as bar:
        return Drawings(
            drawn_digits(counts[0], [*seed, 1], hand, bar),
            variants(source, counts[1], [*seed, 2], bar),
            negatives(source, counts[2], [*seed, 3], replace(hand, thickest=NEGATIVES_THICKEST), bar),
        )


def drawn_digits(count: int, seed: list[int], hand: Hand, progress: tqdm | None = None) -> Split:
    """Draw `count` digits, equally many of each, in the styles of `train.synthetic.glyphs`."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    pictures = [prepare(draw(str(rng.choice(DIGITS[label])), rng, hand)) for label in _each(labels, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), labels)


def variants(source: Split, count: int, seed: list[int], progress: tqdm | None = None) -> Split:
    """Redraw MNIST digits with other pens: zeros with a slash, ones with flag and foot, sevens with a bar."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 1, 7, *range(10)], count)  # those with styles of their own, more often
    rows = [rng.choice(np.flatnonzero(source.labels == label)) for label in labels]
    pictures = [prepare(variant(source.digits[row], source.labels[row], rng)) for row in _each(rows, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), source.labels[rows])


def negatives(source: Split, count: int, seed: list[int], hand: Hand, progress: tqdm | None = None) -> Split:
    """Draw `count` pictures that are not digits (`train.synthetic.negatives`)."""
    rng = np.random.default_rng(seed)
    paint, shares = zip(*painters(source, hand), strict=True)
    kinds = rng.choice(len(paint), count, p=shares)
    pictures = [prepare(paint[kind](rng)) for kind in _each(kinds, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), np.full(count, NO_DIGIT, np.uint8))


def _each(values: Iterable[T], progress: tqdm | None) -> Iterator[T]:
    """Yield `values`, and advance the `progress` bar after each."""
    for value in values:
        yield value
        if progress is not None:
            progress.update()
