"""The canvas, and all that the project knows of the component behind it (streamlit-drawable-canvas 0.13).

The component never has to be mounted anew: another `initial_drawing` replaces what is drawn and is sent back at
once, so undo and clear keep the canvas where it is, and a change of the pen's width keeps the drawing.
"""

import io
import json
from contextlib import suppress

import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import st_canvas

from recognizer import InvalidImageError

SIDE_PX = 300  # the largest that fits a phone
# The component's toolbar lies, unseen, over the top of its canvas and takes the touches there. So the canvas is this
# much higher than what is seen of it: style.css pushes the strip with the toolbar out of sight, and it is cut off here.
STRIP_PX = 32
# Halfway between Streamlit's white and its dark #0e1117: 4.3 to 1 against either, on a canvas that stays
# transparent, because another background would wipe the drawing when the theme changes.
INK = "#2f74e0"
MAX_STROKES = 500
MAX_DRAWING_BYTES = 2**20  # of strokes as JSON, and of the picture as PNG; a canvas full of ink has 100 KiB
UNUSABLE = "This drawing cannot be read. Clear the canvas and draw again."


def canvas(stroke_width: int) -> Image.Image | None:
    """Show the canvas and return what is drawn on it: RGBA, ink on transparency; None before the first stroke.

    Raises `InvalidImageError` for what no canvas sends.
    """
    result = st_canvas(
        width=SIDE_PX,
        height=SIDE_PX + STRIP_PX,
        stroke_width=stroke_width,
        stroke_color=INK,
        background_color="",
        initial_drawing=st.session_state.get("start_drawing"),
        return_image_data=True,
        key="drawing",
    )
    _remember(_strokes(result.json_data))
    return _picture(result)


def undo() -> None:
    """Take the last stroke back."""
    _keep(slice(-1))


def clear() -> None:
    """Empty the canvas."""
    _keep(slice(0))


def _keep(which: slice) -> None:
    strokes = _newest_strokes()[which]
    # The number makes this drawing differ from the one before it, without which the component would do nothing.
    number = st.session_state.get("start_drawing", {}).get("number", 0) + 1
    st.session_state["start_drawing"] = {"objects": list(strokes), "number": number}
    # The canvas may still send what it holds now, and what an undo that it has not heard of yet asks it to hold.
    outdated = st.session_state.get("outdated", ())
    st.session_state["outdated"] = (*outdated, st.session_state.get("sent"), st.session_state.get("strokes"))
    st.session_state["strokes"] = strokes


def _remember(sent: tuple[dict, ...]) -> None:
    """Keep what the canvas sent as the strokes, unless an undo or clear has overtaken it."""
    st.session_state["sent"] = sent
    if sent not in st.session_state.get("outdated", ()):
        st.session_state["outdated"] = ()
        st.session_state["strokes"] = sent


def _newest_strokes() -> tuple[dict, ...]:
    """The strokes, with one that arrived together with the click that asks for them."""
    arrived = st.session_state.get("drawing") or {}
    with suppress(KeyError, TypeError, InvalidImageError):  # nothing has arrived yet, or nothing that can be used
        _remember(_strokes(arrived["drawing"]["raw"]))
    return st.session_state.get("strokes", ())


def _strokes(payload: object) -> tuple[dict, ...]:
    objects = payload.get("objects") if isinstance(payload, dict) else None
    if not isinstance(objects, list) or len(objects) > MAX_STROKES or not all(isinstance(o, dict) for o in objects):
        raise InvalidImageError(UNUSABLE)
    if len(json.dumps(objects)) > MAX_DRAWING_BYTES:
        raise InvalidImageError(UNUSABLE)
    return tuple(objects)


def _picture(result) -> Image.Image | None:
    try:
        png = result.image_bytes
        if png is None:
            return None
        if len(png) > MAX_DRAWING_BYTES:
            raise InvalidImageError(UNUSABLE)
        picture = Image.open(io.BytesIO(png), formats=("PNG",))
    except (AttributeError, TypeError, ValueError, OSError, Image.DecompressionBombError) as error:
        raise InvalidImageError(UNUSABLE) from error
    if picture.size != (SIDE_PX, SIDE_PX + STRIP_PX):
        raise InvalidImageError(UNUSABLE)
    try:
        return picture.crop((0, STRIP_PX, SIDE_PX, SIDE_PX + STRIP_PX))
    except (OSError, SyntaxError) as error:  # Pillow raises SyntaxError for broken PNG chunks
        raise InvalidImageError(UNUSABLE) from error
