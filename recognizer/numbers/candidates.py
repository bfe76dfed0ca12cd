"""The pieces of a line -> its candidates: every group of neighbouring pieces that may be one digit.

Each is a picture that the model has to look at, so how many there are is limited by a `Budget`: whatever the picture,
a reading takes less than a second (benchmarks/hostile.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from recognizer.numbers.lines import side_by_side
from recognizer.numbers.pieces import Piece

MAX_WORK = 300  # pictures for the model in one reading; it looks at one in 2 ms
WORK_PX = 2**17  # px of ink that take as long to join and prepare
MAX_PARTS = 6  # pieces that make one digit, unless all of them were cut from one piece
WIDEST = 1.6  # times its height, or the line's where that is more: no digit is wider
MAX_GAP = 0.35  # of the line's height, between the pieces of one digit
# What shapes and boundaries cost, in nats. Chosen on generated numbers (benchmarks/numbers.py); only the costs of cuts
# are delicate, since they weigh touching digits against letters.
GAP_COST = 12.0  # for a gap as wide as the line is high, within a digit
SMALL = 0.6  # of the line's height
SMALL_COST = 6.0  # for a digit without any height, falling to 0 at `SMALL`
STACKED_COST = 6.0  # for a boundary between two pieces, one above the other: they should be on different lines
CROSSING_COST = 4.0  # for a boundary between two strokes that touch, one above or across the other
NARROW_COST = 8.0  # for a cut through a piece without any width, falling to 0 where it is as wide as it is high


class Budget:
    """How much work a reading may still take, counted in pictures for the model."""

    def __init__(self, work: int = MAX_WORK):
        self.left = work
        self._paid: set[tuple[Piece, ...]] = set()

    def take(self, work: int, pieces: tuple[Piece, ...] = ()) -> bool:
        """Use up this much, or nothing for pieces that were paid for before; return whether there was as much left."""
        if pieces and pieces in self._paid:
            return True
        if work > self.left:
            return False
        self.left -= work
        self._paid.add(pieces)
        return True


@dataclass(frozen=True, eq=False)
class Candidate:
    """What may be one digit: the pieces from `first` up to, but not including, `end` of its line.

    pieces: those, from left to right; box: (left, top, right, bottom) in px of the line.
    cost: in nats, how unlikely its shape makes it.
    """

    first: int
    end: int
    pieces: tuple[Piece, ...]
    box: tuple[int, int, int, int]
    cost: float

    @cached_property
    def ink(self) -> np.ndarray:
        """The ink of its pieces: float32 (h, w), 0 paper to 1 ink."""
        left, top, right, bottom = self.box
        ink = np.zeros((bottom - top, right - left), np.float32)
        for piece in self.pieces:
            window = ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
            np.maximum(window, piece.ink, out=window)
        return ink


@dataclass(frozen=True, eq=False)
class Line:
    """The candidates of one line; scale: px of the picture for one px of their boxes."""

    candidates: list[Candidate]
    scale: float


def find_candidates(
    pieces: list[Piece], height: float, budget: Budget, cut_cost: float | None = None
) -> tuple[list[Candidate], int]:
    """Return the candidates of a line `height` px high, and how many of its pieces the budget sufficed for.

    `cut_cost`: of a boundary between parts of one piece; None where these are strokes that touch.
    """
    boundaries = [0.0, *(_boundary_cost(a, b, pieces, cut_cost) for a, b in pairwise(pieces)), 0.0]
    line_box = bounding_box(pieces)
    highest = max(height, line_box[3] - line_box[1])
    candidates: list[Candidate] = []
    for first in range(len(pieces)):
        box, gaps = bounding_box(pieces[first : first + 1]), [0.0]
        for end in range(first + 1, len(pieces) + 1):
            group, last = pieces[first:end], pieces[end - 1]
            if len(group) > MAX_PARTS and group[0].whole != last.whole:
                break
            gaps.append(max(0, last.left - box[2], box[0] - last.right) / height)
            box = bounding_box(group)
            width, high = box[2] - box[0], box[3] - box[1]
            if len(group) > 1 and (width > WIDEST * highest or max(gaps) > MAX_GAP):
                break
            if len(group) > 1 and width > WIDEST * max(high, height):
                continue
            parts = tuple(sorted(group, key=lambda piece: piece.left + piece.right))
            if not budget.take(1 + width * high // WORK_PX, parts):
                return [candidate for candidate in candidates if candidate.end <= first], first
            small = max(0.0, 1 - max(width, high) / (SMALL * height))
            cost = GAP_COST * sum(gaps) + SMALL_COST * small + (boundaries[first] + boundaries[end]) / 2
            candidates.append(Candidate(first, end, parts, box, cost))
    return candidates, len(pieces)


def bounding_box(pieces: Sequence[Piece]) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) of some pieces together."""
    return (
        min(piece.left for piece in pieces),
        min(piece.top for piece in pieces),
        max(piece.right for piece in pieces),
        max(piece.bottom for piece in pieces),
    )


def _boundary_cost(a: Piece, b: Piece, pieces: list[Piece], cut_cost: float | None) -> float:
    """How unlikely it is that two neighbours belong to two digits, in nats."""
    across = max(0.0, (min(a.right, b.right) - max(a.left, b.left)) / min(a.width, b.width))
    if a.whole != b.whole:
        return STACKED_COST * across * (1 - max(0.0, side_by_side(a, b)))
    if cut_cost is None:
        return CROSSING_COST * across
    left, top, right, bottom = bounding_box([piece for piece in pieces if piece.whole == a.whole])
    return cut_cost + NARROW_COST * max(0.0, 1 - (right - left) / (bottom - top))
