"""Any picture -> the ink on it, found in the same way for a digit, a number or a page.

A page is looked at as a whole, and its small digits more closely, if the picture has the detail.
"""

from contextlib import suppress

import cv2
import numpy as np

from recognizer.errors import BlankImageError
from recognizer.images.opening import Picture, open_picture
from recognizer.images.photo import find_ink_on_paper, is_photograph
from recognizer.preprocess import MIN_INK, find_ink, ink_box

LEGIBLE_PX = 56  # the height of a digit that needs no closer look: nearly three times the box it is fitted to
LEAST_PAPER = 16  # pixels that show the colour of the paper around a piece of ink


class Sheet:
    """The ink of a picture.

    ink: float32 (H, W), 0 paper to 1 ink, no side over `recognizer.images.opening.MAX_WORKING_SIDE`.
    scale: how many px of the picture, upright, one px of `ink` stands for; detail: how many of them are known.
    """

    def __init__(self, picture: Picture):
        """Open a picture and find its ink.

        Raises `BlankImageError` where there is none, and `InvalidImageError` where it is no picture.
        """
        opened = open_picture(picture)
        self.details = opened.details
        self.detail = max(opened.details.shape[:2]) / max(opened.pixels.shape[:2])
        self.scale = opened.scale
        self.ink = find_ink_on_paper(opened.pixels) if is_photograph(opened.pixels) else find_ink(opened.pixels)

    def digit(self) -> np.ndarray:
        """Return all of the ink as one digit, cut to it: float32 (h, w), in as much detail as it needs."""
        left, top, right, bottom = ink_box(self.ink)
        side = max(right - left, bottom - top)
        zoom = self.zoom(side)
        if zoom == 1:
            return self.ink[top:bottom, left:right]
        margin = 1 + side // 4  # paper around it
        left, top = max(0, left - margin), max(0, top - margin)
        return self.closer(self.ink[top : bottom + margin, left : right + margin] > 0, zoom, left, top)

    def zoom(self, height: float) -> float:
        """Return by how much digits `height` px high have to be enlarged, as far as the picture has the detail."""
        return max(1.0, min(self.detail, LEGIBLE_PX / height))

    def closer(self, where: np.ndarray, zoom: float, left: int = 0, top: int = 0) -> np.ndarray:
        """Return a part of the ink with `zoom` times as many px on each side: float32 (zoom * h, zoom * w).

        `where`: bool (h, w), which px of `ink`, counted from (left, top), belong to it. What is too faint in the detail
        is only enlarged.
        """
        box = slice(top, top + where.shape[0]), slice(left, left + where.shape[1])
        size = round(where.shape[1] * zoom), round(where.shape[0] * zoom)
        details = self.details[tuple(slice(*(round(edge * self.detail) for edge in (s.start, s.stop))) for s in box)]
        pixels = cv2.resize(details, size, interpolation=cv2.INTER_AREA)
        paper = cv2.resize((self.ink[box] < MIN_INK).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        near = cv2.resize(where.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        with suppress(BlankImageError):
            ink = find_ink(pixels, paper if paper.sum() >= LEAST_PAPER else None) * near
            if ink.max(initial=0) > MIN_INK:
                return ink
        return cv2.resize(self.ink[box], size, interpolation=cv2.INTER_LINEAR) * near
