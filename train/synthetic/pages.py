"""Pages of handwriting: ink, and which mark each dot of it belongs to.

A page is put together from marks about 100 px high, which are laid beside and below each other: as far apart as people
put them, touching, overlapping, or written in one go.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

import cv2
import numpy as np

from recognizer.prediction import NO_DIGIT
from train.data.mnist import Split
from train.synthetic.glyphs import DIGITS, NEGATIVES
from train.synthetic.pen import draw, enlarged, through
from train.synthetic.writer import Habits, Writer

HEIGHT = 100.0  # px of a mark
UNEQUAL = 0.12  # standard deviation of the logarithm of a mark's height
UNEVEN = 8.0  # px, of where its middle is
INK = 60  # what is darker belongs to a mark
DISTANCES = ((10, 60), (2, 12), (-6, 3), (-18, -4))  # px between the ink of neighbours; a writer keeps to one of these
HOW_OFTEN = (0.2, 0.2, 0.3, 0.3)


@dataclass(frozen=True, eq=False)
class Page:
    """Marks on paper.

    ink: uint8 (H, W), 0 paper to 255 ink; owner: uint8 (H, W), the mark that a dot belongs to, from 1, or 0 for none,
    and where two marks overlap the one whose middle is nearer; shared: uint8 (H, W), 1 where two marks overlap.
    middles: float (n, 2), x and y of the middle of each mark's box; sizes: float (n,), its height, or 0.6 of its width
    where that is more; labels: int (n,), 0-9 or NO_DIGIT, in the order they were written.
    """

    ink: np.ndarray
    owner: np.ndarray
    shared: np.ndarray
    middles: np.ndarray
    sizes: np.ndarray
    labels: np.ndarray


class Author:
    """Whoever writes a page: a writer who does not exist, or one of MNIST's."""

    def __init__(
        self,
        rng: np.random.Generator,
        habits: Habits,
        own: Split | None = None,
        others: float | None = None,
        apart: tuple[int, int] | None = None,
    ):
        """Draw an author.

        own: the digits of one of MNIST's writers; None for one who does not exist. others: the share of letters and
        signs among what is written; apart: how far marks are from each other, in px. Either is drawn if not given.
        """
        self.rng, self.own, self.writer = rng, own, Writer(rng, habits)
        self._others = rng.choice([0, 0.15, 0.5, 1], p=[0.65, 0.2, 0.1, 0.05]) if others is None else others
        self._pairs = 0.2 if rng.random() < 0.2 else 0.0  # of digits in one go
        self._apart = apart or DISTANCES[rng.choice(len(DISTANCES), p=HOW_OFTEN)]

    def mark(self) -> Page:
        """Write a mark, or two in one go."""
        if self.rng.random() < self._others:
            return self._marks([NO_DIGIT], [self.writer.write(str(self.rng.choice(NEGATIVES)))])
        if self.own is not None:
            row = int(self.rng.integers(len(self.own)))
            return self._sized(_mark(int(self.own.labels[row]), enlarged(self.own.digits[row])))
        digits = self.rng.integers(0, len(DIGITS), 1 + (self.rng.random() < self._pairs)).tolist()
        written = [self.writer.write(self.writer.glyph(digit)) for digit in digits]
        return self._marks(digits, self._in_one_go(*written) if len(written) > 1 else written)

    def number(self, most: int) -> Page:
        """Write up to `most` marks side by side."""
        return reduce(self._beside, (self.mark() for _ in range(self.rng.integers(1, most + 1))))

    def lines(self) -> Page:
        """Write a few numbers, one below the other."""
        numbers = [self.number(6) for _ in range(self.rng.integers(2, 4))]
        return reduce(lambda above, below: self._below(above, below, (2, 60)), numbers)

    def columns(self) -> Page:
        """Write one mark below the other, in a column or two."""
        apart = [(5, 50), (-8, 10)][int(self.rng.random() < 0.3)]
        columns = [
            reduce(lambda above, below: self._below(above, below, apart), (self.mark() for _ in range(n)))
            for n in self.rng.integers(2, 5, self.rng.integers(1, 4))
        ]
        return reduce(lambda left, right: beside(left, right, self.rng.uniform(15, 120), 0), columns)

    def _beside(self, left: Page, right: Page) -> Page:
        middle = (len(left.ink) - len(right.ink)) / 2
        return beside(left, right, self.rng.uniform(*self._apart), round(middle + self.rng.normal(0, UNEVEN)))

    def _below(self, above: Page, below: Page, apart: tuple[int, int]) -> Page:
        return turned(beside(turned(above), turned(below), self.rng.uniform(*apart), round(self.rng.normal(0, 8))))

    def _marks(self, labels: list[int], written: list[list[np.ndarray]]) -> Page:
        """Ink what was written, all of it with the same pen."""
        points = np.concatenate([line for lines in written for line in lines])
        low, pen = points.min(0) - self.writer.pen, self.writer.pen
        size = np.ceil(points.max(0) - low + pen).astype(int)[::-1]
        pictures = [np.zeros(size, np.uint8) for _ in written]
        for picture, lines in zip(pictures, written, strict=True):
            draw(picture, [line - low for line in lines], pen)
        return self._sized(laid((_mark(*each), 0, 0) for each in zip(labels, pictures, strict=True)))

    def _sized(self, page: Page) -> Page:
        return scaled(page, HEIGHT * np.exp(self.rng.normal(0, UNEQUAL)) / page.sizes.mean())

    def _in_one_go(self, left: list[np.ndarray], right: list[np.ndarray]) -> list[list[np.ndarray]]:
        """Two digits between which the pen stays down: half of the way belongs to each."""
        shift = max(line[:, 0].max() for line in left) - min(line[:, 0].min() for line in right)
        apart = np.array((shift + self.rng.uniform(-5, 30), self.rng.normal(0, UNEVEN)))
        right = [line + apart for line in right]
        ends = np.stack([left[-1][-1], right[0][0]])
        bend = ends.mean(0) + self.rng.normal(0, 12, 2)
        way = through(np.array([ends[0], bend, ends[1]]), np.zeros(3, bool))
        half = len(way) // 2
        return [[*left, way[: half + 1]], [way[half:], *right]]


def write_page(rng: np.random.Generator, habits: Habits, own: Split | None = None) -> Page:
    """Write a page; `own` are the digits of that one of MNIST's writers who writes it, None for a made-up writer."""
    author = Author(rng, habits, own)
    kind = rng.random()
    if kind < 0.5:
        return author.number(8)
    if kind < 0.7:
        return author.lines()
    if kind < 0.85:
        return author.columns()
    scattered = [scaled(author.mark(), np.exp(rng.uniform(-0.7, 0.7))) for _ in range(rng.integers(1, 10))]
    return laid((mark, *rng.integers(0, (600, 250)).tolist()) for mark in scattered)


def beside(left: Page, right: Page, apart: float, down: int) -> Page:
    """Lay a page to the right of another, `down` px below its top, so that the nearest of their rows are `apart` px."""
    height = max(len(left.ink) - min(0, down), len(right.ink) + max(0, down))
    far = float(left.ink.shape[1] + right.ink.shape[1])  # as good as nowhere
    ends, starts = np.full(height, -far, np.float32), np.full(height, far, np.float32)
    ink = left.ink > INK
    rows = slice(max(0, -down), max(0, -down) + len(ink))
    ends[rows] = np.where(ink.any(1), ink.shape[1] - ink[:, ::-1].argmax(1), -far)
    ink = right.ink > INK
    rows = slice(max(0, down), max(0, down) + len(ink))
    starts[rows] = np.where(ink.any(1), ink.argmax(1), far)
    reach = (cv2.dilate(ends[:, None], np.ones((7, 1)))[:, 0] - starts).max()  # neighbouring rows count, too
    return laid([(left, 0, 0), (right, round(apart + (reach if reach > -far else left.ink.shape[1])), down)])


def turned(page: Page) -> Page:
    """Swap x and y."""
    return replace(page, ink=page.ink.T, owner=page.owner.T, shared=page.shared.T, middles=page.middles[:, ::-1])


def laid(pages: Iterable[tuple[Page, int, int]]) -> Page:
    """Lay pages on one paper, each with its left upper corner at (x, y); the darker ink is on top."""
    pages = list(pages)
    low = np.array([(x, y) for _, x, y in pages]).min(0)
    right, bottom = np.max([(x + page.ink.shape[1], y + page.ink.shape[0]) for page, x, y in pages], 0) - low
    ink, owner, shared = (np.zeros((bottom, right), np.uint8) for _ in range(3))
    middles = np.concatenate([page.middles + np.array((x, y)) - low for page, x, y in pages])
    sizes, labels = (np.concatenate([getattr(page, name) for page, *_ in pages]) for name in ("sizes", "labels"))
    count = 0
    for page, x, y in pages:
        left, top = (np.array((x, y)) - low).tolist()
        window = np.s_[top : top + page.ink.shape[0], left : left + page.ink.shape[1]]
        mine, theirs = np.where(page.owner > 0, page.owner + count, 0), owner[window]
        both = (mine > 0) & (theirs > 0)
        rows, columns = np.nonzero(both)
        here = np.stack([columns + left, rows + top], 1)
        nearer = [np.hypot(*(here - middles[each[both].astype(int) - 1]).T) for each in (mine, theirs)]
        mine[both] = np.where(nearer[0] < nearer[1], mine[both], theirs[both])
        owner[window] = np.where(mine > 0, mine, theirs)
        shared[window] |= page.shared | both
        np.maximum(ink[window], page.ink, out=ink[window])
        count += len(page.labels)
    return Page(ink, owner, shared, middles, sizes, labels)


def scaled(page: Page, factor: float) -> Page:
    """Make a page larger or smaller."""
    size = tuple(np.ceil(factor * np.array(page.ink.shape)).astype(int).tolist())
    return seen(page, factor * np.eye(2, 3), size)


def seen(page: Page, way: np.ndarray, size: tuple[int, ...]) -> Page:
    """Look at a page in `size` (H, W): `way`, float (2, 3), takes its px there."""
    factor = np.sqrt(abs(np.linalg.det(way[:, :2])))
    ink = page.ink
    if factor < 0.6:  # else dots between those that are looked at would be lost
        ink = cv2.GaussianBlur(ink, (0, 0), 0.4 / factor)
    ink = cv2.warpAffine(ink, way, size[::-1], flags=cv2.INTER_LINEAR)
    owner, shared = (
        cv2.warpAffine(each, way, size[::-1], flags=cv2.INTER_NEAREST) for each in (page.owner, page.shared)
    )
    return Page(ink, owner, shared, page.middles @ way[:, :2].T + way[:, 2], page.sizes * factor, page.labels)


def _mark(label: int, picture: np.ndarray) -> Page:
    left, top, width, height = cv2.boundingRect((picture > INK).astype(np.uint8))
    middle = np.array([[left + width / 2, top + height / 2]])
    size = np.array([max(height, 0.6 * width, 1.0)])
    owner = (picture > INK).astype(np.uint8)
    return Page(picture, owner, np.zeros_like(owner), middle, size, np.array([label]))
