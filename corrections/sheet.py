"""Many pictures on one sheet, to look through."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

COLUMNS, MAX_PICTURES = 6, 120
ZOOM, CELL_PX, TITLE_PX = 4, (150, 150), 34  # of a 28 x 28 px picture; its cell; the title above it


def contact_sheet(pictures: Sequence[np.ndarray], titles: Sequence[str]) -> Image.Image:
    """Draw the first `MAX_PICTURES` pictures, uint8 (28, 28), 0 paper to 255 ink, each under its title of two lines."""
    pictures = pictures[:MAX_PICTURES]
    width, height = CELL_PX
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("L", (COLUMNS * width, rows * height), 255)
    pen = ImageDraw.Draw(sheet)
    for index, (picture, title) in enumerate(zip(pictures, titles, strict=False)):
        left, top = index % COLUMNS * width, index // COLUMNS * height
        pen.multiline_text((left + width / 2, top + 4), title, fill=0, anchor="ma", align="center")
        ink = np.kron(255 - picture, np.ones((ZOOM, ZOOM), np.uint8))
        sheet.paste(Image.fromarray(ink), (left + (width - ink.shape[1]) // 2, top + TITLE_PX))
    return sheet
