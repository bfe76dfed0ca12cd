"""Which corrections somebody should look at before anything learns from them, and why."""

from collections.abc import Sequence

import numpy as np

from corrections.correction import Correction
from recognizer.formatting import percent
from recognizer.prediction import NO_DIGIT

SURE = 0.9  # so sure, the model is wrong less often than a finger slips; what it is wrong about is worth a look, too
ALIKE = 8.0  # root of the mean squared difference, of 255; of MNIST's digits, two ones differ by 15, others by 26
BLOCK = 1000  # pictures compared with all at once; bounds the memory


def quarantine(corrections: Sequence[Correction]) -> dict[int, str]:
    """Return the index of each that is to be looked at, with the reason; none that has been accepted.

    Of drawings that are the same, the first may stay where all are said to be the same, and none where they are not.
    """
    reasons: dict[int, str] = {}
    same = _same(corrections)
    for index, (correction, twins) in enumerate(zip(corrections, same, strict=True)):
        if correction.accepted:
            continue
        others = {corrections[twin].label for twin in twins} - {correction.label}
        first = min([index, *twins], key=lambda twin: (not corrections[twin].accepted, twin))
        if others:
            reasons[index] = f"the same drawing is also called {_listed(others)}"
        elif first != index:
            reasons[index] = f"the same drawing as {corrections[first].name}"
        elif correction.answer not in (NO_DIGIT, correction.label) and correction.confidence >= SURE:
            reasons[index] = f"the model is sure of {correction.answer} ({percent(correction.confidence)})"
    return reasons


def _same(corrections: Sequence[Correction]) -> list[list[int]]:
    """For each, the indices of the others whose pictures are (all but) the same."""
    if not corrections:
        return []
    pictures = np.stack([correction.picture.reshape(-1) for correction in corrections]).astype(np.float32)
    lengths = (pictures**2).sum(1)
    same: list[list[int]] = []
    for start in range(0, len(pictures), BLOCK):
        block = slice(start, start + BLOCK)
        squared = lengths[block, None] + lengths - 2 * pictures[block] @ pictures.T
        for row, alike in enumerate(squared <= ALIKE**2 * pictures.shape[1], start):
            same.append([int(other) for other in np.flatnonzero(alike) if other != row])
    return same


def _listed(labels: set[int]) -> str:
    return " and ".join("none of these" if label == NO_DIGIT else str(label) for label in sorted(labels))
