"""Pages -> what the finder sees of them in training, and what it should answer."""

from dataclasses import replace

import cv2
import keras
import numpy as np

from recognizer.numbers.finder import CELL, CHANNELS, DOWN, HOME, INK, MIDDLE, OWNED, RIGHT, SHARED, SIZE
from train.finder.network import IS_INK, NEAR_HOME
from train.synthetic.pages import Page, seen

# Height and width, in px. Batches take them in turn: the network sees where a picture ends, and has to do as well where
# that is near.
SHAPES = (128, 256), (72, 264), (248, 88)
NEAR, FAR = (HOME / 1.6, HOME * 1.6), (8.0, 130.0)  # px, between which marks are high in most views, and in the others
MOST = 0.7
NARROW = 0.11  # of a mark's size: the standard deviation of the bump on its middle
TURN, LEAN = 4.0, 0.08  # standard deviations, in degrees, and in width gained over height
EMPTY = 0.03  # of the views have no mark
LEARNABLE = 1.2  # octaves from `HOME`; of larger and smaller marks only the size is learned


class Views(keras.utils.PyDataset):
    """The batches of an epoch: each page once, in an order and seen in ways that follow from the seed and the epoch."""

    def __init__(self, pages: list[Page], batch_size: int, seed: int):
        """Look at `pages`, `batch_size` at a time."""
        super().__init__(workers=2, max_queue_size=8)
        self._pages, self._size, self._seed = pages, batch_size, seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Go on to an epoch."""
        self._epoch = epoch
        self._order = np.random.default_rng([self._seed, epoch]).permutation(len(self._pages))

    def __len__(self) -> int:
        """How many batches there are."""
        return len(self._pages) // self._size

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the inputs, float32 (n, H, W, 1), and the targets, float32 (n, H / 2, W / 2, 8), of one batch."""
        rng = np.random.default_rng([self._seed, self._epoch, number])
        rows = self._order[number * self._size : (number + 1) * self._size]
        shape = SHAPES[number % len(SHAPES)]
        pictures, targets = zip(*(view(self._pages[row], shape, rng) for row in rows), strict=True)
        return np.stack(pictures)[..., None], np.stack(targets)


def viewed(pages: list[Page], seed: int) -> list[Page]:
    """Look at each page from a distance at which its marks are as high as the finder likes them."""
    rng = np.random.default_rng(seed)
    return [_littered(seen(page, _way(page, SHAPES[0], rng, NEAR), SHAPES[0]), rng) for page in pages]


def view(page: Page, shape: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Look at a page from some distance: ink, float32 `shape`, 0-1, and targets, float32 (H / 2, W / 2, 8)."""
    page = _littered(seen(page, _way(page, shape, rng, NEAR if rng.random() < MOST else FAR), shape), rng)
    return _worn(page.ink.astype(np.float32) / 255, rng), answers_of(page)


def answers_of(page: Page) -> np.ndarray:
    """Return what the finder should answer: float32 (H / 2, W / 2, 8), as `train.finder.network` reads it."""
    height, width = (side // CELL for side in page.ink.shape)
    ink, owner, shared = (_cells(each) for each in (page.ink, page.owner, page.shared))
    darkest = ink.argmax(-1)[..., None]
    mark = np.take_along_axis(owner, darkest, -1)[..., 0].astype(int)
    is_ink = ink.max(-1) > 255 * INK
    owned = (mark > 0) & is_ink
    targets = np.zeros((height, width, CHANNELS + 2), np.float32)
    targets[..., IS_INK], targets[..., OWNED], targets[..., SHARED] = is_ink, owned, owned & shared.any(-1)
    if len(page.labels):
        y, x = (CELL * np.mgrid[:height, :width] + (CELL - 1) / 2).astype(np.float32)
        right, down = (page.middles[:, axis, None, None] - each for axis, each in enumerate((x, y)))
        distances = (right**2 + down**2) / (NARROW * page.sizes[:, None, None]) ** 2
        targets[..., MIDDLE] = np.exp(-distances.min(0) / 2)
        rows, columns = np.nonzero(owned)
        whose = mark[rows, columns] - 1
        octaves = np.log2(page.sizes[whose] / HOME)
        targets[rows, columns, RIGHT] = right[whose, rows, columns] / HOME
        targets[rows, columns, DOWN] = down[whose, rows, columns] / HOME
        targets[rows, columns, SIZE] = octaves
        targets[rows, columns, NEAR_HOME] = np.abs(octaves) < LEARNABLE
    return targets


def _cells(pixels: np.ndarray) -> np.ndarray:
    """(H, W) -> (H / 2, W / 2, 4), the four px of each cell."""
    height, width = (side // CELL for side in pixels.shape)
    return pixels.reshape(height, CELL, width, CELL).swapaxes(1, 2).reshape(height, width, CELL * CELL)


def _way(page: Page, shape: tuple[int, int], rng: np.random.Generator, heights: tuple[float, float]) -> np.ndarray:
    """How a page is seen: turned and leaning a little, its marks of some height between two, in px: (2, 3).

    It is wholly in view if it can be.
    """
    factor = np.exp(rng.uniform(*np.log(heights))) / np.median(page.sizes)
    turn, lean = np.radians(rng.normal(0, TURN)), rng.normal(0, LEAN)
    matrix = factor * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ [[1, lean], [0, 1]]
    height, width = page.ink.shape
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)]) @ matrix.T
    room = shape[::-1] - np.ptp(corners, axis=0)
    place = rng.uniform(np.minimum(room, 0), np.maximum(room, 0)) - corners.min(0)
    return np.column_stack([matrix, place])


def _littered(page: Page, rng: np.random.Generator) -> Page:
    """Add what is on paper beside marks, or instead of them: specks, blots, printed lines, a margin or a thumb."""
    height, width = page.ink.shape
    litter = np.zeros_like(page.ink)
    if rng.random() < 0.25:
        for x, y in rng.uniform(0, (width, height), (rng.integers(1, 25), 2)).astype(int).tolist():
            cv2.circle(litter, (x, y), int(rng.integers(0, 3)), 255, -1, cv2.LINE_AA)
    if rng.random() < 0.05:
        _blot(litter, rng, rng.uniform(0, (width, height)), rng.uniform(4, 14))
    if rng.random() < 0.05:
        edge = rng.choice([0.0, 1.0], 2) * (width, height)
        _blot(litter, rng, np.where(np.arange(2) == rng.integers(2), edge, rng.uniform(0, (width, height))), 40)
    if rng.random() < 0.35:
        apart, fall, grey = rng.uniform(15, 70), rng.normal(0, 0.04), int(rng.uniform(40, 255))
        is_whole, is_squared = rng.random(2) < (0.6, 0.4)  # a rest of an upright line would be a one
        np.maximum(litter, _ruling((height, width), rng, apart, fall, grey, bool(is_whole)), out=litter)
        if is_whole and is_squared:
            np.maximum(litter, _ruling((width, height), rng, apart, -fall, grey, True).T, out=litter)
    if rng.random() < EMPTY:
        nothing = np.zeros_like(litter)
        return Page(litter, nothing, nothing, np.zeros((0, 2)), np.zeros(0), np.zeros(0, int))
    return replace(page, ink=np.maximum(page.ink, litter))


def _blot(litter: np.ndarray, rng: np.random.Generator, middle: np.ndarray, radius: float) -> None:
    angles = np.linspace(0, 2 * np.pi, 9)[:-1]
    radii = radius * rng.uniform(0.6, 1.2, 8)
    points = middle + np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None]
    cv2.fillPoly(litter, [points.astype(np.int32)], int(rng.integers(80, 256)), cv2.LINE_AA)


def _ruling(
    size: tuple[int, int], rng: np.random.Generator, apart: float, fall: float, grey: int, is_whole: bool
) -> np.ndarray:
    """Lines across, from edge to edge or only what a threshold left of them: uint8 (H, W)."""
    height, width = size
    lines, thickness = np.zeros(size, np.uint8), int(rng.integers(1, 3))
    for y in np.arange(rng.uniform(0, apart) - abs(fall) * width, height + abs(fall) * width, apart):
        left, right = (0, width) if is_whole else np.sort(rng.uniform(-0.3 * width, 1.3 * width, 2))
        start, end = ((int(x), int(y + fall * x)) for x in (left, right))
        cv2.line(lines, start, end, grey, thickness, cv2.LINE_AA)
    return lines


def _worn(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink as cameras see it, now and then: unsharp, noisy, and on paper that is not quite white."""
    if rng.random() < 0.35:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.0))
        paper = rng.uniform(-0.05, 0.12) * (rng.random() < 0.5)
        noise = rng.normal(0, rng.uniform(0, 0.1), ink.shape) * (rng.random() < 0.5 or ink > 0)
        ink = np.maximum(ink, paper) + noise
    return np.clip(ink / max(ink.max(), INK), 0, 1).astype(np.float32)
