"""A picture of numbers -> one picture a digit.

In: a `Sheet`. Out: of each line of writing, the `Candidate`s, that is everything on it that may be one digit; when
the classifier has said how probable each is, `best_path` chooses those that make up the line.
What hangs together is taken for part of one digit at first, and `cut_up` where the classifier doubts that. All of it
has `Room` for so much work: whatever the picture, a reading takes less than a second (benchmarks/hostile.py).

This is over-segmentation with a search by recognition (Fujisawa, Nakano & Kurino 1992, "Segmentation methods for
character recognition: from segmentation to document structure analysis"): the line is taken apart into more pieces
than it has digits, and the classifier, which knows halves and pairs of digits as none, says what belongs together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from recognizer.images.ink import Sheet
from recognizer.numbers.lines import height_of, into_lines
from recognizer.numbers.pieces import Piece, cut, find_pieces, is_wide, trimmed
from recognizer.numbers.strokes import Stroke, stroke_pieces

MAX_WORK = 300  # pictures for the model, in one reading; it looks at one in 2 ms
WORK_PX = 2**17  # px of ink that take as long to put together and prepare
WORK_CUT = 2  # pictures that the model looks at while a piece is cut
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

    ink: float32 (h, w); box: (left, top, right, bottom) in px of its line; cost: what its shape speaks against it;
    pieces: those of its line.
    """

    first: int
    end: int
    ink: np.ndarray
    box: tuple[int, int, int, int]
    cost: float
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, eq=False)
class Line:
    """What may be the digits of one line; scale: px of the picture for one px of the candidates' boxes."""

    candidates: list[Candidate]
    scale: float


class Room:
    """How much work is left for a reading, counted in pictures for the model."""

    def __init__(self, work: int = MAX_WORK):
        self.left = work
        self._taken: set[tuple[Piece, ...]] = set()

    def take(self, work: int) -> bool:
        """Whether there is room for so much; then it is used up."""
        if work > self.left:
            return False
        self.left -= work
        return True

    def take_candidate(self, pieces: tuple[Piece, ...], box: tuple[int, int, int, int]) -> bool:
        """The same for a look at some pieces together; a second look at them is for nothing."""
        if pieces not in self._taken:
            if not self.take(1 + (box[2] - box[0]) * (box[3] - box[1]) // WORK_PX):
                return False
            self._taken.add(pieces)
        return True


def segment(sheet: Sheet, room: Room) -> tuple[list[Line], int]:
    """Return the lines, top to bottom, and how many pieces were too many to be looked at.

    Of their candidates none is a part of a piece: `cut_up` takes those pieces apart that are no digit as they are.
    """
    pieces, left_out = find_pieces(sheet.ink)
    lines = []
    for coarse in into_lines(pieces):
        line, zoom = _closer(coarse, sheet) if room.left else (coarse, 1.0)
        candidates, looked_at = _candidates(line, height_of(line), room)
        left_out += len(line) - looked_at
        if candidates:
            lines.append(Line(candidates, sheet.scale / zoom))
    return lines, left_out


def _closer(line: list[Piece], sheet: Sheet) -> tuple[list[Piece], float]:
    """The same pieces at the resolution that small digits need, and how many times closer that is."""
    zoom = sheet.zoom(height_of(line))
    if zoom == 1:
        return line, zoom
    return [_from_nearby(piece, sheet, zoom) for piece in line], zoom


def _from_nearby(piece: Piece, sheet: Sheet, zoom: float) -> Piece:
    left, top = max(0, piece.left - 1), max(0, piece.top - 1)
    where = np.zeros(sheet.ink[top : piece.bottom + 1, left : piece.right + 1].shape, np.uint8)
    where[piece.top - top :, piece.left - left :][: piece.height, : piece.width] = piece.ink > 0
    near = cv2.dilate(where, np.ones((3, 3), np.uint8))
    ink = sheet.closer(near > 0, zoom, left, top)
    return trimmed(round(left * zoom), round(top * zoom), ink, piece.whole)


def cut_up(line: Line, log_probabilities: np.ndarray, room: Room) -> tuple[Line, int]:
    """Return a line anew, its pieces cut where they make no digit as they are, and how many there was no room to cut.

    `log_probabilities`: as for `best_path`. A number may hang together as a whole, but so does a letter: where most
    of a line is doubtful, a cut costs more.
    """
    path = best_path(line.candidates, log_probabilities)
    doubtful = [i for i in path if log_probabilities[i] < DOUBT]
    pieces = [candidate.pieces[0] for candidate in line.candidates if candidate.end == candidate.first + 1]
    height = height_of(pieces)
    wholes = {piece for i in doubtful for piece in line.candidates[i].pieces if is_wide(piece, height)}
    if not wholes:
        return line, 0
    if room.take(WORK_CUT * len(wholes)):
        parts = [part for piece in pieces for part in (cut(piece, height) if piece in wholes else [piece])]
        if len(parts) == len(pieces):
            return line, 0
        cut_cost = CUT_COST if 2 * len(doubtful) <= len(path) else CUT_COST_ALONE
        candidates, looked_at = _candidates(parts, height, room, cut_cost)
        if looked_at == len(parts):
            return replace(line, candidates=candidates), 0
    return line, len(wholes)


def segment_strokes(sheet: Sheet, strokes: Sequence[Stroke], room: Room) -> list[Line] | None:
    """Return the lines, put together from their strokes; None where these do not help, or there is no room for them.

    The strokes of a digit follow each other on the paper or in time: digits that overlap are told apart by when they
    were written, and a bar that was added at the end by where it lies.
    """
    written = stroke_pieces(sheet.ink, strokes)
    lines = []
    for placed in into_lines(written or []):
        candidates = _in_both_orders(placed, sorted(placed, key=written.index), room)
        if candidates is None:
            return None
        lines.append(Line(candidates, sheet.scale))
    return lines or None


def _in_both_orders(placed: list[Piece], written: list[Piece], room: Room) -> list[Candidate] | None:
    """The candidates of a line of strokes, from left to right and in writing order, two ways to one end."""
    height, count = height_of(placed), len(placed)
    from_left, in_order = (_candidates(pieces, height, room) for pieces in (placed, written))
    if not from_left[1] == in_order[1] == count:
        return None
    end = 2 * count - 1
    found = [replace(c, end=end if c.end == count else c.end) for c in from_left[0]]
    for c in in_order[0]:
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


def _candidates(
    pieces: list[Piece], height: float, room: Room, cut_cost: float | None = None
) -> tuple[list[Candidate], int]:
    """What may be one digit on a line that is `height` px high, and how many of its pieces there was room for.

    `cut_cost`: of a boundary within what hangs together; None where that is one between two strokes.
    """
    boundaries = [0.0, *(_boundary_cost(a, b, pieces, cut_cost) for a, b in pairwise(pieces)), 0.0]
    highest = max(height, _box(pieces)[3] - _box(pieces)[1])
    found: list[Candidate] = []
    for first in range(len(pieces)):
        box, gaps = _box(pieces[first : first + 1]), []
        for end in range(first + 1, len(pieces) + 1):
            group, last = pieces[first:end], pieces[end - 1]
            if len(group) > MAX_PARTS and group[0].whole != last.whole:
                break
            if len(group) > 1:
                gaps.append(max(0, last.left - box[2], box[0] - last.right) / height)
            box = _joined(box, last)
            width = box[2] - box[0]
            if gaps and (width > WIDEST * highest or max(gaps) > MAX_GAP):
                break
            if gaps and width > WIDEST * max(box[3] - box[1], height):
                continue
            parts = tuple(sorted(group, key=lambda piece: piece.left + piece.right))
            if not room.take_candidate(parts, box):
                return [candidate for candidate in found if candidate.end <= first], first
            small = max(0.0, 1 - max(width, box[3] - box[1]) / (SMALL * height))
            cost = GAP_COST * sum(gaps) + SMALL_COST * small + (boundaries[first] + boundaries[end]) / 2
            found.append(Candidate(first, end, _together(group, box), box, cost, parts))
    return found, len(pieces)


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


def _joined(box: tuple[int, int, int, int], piece: Piece) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return min(left, piece.left), min(top, piece.top), max(right, piece.right), max(bottom, piece.bottom)


def _together(pieces: list[Piece], box: tuple[int, int, int, int]) -> np.ndarray:
    left, top, right, bottom = box
    ink = np.zeros((bottom - top, right - left), np.float32)
    for piece in pieces:
        window = ink[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
        np.maximum(window, piece.ink, out=window)
    return ink
