"""A picture of numbers -> one picture a digit.

In: ink float32 (H, W), 0 paper to 1 ink. Out: of each line of writing, the `Candidate`s, that is everything on it that
may be one digit; when the classifier has said how probable each is, `best_path` chooses those that make up the line.
What hangs together is taken for part of one digit at first, and `cut_up` where the classifier doubts that.

This is over-segmentation with a search by recognition (Fujisawa, Nakano & Kurino 1992, "Segmentation methods for
character recognition: from segmentation to document structure analysis"): the line is taken apart into more pieces
than it has digits, and the classifier, which knows halves and pairs of digits as none, says what belongs together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from recognizer.lines import height_of, into_lines
from recognizer.pieces import Piece, cut, find_pieces
from recognizer.strokes import Stroke, stroke_pieces

MAX_PARTS = 6  # pieces that one digit is put together from, beside all those that one piece was cut into
WIDEST = 1.6  # times its height, or the line's where that is more: no digit is wider
MAX_GAP = 0.35  # of the line's height between the pieces of one digit
DOUBT = np.log(0.5)  # what is less probable is cut, if it is wide enough
# What speaks against a candidate or a boundary, in nats, beside what the classifier says. Chosen on made-up
# numbers (benchmarks/numbers.py); none is sharp but those of cuts, which weigh touching digits against letters.
DOUBT_COST = 2.0  # for what is doubtful: it is more often a pair or a part than an odd digit
GAP_COST = 12.0  # for a gap as wide as the line is high, within a digit
STACKED_COST = 6.0  # for two digits, one of which lies above the other with its whole width: they are of one line
CUT_COST, CUT_COST_ALONE = 1.0, 3.0  # for two digits that hang together, beside other digits and with few
NARROW_COST = 8.0  # as well, falling to none where both together are as wide as they are high
CROSSING_COST = 4.0  # for two strokes that touch, one of which lies above or across the other with its whole width
SMALL = 0.6  # of the line's height
SMALL_COST = 6.0  # for a digit without height, falling to none at `SMALL`
WORST = -4.0  # what no digit counts at most, or a blot would be put together with its neighbour
BLOT_COST = 8.0  # for what is no digit, times how much wider it is than a digit: two blots are not to be one
BROAD = 0.9  # times its height; a digit is seldom wider


@dataclass(frozen=True, eq=False)
class Candidate:
    """What may be one digit: the pieces `first` up to, but not including, `end` of its line.

    ink: float32 (h, w); box: (left, top, right, bottom) in px of the picture; cost: what its shape speaks against it;
    pieces: those of its line.
    """

    first: int
    end: int
    ink: np.ndarray
    box: tuple[int, int, int, int]
    cost: float
    pieces: tuple[Piece, ...] = ()


def segment(ink: np.ndarray) -> tuple[list[list[Candidate]], int]:
    """Return the candidates of each line, top to bottom, and how many pieces were too many to be looked at.

    Of these candidates none is a part of a piece: `cut_up` takes those pieces apart that are no digit as they are.
    """
    pieces, left_out = find_pieces(ink)
    lines = into_lines(pieces)
    return [_candidates(line, height_of(line)) for line in lines], left_out


def cut_up(line: list[Candidate], log_probabilities: np.ndarray) -> list[Candidate]:
    """Return a line's candidates anew, its pieces cut where they make no digit as they are.

    `log_probabilities`: as for `best_path`. A number may hang together as a whole, but so does a letter: where most
    of a line is doubtful, a cut costs more.
    """
    path = best_path(line, log_probabilities)
    doubtful = [i for i in path if log_probabilities[i] < DOUBT]
    pieces = [candidate.pieces[0] for candidate in line if candidate.end == candidate.first + 1]
    height = height_of(pieces)
    wholes = {piece for i in doubtful for piece in line[i].pieces}
    parts = [part for piece in pieces for part in (cut(piece, height) if piece in wholes else [piece])]
    if len(parts) == len(pieces):
        return line
    return _candidates(parts, height, CUT_COST if 2 * len(doubtful) <= len(path) else CUT_COST_ALONE)


def segment_strokes(ink: np.ndarray, strokes: Sequence[Stroke]) -> list[list[Candidate]] | None:
    """Return the candidates of each line, put together from its strokes; None where these do not help.

    The strokes of a digit follow each other on the paper or in time: digits that overlap are told apart by when they
    were written, and a bar that was added at the end by where it lies.
    """
    written = stroke_pieces(ink, strokes)
    if written is None:
        return None
    return [_in_both_orders(line, sorted(line, key=written.index)) for line in into_lines(written)]


def _in_both_orders(placed: list[Piece], written: list[Piece]) -> list[Candidate]:
    """The candidates of a line of strokes, from left to right and in writing order, two ways to one end."""
    height, count = height_of(placed), len(placed)
    end = 2 * count - 1
    found = [replace(c, end=end if c.end == count else c.end) for c in _candidates(placed, height)]
    for c in _candidates(written, height):
        first = count - 1 + c.first if c.first else 0
        found.append(replace(c, first=first, end=end if c.end == count else count - 1 + c.end))
    return found


def best_path(candidates: list[Candidate], log_probabilities: np.ndarray) -> list[int]:
    """Choose candidates that take up the whole line, each piece once, and are most probable together -> their indices.

    `log_probabilities`: float (n,), of each candidate being the digit it looks most like.
    """
    length = max(candidate.end for candidate in candidates)
    best: list[tuple[float, list[int]]] = [(0.0, [])] + [(-np.inf, [])] * length
    for i in sorted(range(len(candidates)), key=lambda i: candidates[i].first):
        candidate = candidates[i]
        likely = float(log_probabilities[i])
        if likely < DOUBT:
            left, top, right, bottom = candidate.box
            broader = max(0.0, (right - left) / (bottom - top) - BROAD)
            likely = max(likely - DOUBT_COST, WORST - BLOT_COST * broader)
        score = best[candidate.first][0] + likely - candidate.cost
        if score > best[candidate.end][0]:
            best[candidate.end] = (score, [*best[candidate.first][1], i])
    return best[length][1]


def _candidates(pieces: list[Piece], height: float, cut_cost: float | None = None) -> list[Candidate]:
    """What may be one digit on a line that is `height` px high.

    `cut_cost`: of a boundary within what hangs together; None where that is one between two strokes.
    """
    boundaries = [0.0, *(_boundary_cost(a, b, pieces, cut_cost) for a, b in pairwise(pieces)), 0.0]
    found = []
    for first in range(len(pieces)):
        for end in range(first + 1, len(pieces) + 1):
            group = pieces[first:end]
            if end - first > MAX_PARTS and group[0].whole != group[-1].whole:
                break
            gaps = [_gap(group[:i], piece) / height for i, piece in enumerate(group) if i]
            box = _box(group)
            wide = (box[2] - box[0]) / max(box[3] - box[1], height)
            if gaps and (wide > WIDEST or max(gaps) > MAX_GAP):
                continue
            small = max(0.0, 1 - max(box[2] - box[0], box[3] - box[1]) / (SMALL * height))
            cost = GAP_COST * sum(gaps) + SMALL_COST * small + (boundaries[first] + boundaries[end]) / 2
            parts = tuple(sorted(group, key=lambda piece: piece.left + piece.right))
            found.append(Candidate(first, end, _together(group, box), box, cost, parts))
    return found


def _gap(pieces: list[Piece], next_one: Piece) -> int:
    """The columns of paper, in px, between pieces and one to their right or left."""
    to_the_right = next_one.left - max(piece.right for piece in pieces)
    to_the_left = min(piece.left for piece in pieces) - next_one.right
    return max(0, to_the_right, to_the_left)


def _boundary_cost(a: Piece, b: Piece, pieces: list[Piece], cut_cost: float | None) -> float:
    """What speaks against two neighbours being of two digits."""
    across = max(0.0, (min(a.right, b.right) - max(a.left, b.left)) / min(a.width, b.width))
    if a.whole != b.whole:
        beside = (min(a.bottom, b.bottom) - max(a.top, b.top)) / min(a.height, b.height)
        return STACKED_COST * across * (1 - max(beside, 0.0))
    if cut_cost is None:
        return CROSSING_COST * across
    left, top, right, bottom = _box([piece for piece in pieces if piece.whole == a.whole])
    return cut_cost + NARROW_COST * max(0.0, 1 - (right - left) / (bottom - top))


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
