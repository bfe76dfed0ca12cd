"""A picture of numbers -> one picture a digit.

In: ink float32 (H, W), 0 paper to 1 ink. Out: of each line of writing, the `Candidate`s, that is everything on it that
may be one digit; when the classifier has said how probable each is, `best_path` chooses those that make up the line.

This is over-segmentation with a search by recognition (Fujisawa, Nakano & Kurino 1992, "Segmentation methods for
character recognition: from segmentation to document structure analysis"): the line is taken apart into more pieces
than it has digits, and the classifier, which knows halves and pairs of digits as none, says what belongs together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from recognizer.lines import height_of, into_lines
from recognizer.pieces import Piece, cut, find_pieces
from recognizer.strokes import Stroke, stroke_pieces

MAX_PARTS = 6  # pieces that one digit is put together from, beside all those that one piece was cut into
WIDEST = 1.6  # times its height, or the line's where that is more: no digit is wider
MAX_GAP = 0.35  # of the line's height between the pieces of one digit
# What speaks against a candidate or a boundary, in nats, beside what the classifier says.
GAP_COST = 12.0  # for a gap as wide as the line is high, within a digit
OVERLAP_COST = 1.0  # for two digits, one of which lies above or below the other with its whole width
CUT_COST = 3.0  # for two digits that hang together
SMALL = 0.6  # of the line's height
SMALL_COST = 6.0  # for a digit without height, falling to none at `SMALL`
WORST = -4.0  # what no digit counts at most, or a blot would be put together with its neighbour


@dataclass(frozen=True, eq=False)
class Candidate:
    """What may be one digit: the pieces `first` up to, but not including, `end` of its line.

    ink: float32 (h, w); box: (left, top, right, bottom) in px of the picture; cost: what its shape speaks against it.
    """

    first: int
    end: int
    ink: np.ndarray
    box: tuple[int, int, int, int]
    cost: float


def segment(ink: np.ndarray, strokes: Sequence[Stroke] = ()) -> tuple[list[list[Candidate]], int]:
    """Return the candidates of each line, top to bottom, and how many pieces were too many to be looked at.

    `strokes`: those that left the ink, where they are known. Then they are the pieces, and none is cut.
    """
    pieces = stroke_pieces(ink, strokes)
    if pieces:
        return [_candidates(line, height_of(line)) for line in into_lines(pieces)], 0
    pieces, left_out = find_pieces(ink)
    lines = []
    for line in into_lines(pieces):
        height = height_of(line)
        parts = [part for piece in line for part in cut(piece, height)]  # so the parts of a piece stay together
        lines.append(_candidates(parts, height))
    return lines, left_out


def best_path(candidates: list[Candidate], log_probabilities: np.ndarray) -> list[int]:
    """Choose candidates that take up the whole line, each piece once, and are most probable together -> their indices.

    `log_probabilities`: float (n,), of each candidate being the digit it looks most like.
    """
    length = max(candidate.end for candidate in candidates)
    best: list[tuple[float, list[int]]] = [(0.0, [])] + [(-np.inf, [])] * length
    for i in sorted(range(len(candidates)), key=lambda i: candidates[i].first):
        candidate = candidates[i]
        score = best[candidate.first][0] + max(float(log_probabilities[i]), WORST) - candidate.cost
        if score > best[candidate.end][0]:
            best[candidate.end] = (score, [*best[candidate.first][1], i])
    return best[length][1]


def _candidates(pieces: list[Piece], height: float) -> list[Candidate]:
    """What may be one digit on a line that is `height` px high and consists of `pieces`."""
    boundaries = [0.0, *(_boundary_cost(a, b) for a, b in pairwise(pieces)), 0.0]
    found = []
    for first in range(len(pieces)):
        for end in range(first + 1, len(pieces) + 1):
            group = pieces[first:end]
            if end - first > MAX_PARTS and group[0].whole != group[-1].whole:
                break
            gaps = [max(0, b.left - max(p.right for p in group[:i])) / height for i, b in enumerate(group) if i]
            box = _box(group)
            wide = (box[2] - box[0]) / max(box[3] - box[1], height)
            if gaps and (wide > WIDEST or max(gaps) > MAX_GAP):
                continue
            small = max(0.0, 1 - max(box[2] - box[0], box[3] - box[1]) / (SMALL * height))
            cost = GAP_COST * sum(gaps) + SMALL_COST * small + (boundaries[first] + boundaries[end]) / 2
            found.append(Candidate(first, end, _together(group, box), box, cost))
    return found


def _boundary_cost(a: Piece, b: Piece) -> float:
    """What speaks against two neighbours being of two digits."""
    if a.whole == b.whole:
        return CUT_COST
    overlap = (min(a.right, b.right) - max(a.left, b.left)) / min(a.width, b.width)
    return OVERLAP_COST * min(max(overlap, 0.0), 1.0)


def _box(pieces: list[Piece]) -> tuple[int, int, int, int]:
    return (
        min(piece.left for piece in pieces),
        min(piece.top for piece in pieces),
        max(piece.right for piece in pieces),
        max(piece.bottom for piece in pieces),
    )


def _together(pieces: list[Piece], box: tuple[int, int, int, int]) -> np.ndarray:
    left, top, right, bottom = box
    ink = np.zeros((bottom - top, right - left), np.float32)
    for piece in pieces:
        window = ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
        np.maximum(window, piece.ink, out=window)
    return ink
