"""Drawings that MNIST lacks, made: digits in more styles and pens, and what is no digit at all.

In: how many, a source of randomness, and MNIST digits to work on. Out: a `Split` of prepared pictures, float32
(n, 28, 28), 0 paper to 1 ink; what is no digit is labelled `NO_DIGIT`. Everything is drawn large and goes
through `recognizer.preprocess`, as a visitor's drawing does.
"""

from dataclasses import dataclass, replace

import numpy as np

from recognizer.prediction import NO_DIGIT
from recognizer.preprocess import prepare
from train.config import TrainConfig
from train.data.mnist import Split, joined
from train.synthetic.glyphs import DIGITS
from train.synthetic.negatives import painters
from train.synthetic.pen import Hand, draw
from train.synthetic.variants import variant

TRAINING, VALIDATION, REPORT = 1, 2, 3  # mixed into the seed, so that no drawing is in two of them
OTHER_HAND = Hand(points=4.5, free=9.0, strokes=3.0, ends=0.2, tremor=0.9, slant=0.22)  # a clumsier one
NO_DIGIT_THICKEST = 20.0  # a thicker pen makes a 1 of an i


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings of three kinds; `only_digits` joins two of them."""

    digits: Split
    variants: Split
    negatives: Split

    def only_digits(self) -> Split:
        """The first two in one."""
        return joined([self.digits, self.variants])


def training_drawings(config: TrainConfig, train: Split) -> Drawings:
    """Make what `config` asks for, `config.pool` times as much as an epoch takes."""
    counts = [config.pool * n for n in (config.drawn_digits, config.variants, config.negatives)]
    return _make(counts, train, [config.seed, TRAINING], Hand(), "drawing")


def other_drawings(config: TrainConfig, validation: Split, purpose: int) -> Drawings:
    """Make drawings to choose on (`purpose` VALIDATION) or to report (REPORT).

    They have a seed of their own, a clumsier hand, and MNIST digits held out of training.
    """
    return _make([config.validation_drawings] * 3, validation, [config.seed, purpose], OTHER_HAND, "drawing to check")


def _make(counts: list[int], source: Split, seed: list[int], hand: Hand, what: str) -> Drawings:
    from tqdm import tqdm

    with tqdm(total=sum(counts), unit="picture", desc=what, disable=None) as bar:
        return Drawings(
            drawn_digits(counts[0], [*seed, 1], hand, bar),
            variants(source, counts[1], [*seed, 2], bar),
            negatives(source, counts[2], [*seed, 3], replace(hand, thickest=NO_DIGIT_THICKEST), bar),
        )


def drawn_digits(count: int, seed: list[int], hand: Hand, progress=None) -> Split:
    """Draw `count` digits, each as often as the others, in the styles of `train.synthetic.glyphs`."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    pictures = [prepare(draw(str(rng.choice(DIGITS[label])), rng, hand)) for label in _each(labels, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), labels)


def variants(source: Split, count: int, seed: list[int], progress=None) -> Split:
    """Redraw MNIST digits with other pens: zeros with a slash, ones with flag and foot, sevens with a bar."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 1, 7, *range(10)], count)  # the three that are variants, more often
    rows = [rng.choice(np.flatnonzero(source.labels == label)) for label in labels]
    pictures = [prepare(variant(source.digits[row], source.labels[row], rng)) for row in _each(rows, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), source.labels[rows])


def negatives(source: Split, count: int, seed: list[int], hand: Hand, progress=None) -> Split:
    """Draw `count` things that are no digit (`train.synthetic.negatives`)."""
    rng = np.random.default_rng(seed)
    ways, shares = zip(*painters(source, hand), strict=True)
    which = rng.choice(len(ways), count, p=shares)
    pictures = [prepare(ways[i](rng)) for i in _each(which, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), np.full(count, NO_DIGIT, np.uint8))


def _each(values, progress):
    """`values`, telling `progress` (a tqdm bar) of each."""
    for value in values:
        yield value
        if progress is not None:
            progress.update()
