"""What the model says of a picture: the answers that every caller gets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NO_DIGIT = 10  # the label of a picture that is none of the ten digits, and its place among the model's outputs
MIN_CONFIDENCE = 0.5  # of a model without an output for NO_DIGIT: below it, a picture is not called a digit
MAX_NO_DIGIT = 0.5  # of a model with one: training calibrates it so that one half is where to refuse
MIN_PROBABILITY = 1e-12  # so that no logarithm is infinite


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model says of one picture of one digit.

    digit: int 0-9, the most probable one, even where `is_digit` is False.
    confidence: float 0-1, the probability of `digit`, if it is a digit at all.
    probabilities: float32 (10,), one for each digit; they add up to 1.
    is_digit: False where the picture does not look like any digit.
    input: float32 (28, 28), 0 paper to 1 ink: exactly what the model saw.
    """

    digit: int
    confidence: float
    probabilities: np.ndarray
    is_digit: bool
    input: np.ndarray


@dataclass(frozen=True, eq=False)
class Detection(Prediction):
    """The `Prediction` for one place on a picture.

    box: (left, top, right, bottom) in px of the picture read, right and bottom exclusive.
    ink: float32 (h, w), 0 paper to 1 ink: the ink in the box that belongs to the digit.
    """

    box: tuple[int, int, int, int]
    ink: np.ndarray


@dataclass(frozen=True, eq=False)
class Reading:
    """What is written on a picture.

    lines: from top to bottom, each with its detections from left to right, including those that are not digits.
    left_out: how many pieces of ink were too many to be read, or to be taken apart.
    work: how much work it was, counted in pictures for the model; bounded, so that a reading takes less than a second.
    """

    lines: tuple[tuple[Detection, ...], ...] = ()
    left_out: int = 0
    work: int = 1

    @property
    def digits(self) -> tuple[Detection, ...]:
        """The detections of all lines."""
        return tuple(detection for line in self.lines for detection in line)

    @property
    def text(self) -> str:
        """The digits, such as "2026", with a newline between lines; "" where there are none."""
        texts = ("".join(str(each.digit) for each in line if each.is_digit) for line in self.lines)
        return "\n".join(filter(None, texts))


def to_predictions(inputs: Sequence[np.ndarray], outputs: np.ndarray) -> list[Prediction]:
    """Turn the model's outputs, float32 (n, 10) or (n, 11), for n inputs, float32 (28, 28) each, into predictions."""
    probabilities = np.maximum(outputs[:, :NO_DIGIT], MIN_PROBABILITY)
    probabilities /= probabilities.sum(1, keepdims=True)
    return [
        Prediction(int(each.argmax()), float(each.max()), each, not refused, digit_input)
        for each, refused, digit_input in zip(probabilities, is_refused(outputs).tolist(), inputs, strict=True)
    ]


def is_refused(outputs: np.ndarray) -> np.ndarray:
    """Return which of the model's outputs, float32 (n, 10) or (n, 11), say that a picture is no digit: bool (n,)."""
    has_no_digit = outputs.shape[1] > NO_DIGIT
    return outputs[:, NO_DIGIT] > MAX_NO_DIGIT if has_no_digit else outputs.max(1) < MIN_CONFIDENCE
