"""Pixels of one digit -> the (28, 28) picture that MNIST would have made of it.

The page, the command line, the tests and the training all prepare digits here, and nowhere else.

In: uint8 pixels (H, W), (H, W, 3) or (H, W, 4); ink darker or lighter than the paper, any colours, or on transparency.
Out: float32 (28, 28), 0 paper to 1 ink.

The normalisation is MNIST's own (LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document
recognition", III.A): the digit is fitted to a 20x20 box keeping its shape, anti-aliased, and its centre of mass is put
in the middle of a 28x28 field. Measured on the 60,000 training images: the box is 20 px for 99.98 % of them, and their
centres of mass are within half a pixel of (14, 14), so they come back as they were. The one addition is that strokes
thinner than any in MNIST are thickened first, since a thin pen on a large canvas would otherwise fade to a grey that
MNIST does not have.
"""

import cv2
import numpy as np

from recognizer.errors import BlankImageError

FIELD_PX = 28  # the side of MNIST's images
DIGIT_BOX_PX = 20  # MNIST's inner box
CENTRE_PX = 14  # the pixel that MNIST puts the centre of mass on, counted from 0
MIN_STROKE_PX = 2.0  # in the 20x20 box; 1 % of MNIST's training digits are drawn thinner
MIN_CONTRAST = 0.08  # of black to white; anything fainter is not ink
MIN_INK = 0.1  # of the darkest ink; anything fainter does not count towards the digit's extent
SUPERSAMPLE = 4  # strokes are thickened at four times the box's resolution, to a quarter pixel


def prepare(pixels: np.ndarray) -> np.ndarray:
    """Return the digit in `pixels` as MNIST would show it: float32 (28, 28), 0 paper to 1 ink.

    Raises `BlankImageError` where nothing is drawn.
    """
    return prepare_ink(find_ink(pixels))


def prepare_ink(ink: np.ndarray) -> np.ndarray:
    """Return the digit in `ink`, as `find_ink` gives it, as MNIST would show it: float32 (28, 28)."""
    return centre(fit(crop(ink)))


def find_ink(pixels: np.ndarray, paper_at: np.ndarray | None = None) -> np.ndarray:
    """Return how much ink is on each pixel: float32 (H, W), 0 paper to 1 the strongest ink.

    Ink is everything that differs in colour from the paper. The paper has the median colour of the picture's border,
    or of the pixels in `paper_at`, bool (H, W). Raises `BlankImageError` where nothing is drawn.
    """
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)
    pixels = np.ascontiguousarray(pixels)
    edge = border(pixels) if paper_at is None else pixels[paper_at]
    paper, box = _paper(pixels, edge)
    contrast = _contrast(pixels[box], paper)
    # The paper's own unevenness: 0 on clean pictures, since a digit touches less than a quarter of the edge.
    noise = 2 * quantile(_contrast(edge[None], paper)[0], 0.75)
    strongest = contrast.max(initial=0)
    if strongest - noise < MIN_CONTRAST * 255:
        raise BlankImageError("Nothing is drawn here: draw a digit, or choose a picture with more contrast.")
    ink = np.zeros(pixels.shape[:2], np.float32)
    ink[box] = np.clip((contrast - noise) / (strongest - noise), 0, 1)
    return ink


def ink_box(ink: np.ndarray) -> tuple[int, int, int, int]:
    """Return the extent of the ink in px: (left, top, right, bottom), right and bottom exclusive."""
    rows, columns = _box(ink > MIN_INK)
    return columns.start, rows.start, columns.stop, rows.stop


def crop(ink: np.ndarray) -> np.ndarray:
    """Return the part of `ink` (H, W) that the digit covers."""
    return ink[_box(ink > MIN_INK)]


def fit(digit: np.ndarray) -> np.ndarray:
    """Scale a cropped digit (h, w) so that its longer side is 20 px and no stroke is thinner than `MIN_STROKE_PX`."""
    length = max(digit.shape)
    missing = MIN_STROKE_PX * length - DIGIT_BOX_PX * stroke_width(digit)
    radius = missing / (2 * (DIGIT_BOX_PX - MIN_STROKE_PX))  # source px; thicker strokes enlarge the digit's box, too
    if radius <= 0:
        return resize(digit, DIGIT_BOX_PX / length)
    factor = SUPERSAMPLE * DIGIT_BOX_PX / (length + 2 * radius)
    fine = _dilate(_darken(resize(digit, factor)), radius * factor)
    return resize(fine, DIGIT_BOX_PX / max(fine.shape))


def centre(digit: np.ndarray) -> np.ndarray:
    """Put a fitted digit (h, w), no side over 20 px, into a (28, 28) field with its centre of mass in the middle."""
    top, left = corner(digit)
    field = np.zeros((FIELD_PX, FIELD_PX), np.float32)
    field[top : top + digit.shape[0], left : left + digit.shape[1]] = np.minimum(digit, 1)  # means are rounded
    return field


def corner(digit: np.ndarray) -> tuple[int, int]:
    """Return where `centre` puts the upper left corner of a fitted digit (h, w): its row and column."""
    height, width = digit.shape
    mass = digit.sum(dtype=float)
    row = float(digit.sum(1) @ np.arange(height) / mass)
    column = float(digit.sum(0) @ np.arange(width) / mass)
    top, left = (round(round(CENTRE_PX - middle, 5)) for middle in (row, column))  # symmetry, not chance, breaks a tie
    return min(max(top, 0), FIELD_PX - height), min(max(left, 0), FIELD_PX - width)


def stroke_width(ink: np.ndarray) -> float:
    """Estimate the width of the strokes in px: twice the area over the outline's length.

    A stroke of width w and length l has area w*l and an outline of about 2*l; the outline of a grey picture is its
    total variation (the coarea formula), which needs no threshold.
    """
    around = cv2.copyMakeBorder(ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    down = cv2.subtract(around[2:, 1:-1], around[:-2, 1:-1])  # over 2 px, so twice the slope
    right = cv2.subtract(around[1:-1, 2:], around[1:-1, :-2])
    slope = cv2.sqrt(down * down + right * right)  # cv2.magnitude's last digit depends on where in memory these are
    return 4 * cv2.sumElems(ink)[0] / max(cv2.sumElems(slope)[0], 1e-6)


def resize(ink: np.ndarray, factor: float) -> np.ndarray:
    """Resize with anti-aliasing, each pixel the mean of what it covers; no side under 1 px."""
    height, width = (max(1, round(side * factor)) for side in ink.shape)
    if (height, width) == ink.shape:
        return ink
    return cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


def border(picture: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of (H, W, ...) in one row (N, ...)."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def quantile(values: np.ndarray, share: float) -> np.ndarray:
    """Return the value that `share` of `values` (n, ...), n > 0, are below; NumPy's is many times slower."""
    place = int(share * (len(values) - 1))
    return np.partition(values, place, axis=0)[place]


def _box(where: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns that hold all of `where`, bool (H, W); at least one of each."""
    left, top, width, height = cv2.boundingRect(where.view(np.uint8))
    return slice(top, top + max(1, height)), slice(left, left + max(1, width))


def _paper(pixels: np.ndarray, edge: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
    """-> the paper's colour, uint8 () or (4,), and the rows and columns beyond which there is nothing else.

    pixels, edge: grey (H, W) and (n,), or RGBA (H, W, 4) and (n, 4). A picture with a transparent border is put on
    black or white, whichever differs more from its ink.
    """
    if pixels.ndim == 2:
        paper = quantile(edge, 0.5)
        return paper, _box(pixels != paper)
    opaque = edge[:, 3] > 127
    if 2 * np.count_nonzero(opaque) > len(edge):
        paper = quantile(edge if opaque.all() else edge[opaque], 0.5)
        paper[3] = 255
        return paper, _box(pixels.view(np.uint32)[..., 0] != paper.view(np.uint32))
    box = _box(pixels[..., 3] > 0)
    ink = pixels[box].reshape(-1, 4).astype(np.float32)
    alpha = ink[:, 3]
    level = 255 if (alpha @ ink)[:3].mean() < 127.5 * alpha.sum() else 0
    return np.array([level, level, level, 255], np.uint8), box


def _contrast(pixels: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """How far each pixel, grey (H, W) or RGBA (H, W, 4), is from the paper: float32 (H, W), 0-255.

    The root mean square over the channels, less by what is transparent.
    """
    if pixels.ndim == 2:
        return np.abs(np.subtract(pixels, paper, dtype=np.float32))
    *colours, transparency = cv2.split(cv2.absdiff(pixels, paper.astype(float)))
    squares = np.zeros(pixels.shape[:2], np.float32)
    for difference in colours:
        cv2.accumulateSquare(difference, squares)
    contrast = cv2.sqrt(squares / 3)
    return contrast * (1 - transparency / np.float32(255)) if transparency.any() else contrast


def _darken(ink: np.ndarray) -> np.ndarray:
    """Make half of the ink as dark as possible: scaling leaves strokes under a pixel wide grey."""
    return np.minimum(ink / quantile(ink[ink > MIN_INK * ink.max()], 0.5), 1)


def _dilate(ink: np.ndarray, radius: float) -> np.ndarray:
    """Thicken every stroke by `radius` px on each side, and enlarge the picture by that.

    A dilation with a disc; as far as the radius is not a whole number, with the next larger one.
    """
    whole = int(radius)
    margin = whole + 1
    padded = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    discs = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1)) for r in (whole, margin))
    less, more = (cv2.dilate(padded, disc) for disc in discs)
    return less + (radius - whole) * (more - less)
