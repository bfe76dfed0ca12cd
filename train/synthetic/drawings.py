"""Synthetic drawings of what MNIST lacks: digits in other styles and with other pens, and negatives (not digits).

In: how many, a seed, and MNIST digits to work on. Out: a `Split` of prepared pictures, float32 (n, 28, 28), 0 paper to
1 ink; negatives have the label `NO_DIGIT`. Everything is drawn large and prepared by `recognizer.preprocess`, as a
visitor's drawing is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from tqdm import tqdm

from recognizer.prediction import NO_DIGIT
from recognizer.preprocess import prepare
from train.config import TrainConfig
from train.data.mnist import Split, joined
from train.synthetic.glyphs import DIGITS
from train.synthetic.negatives import painters
from train.synthetic.restyled import GET_STROKES, restyled
from train.synthetic.writer import Habits, Writer

TRAINING, VALIDATION, REPORT = 1, 2, 3  # mixed into the seed, so that no drawing is in two of them
RESTYLED = 0.25  # of the digits to train with are MNIST's; the others are by writers who do not exist
OTHER_HABITS = Habits(  # some stronger than in training, some weaker: hands that training does not draw
    wild=0.1, shape=4.0, free=6.0, places=2.5, bends=12.0, hooks=0.25, joins=0.4, order=0.3, slant=0.25, unsteady=0.7
)


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings of two kinds: digits, first those of writers, one after the other and from 0 to 9, and negatives."""

    digits: Split
    negatives: Split


def training_drawings(config: TrainConfig, train: Split) -> Drawings:
    """Make the drawings to train with, `config.pool` times as many as an epoch takes."""
    count = config.pool * config.drawn_digits
    mnist = restyled_digits(train, round(RESTYLED * count), [config.seed, TRAINING, 3])
    digits = joined([drawn_digits(count - len(mnist), [config.seed, TRAINING, 1], Habits()), mnist])
    return Drawings(digits, negatives(train, config.pool * config.negatives, [config.seed, TRAINING, 2], Habits()))


def validation_digits(config: TrainConfig) -> Split:
    """Draw the digits to choose and to calibrate on, by writers with other habits than those in training."""
    return drawn_digits(config.validation_drawings, [config.seed, VALIDATION, 1], OTHER_HABITS)


def report_drawings(config: TrainConfig, validation: Split) -> Drawings:
    """Make the drawings to report on, by such writers, too, and with MNIST digits held out of training."""
    digits = drawn_digits(config.validation_drawings, [config.seed, REPORT, 1], OTHER_HABITS, each=30)
    others = negatives(validation, config.validation_drawings, [config.seed, REPORT, 2], OTHER_HABITS)
    return Drawings(digits, others)


def drawn_digits(count: int, seed: list[int], habits: Habits, each: int = 10) -> Split:
    """Draw `count` digits, 0 to 9 over and over, `each` of them by one writer."""
    rng = np.random.default_rng(seed)

    def pictures() -> Iterator[np.ndarray]:
        while True:
            writer = Writer(rng, habits)
            for number in range(each):
                yield writer.draw(writer.glyph(number % len(DIGITS)))

    return Split(_prepared(pictures(), count), (np.arange(count) % len(DIGITS)).astype(np.uint8))


def restyled_digits(source: Split, count: int, seed: list[int]) -> Split:
    """Draw `count` digits of `source` anew (`train.synthetic.restyled`), more of those that get new strokes."""
    rng = np.random.default_rng(seed)
    weights = np.where(np.isin(source.labels, GET_STROKES), 2.0, 1.0)
    rows = rng.choice(len(source), count, p=weights / weights.sum())
    pictures = (restyled(source.digits[row], int(source.labels[row]), rng) for row in rows)
    return Split(_prepared(pictures, count), source.labels[rows])


def negatives(source: Split, count: int, seed: list[int], habits: Habits) -> Split:
    """Draw `count` pictures that are not digits (`train.synthetic.negatives`)."""
    rng = np.random.default_rng(seed)
    paint, shares = zip(*painters(source, habits), strict=True)
    kinds = rng.choice(len(paint), count, p=shares)
    return Split(_prepared((paint[kind](rng) for kind in kinds), count), np.full(count, NO_DIGIT, np.uint8))


def _prepared(pictures: Iterable[np.ndarray], count: int) -> np.ndarray:
    """Prepare `count` pictures of any size while a bar shows how many are done: float32 (count, 28, 28)."""
    bar = tqdm(islice(pictures, count), "drawing", total=count, unit="picture", disable=None)
    return np.array([prepare(picture) for picture in bar], np.float32).reshape(-1, 28, 28)
