"""The Streamlit component behind the canvas (streamlit-drawable-canvas 0.13), and the checks of what it sends."""

import io
from contextlib import suppress
from dataclasses import dataclass, replace

import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import CanvasResult, st_canvas

from recognizer import InvalidImageError, Stroke
from views.canvas.fabric import MAX_DRAWING_BYTES, UNUSABLE
from views.canvas.sheet import NARROW_PX, WIDE_PX, Sheet
from views.figures import accent

HEIGHT_PX = 300
# The component's toolbar lies, unseen, over the top of its canvas and takes the touches there. So the canvas is this
# much higher than what is seen of it: style.css pushes the strip with the toolbar out of sight, and `drawing_of` cuts
# it off.
STRIP_PX = 32


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is on the canvas.

    picture: RGBA, ink on transparency.
    strokes: in px of the picture, in writing order.
    id: 32 hexadecimal digits, the same for the same strokes in the same visit.
    """

    picture: Image.Image
    strokes: tuple[Stroke, ...]
    id: str


def canvas(stroke_width: int, wide: bool) -> Drawing | None:
    """Show the canvas and return what is drawn on it; None before the first stroke.

    Raises `InvalidImageError` for what no canvas sends.
    """
    sheet = current_sheet()
    try:
        result = st_canvas(
            width=WIDE_PX if wide else NARROW_PX,
            height=HEIGHT_PX + STRIP_PX,
            stroke_width=stroke_width,
            # On a canvas that stays transparent, because another background would wipe the drawing when the theme
            # changes. The accent colour has a contrast of 4.3 to 1 with either theme's paper.
            stroke_color=accent(),
            background_color="",
            initial_drawing=sheet.initial,
            return_image_data=True,
            key="drawing",
            on_change=_count_message,
        )
    except (AttributeError, KeyError, TypeError) as error:  # the component takes whatever comes for a drawing
        raise InvalidImageError(UNUSABLE) from error
    sheet.receive(result.json_data)
    return drawing_of(result, sheet)


def current_sheet() -> Sheet:
    """The visitor's sheet, with a stroke that has arrived together with a click, before `canvas` has looked at it."""
    sheet: Sheet = st.session_state.setdefault("sheet", Sheet())
    with suppress(KeyError, TypeError, InvalidImageError):  # nothing has arrived yet, or nothing usable
        sheet.receive(st.session_state["drawing"]["drawing"]["raw"])
    return sheet


def _count_message() -> None:
    current_sheet().messages += 1


def drawing_of(result: CanvasResult, sheet: Sheet) -> Drawing | None:
    """Check the picture, and cut off the strip of canvas that is out of sight."""
    try:
        png = result.image_bytes
        if png is None:
            return None
        if len(png) > MAX_DRAWING_BYTES:
            raise InvalidImageError(UNUSABLE)
        whole = Image.open(io.BytesIO(png), formats=("PNG",))
        width, height = whole.size
        if width not in (NARROW_PX, WIDE_PX) or height != HEIGHT_PX + STRIP_PX:
            raise InvalidImageError(UNUSABLE)
        picture = whole.crop((0, STRIP_PX, width, height))
    # Pillow raises SyntaxError for broken PNG chunks.
    except (AttributeError, TypeError, ValueError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidImageError(UNUSABLE) from error
    strokes = tuple(replace(line, points=line.points - (0, STRIP_PX)) for line in sheet.sent.lines)
    return Drawing(picture, strokes, sheet.drawing_id(sheet.sent))
