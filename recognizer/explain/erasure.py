"""The least ink to erase from a drawing so that it is read as another digit.

A best-first search over patches of ink (Martens & Provost 2014, "Explaining data-driven document classifications";
for pictures: Vermeire et al. 2022, "Explainable image classification with evidence counterfactual"): erase the patch
that costs the answer most, until it changes; then restore every patch that was not needed. This is done with rubbers of
several sizes; the result with the least ink counts. Each attempt is prepared for the model as a drawing would be.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.prediction import NO_DIGIT, is_refused
from recognizer.preprocess import MIN_INK, crop, ink_box, prepare_ink

WORKING_SIDE = 56  # px; the search has twice the model's resolution
RUBBERS = (0.24, 0.16, 0.11, 0.08)  # radius, of the digit's longer side
SPACING = 1.3  # radii between the places where the rubber is used
MAX_SHARE = 0.6  # of the ink; erasing more is no small change


@dataclass(frozen=True, eq=False)
class Erasure:
    """What to erase.

    erased: float32 like the digit's ink, from 0, which stays, to 1, which is erased; share: of the ink, 0-1.
    answer: the digit that is read then.
    input: float32 (28, 28), what the model sees then.
    """

    erased: np.ndarray
    share: float
    answer: int
    input: np.ndarray


Outputs = Callable[[np.ndarray], np.ndarray]  # float32 (n, 28, 28) -> float32 (n, 10 or 11)


def smallest_erasure(ink: np.ndarray, outputs: Outputs) -> Erasure | None:
    """Return the least of `ink`, float32 (h, w) of one digit, to erase for another answer; None if none was found."""
    whole = crop(ink)
    factor = WORKING_SIDE / max(whole.shape)
    size = tuple(max(1, round(side * factor)) for side in whole.shape[::-1])
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA) if factor < 1 else whole
    old = _answer(outputs(prepare_ink(small)[None])[0])
    best = None
    for radius in RUBBERS:
        limit = best.share if best else MAX_SHARE
        best = _search(small, radius * max(small.shape), limit, old, outputs) or best
    if best is None:
        return None
    left, top, right, bottom = ink_box(ink)
    erased = np.zeros_like(ink)
    erased[top:bottom, left:right] = cv2.resize(best.erased, (right - left, bottom - top))
    return Erasure(erased, best.share, best.answer, best.input)


def _search(ink: np.ndarray, radius: float, limit: float, old: int | None, outputs: Outputs) -> Erasure | None:
    """The least to erase with a rubber of `radius` px for another answer than `old`; None if not under `limit`."""
    patches = _patches(ink, radius)
    chosen: list[int] = []
    new = None
    while new is None:
        attempts = [i for i in range(len(patches)) if i not in chosen and _share(ink, patches, [*chosen, i]) < limit]
        if not attempts:
            return None
        rows = outputs(np.stack([prepare_ink(_erase(ink, patches, [*chosen, i])) for i in attempts]))
        answers = [_answer(row) for row in rows]
        changed = [k for k in range(len(attempts)) if answers[k] not in (old, None)]
        belief = rows[:, old] if old is not None else -rows[:, :NO_DIGIT].max(1)
        best = min(changed or range(len(attempts)), key=lambda k: belief[k])
        chosen.append(attempts[best])
        new = answers[best] if changed else None
    for patch in chosen[:-1]:  # restore what the new answer does not need
        fewer = [i for i in chosen if i != patch]
        if _answer(outputs(prepare_ink(_erase(ink, patches, fewer))[None])[0]) == new:
            chosen = fewer
    erased = patches[chosen].max(0)
    return Erasure(erased, _share(ink, patches, chosen), new, prepare_ink(_erase(ink, patches, chosen)))


def _patches(ink: np.ndarray, radius: float) -> np.ndarray:
    """Soft discs that cover all of the ink, float32 (n, h, w), 0 to 1, each at the middle of the ink near it."""
    rows, columns = np.mgrid[: ink.shape[0], : ink.shape[1]]
    bare = ink > max(MIN_INK, 0.3)
    patches = []
    while bare.any():
        row, column = np.argwhere(bare)[0]
        near = bare & (np.hypot(rows - row, columns - column) < SPACING * radius)
        middle = np.argwhere(near).mean(0)
        distance = np.hypot(rows - middle[0], columns - middle[1])
        patches.append(np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32))
        bare &= ~near & (distance > radius)
    return np.reshape(patches, (-1, *ink.shape))  # there may be none


def _erase(ink: np.ndarray, patches: np.ndarray, chosen: list[int]) -> np.ndarray:
    return ink * (1 - patches[chosen].max(0))


def _share(ink: np.ndarray, patches: np.ndarray, chosen: list[int]) -> float:
    """How much of the ink is erased."""
    return 1 - float(_erase(ink, patches, chosen).sum() / ink.sum())


def _answer(output: np.ndarray) -> int | None:
    """The digit, or None where it is refused."""
    return None if is_refused(output[None])[0] else int(output[:NO_DIGIT].argmax())
