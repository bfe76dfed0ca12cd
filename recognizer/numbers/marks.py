"""What the finder says of ink -> marks: the ink that belongs together.

Peaks of its map of middles are marks, and each cell of ink belongs to the peak nearest to where it points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.numbers.finder import CELL, DOWN, HOME, INK, MARGIN, MIDDLE, OWNED, RIGHT, SHARED, SIZE, Look

PEAK_CELLS = 7  # no two middles are nearer
SURE, WEAK = 0.35, 0.08  # of how likely a middle is: a mark, and one where the model has to say whether it is
LIKELY = -4.0  # the logit of whether ink belongs to a mark
FARTHEST = 0.8 * HOME / CELL  # cells that an offset may miss its middle by; farther ink belongs to nothing
NEAREST = 8  # peaks that ink can be given to
EDGE = 2.5  # cells around ink that belong to the same mark


@dataclass(frozen=True, eq=False)
class Mark:
    """Ink that belongs together.

    box: (left, top, right, bottom) in px of the page; ink: float32 (h, w), 0-1, what is in the box of it.
    """

    box: tuple[int, int, int, int]
    ink: np.ndarray


def mark_of(ink: np.ndarray, left: int, top: int) -> Mark | None:
    """Return the mark that some ink is, whose left upper corner is there on the page; None where it is too faint."""
    x, y, width, height = cv2.boundingRect((ink > INK).astype(np.uint8))
    box = (left + x, top + y, left + x + width, top + y + height)
    return Mark(box, ink[y : y + height, x : x + width]) if width else None


Owners = tuple[np.ndarray, np.ndarray]  # int (cells,) each: the peak that a cell of ink belongs to, and a second, or -1


class Grouping:
    """The ink of one look, and the peaks among which it can be divided.

    strengths: float (n,), how likely each of the peaks is the middle of a mark.
    """

    def __init__(self, ink: np.ndarray, place: tuple[int, int], seen: Look):
        """Find the peaks. `ink` is what was looked at, and `place` its left upper corner on the page."""
        self._ink, self._place, self._is_ink = ink, place, seen.is_ink
        self._scale = np.array(seen.size[::-1]) / ink.shape[::-1] / CELL  # (x, y), cells for one px
        middles = 1 / (1 + np.exp(-cv2.GaussianBlur(seen.answers[..., MIDDLE], (0, 0), 0.6)))
        highest = cv2.dilate(middles, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (PEAK_CELLS,) * 2))
        peaks = np.argwhere((middles >= highest) & (middles > WEAK))
        self.strengths = middles[tuple(peaks.T)]
        cells = np.argwhere(seen.is_ink)
        self._cells = tuple(cells.T)
        self._pieces = cv2.connectedComponents(seen.is_ink.astype(np.uint8), connectivity=8)[1][self._cells] - 1
        answers = seen.answers[self._cells]
        self._pointed = cells + answers[:, [DOWN, RIGHT]] * HOME / CELL
        self._misses = _nearest(self._pointed, peaks)
        self._distances = _nearest(cells, peaks)
        self._is_owned, self._is_shared = answers[:, OWNED] > LIKELY, answers[:, SHARED] > 0
        self._sizes = answers[:, SIZE]

    def owners(self, peaks: np.ndarray) -> Owners:
        """Divide the cells among `peaks`, bool (n,)."""
        first, missed = _first(*self._misses, peaks)
        first[(missed > FARTHEST) | ~self._is_owned] = -1
        distances, numbers = self._distances
        second, distance = _first(np.where(numbers == first[:, None], np.inf, distances), numbers, peaks)
        second[~self._is_shared | (distance > HOME / CELL)] = -1
        return first, second

    def pointed(self, points: np.ndarray, peaks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what the ink at some points, float (n, 2) in px of the page, says of the mark that it belongs to.

        The mark's middle, float (n, 2) in px; how high it is in px, float (n,); and which of `peaks`, bool, it is, int
        (n,), or -1 where there is no ink that belongs to any.
        """
        way = self._way(-self._place[0], -self._place[1])
        columns, rows = np.rint(points @ way[:, :2].T + way[:, 2] - (0.5, 0.5) * self._scale).astype(int).T
        height, width = self._is_ink.shape
        numbers = np.full((height, width), -1)
        numbers[self._cells] = np.arange(len(self._pointed))
        is_here = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        cells = np.where(is_here, numbers[rows.clip(0, height - 1), columns.clip(0, width - 1)], -1)
        owners = np.where(cells >= 0, np.append(self.owners(peaks)[0], -1)[cells], -1)
        middles = (np.append(self._pointed, [[0, 0]], 0)[cells, ::-1] - way[:, 2]) @ np.linalg.inv(way[:, :2]).T
        sizes = HOME * 2.0 ** np.append(self._sizes, 0)[cells] / CELL / self._scale[1]
        return middles, sizes, owners

    def connected(self, owners: Owners) -> list[list[int]]:
        """Return the peaks that have connected ink, for each piece of ink that several peaks have."""
        pairs = np.unique(np.stack([self._pieces, owners[0]])[:, owners[0] >= 0], axis=1)
        pieces, counts = np.unique(pairs[0], return_counts=True)
        return [pairs[1, pairs[0] == piece].tolist() for piece in pieces[counts > 1]]

    def large(self, peaks: np.ndarray, smallest: float) -> tuple[np.ndarray, np.ndarray]:
        """Return which of `peaks` are large marks or touch one, bool (n,), and the ink that touches none: (h, w).

        smallest: the size of a large mark, in octaves from `HOME`.
        """
        first = self.owners(peaks)[0]
        of_peaks = [first == peak for peak in range(len(peaks))]
        are_large = [bool(cells.any()) and np.median(self._sizes[cells]) >= smallest for cells in of_peaks]
        is_done = np.bincount(self._pieces, np.append(are_large, False)[first]) > 0  # -1 is the last
        touch = [bool(cells.any()) and is_done[self._pieces[cells]].mean() > 0.5 for cells in of_peaks]
        done = np.zeros(self._is_ink.shape, np.uint8)
        done[self._cells] = is_done[self._pieces]
        whole = 0, 0, *self._ink.shape[::-1]
        near = self._warped(cv2.dilate(done, np.ones((3, 3))), whole, cv2.INTER_NEAREST)
        return peaks & np.array(touch, bool), self._ink * (near == 0)

    def marks(self, owners: Owners, peaks: Sequence[int]) -> dict[int, Mark]:
        """Return the marks of some peaks, without those that have no ink."""
        first, second = (self._areas(each) for each in owners)
        found = {peak: self._cut_out((first == peak) | (second == peak)) for peak in peaks}
        return {peak: mark for peak, mark in found.items() if mark}

    def _areas(self, owners: np.ndarray) -> np.ndarray:
        """Whose each cell is, also of the paper near ink: int (h, w), -1 where it is nobody's."""
        is_paper = np.ones(self._is_ink.shape, np.uint8)
        is_paper[self._cells] = 0
        distances, nearest = cv2.distanceTransformWithLabels(is_paper, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
        whose = np.full(int(nearest.max()) + 1, -1)
        whose[nearest[self._cells]] = owners
        return np.where(distances <= EDGE, whose[nearest], -1)

    def _cut_out(self, area: np.ndarray) -> Mark | None:
        if not area.any():
            return None
        rows, columns = np.flatnonzero(area.any(1)), np.flatnonzero(area.any(0))
        ends = np.array([[columns[0] - 1, rows[0] - 1], [columns[-1] + 2, rows[-1] + 2]])
        ends = (ends - MARGIN / CELL) / self._scale
        left, top = np.maximum(ends[0], 0).astype(int).tolist()
        right, bottom = np.minimum(ends[1] + 1, self._ink.shape[::-1]).astype(int).tolist()
        if right <= left or bottom <= top:
            return None
        ink = self._ink[top:bottom, left:right] * (
            self._warped(area, (left, top, right, bottom), cv2.INTER_LINEAR) > 0.5
        )
        return mark_of(ink, left + self._place[0], top + self._place[1])

    def _warped(self, area: np.ndarray, box: tuple[int, int, int, int], interpolation: int) -> np.ndarray:
        """An area, bool (h, w) of cells, in px of the ink in a box: float32."""
        left, top, right, bottom = box
        flags = interpolation | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(area.astype(np.float32), self._way(left, top), (right - left, bottom - top), flags=flags)

    def _way(self, left: int, top: int) -> np.ndarray:
        """From px of the ink, counted from (left, top), to cells: (2, 3)."""
        x, y = self._scale
        margin = MARGIN / CELL - 0.5
        return np.array([[x, 0, (left + 0.5) * x + margin], [0, y, (top + 0.5) * y + margin]])


def _nearest(places: np.ndarray, peaks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distances to the nearest few peaks and their numbers, float32 and int (places, k), nearest first."""
    if not len(places) or not len(peaks):
        return np.zeros((len(places), 0), np.float32), np.zeros((len(places), 0), int)
    places, peaks, k = places.astype(np.float32), peaks.astype(np.float32), min(NEAREST, len(peaks))
    distances, numbers = cv2.batchDistance(places, peaks, cv2.CV_32F, normType=cv2.NORM_L2, K=k)
    return np.asarray(distances), np.asarray(numbers)


def _first(distances: np.ndarray, numbers: np.ndarray, peaks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The number of the nearest of the chosen `peaks`, and its distance; -1 and infinity where there is none."""
    none = np.full((len(distances), 1), np.inf, np.float32)
    reached = np.hstack([np.where(peaks[numbers], distances, np.inf), none])
    best = reached.argmin(1)
    rows = np.arange(len(best))
    return np.hstack([numbers, np.full(none.shape, -1)])[rows, best], reached[rows, best]
