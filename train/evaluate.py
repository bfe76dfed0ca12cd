"""A model and MNIST -> the figures of its card."""

import math
from dataclasses import dataclass

import numpy as np

from recognizer import Recognizer

Z_95 = 1.959964  # the normal distribution's 97.5 % point


@dataclass(frozen=True, eq=False)
class TestResult:
    """How the test set was read: uint8 labels and answers (n,), and the model's inputs float32 (n, 28, 28)."""

    __test__ = False  # not a test class, whatever pytest makes of the name

    labels: np.ndarray
    answers: np.ndarray
    confidences: np.ndarray
    inputs: np.ndarray


def read_test_set(recognizer: Recognizer, pictures: np.ndarray, labels: np.ndarray) -> TestResult:
    """Read uint8 (n, 28, 28) pictures the way a user's program would, through the public API."""
    predictions = recognizer.predict_many(list(pictures))
    return TestResult(
        labels=labels,
        answers=np.array([p.digit for p in predictions]),
        confidences=np.array([p.confidence for p in predictions]),
        inputs=np.stack([p.input for p in predictions]),
    )


def accuracy_with_interval(right: int, total: int) -> dict[str, float | int | list[float]]:
    """Share right, and Wilson's 95 % interval (Wilson 1927, "Probable inference, the law of succession, ...")."""
    share = right / total
    spread = Z_95 * math.sqrt(share * (1 - share) / total + Z_95**2 / (4 * total**2))
    middle, scale = share + Z_95**2 / (2 * total), 1 + Z_95**2 / total
    interval = [round((middle - spread) / scale, 5), round((middle + spread) / scale, 5)]
    return {"accuracy": round(share, 5), "right": right, "of": total, "interval_95": interval}


def accuracy_per_digit(result: TestResult) -> dict[str, float]:
    """Share of each digit that was read right, for the digits that occur."""
    right = result.answers == result.labels
    return {str(digit): round(float(right[result.labels == digit].mean()), 5) for digit in np.unique(result.labels)}


def confusion_matrix(result: TestResult) -> np.ndarray:
    """Counts int (10, 10): row the true digit, column the answer."""
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (result.labels, result.answers), 1)
    return matrix
