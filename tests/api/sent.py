"""What programs send."""

import io

import numpy as np
from PIL import Image

from benchmarks.support.drawing import drawn, looped_seven, placed, render


def png(picture):
    """The content of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def hand_of(pictures, label):
    """The content of the file of a hand that has learned pictures, uint8 (n, 28, 28), as `label`."""
    file = io.BytesIO()
    np.savez(file, pictures=pictures, labels=np.full(len(pictures), label, np.uint8))
    return file.getvalue()


BLANK = png(np.full((60, 60), 255, np.uint8))
SEVEN = png(drawn(7))
STROKES = {"strokes": [[list(point) for point in stroke] for stroke in placed(7)], "width": 16}
LOOPED = png(render(looped_seven()))
PNG = {"Content-Type": "image/png"}
JSON = {"Content-Type": "application/json"}
