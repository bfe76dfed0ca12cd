"""What the canvas sends of drawings: (json, image)."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.support.drawing import placed, render
from views.canvas import component, sheet

PAGE = Path(__file__).parents[2] / "streamlit_app.py"


def data_url(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def on_transparency(picture):
    """The canvas' picture of ink on white paper: blue on nothing."""
    seen = np.concatenate([np.full_like(picture, (47, 116, 224)), 255 - picture[..., :1]], axis=2)
    return np.pad(seen, ((component.STRIP_PX, 0), (0, 0), (0, 0)))


def paths(strokes, width=16):
    """The canvas' JSON of strokes, polylines in px of what is seen of it."""
    return {
        "objects": [
            {
                "type": "Path",
                "strokeWidth": width,
                "path": [["L" if i else "M", x, y + component.STRIP_PX] for i, (x, y) in enumerate(stroke)],
            }
            for stroke in strokes
        ]
    }


def sent(strokes, width=16, wide=False):
    size = (sheet.WIDE_PX if wide else sheet.NARROW_PX, component.HEIGHT_PX)
    return paths(strokes, width), data_url(on_transparency(render(strokes, width, size)))


def number(text):
    """A number on wide paper."""
    return sent([s for i, digit in enumerate(text) for s in placed(int(digit), left=40 + 180 * i)], wide=True)


EMPTY = {"objects": []}, None
FOUR, SEVEN = sent(placed(4)), sent(placed(7))
BARS = sent([[(50 * n, 50), (50 * n, 250)] for n in (1, 2, 3)])
NUMBER = number("407")
