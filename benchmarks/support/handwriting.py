"""Digits by writers who do not exist, and MNIST's, to put numbers and sheets together from."""

import numpy as np
from PIL import Image

from recognizer.preprocess import prepare
from train.data.mnist import Split
from train.synthetic.pen import enlarged
from train.synthetic.writer import Habits, Writer


def handwritten(source: Split, habits: Habits, rng: np.random.Generator) -> tuple[int, np.ndarray]:
    """A digit of `source` or, half the time, one by a new writer -> its label, and uint8 (h, w), 255 ink, cropped."""
    if rng.random() < 0.5:
        row = rng.integers(len(source))
        label, picture = int(source.labels[row]), enlarged(source.digits[row])
    else:
        label, writer = int(rng.integers(10)), Writer(rng, habits)
        picture = writer.draw(writer.glyph(label))
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    return label, picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def made_up_hand(rng: np.random.Generator, habits: Habits, count: int) -> Split:
    """Write `count` digits as one person would, in a random order."""
    writer, labels = Writer(rng, habits), rng.integers(0, 10, count).astype(np.uint8)
    return Split(np.stack([prepare(writer.draw(writer.glyph(label))) for label in labels.tolist()]), labels)


def scaled(picture: np.ndarray, length: float, kernel: Image.Resampling) -> np.ndarray:
    """Resize a picture so that its longer side is `length` px."""
    factor = length / max(picture.shape)
    size = tuple(max(1, round(side * factor)) for side in picture.shape[::-1])
    return np.asarray(Image.fromarray(picture).resize(size, kernel))
