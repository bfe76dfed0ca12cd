"""The canvas, and all that the project knows of the component behind it (streamlit-drawable-canvas 0.13).

The component never has to be mounted anew: another `initial_drawing` replaces what is drawn and is sent back at
once, so undo and clear keep the canvas where it is, and a change of the pen's width keeps the drawing.
"""

import hashlib
import io
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import st_canvas

from recognizer import InvalidImageError, Stroke
from views.paths import stroke

HEIGHT_PX = 300
NARROW_PX = 300  # the largest square that fits a phone
WIDE_PX = 640  # for numbers; style.css scales it down to what a phone has
# The component's toolbar lies, unseen, over the top of its canvas and takes the touches there. So the canvas is this
# much higher than what is seen of it: style.css pushes the strip with the toolbar out of sight, and it is cut off here.
STRIP_PX = 32
# Halfway between Streamlit's white and its dark #0e1117: 4.3 to 1 against either, on a canvas that stays
# transparent, because another background would wipe the drawing when the theme changes.
INK = "#2f74e0"
MAX_STROKES = 500
MAX_DRAWING_BYTES = 2**20  # of strokes as JSON, and of the picture as PNG; a canvas full of ink has 100 KiB
OVERDUE_S = 1.0  # a canvas answers in a fifth of it
PLAIN = (str, int, float, bool, type(None))  # all that a stroke holds beside its path
UNUSABLE = "This drawing cannot be read. Clear the canvas and draw again."


@dataclass(frozen=True, eq=False)
class Drawing:
    """What is on the canvas: picture, RGBA, ink on transparency, and its strokes in px of it, in writing order.

    ink: the same for the same strokes, and another for others.
    """

    picture: Image.Image
    strokes: tuple[Stroke, ...]
    ink: str


@dataclass(frozen=True)
class Sent:
    """What the canvas sent of its strokes: as it came, and as they lie on the part of the canvas that is seen.

    ink: as in `Drawing`.
    """

    objects: tuple[dict, ...] = ()
    strokes: tuple[Stroke, ...] = field(default=(), compare=False)
    ink: str = field(default="", compare=False)


EMPTY = Sent()


def canvas(stroke_width: int, wide: bool) -> Drawing | None:
    """Show the canvas and return what is drawn on it; None before the first stroke.

    Raises `InvalidImageError` for what no canvas sends.
    """
    try:
        result = st_canvas(
            width=WIDE_PX if wide else NARROW_PX,
            height=HEIGHT_PX + STRIP_PX,
            stroke_width=stroke_width,
            stroke_color=INK,
            background_color="",
            initial_drawing=st.session_state.get("start_drawing"),
            return_image_data=True,
            key="drawing",
            on_change=_note_heard,
        )
    except (AttributeError, KeyError, TypeError) as error:  # the component takes whatever comes for a drawing
        raise InvalidImageError(UNUSABLE) from error
    sent = _arrived(result.json_data)
    _remember(sent)
    picture = _picture(result)
    return None if picture is None else Drawing(picture, sent.strokes, sent.ink)


def send_again() -> None:
    """Let the canvas send what it holds, which it does not do by itself when its width changes."""
    _start_from(newest())


def awaits_answer() -> bool:
    """Whether the canvas has yet to say that it holds what an undo, a clear or a reload asked it to hold."""
    return st.session_state.get("sent", EMPTY) != st.session_state.get("strokes", EMPTY)


def ask_again() -> bool:
    """Ask the canvas once more for what it should have said long ago -> whether that was so.

    It was seen twice, on a busy machine, that it never did.
    """
    overdue = awaits_answer() and time.monotonic() - st.session_state.get("asked_at", 0.0) > OVERDUE_S
    if overdue:
        send_again()
    return overdue


def _note_heard() -> None:
    """Count what the canvas has sent, whatever it was."""
    st.session_state["heard"] = st.session_state.get("heard", 0) + 1


def undo(times: int = 1) -> None:
    """Take the last stroke back; on an empty canvas, what was cleared comes back."""
    drawn = newest()
    for _ in range(times):
        if drawn.objects:
            drawn = Sent(drawn.objects[:-1], drawn.strokes[:-1])
        else:
            drawn = st.session_state.pop("cleared", EMPTY)
    _start_from(drawn)


def clear() -> None:
    """Empty the canvas."""
    drawn = newest()
    if drawn.objects:
        st.session_state["cleared"] = drawn
    _start_from(EMPTY)


def restore(payload: object) -> None:
    """Put strokes, as a canvas has sent them before, under what has been drawn since.

    Raises `InvalidImageError` for what no canvas sends.
    """
    stored, drawn = _checked(payload), newest()
    both = _checked({"objects": [*stored.objects, *drawn.objects]})
    st.session_state["restored"] = True
    _start_from(both)


def needs_wide_paper() -> bool:
    """Whether there is ink that the narrow canvas would not show."""
    strokes = st.session_state.get("strokes", EMPTY).strokes
    return any(each.points[:, 0].max() > NARROW_PX for each in strokes)


def comes_back_wide() -> bool:
    """Whether the drawing was stored on wide paper, which a browser that has just been reloaded does not know."""
    return st.session_state.get("restored", False) and needs_wide_paper()


def newest() -> Sent:
    """The strokes, with one that arrived together with a click, before `canvas` has looked at it.

    Their `ink` is "" after an undo or clear that the canvas has yet to answer.
    """
    arrived = st.session_state.get("drawing") or {}
    with suppress(KeyError, TypeError, InvalidImageError):  # nothing has arrived yet, or nothing that can be used
        _remember(_arrived(arrived["drawing"]["raw"]))
    return st.session_state.get("strokes", EMPTY)


def _start_from(strokes: Sent) -> None:
    # The number makes this drawing differ from the one before it, without which the component would do nothing.
    number = st.session_state.get("start_drawing", {}).get("number", 0) + 1
    st.session_state["start_drawing"] = {"objects": list(strokes.objects), "number": number}
    st.session_state["asked_at"] = time.monotonic()
    # The canvas may still send what it holds now, and what an undo that it has not heard of yet asks it to hold.
    outdated = st.session_state.get("outdated", ())
    st.session_state["outdated"] = (*outdated, st.session_state.get("sent"), st.session_state.get("strokes"))
    st.session_state["strokes"] = strokes


def _remember(sent: Sent) -> None:
    """Keep what the canvas sent as the strokes, unless an undo or clear has overtaken it."""
    st.session_state["sent"] = sent
    if sent not in st.session_state.get("outdated", ()):
        st.session_state["outdated"] = ()
        st.session_state["strokes"] = sent


def _arrived(payload: object) -> Sent:
    """What the canvas sent, checked; not again what it has sent before."""
    last = st.session_state.get("sent", EMPTY)
    if last.ink and isinstance(payload, dict) and payload.get("objects") == list(last.objects):
        return last
    return _checked(payload)


def _checked(payload: object) -> Sent:
    """Refuse what is not a bearable number of strokes; what came may be anything."""
    objects = payload.get("objects") if isinstance(payload, dict) else None
    if not isinstance(objects, list) or len(objects) > MAX_STROKES:
        raise InvalidImageError(UNUSABLE)
    try:
        strokes = [stroke(sent) for sent in objects]  # after which every path is flat, and so is the rest below
        plain = all(isinstance(value, PLAIN) for sent in objects for key, value in sent.items() if key != "path")
        text = json.dumps(objects) if plain else ""
        if not plain or len(text) > MAX_DRAWING_BYTES:
            raise InvalidImageError(UNUSABLE)
    except ValueError as error:
        raise InvalidImageError(UNUSABLE) from error
    seen = (Stroke(each.points - (0, STRIP_PX), each.width) for each in strokes)
    return Sent(tuple(objects), tuple(seen), hashlib.sha256(text.encode()).hexdigest())


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
    width, height = picture.size
    if width not in (NARROW_PX, WIDE_PX) or height != HEIGHT_PX + STRIP_PX:
        raise InvalidImageError(UNUSABLE)
    try:
        return picture.crop((0, STRIP_PX, width, height))
    except (OSError, SyntaxError) as error:  # Pillow raises SyntaxError for broken PNG chunks
        raise InvalidImageError(UNUSABLE) from error
