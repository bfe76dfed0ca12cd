"""The Streamlit component behind the canvas (streamlit-drawable-canvas 0.13), and what is drawn on it.

It is asked for its strokes alone. The picture is drawn from them by the page, so that an answer need not wait for one.
"""

from contextlib import suppress

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from recognizer import InvalidImageError
from views.canvas.drawing import Drawing
from views.canvas.fabric import STRIP_PX, UNUSABLE
from views.canvas.sheet import PAPER_PX, Sheet
from views.figures import accent


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
