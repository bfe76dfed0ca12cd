"""Negatives: letters and signs by pen and from fonts, scribbles, and spoilt digits that are digits no longer.

Every painter takes a random generator and returns uint8 (H, W), 0 paper to 255 ink, about 100 px high.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from recognizer.preprocess import stroke_width
from train.data.mnist import Split
from train.synthetic.glyphs import NEGATIVES
from train.synthetic.pen import draw, enlarged, inked, through
from train.synthetic.writer import Habits, Writer

FONTS = ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSansMono-Bold", "STIXGeneral", "STIXGeneralItalic")
LETTERS = "ACEFHJKLMNPQRTUVWXYadefhijkmnprtuvwxyΓΔΞΠΣΨΩαδηλμνξπτχψωЖЙЛЦШЩЮЯ?!&@#%*+=<>$€£{}~"  # noqa: RUF001 - Greek
SIDEWAYS = (2, 3, 4, 5, 6, 7, 9)  # not digits when turned on their side
MIRRORED = (3, 4, 7, 9)  # not digits when mirrored
THICKEST = 20.0  # px; a thicker pen turns an i into a 1

Painter = Callable[[np.random.Generator], np.ndarray]


def painters(source: Split, habits: Habits) -> list[tuple[Painter, float]]:
    """The painters of negatives, each with its share; some of them use the MNIST digits in `source`."""
    habits = replace(habits, thickest=min(habits.thickest, THICKEST))
    return [
        (lambda rng: Writer(rng, habits).draw(str(rng.choice(NEGATIVES))), 0.6),
        (_printed, 0.1),
        (_scribble, 0.14),
        (lambda rng: _pair(source, rng), 0.06),
        (lambda rng: _upset(source, rng), 0.05),
        (lambda rng: _struck_out(source, rng), 0.05),
    ]


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
    """One stroke through many random points, or a few short strokes: more tangled than any digit."""
    strokes = int(rng.integers(1, 5))
    count = rng.integers(6, 12) if strokes == 1 else rng.integers(3, 5)
    lines = [through(rng.uniform(0, 100, (count, 2)), rng.random(count) < 0.3) for _ in range(strokes)]
    return inked(lines, rng.uniform(3, 16))


def _pair(source: Split, rng: np.random.Generator) -> np.ndarray:
    """Two MNIST digits side by side."""
    left, right = (enlarged(source.digits[i]) for i in rng.integers(0, len(source), 2))
    left, right = (picture[:, np.flatnonzero(picture.any(0))] for picture in (left, right))
    gap = int(rng.integers(2, 24))
    return np.pad(np.hstack([left, np.zeros((len(left), gap), np.uint8), right]), 2)


def _upset(source: Split, rng: np.random.Generator) -> np.ndarray:
    """An MNIST digit on its side or mirrored, of those that are not digits then."""
    turn = rng.random() < 0.5
    row = rng.choice(np.flatnonzero(np.isin(source.labels, SIDEWAYS if turn else MIRRORED)))
    large = enlarged(source.digits[row])
    return np.rot90(large, rng.choice([1, 3])) if turn else large[:, ::-1]


def _struck_out(source: Split, rng: np.random.Generator) -> np.ndarray:
    """An MNIST digit under a zigzag."""
    large = enlarged(source.digits[rng.integers(len(source))])
    rows, columns = np.nonzero(large > 127)
    passes = int(rng.integers(4, 8))
    half = max(np.ptp(columns) / 2 + 6, 20)
    middle = np.array([columns.min() + columns.max(), rows.min() + rows.max()]) / 2
    across = np.linspace(-half, half, passes)
    along = np.where(np.arange(passes) % 2, -1, 1) * np.ptp(rows) / 2 + rng.normal(0, 8, passes)
    zigzag = np.stack([across, along] if rng.random() < 0.5 else [along, across], 1)
    draw(large, [middle + zigzag], stroke_width(large / 255))
    return large
