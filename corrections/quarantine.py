"""Which corrections somebody should look at before a model learns from them, and why."""

from collections.abc import Iterator, Sequence

import numpy as np

from corrections.correction import Correction
from recognizer.output.formatting import percent
from recognizer.prediction import NO_DIGIT

CONFIDENT = 0.9  # above this, a slip of the finger is likelier than a mistake of the model
ALIKE = 8.0  # root of the mean squared difference, of 255; of MNIST's digits, two ones differ by 15, others by 26
BLOCK = 1000  # pictures compared with all at once, which bounds the memory


def quarantine(corrections: Sequence[Correction]) -> dict[int, str]:
    """Return the index of each correction that somebody should look at, and the reason; never an accepted one.

    Of equal drawings with one label, all but the first are in quarantine; with different labels, all of them are.
    """
    reasons: dict[int, str] = {}
    for index, (correction, twins) in enumerate(zip(corrections, _twins(corrections), strict=True)):
        if correction.accepted:
            continue
        other_labels = {corrections[twin].label for twin in twins} - {correction.label}
        first = min([index, *twins], key=lambda twin: (not corrections[twin].accepted, twin))
        if other_labels:
            names = ("none of these" if label == NO_DIGIT else str(label) for label in sorted(other_labels))
            reasons[index] = f"the same drawing is also called {' and '.join(names)}"
        elif first != index:
            reasons[index] = f"the same drawing as {corrections[first].name}"
        elif correction.answer not in (NO_DIGIT, correction.label) and correction.confidence >= CONFIDENT:
            reasons[index] = f"the model reads {correction.answer} with {percent(correction.confidence)} confidence"
    return reasons


def _twins(corrections: Sequence[Correction]) -> Iterator[list[int]]:
    """For each correction, yield the indices of the others with the same or almost the same picture."""
    pictures = np.array([correction.picture for correction in corrections], np.float32).reshape(-1, 28 * 28)
    squares = (pictures**2).sum(1)
    for start in range(0, len(pictures), BLOCK):
        block = slice(start, start + BLOCK)
        distances = squares[block, None] + squares - 2 * pictures[block] @ pictures.T
        for index, is_alike in enumerate(distances <= ALIKE**2 * pictures.shape[1], start):
            yield [twin for twin in np.flatnonzero(is_alike).tolist() if twin != index]
