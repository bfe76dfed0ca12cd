"""The ink of a picture -> its pieces, the smallest parts that digits are made of.

In: ink float32 (H, W), 0 paper to 1 ink. Out: `Piece`s. Connected ink is one piece; a piece wide enough for two digits
that touch can be cut where there is little ink to cut through.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from recognizer.preprocess import ink_box, stroke_width

CONNECTED = 0.25  # the ink that connects; fainter than that, the soft edges of two digits may meet
SPECK = 0.12  # of the tallest piece's height; anything smaller is no part of a digit
MAX_PIECES = 300  # the topmost of them are read; a page of text has thousands
MAX_BOXES_PX = 2**24  # of their boxes together; frames within frames have more
WIDE = 0.5  # of the line's height; a piece this wide may be two digits
LONGEST = 16  # times its own height; anything longer is a bar, not a number
# Seams are paths from top to bottom along which a piece can be cut. Shares are of the line's height.
SEAM_ROWS = 48  # px; they are searched for in the piece scaled to this height
SEAM_BAND = 0.2  # how far a seam may stray from the vertical, to either side
SEAM_STEP = 0.06  # between the places where seams are tried
SEAM_SLANT = 0.02  # px of ink that a step to the side costs
NARROWEST = 0.12  # the least that a cut leaves on either side
SEAMS_APART = 0.07  # on average, at least
MAX_SEAMS = 24  # the cheapest: three for each boundary in a number of nine digits
MAX_SEAM = 1.6  # widths of a stroke; the most ink that a cut goes through
LEAST_INK = 0.06  # of the piece's ink, on either side of a cut


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the picture's ink.

    left, top: where it lies on the picture, in px; ink: float32 (h, w), 0 paper to 1 ink, of this piece only.
    whole: a number that the parts of one piece share.
    """

    left: int
    top: int
    ink: np.ndarray
    whole: int

    @property
    def right(self) -> int:
        """The first column right of it."""
        return self.left + self.ink.shape[1]

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.ink.shape[0]

    @property
    def height(self) -> int:
        """In px."""
        return self.ink.shape[0]

    @property
    def width(self) -> int:
        """In px."""
        return self.ink.shape[1]


def find_pieces(ink: np.ndarray) -> tuple[list[Piece], int]:
    """Return the connected pieces of `ink`, without specks, and how many there were too many."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > CONNECTED).astype(np.uint8), connectivity=8)
    if count == 1:
        return [], 0
    tallest = stats[1:, cv2.CC_STAT_HEIGHT].max()
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    numbers = 1 + np.flatnonzero(sides[1:].max(1) >= SPECK * tallest)  # 0 is the paper
    bottoms = stats[numbers, cv2.CC_STAT_TOP] + stats[numbers, cv2.CC_STAT_HEIGHT]
    numbers = numbers[np.argsort(bottoms, kind="stable")]
    few = numbers[: min(MAX_PIECES, np.searchsorted(sides[numbers].prod(1).cumsum(), MAX_BOXES_PX))]
    return [_piece(ink, labels, stats[i], int(i)) for i in few], len(numbers) - len(few)


def _piece(ink: np.ndarray, labels: np.ndarray, stats: np.ndarray, number: int) -> Piece:
    """Cut a component out, with the soft edge around it."""
    left, top = max(0, stats[cv2.CC_STAT_LEFT] - 1), max(0, stats[cv2.CC_STAT_TOP] - 1)
    right = stats[cv2.CC_STAT_LEFT] + stats[cv2.CC_STAT_WIDTH] + 1
    bottom = stats[cv2.CC_STAT_TOP] + stats[cv2.CC_STAT_HEIGHT] + 1
    component = (labels[top:bottom, left:right] == number).astype(np.uint8)
    near = cv2.dilate(component, np.ones((3, 3), np.uint8))
    return trimmed(int(left), int(top), ink[top:bottom, left:right] * near, number)


def is_wide(piece: Piece, line_height: float) -> bool:
    """Return whether a piece may be two digits or more."""
    return WIDE * line_height <= piece.width <= LONGEST * piece.height


def cut_piece(piece: Piece, line_height: float) -> list[Piece]:
    """Cut a wide piece where there is little ink to cut through; return its parts, from left to right."""
    seams = _seams(piece.ink, line_height)
    parts, columns = [], np.arange(piece.width)
    edges = [np.zeros(piece.height), *seams, np.full(piece.height, piece.width)]
    for left, right in pairwise(edges):
        ink = piece.ink * ((columns >= left[:, None]) & (columns < right[:, None]))
        if (ink > CONNECTED).any():
            parts.append(trimmed(piece.left, piece.top, ink, piece.whole))
    return parts


def trimmed(left: int, top: int, ink: np.ndarray, whole: int) -> Piece:
    """Return the piece without the paper around its ink."""
    first, upper, end, lower = ink_box(ink)
    return Piece(left + first, top + upper, ink[upper:lower, first:end], whole)


def _seams(ink: np.ndarray, line_height: float) -> list[np.ndarray]:
    """Paths from top to bottom that cross little ink, from left to right: the column in each row, float (h,)."""
    scale = SEAM_ROWS / ink.shape[0]
    size = (max(2, round(ink.shape[1] * scale)), SEAM_ROWS)
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    unit = line_height * scale
    margin = NARROWEST * unit
    places = np.arange(margin, size[0] - margin, max(1.0, SEAM_STEP * unit))
    if not len(places):
        return []
    costs, paths = _cheapest_paths(small, places, SEAM_BAND * unit)
    dearest = MAX_SEAM * stroke_width(small)
    left_of = np.cumsum(small, axis=1)
    least = LEAST_INK * left_of[:, -1].sum()
    chosen: list[np.ndarray] = []
    for i in costs.argsort(kind="stable"):
        if costs[i] > dearest or len(chosen) == MAX_SEAMS:
            break
        seam = paths[i]
        left = left_of[np.arange(SEAM_ROWS), seam].sum()
        if not least < left < left_of[:, -1].sum() - least:
            continue
        if not chosen or np.abs(np.array(chosen) - seam).mean(1).min() >= SEAMS_APART * unit:
            chosen.append(seam)
    chosen.sort(key=np.mean)
    rows = np.arange(ink.shape[0]) * (SEAM_ROWS - 1) / max(1, ink.shape[0] - 1)
    fine = [np.interp(rows, np.arange(SEAM_ROWS), seam) / scale for seam in chosen]
    return [np.max(fine[: i + 1], axis=0) for i in range(len(fine))]  # none crosses the one to its left


def _cheapest_paths(ink: np.ndarray, places: np.ndarray, band: float) -> tuple[np.ndarray, np.ndarray]:
    """The cheapest path down within `band` px of each column in `places` (n,) -> costs (n,), columns (n, rows)."""
    low, high = np.maximum(0, places - band).astype(int), np.minimum(ink.shape[1], places + band + 1).astype(int)
    columns = low[:, None] + np.arange((high - low).max())
    strips = np.where(columns < high[:, None], ink[:, np.minimum(columns, ink.shape[1] - 1)], np.inf)
    total, came_from = strips[0].astype(np.float64), np.zeros(strips.shape, int)
    for row in range(1, len(strips)):
        padded = np.pad(total, ((0, 0), (1, 1)), constant_values=np.inf)
        options = np.stack([padded[:, :-2] + SEAM_SLANT, padded[:, 1:-1], padded[:, 2:] + SEAM_SLANT])
        came_from[row] = options.argmin(0) - 1
        total = strips[row] + options.min(0)
    paths, each = np.empty((len(places), len(strips)), int), np.arange(len(places))
    paths[:, -1] = total.argmin(1)
    for row in range(len(strips) - 1, 0, -1):
        paths[:, row - 1] = paths[:, row] + came_from[row, each, paths[:, row]]
    return total.min(1), low[:, None] + paths
