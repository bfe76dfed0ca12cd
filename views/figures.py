"""Ink, heat and feature maps as small pictures in HTML, dark on light as on paper; and the page's colours.

Every caption is escaped; the pictures are made here from numbers.
"""

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image, ImageColor

PAPER, GREY = np.array([255.0, 255, 255]), np.array([196.0, 201, 208])
ORANGE = np.array([226.0, 112, 24])  # colour-blind people, too, can tell it from the accent colour
STRONG = 0.98  # quantile of the heat on the ink that gets the full colour
GAP_PX = 1  # between feature maps
SHARPEST_PX = 512  # of a picture: as sharp as any screen shows a digit; sheets of feature maps are smaller


def accent() -> str:
    """The accent colour as CSS has it. It is set in .streamlit/config.toml; drawings have the same in the dark."""
    return st.get_option("theme.light.primaryColor")


def accent_rgb() -> tuple[int, int, int]:
    """The accent colour, three numbers 0-255."""
    red, green, blue = ImageColor.getrgb(accent())[:3]
    return red, green, blue


def png_uri(picture: np.ndarray) -> str:
    """A picture, uint8 (h, w) or (h, w, 3), as an address for an `img`: all of it, no side over `SHARPEST_PX`."""
    file = io.BytesIO()
    image = Image.fromarray(picture)
    image.thumbnail((SHARPEST_PX, SHARPEST_PX))  # or a large digit on a photo would be megabytes
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def figure(picture: np.ndarray, title: str, sentence: str, kind: str = "") -> str:
    """A picture as for `png_uri`, with a title and a sentence; `kind`: "pixels" shows each pixel as a square."""
    return (
        f'<figure class="figure {kind}"><img src="{png_uri(picture)}" alt="{html.escape(title)}">'
        f"<figcaption><strong>{html.escape(title)}</strong> {html.escape(sentence)}</figcaption></figure>"
    )


def row(figures: list[str]) -> str:
    """Figures side by side, as many as there is room for."""
    return f'<div class="figures">{"".join(figures)}</div>'


def ink_picture(ink: np.ndarray) -> np.ndarray:
    """Ink, float32 (h, w), 0-1, as black on white: uint8 (h, w)."""
    return np.rint(255 * (1 - ink)).astype(np.uint8)


def heat_picture(ink: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """The ink in the accent colour where `heat`, float32 (h, w), is above 0, orange where below, grey in between."""
    on_ink = np.abs(heat[ink > 0.3])
    strength = np.clip(heat / max(float(np.quantile(on_ink, STRONG)) if on_ink.size else 0.0, 1e-6), -1, 1)[..., None]
    colour = GREY + np.maximum(strength, 0) * (accent_rgb() - GREY) + np.maximum(-strength, 0) * (ORANGE - GREY)
    return _on_paper(ink, colour)


def erasure_picture(ink: np.ndarray, erased: np.ndarray) -> np.ndarray:
    """The ink in black, and in orange the part to be erased: both float32 (h, w), 0-1."""
    return _on_paper(ink, erased[..., None] * ORANGE)


def _on_paper(ink: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Ink of a colour, (h, w, 3), 0-255, on white: uint8 (h, w, 3)."""
    return np.clip(PAPER + ink[..., None] * (colour - PAPER), 0, 255).astype(np.uint8)


def maps_picture(maps: np.ndarray) -> np.ndarray:
    """All feature maps of a layer, (h, w, n), on one sheet, darker where more active: uint8 (H, W, 3)."""
    height, width, count = maps.shape
    columns = int(np.ceil(np.sqrt(2 * count)))
    rows = int(np.ceil(count / columns))
    maps = np.pad(maps, ((0, 0), (0, 0), (0, rows * columns - count)))
    maps = np.pad(maps, ((0, GAP_PX), (0, GAP_PX), (0, 0)), constant_values=np.nan)
    grid = maps.reshape(height + GAP_PX, width + GAP_PX, rows, columns).transpose(2, 0, 3, 1)
    sheet = grid.reshape(rows * (height + GAP_PX), columns * (width + GAP_PX))
    active = np.clip(sheet / max(float(np.nanquantile(sheet, 0.995)), 1e-6), 0, 1)
    colours = PAPER + active[..., None] * (np.array(accent_rgb()) / 2 - PAPER)
    return np.where(np.isnan(colours), GREY, colours).astype(np.uint8)
