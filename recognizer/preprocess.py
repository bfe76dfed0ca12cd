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

import numpy as np
from PIL import Image

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
    colours, paper = _colours_and_paper(pixels, paper_at)
    contrast = _distance(colours, paper)
    # The paper's own unevenness: 0 on clean pictures, since a digit touches less than a quarter of the edge.
    noise = 2 * np.quantile(border(contrast) if paper_at is None else contrast[paper_at], 0.75)
    strongest = contrast.max()
    if strongest - noise < MIN_CONTRAST * 255:
        raise BlankImageError("Nothing is drawn here: draw a digit, or choose a picture with more contrast.")
    return np.clip((contrast - noise) / (strongest - noise), 0, 1)


def ink_box(ink: np.ndarray) -> tuple[int, int, int, int]:
    """Return the extent of the ink in px: (left, top, right, bottom), right and bottom exclusive."""
    rows = np.flatnonzero((ink > MIN_INK).any(1))
    columns = np.flatnonzero((ink > MIN_INK).any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def crop(ink: np.ndarray) -> np.ndarray:
    """Return the part of `ink` (H, W) that the digit covers."""
    left, top, right, bottom = ink_box(ink)
    return ink[top:bottom, left:right]


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
    field[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return field


def corner(digit: np.ndarray) -> tuple[int, int]:
    """Return where `centre` puts the upper left corner of a fitted digit (h, w): its row and column."""
    height, width = digit.shape
    mass = digit.sum()
    row = (digit.sum(1) @ np.arange(height)) / mass
    column = (digit.sum(0) @ np.arange(width)) / mass
    top = int(np.clip(np.rint(CENTRE_PX - row), 0, FIELD_PX - height))
    left = int(np.clip(np.rint(CENTRE_PX - column), 0, FIELD_PX - width))
    return top, left


def stroke_width(ink: np.ndarray) -> float:
    """Estimate the width of the strokes in px: twice the area over the outline's length.

    A stroke of width w and length l has area w*l and an outline of about 2*l; the outline of a grey picture is its
    total variation (the coarea formula), which needs no threshold.
    """
    down, right = (slope[1:-1, 1:-1] for slope in np.gradient(np.pad(ink, 1)))
    outline = np.sqrt(down * down + right * right).sum()
    return 2 * float(ink.sum()) / max(float(outline), 1e-6)


def resize(ink: np.ndarray, factor: float) -> np.ndarray:
    """Resize with anti-aliasing, each pixel the mean of what it covers; no side under 1 px."""
    height, width = (max(1, round(side * factor)) for side in ink.shape)
    if (height, width) == ink.shape:
        return ink
    kernel = Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(ink).resize((width, height), kernel))


def border(picture: np.ndarray) -> np.ndarray:
    """Return the outermost pixels of (H, W, ...) in one row (N, ...)."""
    return np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])


def _colours_and_paper(pixels: np.ndarray, paper_at: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """-> float32 colours (H, W) or (H, W, 3), 0-255, without transparency, and the paper's colour, alike."""
    if pixels.ndim == 3 and pixels.shape[2] == 4 and pixels[..., 3].min() < 255:
        return _flatten(pixels)
    colours = pixels[..., :3].astype(np.float32) if pixels.ndim == 3 else pixels.astype(np.float32)
    return colours, np.median(border(colours) if paper_at is None else colours[paper_at], axis=0)


def _distance(colours: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """How far each colour is from the paper's: float32 (H, W), 0-255, the root mean square over the channels."""
    if colours.ndim == 2:
        return np.abs(colours - paper)
    red, green, blue = (colours[..., i] - paper[i] for i in range(3))  # one by one: five times faster in NumPy
    return np.sqrt((red * red + green * green + blue * blue) / 3)


def _flatten(rgba: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put a transparent picture on paper: its own if its border is opaque, else black or white, which differs more."""
    colours, alpha = rgba[..., :3].astype(np.float32), rgba[..., 3:].astype(np.float32) / 255
    border_alpha = border(alpha)[:, 0]
    if np.median(border_alpha) > 0.5:
        paper = np.median(border(colours)[border_alpha > 0.5], axis=0)
    else:
        mean_ink = (colours * alpha).sum((0, 1)) / max(float(alpha.sum()), 1e-6)
        paper = np.full(3, 255 if mean_ink.mean() < 127.5 else 0, np.float32)
    return paper + (colours - paper) * alpha, paper


def _darken(ink: np.ndarray) -> np.ndarray:
    """Make half of the ink as dark as possible: scaling leaves strokes under a pixel wide grey."""
    return np.minimum(ink / np.median(ink[ink > MIN_INK * ink.max()]), 1)


def _dilate(ink: np.ndarray, radius: float) -> np.ndarray:
    """Thicken every stroke by `radius` px on each side (grey dilation with a disc), and enlarge the picture by that."""
    margin = int(np.ceil(radius))
    padded = np.pad(ink, 2 * margin)
    height, width = ink.shape[0] + 2 * margin, ink.shape[1] + 2 * margin
    grown = np.zeros((height, width), np.float32)
    for down in range(-margin, margin + 1):
        for right in range(-margin, margin + 1):
            # The last pixel of the disc counts by as much of it as the radius covers.
            covered = min(1.0, radius + 1 - np.hypot(down, right))
            if covered > 0:
                top, left = margin + down, margin + right
                shifted = padded[top : top + height, left : left + width]
                np.maximum(grown, covered * shifted, out=grown)
    return grown
