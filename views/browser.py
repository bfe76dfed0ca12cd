"""What only the browser can do, in a component that shows nothing (`browser.js`).

It counts the clicks on Undo, so that each takes back a stroke however fast they come; keeps the drawing in the tab's
session storage, from where a reload brings it back; ends the stroke under way when the pen's width changes; says so
when a stroke gets no answer; shuts off the canvas component's own toolbar, which is out of sight; and hands pasted
pictures to the Photo tab.

What it sends is bounded and checked like all that the canvas sends.
"""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from recognizer import InvalidImageError
from views.canvas.component import current_sheet
from views.canvas.fabric import MAX_STROKES
from views.canvas.sheet import Sheet

_component = st.components.v2.component(
    "digits.browser",
    html='<div class="notice-place"></div>',
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def browser_side(stroke_width: int) -> None:
    """Tell the browser what is drawn and how wide the pen is. Call it before the canvas, which may change its pen."""
    sheet = current_sheet()
    _component(
        key="browser",
        data={
            "width": stroke_width,
            "objects": list(sheet.strokes.objects),
            "messages": sheet.messages,
            "undone": sheet.clicks_undone,
            "visit": sheet.visit.hex,
        },
        default={"undos": None, "stored": None},
        on_undos_change=_undo,
        on_stored_change=_restore,
    )


def _undo() -> None:
    sheet = current_sheet()
    clicks = _sent(sheet, "undos", "clicks")
    if isinstance(clicks, int) and 0 < (new := clicks - sheet.clicks_undone) <= MAX_STROKES:
        sheet.clicks_undone = clicks
        sheet.undo(new)


def _restore() -> None:
    sheet = current_sheet()
    with suppress(InvalidImageError):  # not what a page of this program has stored
        sheet.restore(_sent(sheet, "stored", "objects"))


def _sent(sheet: Sheet, name: str, field: str) -> object:
    """What the browser sent in this visit; None for what it sent in another.

    To a server that was started anew it sends once more what the one before has already dealt with.
    """
    sent = st.session_state["browser"][name]
    is_of_this_visit = isinstance(sent, dict) and sent.get("visit") == sheet.visit.hex
    return sent.get(field) if is_of_this_visit else None
