"""Pieces of ink -> the lines of writing they are on, from top to bottom, each from left to right."""

import numpy as np

from recognizer.numbers.pieces import Piece

TALL = 0.7  # of the usual height; a smaller piece belongs to the line of its nearest tall neighbour
SAME_LINE = 0.4  # of the lower one's height, that two neighbours on one line have at least side by side


def into_lines(pieces: list[Piece]) -> list[list[Piece]]:
    """Put each piece on a line; a line is followed from left to right, so it may rise or fall."""
    if not pieces:
        return []
    usual = height_of(pieces)
    tall = [piece for piece in pieces if piece.height >= TALL * usual]
    lines: list[list[Piece]] = []
    for piece in sorted(tall, key=_middle):
        best = max(lines, key=lambda line: side_by_side(line[-1], piece), default=None)
        if best is not None and side_by_side(best[-1], piece) >= SAME_LINE:
            best.append(piece)
        else:
            lines.append([piece])
    anchors = [(piece, number) for number, line in enumerate(lines) for piece in line]
    for piece in pieces:
        if piece.height < TALL * usual:
            lines[min(anchors, key=lambda anchor: _distance(anchor[0], piece))[1]].append(piece)
    lines.sort(key=lambda line: np.mean([piece.top + piece.bottom for piece in line]))
    return [sorted(line, key=_middle) for line in lines]


def height_of(pieces: list[Piece]) -> float:
    """Return the usual height of the digits that the pieces make, in px: the median, weighted by squared height.

    The weights make two halves of a digit count less than a whole one.
    """
    heights = np.sort([piece.height for piece in pieces]).astype(float)
    weights = np.cumsum(heights**2)
    return float(heights[np.searchsorted(weights, weights[-1] / 2)])


def _middle(piece: Piece) -> float:
    return piece.left + piece.right


def side_by_side(a: Piece, b: Piece) -> float:
    """Return how much of the lower one's height is beside the other."""
    return (min(a.bottom, b.bottom) - max(a.top, b.top)) / min(a.height, b.height)


def _distance(a: Piece, b: Piece) -> float:
    """Between their boxes, in px."""
    across = max(a.left - b.right, b.left - a.right, 0)
    down = max(a.top - b.bottom, b.top - a.bottom, 0)
    return float(np.hypot(across, down))
