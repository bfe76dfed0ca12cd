"""The Streamlit component behind the canvas (streamlit-drawable-canvas 0.13), and what is drawn on it.

It is asked for its strokes alone. The picture is drawn from them here, so that an answer need not wait for one.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from recognizer import Hand, InvalidImageError, Reading, Recognizer, Stroke
from recognizer.numbers.strokes import inked
from views.canvas.fabric import STRIP_PX, UNUSABLE
from views.canvas.sheet import PAPER_PX, Sheet
from views.figures import accent

MARGIN_PX = 8  # of paper around the ink


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is on the sheet.

    strokes: in px of the sheet, in writing order.
    id: 32 hexadecimal digits, the same for the same strokes in the same visit.
    """

    strokes: tuple[Stroke, ...]
    id: str

    @cached_property
    def ink(self) -> np.ndarray:
        """What is seen on the sheet: uint8 (PAPER_PX, PAPER_PX), 0 paper to 255 ink."""
        return inked(self.strokes, (PAPER_PX, PAPER_PX))

    def read(self, model: Recognizer, hand: Hand) -> Reading:
        """Read the part of the sheet that has ink, which takes two thirds of the time that all of it would."""
        left, top, width, height = cv2.boundingRect(self.ink)
        left, top = max(0, left - MARGIN_PX), max(0, top - MARGIN_PX)
        picture = np.zeros((height + 2 * MARGIN_PX, width + 2 * MARGIN_PX, 4), np.uint8)
        part = self.ink[top : top + len(picture), left : left + picture.shape[1]]
        picture[: len(part), : part.shape[1], 3] = part
        strokes = [replace(each, points=each.points - (left, top)) for each in self.strokes]
        reading = model.read(picture, strokes, hand)
        place = np.array((left, top, left, top))
        lines = (
            tuple(replace(each, box=tuple((each.box + place).tolist())) for each in line) for line in reading.lines
        )
        return replace(reading, lines=tuple(lines))


def canvas(stroke_width: int) -> Drawing | None:
    """Show the canvas and return what is drawn on it; None where nothing is.

    Raises `InvalidImageError` for what no canvas sends.
    """
    sheet = current_sheet()
    try:
        result = st_canvas(
            width=PAPER_PX,
            height=PAPER_PX + STRIP_PX,
            stroke_width=stroke_width,
            # On a canvas that stays transparent, because another background would wipe the drawing when the theme
            # changes. The accent colour can be seen on either theme's paper.
            stroke_color=accent(),
            background_color="",
            initial_drawing=_initial(sheet),
            key="drawing",
            on_change=_count_message,
        )
    except (AttributeError, KeyError, TypeError) as error:  # the component takes whatever comes for a drawing
        raise InvalidImageError(UNUSABLE) from error
    sheet.receive(result.json_data)
    return Drawing(sheet.strokes.lines, sheet.drawing) if sheet.strokes else None


def _initial(sheet: Sheet) -> dict | None:
    """What the canvas starts from: the strokes, with what Fabric.js gives to every stroke of its pen."""
    if sheet.initial is None:
        return None
    pen = {"fill": None, "stroke": accent(), "strokeLineCap": "round", "strokeLineJoin": "round"}
    return sheet.initial | {"objects": [each | pen for each in sheet.initial["objects"]]}


def current_sheet() -> Sheet:
    """The visitor's sheet, with a stroke that has arrived together with a click, before `canvas` has looked at it."""
    if "sheet" not in st.session_state:
        st.session_state["sheet"] = Sheet()
    sheet: Sheet = st.session_state["sheet"]
    with suppress(KeyError, TypeError, InvalidImageError):  # nothing has arrived yet, or nothing usable
        sheet.receive(st.session_state["drawing"]["drawing"]["raw"])
    return sheet


def _count_message() -> None:
    current_sheet().messages += 1
