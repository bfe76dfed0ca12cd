"""What only the browser can do for the drawing, in a component that shows nothing (`browser.js`).

It counts the clicks on Undo, so that each takes back a stroke at whatever pace they come; keeps the drawing in the
tab's session storage, from where a reload brings it back; ends the stroke under way when the pen's width changes; says
so when a stroke gets no answer; and shuts off the canvas component's own toolbar, which is out of sight.

What it sends is bounded and checked like all that the canvas sends.
"""

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

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
            "visit": st.session_state.setdefault("visit", uuid4().hex),
        },
        default={"undos": None, "stored": None},
        on_undos_change=_undo,
        on_stored_change=_restore,
    )


def _undo() -> None:
    clicks, undone = _sent("undos", "clicks"), st.session_state.get("undone", 0)
    if isinstance(clicks, int) and undone < clicks <= undone + MAX_STROKES:
        st.session_state["undone"] = clicks
        undo(clicks - undone)


def _restore() -> None:
    with suppress(InvalidImageError):  # not what a page of this program has stored
        restore({"objects": _sent("stored", "objects")})


def _sent(name: str, what: str) -> object:
    """What the browser sent in this visit.

    To a server that was started anew it sends once more what it had sent to the one before, which is done already.
    """
    sent = st.session_state["browser"][name]
    is_of_this_visit = isinstance(sent, dict) and sent.get("visit") == st.session_state["visit"]
    return sent.get(what) if is_of_this_visit else None
