"""What the canvas sends of drawings, and what is read off the page that AppTest runs."""

import base64
import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.support.drawing import placed, render
from views import canvas

PAGE = Path(__file__).parents[2] / "streamlit_app.py"


def data_url(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def on_transparency(picture):
    """What the canvas sends of ink on white paper: ink of its colour on nothing."""
    share = 255 - picture[..., :1]
    seen = np.concatenate([np.broadcast_to(np.uint8([47, 116, 224]), (*picture.shape[:2], 3)), share], axis=2)
    return np.pad(seen, ((canvas.STRIP_PX, 0), (0, 0), (0, 0)))


def paths(strokes, width=16):
    """What the canvas sends of strokes, polylines in px of what is seen of it."""
    return {
        "objects": [
            {
                "type": "Path",
                "strokeWidth": width,
                "path": [["L" if i else "M", x, y + canvas.STRIP_PX] for i, (x, y) in enumerate(stroke)],
            }
            for stroke in strokes
        ]
    }


def sent_of(*digits, width=16):
    """What the canvas sends of digits that are drawn one over the other, each (digit, options of `placed`)."""
    strokes = [stroke for digit, options in digits for stroke in placed(digit, **options)]
    size = (canvas.WIDE_PX if len(digits) > 1 else canvas.NARROW_PX, canvas.HEIGHT_PX)
    return paths(strokes, width), data_url(on_transparency(render(strokes, width, size)))


ONE_STROKE = paths([[(150, 60), (150, 240)]])


NUMBER = sent_of(*((digit, {"left": 40 + 180 * i, "top": 60}) for i, digit in enumerate((4, 0, 7))))


def text(app):
    """What a person reads on the page, without the tags."""
    html = " ".join(element.proto.body for element in app.get("html") if "<style>" not in element.proto.body)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
