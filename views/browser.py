"""What only the browser can do for the drawing, in a component that shows nothing (`browser.js`).

It counts the clicks on Undo, so that each takes back a stroke at whatever pace they come; keeps the drawing in the
tab's session storage, from where a reload brings it back; ends the stroke under way when the pen's width changes; says
so when a stroke gets no answer; and shuts off the canvas component's own toolbar, which is out of sight.

What it sends is bounded and checked like all that the canvas sends.
"""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from recognizer import InvalidImageError
from views.canvas import MAX_STROKES, newest, restore, undo

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


def browser(stroke_width: int) -> None:
    """Tell the browser what is drawn and with which pen; to be called before the canvas, which may change its pen."""
    _component(
        key="browser",
        data={
            "width": stroke_width,
            "objects": list(newest().objects),
            "heard": st.session_state.get("heard", 0),
            "undone": st.session_state.get("undone", 0),
        },
        default={"undos": 0, "stored": None},
        on_undos_change=_undo,
        on_stored_change=_restore,
    )


def _undo() -> None:
    clicks, undone = st.session_state["browser"]["undos"], st.session_state.get("undone", 0)
    if isinstance(clicks, int) and undone < clicks <= undone + MAX_STROKES:
        st.session_state["undone"] = clicks
        for _ in range(clicks - undone):
            undo()


def _restore() -> None:
    with suppress(InvalidImageError):  # not what a page of this program has stored
        restore(st.session_state["browser"]["stored"])
