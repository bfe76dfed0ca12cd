"""A picture of numbers -> its lines, and what may be the digits on each.

Over-segmentation with a search by recognition (Fujisawa, Nakano & Kurino 1992, "Segmentation methods for character
recognition: from segmentation to document structure analysis"): a line is taken apart into more pieces than it has
digits, and the model, which knows halves and pairs of digits as none, says what belongs together. Ink that is connected
is taken for part of one digit at first; `cut_doubtful` cuts it where the model doubts that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from recognizer.images.ink import Sheet
from recognizer.numbers.answers import Answers
from recognizer.numbers.candidates import MAX_WORK, Budget, Candidate, Line, find_candidates
from recognizer.numbers.lines import height_of, into_lines
from recognizer.numbers.path import DOUBT, best_path
from recognizer.numbers.pieces import Piece, cut_piece, find_pieces, is_wide, trimmed
from recognizer.numbers.strokes import Stroke, stroke_pieces

WORK_CUT = 2  # pictures the model looks at in the time that it takes to cut a piece
CUT_COST, CUT_COST_ALONE = 1.0, 3.0  # in nats, for a boundary within connected ink: beside other digits, and without


@dataclass(eq=False)
class Segmentation:
    """What may be the digits on a picture.

    lines: from top to bottom; left_out: how many pieces were too many to be looked at, or to be cut.
    budget: what is left of it; by_strokes: whether the pieces are known strokes, which are never cut.
    """

    lines: list[Line] = field(default_factory=list)
    left_out: int = 0
    budget: Budget = field(default_factory=Budget)
    by_strokes: bool = False

    @property
    def candidates(self) -> list[Candidate]:
        """Those of all lines."""
        return [candidate for line in self.lines for candidate in line.candidates]

    @property
    def work(self) -> int:
        """How much of the budget is used up, at least 1."""
        return max(1, MAX_WORK - self.budget.left)


def segment(sheet: Sheet, strokes: Sequence[Stroke] = (), work: int = MAX_WORK) -> Segmentation:
    """Take the ink of `sheet` apart: into `strokes`, in px of its picture, if they made it, or else into its pieces."""
    scaled = [Stroke(stroke.points / sheet.scale, stroke.width / sheet.scale) for stroke in strokes]
    return _into_strokes(sheet, scaled, Budget(work)) or _into_pieces(sheet, Budget(work))


def cut_doubtful(numbers: Segmentation, answers: Answers) -> None:
    """Cut those pieces that the model, asked about all candidates, doubts to be a digit or part of one."""
    if not numbers.by_strokes:
        for i, line in enumerate(numbers.lines):
            log_probabilities = answers.log_probabilities(line.candidates)
            numbers.lines[i], uncut = cut_line(line, log_probabilities, numbers.budget)
            numbers.left_out += uncut


def cut_line(line: Line, log_probabilities: np.ndarray, budget: Budget) -> tuple[Line, int]:
    """Return the line with its doubtful pieces cut, and how many of them the budget did not suffice to cut.

    `log_probabilities`: as for `best_path`. A number may be connected as a whole, but so is a letter: where most of a
    line is doubtful, a cut costs more.
    """
    path = best_path(line.candidates, log_probabilities)
    doubtful = [i for i in path if log_probabilities[i] < DOUBT]
    pieces = [candidate.pieces[0] for candidate in line.candidates if candidate.end == candidate.first + 1]
    height = height_of(pieces)
    wide = {piece for i in doubtful for piece in line.candidates[i].pieces if is_wide(piece, height)}
    if not wide:
        return line, 0
    if budget.take(WORK_CUT * len(wide)):
        parts = [part for piece in pieces for part in (cut_piece(piece, height) if piece in wide else [piece])]
        if len(parts) == len(pieces):
            return line, 0
        cut_cost = CUT_COST if 2 * len(doubtful) <= len(path) else CUT_COST_ALONE
        candidates, looked_at = find_candidates(parts, height, budget, cut_cost)
        if looked_at == len(parts):
            return replace(line, candidates=candidates), 0
    return line, len(wide)


def _into_pieces(sheet: Sheet, budget: Budget) -> Segmentation:
    """Lines of connected pieces, as many as the budget suffices for."""
    pieces, left_out = find_pieces(sheet.ink)
    lines = []
    for coarse in into_lines(pieces):
        zoom = sheet.zoom(height_of(coarse)) if budget.left else 1.0
        line = coarse if zoom == 1 else [_closer(piece, sheet, zoom) for piece in coarse]
        candidates, looked_at = find_candidates(line, height_of(line), budget)
        left_out += len(line) - looked_at
        if candidates:
            lines.append(Line(candidates, sheet.scale / zoom))
    return Segmentation(lines, left_out, budget)


def _closer(piece: Piece, sheet: Sheet, zoom: float) -> Piece:
    """The same piece with the detail that small digits need: `zoom` times as many px on each side."""
    left, top = max(0, piece.left - 1), max(0, piece.top - 1)
    where = np.zeros(sheet.ink[top : piece.bottom + 1, left : piece.right + 1].shape, np.uint8)
    where[piece.top - top :, piece.left - left :][: piece.height, : piece.width] = piece.ink > 0
    near = cv2.dilate(where, np.ones((3, 3), np.uint8))
    ink = sheet.closer(near > 0, zoom, left, top)
    return trimmed(round(left * zoom), round(top * zoom), ink, piece.whole)


def _into_strokes(sheet: Sheet, strokes: Sequence[Stroke], budget: Budget) -> Segmentation | None:
    """Lines of strokes; None where the strokes do not help, or the budget does not suffice for them.

    The strokes of a digit follow each other on the paper or in time: digits that overlap are told apart by when they
    were written, and a bar that was added at the end by where it lies.
    """
    written = stroke_pieces(sheet.ink, strokes) or []
    lines = []
    for placed in into_lines(written):
        candidates = _in_both_orders(placed, sorted(placed, key=written.index), budget)
        if candidates is None:
            return None
        lines.append(Line(candidates, sheet.scale))
    return Segmentation(lines, 0, budget, by_strokes=True) if lines else None


def _in_both_orders(placed: list[Piece], written: list[Piece], budget: Budget) -> list[Candidate] | None:
    """The candidates of a line of strokes, from left to right and in writing order: two separate paths to one end."""
    height, count = height_of(placed), len(placed)
    from_left, looked_at = find_candidates(placed, height, budget)
    in_order, also_looked_at = find_candidates(written, height, budget)
    if looked_at < count or also_looked_at < count:
        return None
    end, shift = 2 * count - 1, count - 1  # of the second path, all places but the first are moved past the first path
    return [
        *(replace(each, end=end if each.end == count else each.end) for each in from_left),
        *(replace(each, first=each.first and shift + each.first, end=shift + each.end) for each in in_order),
    ]
