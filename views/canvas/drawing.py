"""A drawing on the sheet: its strokes, the ink that they leave, and what a model reads on it."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from recognizer import Hand, Prediction, Reading, Recognizer, Stroke
from recognizer.numbers.strokes import inked
from views.canvas.sheet import PAPER_PX

MARGIN_PX = 8  # of paper around the ink


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is on the sheet.

    strokes: one or more, in px of the sheet, in writing order.
    id: 32 hexadecimal digits, the same for the same strokes in the same visit; "" outside of a visit.
    """

    strokes: tuple[Stroke, ...]
    id: str = ""

    @cached_property
    def ink(self) -> np.ndarray:
        """What is seen on the sheet: uint8 (PAPER_PX, PAPER_PX), 0 paper to 255 ink."""
        return inked(self.strokes, (PAPER_PX, PAPER_PX))

    def read(self, model: Recognizer, hand: Hand | None) -> Reading:
        """Read the part of the sheet that has ink, which takes two thirds of the time that all of it would."""
        left, top, width, height = cv2.boundingRect(self.ink)
        left, top = max(0, left - MARGIN_PX), max(0, top - MARGIN_PX)
        part = self.ink[top : top + height + 2 * MARGIN_PX, left : left + width + 2 * MARGIN_PX]
        picture = np.zeros((height + 2 * MARGIN_PX, width + 2 * MARGIN_PX), np.uint8)
        picture[: part.shape[0], : part.shape[1]] = part
        strokes = [replace(each, points=each.points - (left, top)) for each in self.strokes]
        reading = model.read(_on_transparency(picture), strokes, hand)
        place = np.array((left, top, left, top))
        lines = (
            tuple(replace(each, box=tuple((each.box + place).tolist())) for each in line) for line in reading.lines
        )
        return replace(reading, lines=tuple(lines))

    def predict(self, model: Recognizer, hand: Hand | None) -> Prediction:
        """Read all of it as one digit; `BlankImageError` where no ink is seen."""
        return model.predict(_on_transparency(self.ink), hand)


def _on_transparency(ink: np.ndarray) -> np.ndarray:
    """Ink, uint8 (h, w), as an opaque part of a transparent picture, uint8 (h, w, 4)."""
    picture = np.zeros((*ink.shape, 4), np.uint8)
    picture[..., 3] = ink
    return picture
