"""A drawing to show to others: as a link that holds its strokes, and as a picture."""

import io

import numpy as np
import streamlit as st
from PIL import Image

from recognizer import InvalidImageError
from views.canvas.component import current_sheet
from views.canvas.drawing import Drawing
from views.canvas.link import from_link, to_link
from views.figures import ink_picture
from views.reading import in_worker

PARAMETER = "drawing"  # of the page's address
FILE_NAME = "drawing.png"


def open_link() -> None:
    """Put the drawing that the page's address holds on the paper, and take it from the address.

    So a reload brings back what became of it. A damaged link is a sentence in `problem`.
    """
    text = st.query_params.get(PARAMETER)
    if text is None:
        return
    del st.query_params[PARAMETER]
    try:
        current_sheet().put(from_link(text))
        st.session_state["link_problem"] = ""
    except InvalidImageError as error:
        st.session_state["link_problem"] = str(error)


def problem() -> str:
    """What was wrong with the link that opened the page; "" where nothing was."""
    return st.session_state.get("link_problem", "")


def show(drawing: Drawing | None) -> None:
    """A button that opens the link and the picture; call it where it is to lie."""
    popover = st.popover("Share", icon=":material/share:", key="share", on_change="rerun", disabled=drawing is None)
    if not popover.open or drawing is None:
        return
    with popover:
        try:
            link = f"{(st.context.url or '').split('?')[0]}?{PARAMETER}={in_worker(to_link, drawing.strokes)}"
        except InvalidImageError as error:
            st.warning(str(error))
        else:
            st.caption("Whoever opens this link sees your drawing, and what the model makes of it.")
            st.code(link, language=None, wrap_lines=True)
        st.download_button(
            "Save as PNG", lambda: picture_of(drawing), FILE_NAME, "image/png", key="save_png", on_click="ignore"
        )


def picture_of(drawing: Drawing) -> bytes:
    """The part of the sheet that is seen, black on white, as a PNG file."""
    width, height = current_sheet().seen()
    file = io.BytesIO()
    Image.fromarray(ink_picture(drawing.ink[:height, :width] / np.float32(255))).save(file, "PNG")
    return file.getvalue()
