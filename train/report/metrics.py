"""The figures of a model's card: accuracies with their intervals, and how far confidence can be trusted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognizer import Prediction, Recognizer
from recognizer.prediction import NO_DIGIT
from train.data.mnist import Split

BINS = 15  # of confidence
Z_95 = 1.959964  # the normal distribution's 97.5 % point


@dataclass(frozen=True, eq=False)
class Results:
    """What a model makes of labelled pictures: `labels` uint8 (n,), 0-9 or `NO_DIGIT`, and its n predictions."""

    labels: np.ndarray
    predictions: Sequence[Prediction]

    @property
    def answers(self) -> np.ndarray:
        """The digits read, int (n,), whether they were refused or not."""
        return np.array([p.digit for p in self.predictions])

    @property
    def right(self) -> np.ndarray:
        """Whether each answer is the label, bool (n,); refused or not."""
        return self.answers == self.labels

    @property
    def confidences(self) -> np.ndarray:
        """The confidence of each answer, float (n,), 0-1."""
        return np.array([p.confidence for p in self.predictions])

    @property
    def refused(self) -> np.ndarray:
        """Whether each picture was taken for no digit, bool (n,)."""
        return np.array([not p.is_digit for p in self.predictions])


def read_split(recognizer: Recognizer, split: Split) -> Results:
    """Read prepared pictures."""
    return Results(split.labels, recognizer.predict_prepared(split.digits))


def accuracy_with_interval(right: int, total: int) -> dict[str, float | int | list[float]]:
    """The share that is right, and its 95 % interval."""
    row = share_with_interval(right, total)
    return {"accuracy": row["share"], "right": right, "of": total, "interval_95": row["interval_95"]}


def share_with_interval(count: int, total: int) -> dict[str, float | int | list[float]]:
    """`count` as a share of `total`, with Wilson's 95 % interval (1927, "Probable inference, the law of ...")."""
    share = count / total
    spread = Z_95 * math.sqrt(share * (1 - share) / total + Z_95**2 / (4 * total**2))
    middle, scale = share + Z_95**2 / (2 * total), 1 + Z_95**2 / total
    interval = [round((middle - spread) / scale, 5), round((middle + spread) / scale, 5)]
    return {"share": round(share, 5), "count": count, "of": total, "interval_95": interval}


def figures_on_test(test: Results) -> dict:
    """Return the card's figures on MNIST's test digits."""
    return {
        "test": accuracy_with_interval(int(test.right.sum()), len(test.labels)),
        "test_per_digit": accuracy_per_digit(test),
        "test_confusion": confusion_matrix(test),
    }


def confusion_matrix(results: Results) -> list[list[int]]:
    """How many digits (rows: what they are) were read as what (columns), refused or not."""
    places = 10 * results.labels.astype(int) + results.answers
    return np.bincount(places, minlength=100).reshape(10, 10).tolist()


def accuracy_per_digit(results: Results) -> dict[str, float]:
    """The share of each digit that was read right, for the digits that occur."""
    right, labels = results.right, results.labels
    return {str(digit): round(float(right[labels == digit].mean()), 5) for digit in np.unique(labels)}


def compare(models: dict[str, Recognizer], splits: dict[str, Split]) -> dict[str, dict[str, int]]:
    """Count how many pictures in each of `splits` each of `models` reads right, and `of` how many.

    A digit is right if it is read as itself and not refused, a negative if it is refused.
    """
    counts = {}
    for name, split in splits.items():
        counts[name] = {"of": len(split)}
        for model, recognizer in models.items():
            results = read_split(recognizer, split)
            labels = np.where(results.refused, NO_DIGIT, results.answers)
            counts[name][model] = int((labels == split.labels).sum())
    return counts


def figures_on_drawings(digits: Results, negatives: Results) -> dict:
    """Return the card's figures on drawings that had no part in training, choosing or calibrating."""
    pairs = zip(digits.predictions, digits.labels, strict=True)
    likelihoods = np.array([prediction.probabilities[label] for prediction, label in pairs])
    return {
        "digits": accuracy_with_interval(int(digits.right.sum()), len(digits.labels)),
        "digits_refused": share_with_interval(int(digits.refused.sum()), len(digits.labels)),
        "negatives_refused": share_with_interval(int(negatives.refused.sum()), len(negatives.labels)),
        "ece": round(expected_calibration_error(digits.confidences, digits.right), 4),
        "ece_equal_mass": round(equal_mass_calibration_error(digits.confidences, digits.right), 4),
        "log_loss": round(log_loss(likelihoods), 4),
        "reliability": reliability(digits.confidences, digits.right),
    }


def reliability(confidences: np.ndarray, right: np.ndarray, bins: int = BINS) -> list[dict]:
    """For each bin of confidence that is not empty: mean confidence, accuracy with its interval, and count."""
    bin_of = np.clip((confidences * bins).astype(int), 0, bins - 1)
    parts = ((confidences[bin_of == b], right[bin_of == b]) for b in np.unique(bin_of))
    rows = [{"confidence": float(c.mean()), "accuracy": float(r.mean()), "count": len(c)} for c, r in parts]
    return [with_interval(row) for row in rows]


def with_interval(row: dict) -> dict:
    """Return a bin of confidence with the 95 % interval of its accuracy."""
    right = round(row["accuracy"] * row["count"])
    return {**row, "interval_95": share_with_interval(right, row["count"])["interval_95"]}


def expected_calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Mean distance of confidence from accuracy over equal bins of confidence (Naeini, Cooper & Hauskrecht 2015)."""
    rows = reliability(confidences, right, bins)
    return sum(abs(row["confidence"] - row["accuracy"]) * row["count"] for row in rows) / len(right)


def equal_mass_calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """The same over bins of equally many answers (Nguyen & O'Connor 2015, "Posterior calibration ...").

    Nixon et al. 2019, "Measuring calibration in deep learning", call such bins adaptive.
    """
    order = np.argsort(confidences, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(abs(confidences[part].mean() - right[part].mean()) * len(part) for part in parts) / len(right))


def log_loss(likelihoods: np.ndarray) -> float:
    """Mean negative log-likelihood of the true digits, in nats; `likelihoods` float (n,), above 0."""
    return float(-np.log(likelihoods).mean())
