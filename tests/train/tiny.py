"""Trainings that take seconds, for the tests: a narrow network, 240 of MNIST's digits, a few drawings."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from recognizer.prediction import NO_DIGIT
from train.config import DIGITS
from train.data.corrections import Corrections
from train.data.mnist import Split, joined
from train.synthetic.drawings import drawn_digits, negatives
from train.synthetic.pen import Hand

SAMPLE = Path(__file__).parents[1] / "data" / "mnist_sample.npz"
TINY = replace(
    DIGITS,
    note="",
    epochs=2,
    batch_size=32,
    ema=0.5,
    validation_size=60,
    drawn_digits=40,
    variants=20,
    negatives=40,
    pool=1,
    validation_drawings=40,
    width=0.25,
    ensemble_size=1,
)


def sample() -> dict[str, np.ndarray]:
    """300 training and 100 test digits of MNIST, as uint8."""
    with np.load(SAMPLE) as file:
        return {name: file[name] for name in file.files}


def corrections(count: int = 150, labels=None) -> Corrections:
    """`count` drawings of digits, and a fifth as many that are none, by another seed; `labels` changes their labels."""
    mnist = sample()
    source = Split(np.float32(mnist["x_test"] / 255), mnist["y_test"])
    pictures = joined([drawn_digits(count, [5, 1], Hand()), negatives(source, count // 5, [5, 2], Hand())])
    if labels is not None:
        pictures = Split(pictures.digits, labels(pictures.labels))
    names = np.array([f"drawing {number}" for number in range(len(pictures))])
    assert pictures.labels.max() <= NO_DIGIT
    return Corrections(pictures, names, "0" * 64)
