"""Ink, heat and feature maps -> small pictures in HTML, dark on light as on paper.

Every caption is escaped; the pictures are made here from numbers.
"""

import base64
import html
import io

import numpy as np
from PIL import Image

PAPER, GREY = np.array([255.0, 255, 255]), np.array([196.0, 201, 208])
BLUE, ORANGE = np.array([47.0, 116, 224]), np.array([226.0, 112, 24])  # told apart by colour-blind people, too
LONGEST_PX = 224  # of a picture that is not made of dots to be counted
STRONG = 0.98  # quantile of the heat on the ink that gets the full colour
GAP_PX = 1  # between feature maps


def figure(picture: np.ndarray, title: str, sentence: str, kind: str = "") -> str:
    """A picture, uint8 (h, w, 3), with a title and a sentence; `kind`: "dots" shows each pixel as a square."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    source = base64.b64encode(file.getvalue()).decode()
    return (
        f'<figure class="figure {kind}"><img src="data:image/png;base64,{source}" alt="{html.escape(title)}">'
        f"<figcaption><strong>{html.escape(title)}</strong> {html.escape(sentence)}</figcaption></figure>"
    )


def row(figures: list[str]) -> str:
    """Figures side by side, as many as there is room for."""
    return f'<div class="figures">{"".join(figures)}</div>'


def ink_picture(ink: np.ndarray) -> np.ndarray:
    """Ink, float32 (h, w), 0-1, as black on white: uint8 (h, w, 3)."""
    return np.repeat(np.uint8(np.rint(255 * (1 - ink)))[..., None], 3, axis=2)


def heat_picture(ink: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """The ink in blue where `heat`, float32 (h, w), is above 0, orange where it is below, grey in between."""
    on_ink = np.abs(heat[ink > 0.3])
    strength = np.clip(heat / max(float(np.quantile(on_ink, STRONG)) if on_ink.size else 0.0, 1e-6), -1, 1)[..., None]
    colour = GREY + np.maximum(strength, 0) * (BLUE - GREY) + np.maximum(-strength, 0) * (ORANGE - GREY)
    return _shown(PAPER + ink[..., None] * (colour - PAPER))


def erasure_picture(ink: np.ndarray, erased: np.ndarray) -> np.ndarray:
    """The ink in black, and in orange what is to be rubbed out."""
    colour = erased[..., None] * ORANGE
    return _shown(PAPER + ink[..., None] * (colour - PAPER))


def maps_picture(maps: np.ndarray) -> np.ndarray:
    """All feature maps of a layer, (h, w, n), on one sheet, the darker the more active: uint8 (H, W, 3)."""
    height, width, count = maps.shape
    columns = int(np.ceil(np.sqrt(2 * count)))
    rows = int(np.ceil(count / columns))
    sheet = np.full((rows * (height + GAP_PX), columns * (width + GAP_PX)), np.nan)
    maps = np.pad(maps, ((0, 0), (0, 0), (0, rows * columns - count)))
    for i in range(rows * columns):
        top, left = i // columns * (height + GAP_PX), i % columns * (width + GAP_PX)
        sheet[top : top + height, left : left + width] = maps[..., i]
    active = np.clip(sheet / max(float(np.nanquantile(sheet, 0.995)), 1e-6), 0, 1)
    colours = PAPER + active[..., None] * (BLUE / 2 - PAPER)
    return np.uint8(np.where(np.isnan(colours), GREY, colours))


def _shown(colours: np.ndarray) -> np.ndarray:
    """Colours 0-255 (h, w, 3) as a picture of a size to be looked at."""
    image = Image.fromarray(np.uint8(np.clip(colours, 0, 255)))
    factor = LONGEST_PX / max(image.size)
    size = tuple(max(1, round(side * factor)) for side in image.size)
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.BOX))
