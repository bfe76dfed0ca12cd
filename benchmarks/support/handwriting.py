"""Single handwritten digits, to put numbers and sheets together from: MNIST's, and those of the parametric pen."""

import numpy as np
from PIL import Image

from train.data.mnist import Split
from train.synthetic.glyphs import DIGITS
from train.synthetic.pen import Hand, draw
from train.synthetic.variants import enlarged


def handwritten(source: Split, hand: Hand, rng: np.random.Generator) -> tuple[int, np.ndarray]:
    """A digit of `source` or, half the time, one by `hand` -> its label, and uint8 (h, w), 255 ink, cut to the ink."""
    if rng.random() < 0.5:
        row = rng.integers(len(source))
        label, picture = int(source.labels[row]), enlarged(source.digits[row])
    else:
        label = int(rng.integers(10))
        picture = draw(str(rng.choice(DIGITS[label])), rng, hand)
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    return label, picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def scaled(picture: np.ndarray, length: float, kernel: Image.Resampling) -> np.ndarray:
    """Resize a picture so that its longer side is `length` px."""
    factor = length / max(picture.shape)
    size = tuple(max(1, round(side * factor)) for side in picture.shape[::-1])
    return np.asarray(Image.fromarray(picture).resize(size, kernel))
