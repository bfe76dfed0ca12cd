"""A photographed sheet of paper -> its ink.

In: uint8 pixels (H, W), (H, W, 3) or (H, W, 4), a picture of handwriting under uneven light, on paper of any colour,
ruled or squared. Out: how much ink is on each pixel, float32 (H, W), 0 paper to 1 ink.

1. **Light**: the paper's brightness around each pixel is found by closing (dilation, then erosion: Serra 1982, "Image
   analysis and mathematical morphology"), which fills everything as narrow as a stroke, and keeps the edges of
   shadows. Dividing by it leaves what the paper reflects.
2. **Threshold**: Otsu's (1979, "A threshold selection method from gray-level histograms"), but well above the noise;
   ink has to be strong somewhere, and extends as far as it is connected (hysteresis, Canny 1986).
3. **Ruling**: lines that run far across the picture and are thin all along are removed, and the strokes that they
   crossed are closed again.

What is left of lines, blots and the things beside the paper need not be told from ink here: the finder passes them over
(recognizer/numbers/finder.py).

OpenCV does all of it: it has every step, compiled, and needs only NumPy.
"""

import cv2
import numpy as np

from recognizer.errors import BlankImageError
from recognizer.preprocess import border, quantile

NOTHING = "No ink was found on this picture: write darker, or come nearer with the camera."
CLEARLY = 20  # grey levels; the edge of a shadow differs by less from what is around it
LEAST_CHALK = 1e5  # grey levels beyond `CLEARLY`, squared, summed at 256 px: some 250 px that are 40 levels lighter
EVEN = 2.0  # grey levels; the edge of a drawing varies by less, even as a JPEG
DARKEST_PAPER = 60.0  # grey level; in a deeper shadow, noise would pass for ink
THICKEST = 5  # strokes are thinner than the picture's shorter side divided by this
MIN_CONTRAST = 0.12  # of the paper's brightness; a hard pencil leaves 0.2
NOISE_SIGMAS = 5.0
WEAK = 0.6  # of the threshold; ink down to here counts where it is connected to stronger ink
RULE_LENGTH = 0.35  # of the picture's side; no stroke is straight and thin for so long
RULE_POINTS = 40_000  # that lines are searched for in; if there are more, a random sample shows the same lines
RULE_TURN = 9  # degrees either way that a sheet may be turned
MAX_GAP = 0.024  # of the picture's longer side; in a printed line, where strokes and other lines cross it
FAINT_RULING = 1.7  # times as dark as the ruling, ink stands out from it
MAX_RULE = 0.006  # of the picture's longer side; no printed line is thicker
SPECK_PX = 12  # pixels; the smallest part of a digit has more ink
MARGIN = 0.03  # of the picture's longer side; there, neither the light nor the length of lines can be known


def find_ink_on_paper(pixels: np.ndarray) -> np.ndarray:
    """Return how much ink is on each pixel of a photograph: float32 (H, W), 0 paper to 1 ink.

    Raises `BlankImageError` if there is none.
    """
    darkness = _darkness(pixels)
    noise = 1.4826 * float(np.median(np.abs(darkness - np.median(darkness))))
    ruling = _ruling(darkness, max(0.05, 2.5 * noise))
    threshold = max(MIN_CONTRAST, NOISE_SIGMAS * noise, 0.7 * _otsu(darkness[~ruling]))
    strong = (darkness > threshold) & ~ruling
    if not strong.any():
        raise BlankImageError(NOTHING)
    full = float(np.quantile(darkness[strong], 0.7))
    faintest = WEAK * threshold
    if ruling.any():
        printed = float(np.quantile(darkness[ruling], 0.95))
        if full > FAINT_RULING * printed:  # the lines are too faint for ink, and need not be removed
            threshold, ruling = max(threshold, (full + printed) / 2), np.zeros_like(ruling)
            strong, faintest = darkness > threshold, max(WEAK * threshold, printed)
    weak = _mask((darkness > faintest) & ~ruling)
    if ruling.any():
        near = cv2.dilate(_mask(strong), np.ones((2 * _rule_px(weak) + 1, 3), np.uint8)) > 0
        weak |= _mask(ruling & (darkness > threshold) & near)  # the strokes that a removed line crossed
    margin = max(1, round(MARGIN * max(strong.shape)))
    inside = np.zeros_like(strong)
    inside[margin:-margin, margin:-margin] = strong[margin:-margin, margin:-margin]
    kept = _connected(weak, inside)
    if not kept.any():
        raise BlankImageError(NOTHING)
    soft = cv2.dilate(_mask(kept), np.ones((3, 3), np.uint8))
    return (np.clip(darkness / full, 0, 1) * soft).astype(np.float32)


def is_photograph(pixels: np.ndarray) -> bool:
    """Return whether the light is uneven: a drawing's edge has one colour, except where strokes cross it."""
    edge = border(pixels if pixels.ndim == 2 else pixels[..., :3])
    odd = np.count_nonzero(np.abs(edge - quantile(edge, 0.5).astype(np.float32)) > EVEN)
    return 4 * int(odd) > edge.size and (pixels.ndim == 2 or pixels.shape[2] < 4 or bool(pixels[..., 3].min() == 255))


def _darkness(pixels: np.ndarray) -> np.ndarray:
    """How much darker than the paper around it each pixel is: float32 (H, W), 0 to 1."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(np.ascontiguousarray(pixels[..., :3]), cv2.COLOR_RGB2GRAY)
    if _is_light_on_dark(grey):
        grey = 255 - grey
    grey = cv2.GaussianBlur(grey, (0, 0), 0.8)
    window = min(grey.shape) // THICKEST
    scale = max(1, window // 40)  # closing at a lower resolution is as good and many times faster
    small = cv2.resize(cv2.medianBlur(grey, 5), None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
    radius = max(1, window // scale // 2)
    small = small.astype(np.float32)
    # Beyond its edge the picture goes on getting darker as it did, but never lighter than its mirror image.
    beyond = np.minimum(np.pad(small, radius, "reflect", reflect_type="odd"), np.pad(small, radius, "reflect"))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    closed = cv2.morphologyEx(beyond, cv2.MORPH_CLOSE, disc)[radius:-radius, radius:-radius]
    paper = cv2.resize(closed, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.clip((paper - grey) / np.maximum(paper, DARKEST_PAPER), 0, 1)


def _is_light_on_dark(grey: np.ndarray) -> bool:
    """Whether the marks are lighter than their surroundings, as chalk is."""
    size = tuple(max(1, round(256 * side / max(grey.shape))) for side in grey.shape[::-1])
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    outliers = small.astype(np.float32) - cv2.medianBlur(small, 51)
    lighter, darker = (float((np.maximum(sign * outliers - CLEARLY, 0) ** 2).sum()) for sign in (1, -1))
    return bool(np.median(grey) < 128) and lighter > max(2 * darker, LEAST_CHALK)


def _otsu(darkness: np.ndarray) -> float:
    levels = (darkness * 255).astype(np.uint8).reshape(1, -1)
    return cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0] / 255


def _ruling(darkness: np.ndarray, threshold: float) -> np.ndarray:
    """Where the printed lines are: bool (H, W)."""
    square = np.ones((3 * _rule_px(darkness),) * 2, np.uint8)
    marks = _mask(cv2.morphologyEx(darkness, cv2.MORPH_TOPHAT, square) > threshold)  # without fading shadows
    return (_level_lines(marks) | _level_lines(np.ascontiguousarray(marks.T)).T) > 0


def _mask(condition: np.ndarray) -> np.ndarray:
    """bool -> uint8, 0 or 1, as OpenCV takes it."""
    return condition.astype(np.uint8)


def _rule_px(picture: np.ndarray) -> int:
    """The thickness of the thickest printed line on a picture of this size, in px."""
    return max(2, round(MAX_RULE * max(picture.shape)))


def _level_lines(marks: np.ndarray) -> np.ndarray:
    """Lines from left to right, nearly level and thin all along: uint8 (H, W), 0 or 1."""
    thickest, gap = _rule_px(marks), round(MAX_GAP * max(marks.shape))
    tall = cv2.morphologyEx(marks, cv2.MORPH_OPEN, np.ones((thickest + 3, 1), np.uint8))
    thin: np.ndarray = cv2.subtract(marks, tall)
    # Every second column shows the same level lines with half of the points, and with angles in steps twice as large.
    thin = np.ascontiguousarray(thin[:, ::2])
    share = min(1.0, RULE_POINTS / max(1, int(np.count_nonzero(thin))))
    if share < 1:
        thin &= np.random.default_rng(0).random(thin.shape, np.float32) < share
    length = RULE_LENGTH * thin.shape[1]
    votes = int(share * length / 2)
    segments = cv2.HoughLinesP(thin, 1, np.pi / 360, votes, minLineLength=length, maxLineGap=gap / 2)
    lines = np.zeros_like(marks)
    for x1, y1, x2, y2 in np.reshape([] if segments is None else segments, (-1, 4)).astype(int).tolist():
        slope = (y2 - y1) / max(1, 2 * (x2 - x1))
        if abs(slope) <= np.tan(np.radians(RULE_TURN)):  # drawn from edge to edge, as it was printed
            end = marks.shape[1]
            left, right = y1 - slope * 2 * x1, y1 + slope * (end - 2 * x1)
            cv2.line(lines, (0, round(left)), (end, round(right)), 1, thickest + 2)
    thick = cv2.morphologyEx(marks, cv2.MORPH_OPEN, np.ones((thickest + 3,) * 2, np.uint8))
    return lines & cv2.subtract(marks, thick)


def _connected(weak: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """The weak ink that is connected to strong ink, without specks: bool (H, W)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    wanted = np.zeros(count, bool)
    wanted[np.unique(labels[strong])] = True
    wanted &= stats[:, cv2.CC_STAT_AREA] >= SPECK_PX
    wanted[0] = False
    return wanted[labels]
