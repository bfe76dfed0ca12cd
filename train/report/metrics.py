"""A model and MNIST -> the figures of its card."""

import math
from dataclasses import dataclass, field

import numpy as np

from recognizer import Recognizer
from recognizer.prediction import NO_DIGIT
from train.data.mnist import Split

BINS = 15  # of confidence
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
    """Share right, and its 95 % interval."""
    row = share_with_interval(right, total)
    return {"accuracy": row["share"], "right": right, "of": total, "interval_95": row["interval_95"]}


def share_with_interval(count: int, total: int) -> dict[str, float | int | list[float]]:
    """Share of `total`, and Wilson's 95 % interval (Wilson 1927, "Probable inference, the law of succession, ...")."""
    share = count / total
    spread = Z_95 * math.sqrt(share * (1 - share) / total + Z_95**2 / (4 * total**2))
    middle, scale = share + Z_95**2 / (2 * total), 1 + Z_95**2 / total
    interval = [round((middle - spread) / scale, 5), round((middle + spread) / scale, 5)]
    return {"share": round(share, 5), "count": count, "of": total, "interval_95": interval}


def accuracy_per_digit(result: TestResult) -> dict[str, float]:
    """Share of each digit that was read right, for the digits that occur."""
    right = result.answers == result.labels
    return {str(digit): round(float(right[result.labels == digit].mean()), 5) for digit in np.unique(result.labels)}


@dataclass(frozen=True, eq=False)
class DrawnResult:
    """How drawings were read: bool (n,) whether the digit was right, float (n,) confidences, bool (n,) refused.

    likelihoods: float (n,), the probability of the true digit; nan for what is no digit.
    """

    right: np.ndarray
    confidences: np.ndarray
    refused: np.ndarray
    likelihoods: np.ndarray = field(default_factory=lambda: np.empty(0))


def read_drawings(recognizer: Recognizer, drawings: Split) -> DrawnResult:
    """Read prepared drawings, digits or not."""
    predictions = recognizer.predict_prepared(drawings.digits)
    return DrawnResult(
        right=np.array([p.digit for p in predictions]) == drawings.labels,
        confidences=np.array([p.confidence for p in predictions]),
        refused=np.array([not p.is_digit for p in predictions]),
        likelihoods=np.array(
            [p.probabilities[y] if y < NO_DIGIT else np.nan for p, y in zip(predictions, drawings.labels, strict=True)]
        ),
    )


def right_as_corrected(drawn: DrawnResult, labels: np.ndarray) -> int:
    """How many drawings are taken for what people said: a digit for that one and not refused, no digit refused."""
    return int(np.where(labels == NO_DIGIT, drawn.refused, drawn.right & ~drawn.refused).sum())


def figures_on_drawings(digits: DrawnResult, variants: DrawnResult, negatives: DrawnResult) -> dict:
    """The card's figures on drawings that had no part in training, choosing or calibrating."""
    right, confidences, refused, likelihoods = (
        np.concatenate([getattr(part, name) for part in (digits, variants)])
        for name in ("right", "confidences", "refused", "likelihoods")
    )
    return {
        "digits": accuracy_with_interval(int(digits.right.sum()), len(digits.right)),
        "variants": accuracy_with_interval(int(variants.right.sum()), len(variants.right)),
        "digits_refused": share_with_interval(int(refused.sum()), len(refused)),
        "negatives_refused": share_with_interval(int(negatives.refused.sum()), len(negatives.refused)),
        "ece": round(expected_calibration_error(confidences, right), 4),
        "ece_equal_mass": round(equal_mass_calibration_error(confidences, right), 4),
        "log_loss": round(log_loss(likelihoods), 4),
        "reliability": reliability(confidences, right),
    }


def reliability(confidences: np.ndarray, right: np.ndarray, bins: int = BINS) -> list[dict[str, float]]:
    """For each bin of confidence that holds any answers: mean confidence, share right, and how many."""
    which = np.clip((confidences * bins).astype(int), 0, bins - 1)
    return [
        {
            "confidence": float(confidences[which == b].mean()),
            "accuracy": float(right[which == b].mean()),
            "count": int((which == b).sum()),
        }
        for b in np.unique(which)
    ]


def expected_calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Mean distance of confidence from accuracy over equal bins of confidence (Naeini, Cooper & Hauskrecht 2015)."""
    rows = reliability(confidences, right, bins)
    return sum(abs(row["confidence"] - row["accuracy"]) * row["count"] for row in rows) / len(right)


def equal_mass_calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """The same over bins that hold equally many answers (Nguyen & O'Connor 2015, "Posterior calibration ...").

    Nixon et al. 2019, "Measuring calibration in deep learning", call such bins adaptive, and use them for each class.
    """
    order = np.argsort(confidences, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(abs(confidences[part].mean() - right[part].mean()) * len(part) for part in parts) / len(right))


def log_loss(likelihoods: np.ndarray) -> float:
    """Mean negative log-likelihood of the true digits, in nats; `likelihoods` float (n,), above 0."""
    return float(-np.log(likelihoods).mean())


def confusion_matrix(result: TestResult) -> np.ndarray:
    """Counts int (10, 10): row the true digit, column the answer."""
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (result.labels, result.answers), 1)
    return matrix
