"""What the model makes of a picture: the answers that every caller gets."""

from dataclasses import dataclass

import numpy as np

NO_DIGIT = 10  # the label of what is none of the ten digits


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model makes of one picture of one digit.

    digit: int 0-9, the most probable, even where `is_digit` is False.
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
    """A `Prediction` of what lies at one place of a picture.

    box: (left, top, right, bottom) in px of the picture read, right and bottom exclusive.
    ink: float32 (h, w), 0 paper to 1 ink: what lies in the box and belongs to the digit.
    """

    box: tuple[int, int, int, int]
    ink: np.ndarray


@dataclass(frozen=True, eq=False)
class Reading:
    """What a picture says.

    lines: top to bottom, each its digits from left to right, all with their `box`; also what looks like no digit.
    left_out: how many pieces of ink were too many to be looked at, or to be taken apart.
    work: how much work it was, counted in pictures for the model; bounded, so that a reading takes less than a second.
    """

    lines: tuple[tuple[Detection, ...], ...] = ()
    left_out: int = 0
    work: int = 1

    @property
    def digits(self) -> tuple[Detection, ...]:
        """All lines in one."""
        return tuple(detection for line in self.lines for detection in line)

    @property
    def text(self) -> str:
        """Such as "2026", lines joined by newlines, without what looks like no digit; "" where nothing was read."""
        texts = ("".join(str(prediction.digit) for prediction in line if prediction.is_digit) for line in self.lines)
        return "\n".join(filter(None, texts))
