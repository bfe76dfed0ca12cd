"""One drawing in many ways: with other pens, turned, leaning, shrunk, with wrong dots, with ink missing.

How much of each it takes for another answer is what a robustness curve shows (Hendrycks & Dietterich 2019,
"Benchmarking neural network robustness to common corruptions and perturbations"), here of one drawing. All pictures
of a drawing together are few enough for one batch, and take the same work however large it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.numbers.strokes import Stroke, covered, explain, inked
from recognizer.preprocess import DIGIT_BOX_PX, FIELD_PX, MIN_INK, crop, prepare_ink

WORKING_PX = 112  # the longer side of the digit: four times the model's resolution
PENS = np.arange(1, 41)  # px
MAX_COVERED_PX = 1e6  # by the widest, at that size; a digit has a tenth of it
NEARLY_ALL = 0.9  # of a stroke's points; with fewer on the digit's ink, it is another's, or of two


@dataclass(frozen=True, eq=False)
class Variation:
    """One drawing, changed step by step.

    name: "pen", "turn", "lean", "shrink", "noise" or "erase".
    values: float (n,), ascending: the width of the pen in px; degrees, to the right above 0; the longer side in dots of
        the model; the share of dots that are wrong, or of ink that is missing, in per cent.
    inputs: float32 (n, 28, 28), as `recognizer.preprocess.prepare_ink` makes them.
    present: the position of the drawing as it is.
    """

    name: str
    values: np.ndarray
    inputs: np.ndarray
    present: int


def variations(ink: np.ndarray, strokes: Sequence[Stroke] = ()) -> list[Variation]:
    """Return the variations of one digit's `ink`, float32 (h, w).

    `strokes`: those of the drawing that it is part of, if they are known, in px of `ink`. With other pens it is shown
    only where some of them left this ink and no other.
    """
    whole = prepare_ink(ink)
    digit = crop(ink)
    darkest = digit.max()
    if max(digit.shape) > WORKING_PX:
        digit = _to(WORKING_PX, digit)

    def seen(changed: np.ndarray) -> np.ndarray:  # with its darkest ink as dark as before, as `find_ink` would make it
        return prepare_ink(np.minimum(changed * (darkest / max(changed.max(), 1e-6)), 1))

    ways: list[tuple[str, np.ndarray, float, Callable[[float], np.ndarray]]] = [
        ("turn", np.arange(-60, 61, 3), 0, lambda degrees: seen(_turned(digit, degrees))),
        ("lean", np.arange(-45, 46, 5), 0, lambda degrees: seen(_leaning(digit, degrees))),
        ("shrink", np.arange(3, DIGIT_BOX_PX + 1), DIGIT_BOX_PX, lambda side: seen(_to(side, digit))),
        ("noise", np.arange(0, 10.5, 0.5), 0, lambda percent: _noisy(whole, percent / 100)),
        ("erase", np.arange(0, 81, 5), 0, lambda percent: seen(_cut(digit, percent / 100))),
    ]
    if own := _own(strokes, ink):
        at_present = float(np.clip(np.rint(np.mean([each.width for each in own])), PENS[0], PENS[-1]))
        ways.insert(0, ("pen", PENS, at_present, lambda width: prepare_ink(_redrawn(own, width))))
    varied = []
    for name, values, at_present, changed in ways:
        present = int(np.searchsorted(values, at_present))
        inputs = [whole if i == present else changed(value) for i, value in enumerate(values.tolist())]
        varied.append(Variation(name, values.astype(float), np.stack(inputs), present))
    return varied


def changes(labels: Sequence[int], present: int) -> tuple[int | None, int | None]:
    """Return the positions nearest to `present`, before and after it, with another label; None where there are none."""
    others = [i for i, label in enumerate(labels) if label != labels[present]]
    before, after = [i for i in others if i < present], [i for i in others if i > present]
    return (before[-1] if before else None), (after[0] if after else None)


def _turned(digit: np.ndarray, degrees: float) -> np.ndarray:
    height, width = digit.shape
    side = int(np.ceil(np.hypot(height, width))) + 2
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    turn[:, 2] += (side - width) / 2, (side - height) / 2
    return cv2.warpAffine(digit, turn, (side, side))


def _leaning(digit: np.ndarray, degrees: float) -> np.ndarray:
    height, width = digit.shape
    slope = np.tan(np.radians(degrees))
    shift = slope * (height - 1) if degrees > 0 else 0.0
    lean = np.array([[1, -slope, shift + 1], [0, 1, 1]])
    return cv2.warpAffine(digit, lean, (width + int(np.ceil(abs(slope) * height)) + 2, height + 2))


def _to(side: float, digit: np.ndarray) -> np.ndarray:
    """So small on the paper that its longer side is `side` px."""
    width, height = (max(1, round(length * side / max(digit.shape))) for length in digit.shape[::-1])
    return cv2.resize(digit, (width, height), interpolation=cv2.INTER_AREA)


def _noisy(picture: np.ndarray, share: float) -> np.ndarray:
    """With a share of the model's dots inverted, of which all are among those of a larger share."""
    order = np.random.default_rng(0).permutation(FIELD_PX**2).reshape(picture.shape)
    return np.where(order < share * picture.size, 1 - picture, picture)


def _cut(digit: np.ndarray, share: float) -> np.ndarray:
    """Without the rows at the bottom that have this share of the ink; at least the uppermost is left."""
    ink_above = np.cumsum(digit.sum(1, dtype=float))
    return digit[: max(1, int(np.searchsorted(ink_above, (1 - share) * ink_above[-1])))]


def _own(strokes: Sequence[Stroke], ink: np.ndarray) -> list[Stroke]:
    """The strokes that left this ink and hardly any other; none where those are not known, or are a scribble."""
    own = [each for each in strokes if _share_on(ink, each.points) > NEARLY_ALL]
    widest = [Stroke(each.points, float(PENS[-1])) for each in own]
    if not explain(own, ink) or _scale(own) ** 2 * sum(map(covered, widest)) > MAX_COVERED_PX:
        return []
    return own


def _share_on(ink: np.ndarray, points: np.ndarray) -> float:
    """Which share of points, float (n, 2), is on ink."""
    columns, rows = np.floor(points).astype(int).T
    inside = (columns >= 0) & (columns < ink.shape[1]) & (rows >= 0) & (rows < ink.shape[0])
    return float((ink[rows[inside], columns[inside]] > MIN_INK).sum() / len(points))


def _redrawn(strokes: Sequence[Stroke], width: float) -> np.ndarray:
    """What a pen of `width` px would have left, at the working size."""
    factor, margin = _scale(strokes), PENS[-1] / 2 + 1
    left_top = np.min([each.points.min(0) for each in strokes], 0) - margin
    small = [Stroke(factor * (each.points - left_top), factor * width) for each in strokes]
    size = np.ceil(np.max([each.points.max(0) for each in small], 0) + factor * margin).astype(int)
    return inked(small, tuple(size.tolist())) / np.float32(255)


def _scale(strokes: Sequence[Stroke]) -> float:
    """How large the strokes are to be drawn, so that those of the widest pen fit the working size."""
    points = np.concatenate([each.points for each in strokes])
    return WORKING_PX / (np.ptp(points, axis=0).max() + PENS[-1])
