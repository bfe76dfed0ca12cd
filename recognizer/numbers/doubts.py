"""Groupings -> marks, where the digit model decides between those that the finder is unsure of."""

from collections.abc import Sequence

import cv2
import numpy as np

from recognizer.numbers.finder import INK
from recognizer.numbers.marks import SURE, Grouping, Mark, mark_of

MAX_DOUBTS = 6  # each is two or three more pictures for the model
DOUBTFUL = 0.75  # a likelier middle is beyond doubt
WIDE = 1.3  # times its height, no digit is wider
HIGH = 0.5  # of a mark's height; two pieces that both have more of it may be two marks
CERTAINTY = 1.0  # how much the finder's odds count against the digit model's
LOST = 0.2  # of the ink that changes hands may belong to nobody afterwards


class Doubts:
    """The marks of groupings, and those that there may be instead of some of them: all of them are `candidates`."""

    def __init__(self, found: Sequence[tuple[Grouping, np.ndarray]]):
        """Make marks of groupings: of their peaks, bool (n,), and of one more or fewer where that is in doubt."""
        self._marks: list[Mark] = []
        self._changes: list[tuple[list[Mark], list[Mark], float]] = []  # instead of which, which, and how unlikely
        doubts = sorted(
            (abs(strength - SURE), number, peak)
            for number, (grouping, peaks) in enumerate(found)
            for peak, strength in enumerate(grouping.strengths.tolist())
            if strength < DOUBTFUL and (peaks[peak] or strength < SURE)
        )[:MAX_DOUBTS]
        for number, (grouping, peaks) in enumerate(found):
            self._add(grouping, peaks, [peak for _, where, peak in doubts if where == number])
        self.candidates = [*self._marks, *(mark for _, others, _ in self._changes for mark in others)]

    def _add(self, grouping: Grouping, peaks: np.ndarray, doubts: list[int]) -> None:
        owners = grouping.owners(peaks)
        plain = grouping.marks(owners, np.flatnonzero(peaks).tolist())
        self._marks += plain.values()
        odds = np.log(grouping.strengths / (1 - grouping.strengths) * (1 - SURE) / SURE)
        others = [peaks ^ (np.arange(len(peaks)) == peak) for peak in doubts]
        for other in others:
            changed = grouping.owners(other)
            moved = changed[0] != owners[0]
            if not moved.any() or (changed[0][moved] < 0).mean() > LOST:
                continue
            touched = sorted({*changed[0][moved].tolist(), *owners[0][moved].tolist()} - {-1})
            new = list(grouping.marks(changed, touched).values())
            cost = CERTAINTY * float(np.abs(odds[other != peaks]).sum())
            self._changes.append(([plain[each] for each in touched if each in plain], new, cost))
        for whole in grouping.connected(owners)[:MAX_DOUBTS] if len(plain) > 1 else []:
            found = [plain[peak] for peak in whole if peak in plain]
            if len(found) > 1 and (one := _together(found)):
                self._changes.append((found, [one], 0.0))
        self._changes += [([mark], pieces, 0.0) for mark in plain.values() if (pieces := _pieces(mark))][:MAX_DOUBTS]

    def choose(self, scores: Sequence[float]) -> list[Mark]:
        """Return those candidates that together are best; scores: the logarithm of how good a mark each of them is."""
        of = dict(zip(self.candidates, scores, strict=True))
        gains = [
            sum(of[mark] for mark in new) - sum(of[mark] for mark in old) - cost for old, new, cost in self._changes
        ]
        marks = self._marks
        for i in np.argsort(gains)[::-1].tolist():
            old, new, _ = self._changes[i]
            if gains[i] > 0 and all(mark in marks for mark in old):
                marks = [mark for mark in marks if mark not in old] + new
        return marks


def _pieces(mark: Mark) -> list[Mark]:
    """The two pieces that a mark consists of, if it does and both are large."""
    labels, stats = cv2.connectedComponentsWithStats((mark.ink > INK).astype(np.uint8), connectivity=8)[1:3]
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    if len(heights) != 2 or heights.min() < HIGH * len(mark.ink):
        return []
    found = (mark_of(np.where(labels == number, mark.ink, 0), *mark.box[:2]) for number in (1, 2))
    return [piece for piece in found if piece]


def _together(marks: Sequence[Mark]) -> Mark | None:
    """Marks as one, if it is not too wide for a digit."""
    boxes = np.array([mark.box for mark in marks])
    (left, top), (right, bottom) = boxes.min(0)[:2].tolist(), boxes.max(0)[2:].tolist()
    if right - left > WIDE * (bottom - top):
        return None
    ink = np.zeros((bottom - top, right - left), np.float32)
    for mark in marks:
        x, y = mark.box[0] - left, mark.box[1] - top
        window = ink[y : y + mark.ink.shape[0], x : x + mark.ink.shape[1]]
        np.maximum(window, mark.ink, out=window)
    return Mark((left, top, right, bottom), ink)
