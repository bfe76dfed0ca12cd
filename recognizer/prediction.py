"""What the model says of a picture: the answers that every caller gets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NO_DIGIT = 10  # the label of a picture that is none of the ten digits, and its place among the model's outputs
MAX_NO_DIGIT = 0.5  # above it, a picture is not called a digit; training calibrates it so
MIN_PROBABILITY = 1e-12  # so that no logarithm is infinite


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model says of one picture of one digit.

    digit: int 0-9, the most probable one, even where `is_digit` is False.
    confidence: float 0-1, the probability of `digit`, if it is a digit at all.
    probabilities: float32 (10,), one for each digit; they add up to 1.
    is_digit: False where the picture does not look like any digit.
    input: float32 (28, 28), 0 paper to 1 ink: exactly what the model saw.
    features: float32 (d,), the input of the model's last layer; d is 0 for a model file that does not give it.
    taught: whether a `recognizer.Hand` changed the answer.
    """

    digit: int
    confidence: float
    probabilities: np.ndarray
    is_digit: bool
    input: np.ndarray
    features: np.ndarray
    taught: bool

    @property
    def label(self) -> int:
        """What the picture is read as: the digit, or NO_DIGIT where it does not look like any."""
        return self.digit if self.is_digit else NO_DIGIT

    @property
    def picture(self) -> np.ndarray:
        """The input as it is stored: uint8 (28, 28), 0 paper to 255 ink."""
        return np.rint(255 * self.input).astype(np.uint8)


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
    left_out: how many marks, or parts of the page, were too many to be read.
    work: how much work it was, counted in pictures for the model; no more than the area of the picture allows.
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


@dataclass(frozen=True, eq=False)
class Outputs:
    """What the model gives for n pictures, after a hand, if there is one, has had its say.

    probabilities: float32 (n, 10) or (n, 11); features: float32 (n, d); taught: bool (n,), as in `Prediction`.
    """

    probabilities: np.ndarray
    features: np.ndarray
    taught: np.ndarray

    def part(self, start: int, end: int) -> "Outputs":
        """Return what the model gives for the pictures from `start` up to `end`."""
        return Outputs(self.probabilities[start:end], self.features[start:end], self.taught[start:end])


def to_predictions(inputs: Sequence[np.ndarray], outputs: Outputs) -> list[Prediction]:
    """Turn the model's outputs for n inputs, float32 (28, 28) each, into predictions."""
    probabilities = np.maximum(outputs.probabilities[:, :NO_DIGIT], MIN_PROBABILITY)
    probabilities /= probabilities.sum(1, keepdims=True)
    rows = zip(probabilities, is_refused(outputs.probabilities).tolist(), inputs, strict=True)
    return [
        Prediction(int(each.argmax()), float(each.max()), each, not refused, digit_input, features, taught)
        for (each, refused, digit_input), features, taught in zip(
            rows, outputs.features, outputs.taught.tolist(), strict=True
        )
    ]


def is_refused(probabilities: np.ndarray) -> np.ndarray:
    """Return which pictures are no digits, by the model's float32 (n, 10) or (n, 11): bool (n,)."""
    return with_no_digit(probabilities)[:, NO_DIGIT] > MAX_NO_DIGIT


def with_no_digit(probabilities: np.ndarray) -> np.ndarray:
    """Return probabilities with one for NO_DIGIT, float32 (n, 11), from (n, 10) or (n, 11).

    A model without that output is taken to be as sure that a picture is a digit as it is of the digit.
    """
    if probabilities.shape[1] > NO_DIGIT:
        return probabilities
    best = probabilities.max(1, keepdims=True)
    return np.hstack([best * probabilities, 1 - best])
