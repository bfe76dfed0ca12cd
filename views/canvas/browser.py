"""What only the browser can do for the drawing, in a component that shows nothing (`browser.js`).

It counts the clicks on Undo, so that each takes back a stroke however fast they come; keeps the drawing in the tab's
session storage, from where a reload brings it back; ends the stroke under way when the pen's width changes; says so
when a stroke gets no answer; and shuts off the canvas component's own toolbar, which is out of sight.

What it sends is bounded and checked like all that the canvas sends.
"""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from recognizer import InvalidImageError
from views.canvas.component import current_sheet
from views.canvas.fabric import MAX_STROKES
from views.canvas.sheet import Sheet

CSS = """
.notice { position: fixed; z-index: 1000; left: 1rem; right: 1rem; bottom: 1rem; display: none; max-width: 36rem;
  margin: auto; padding: 0.75rem 1rem; border: 2px solid var(--st-primary-color); border-radius: 0.5rem;
  background: var(--st-background-color); color: var(--st-text-color); font-family: var(--st-font); }
.notice.shown { display: block; }
"""

_component = st.components.v2.component(
    "digits.browser",
    html='<div class="notice-place"></div>',
    css=CSS,
    js=(Path(__file__).parent / "browser.js").read_text(encoding="utf-8"),
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
