"""Drawings that MNIST lacks, made: digits in more styles and pens, and what is no digit at all.

In: how many, a source of randomness, and MNIST digits to work on. Out: a `Split` of prepared pictures, float32
(n, 28, 28), 0 paper to 1 ink; what is no digit is labelled `NO_DIGIT`. Everything is drawn large and goes
through `recognizer.preprocess`, as a visitor's drawing does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from recognizer.preprocess import prepare, stroke_width
from train.config import TrainConfig
from train.data import NO_DIGIT, Split, joined
from train.pen import Hand, draw, inked
from train.styles import DIGITS, NO_DIGITS

UPSCALE = 4  # MNIST digits are redrawn at four times their size
FONTS = ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSansMono-Bold", "STIXGeneral", "STIXGeneralItalic")
LETTERS = "ACEFHJKLMNPQRTUVWXYadefhijkmnprtuvwxyΓΔΞΠΣΨΩαδηλμνξπτχψωЖЙЛЦШЩЮЯ?!&@#%*+=<>$€£{}~"  # noqa: RUF001 - Greek

Painter = Callable[[np.random.Generator], np.ndarray]
TRAINING, VALIDATION, REPORT = 1, 2, 3  # mixed into the seed, so that no drawing is in two of them
OTHER_HAND = Hand(points=4.5, free=9.0, strokes=3.0, ends=0.2, tremor=0.9, slant=0.22)  # a clumsier one
NO_DIGIT_THICKEST = 20.0  # a thicker pen makes an i of a 1


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings of three kinds; `only_digits` joins two of them."""

    digits: Split
    restyled: Split
    no_digits: Split

    def only_digits(self) -> Split:
        """The first two in one."""
        return joined([self.digits, self.restyled])


def training_drawings(config: TrainConfig, train: Split) -> Drawings:
    """Make what `config` asks for, `config.pool` times as much as an epoch takes."""
    counts = [config.pool * n for n in (config.drawn_digits, config.restyled_digits, config.no_digits)]
    return _make(counts, train, [config.seed, TRAINING], Hand(), "drawing")


def other_drawings(config: TrainConfig, validation: Split, purpose: int) -> Drawings:
    """Make drawings to choose on (`purpose` VALIDATION) or to report (REPORT).

    They have a seed of their own, a clumsier hand, and MNIST digits held out of training.
    """
    return _make([config.checks] * 3, validation, [config.seed, purpose], OTHER_HAND, "drawing to check")


def _make(counts: list[int], source: Split, seed: list[int], hand: Hand, what: str) -> Drawings:
    from tqdm import tqdm

    with tqdm(total=sum(counts), unit="picture", desc=what, disable=None) as bar:
        return Drawings(
            drawn_digits(counts[0], [*seed, 1], hand, bar),
            restyled_digits(source, counts[1], [*seed, 2], bar),
            no_digits(source, counts[2], [*seed, 3], replace(hand, thickest=NO_DIGIT_THICKEST), bar),
        )


def drawn_digits(count: int, seed: list[int], hand: Hand, progress=None) -> Split:
    """Draw `count` digits, each as often as the others, in the styles of `train.styles`."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    pictures = [prepare(draw(str(rng.choice(DIGITS[label])), rng, hand)) for label in _each(labels, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), labels)


def restyled_digits(source: Split, count: int, seed: list[int], progress=None) -> Split:
    """Redraw MNIST digits with other pens: zeros with a slash, ones with flag and foot, sevens with a bar."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 1, 7, *range(10)], count)  # the three that are restyled, more often
    rows = [rng.choice(np.flatnonzero(source.labels == label)) for label in labels]
    pictures = [prepare(_restyled(source.digits[row], source.labels[row], rng)) for row in _each(rows, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), source.labels[rows])


def no_digits(source: Split, count: int, seed: list[int], hand: Hand, progress=None) -> Split:
    """Draw `count` things that are no digit: letters, signs, scribbles, pairs of digits, digits upset or struck out."""
    rng = np.random.default_rng(seed)
    kinds: dict[Painter, float] = {
        lambda rng: draw(str(rng.choice(NO_DIGITS)), rng, hand): 0.6,
        _printed: 0.1,
        _scribble: 0.14,
        lambda rng: _pair(source, rng): 0.06,
        lambda rng: _upset(source, rng): 0.05,
        lambda rng: _struck_out(source, rng): 0.05,
    }
    painters = list(kinds)
    which = rng.choice(len(painters), count, p=list(kinds.values()))
    pictures = [prepare(painters[i](rng)) for i in _each(which, progress)]
    return Split(np.array(pictures, np.float32).reshape(-1, 28, 28), np.full(count, NO_DIGIT, np.uint8))


def _restyled(digit: np.ndarray, label: int, rng: np.random.Generator) -> np.ndarray:
    """A prepared digit (28, 28) -> uint8 (H, W), large, in another style and with another pen."""
    large = _large(digit)
    width = stroke_width(large / 255)
    pen = ImageDraw.Draw(picture := Image.fromarray(large))
    rows, columns = np.nonzero(large > 127)
    top, bottom, height = rows.min(), rows.max(), np.ptp(rows) + 1
    if label == 0 and rng.random() < 0.8:
        _slash(pen, (columns.mean(), rows.mean()), height, width, rng)
    if label == 1 and rng.random() < 0.8:
        x = float(np.median(columns[rows <= top + width / 2]))
        _flag(pen, (x, top + width / 2), height, width, rng)
        if rng.random() < 0.4:
            x = float(np.median(columns[rows >= bottom - width / 2]))
            half = height * rng.uniform(0.12, 0.35)
            _stroke(pen, [(x - half, bottom - width / 2), (x + half, bottom - width / 2 + rng.normal(0, 3))], width)
    if label == 7 and rng.random() < 0.6:
        y = top + height * rng.uniform(0.4, 0.65)
        x = float(np.median(columns[np.abs(rows - y) < 2])) if (np.abs(rows - y) < 2).any() else columns.mean()
        half = height * rng.uniform(0.12, 0.32)
        _stroke(pen, [(x - half, y + rng.normal(0, 3)), (x + half, y - rng.normal(2, 3))], width)
    thicker = [-1, -1, 0, 0, 0, 1, 2] if label == 0 else [-1, -1, 0, 0, 1, 2, 3, 4]  # a thick slash fills the zero
    return _another_pen(picture, int(rng.choice(thicker)), width)


def _large(digit: np.ndarray) -> np.ndarray:
    """A prepared digit at four times the size, sharp: uint8 (H, W) with room around it."""
    side = UPSCALE * len(digit)
    smooth = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC))
    return np.pad(np.uint8(255 * np.clip(3 * (smooth - 0.35) + 0.5, 0, 1)), side // 3)


def _slash(pen, middle, height, width, rng) -> None:
    """A line through the middle, from inside the ring to far beyond it."""
    angle = np.radians(rng.uniform(25, 75))
    half = height * rng.uniform(0.35, 0.85)
    x, y = np.array(middle) + rng.normal(0, 0.05 * height, 2)
    across, up = half * np.cos(angle), half * np.sin(angle)
    _stroke(pen, [(x + across, y - up), (x - across, y + up)], width)


def _flag(pen, top, height, width, rng) -> None:
    """A line down to the left of the top, short or as long as the one itself."""
    angle = np.radians(rng.uniform(20, 65))  # from the vertical
    length = height * rng.uniform(0.15, 0.85)
    x, y = top
    _stroke(pen, [(x, y), (x - length * np.sin(angle), y + length * np.cos(angle))], width)


def _stroke(pen, points, width) -> None:
    pen.line(points, fill=255, width=max(1, round(width)))
    for x, y in points:
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)


def _another_pen(picture: Image.Image, thicker: int, width: float) -> np.ndarray:
    """Make strokes `width` px wide thicker by `thicker` px on each side, or thinner, of a digit 80 px high."""
    if thicker < 0 and width > 8:
        return np.asarray(picture.filter(ImageFilter.MinFilter(3)))
    for _ in range(thicker):
        picture = picture.filter(ImageFilter.MaxFilter(3))
        picture = picture.filter(ImageFilter.GaussianBlur(0.5))  # or squares would grow out of dots
    return np.asarray(picture)


def _printed(rng: np.random.Generator) -> np.ndarray:
    """A letter or a sign from one of the fonts that come with Matplotlib."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    font = ImageFont.truetype(str(folder / f"{rng.choice(FONTS)}.ttf"), 96)
    letter = str(rng.choice(list(LETTERS)))
    left, top, right, bottom = font.getbbox(letter)
    picture = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8), 0)
    ImageDraw.Draw(picture).text((4 - left, 4 - top), letter, fill=255, font=font)
    return np.asarray(picture.rotate(rng.normal(0, 8), Image.Resampling.BILINEAR, expand=True))


def _scribble(rng: np.random.Generator) -> np.ndarray:
    """A row of random points as one stroke, or a few short strokes; at least what no digit is as tangled as."""
    from train.pen import parse, written

    strokes = int(rng.integers(1, 5))
    points = rng.integers(6, 12) if strokes == 1 else rng.integers(3, 5)

    def point():
        return f"{rng.integers(0, 100)},{rng.integers(0, 100)}{'!' if rng.random() < 0.3 else ''}"

    glyph = " / ".join(" ".join(point() for _ in range(points)) for _ in range(strokes))
    return inked(written(parse.__wrapped__(glyph), rng, Hand()), rng.uniform(3, 16))


def _pair(source: Split, rng: np.random.Generator) -> np.ndarray:
    """Two MNIST digits side by side."""
    left, right = (_large(source.digits[i]) for i in rng.integers(0, len(source), 2))
    left, right = (picture[:, np.flatnonzero(picture.any(0))] for picture in (left, right))
    gap = int(rng.integers(2, 24))
    return np.pad(np.hstack([left, np.zeros((len(left), gap), np.uint8), right]), 2)


def _upset(source: Split, rng: np.random.Generator) -> np.ndarray:
    """An MNIST digit on its side or in the mirror, of those that are none then."""
    on_its_side, mirrored = (2, 3, 4, 5, 6, 7, 9), (3, 4, 7, 9)
    turn = rng.random() < 0.5
    row = rng.choice(np.flatnonzero(np.isin(source.labels, on_its_side if turn else mirrored)))
    large = _large(source.digits[row])
    return np.rot90(large, rng.choice([1, 3])) if turn else large[:, ::-1]


def _struck_out(source: Split, rng: np.random.Generator) -> np.ndarray:
    """An MNIST digit under a zigzag."""
    large = _large(source.digits[rng.integers(len(source))])
    picture = Image.fromarray(large)
    width = stroke_width(large / 255)
    rows, columns = np.nonzero(large > 127)
    passes = int(rng.integers(4, 8))
    half = max(np.ptp(columns) / 2 + 6, 20)
    x = (columns.min() + columns.max()) / 2 + np.linspace(-half, half, passes)
    y = np.where(np.arange(passes) % 2, rows.min(), rows.max()) + rng.normal(0, 8, passes)
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    if rng.random() < 0.5:  # the zigzag lies, instead of standing
        middle = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
        points = [(middle[0] + (b - middle[1]), middle[1] + (a - middle[0])) for a, b in points]
    _stroke(ImageDraw.Draw(picture), points, width)
    return np.asarray(picture)


def _each(values, progress):
    """`values`, telling `progress` (a tqdm bar) of each."""
    for value in values:
        yield value
        if progress is not None:
            progress.update()
