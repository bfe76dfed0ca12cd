"""What the canvas of the page sends of a drawing: its strokes, as Fabric.js writes them, and its picture, as a PNG."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.support.drawing import Strokes, render

# As in views/, whose canvas can only be imported where Streamlit runs; tests/benchmarks/test_visitor.py compares them.
NARROW_PX, WIDE_PX, HEIGHT_PX = 300, 640, 300  # the visible part of the canvas, in its two widths
STRIP_PX = 32  # the hidden strip above it
INK = 47, 116, 224  # the pen's colour, #2f74e0


def sent(strokes: Strokes, width: float = 16, wide: bool = False) -> tuple[dict[str, Any], str]:
    """What the canvas sends of strokes, in px of its visible part, by a pen `width` px wide: (JSON, data URL)."""
    size = WIDE_PX if wide else NARROW_PX, HEIGHT_PX
    return paths(strokes, width), data_url(on_transparency(render(strokes, width, size)))


def paths(strokes: Strokes, width: float = 16) -> dict[str, Any]:
    """The strokes, without what Fabric.js says of every stroke alike."""
    return {
        "objects": [
            {
                "type": "Path",
                "strokeWidth": width,
                "path": [["L" if i else "M", round(x, 4), round(y + STRIP_PX, 4)] for i, (x, y) in enumerate(stroke)],
            }
            for stroke in strokes
        ]
    }


def on_transparency(picture: np.ndarray) -> np.ndarray:
    """Black ink on white paper, uint8 (H, W, 3) -> the pen's colour on nothing, below the strip, (H + strip, W, 4)."""
    ink = np.concatenate([np.full_like(picture, INK), 255 - picture[..., :1]], axis=2)
    return np.pad(ink, ((STRIP_PX, 0), (0, 0), (0, 0)))


def data_url(pixels: np.ndarray) -> str:
    """A picture as a PNG in a data URL."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
