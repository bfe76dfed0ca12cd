"""The line that says what the page has learned of the visitor's hand, with what can be done about it.

The hand belongs to one visit. The browser keeps it in the tab's session storage (`hand.js`), from where a reload brings
it back; what comes from there is bounded and checked like an uploaded file.
"""

import base64
import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import streamlit as st

from recognizer import Hand, HandError, TaughtDrawing
from recognizer.hand import MAX_BYTES
from views.canvas.component import current_sheet
from views.figures import figure, ink_picture, row
from views.limits import charge

FILE_NAME = "hand.npz"
NOTHING = "Nothing learned from you yet."

_component = st.components.v2.component("digits.hand", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"))


def current_hand() -> Hand:
    """What this visitor has put right so far."""
    hand: Hand = st.session_state.setdefault("hand", Hand())
    return hand


def same(drawings: Sequence[TaughtDrawing], others: Sequence[TaughtDrawing]) -> bool:
    """Whether two hands hold the very same drawings."""
    return list(map(id, drawings)) == list(map(id, others))


def keep() -> None:
    """Have the browser keep the hand: call it before the answer is shown, after which a reload may come at once."""
    _component(
        key="kept_hand",
        data={"visit": current_sheet().visit.hex, "content": _text_of(current_hand())},
        default={"stored": None},
        on_stored_change=_restore,
    )


def show() -> None:
    """The line: how many digits were learned; undo; and what opens: see, download, load and forget."""
    hand = current_hand()
    with st.container(key="hand", horizontal=True, vertical_alignment="center"):
        learned = f"Learned from you: {len(hand)} {'digit' if len(hand) == 1 else 'digits'}"
        st.caption(learned if len(hand) else NOTHING, width="content")
        if len(hand):
            st.button("Undo", key="unlearn", type="tertiary", on_click=_forget_last)
        more = st.popover("See, save, load, forget", type="tertiary", key="hand_more", on_change="rerun")
        if more.open:
            with more:
                _show_more(hand)


def _show_more(hand: Hand) -> None:
    if len(hand):
        pictures = [figure(ink_picture(each.picture / 255), name_of(each.label), "", "pixels tiny") for each in hand]
        st.html(f'<div class="hand-sheet">{row(pictures)}</div>')
        with st.container(horizontal=True):
            # The content is made at a click, for which the button waits.
            st.download_button("Download", lambda: content_of(hand), FILE_NAME, key="download_hand", on_click="ignore")
            st.button("Forget all", key="forget_hand", on_click=_forget)
    st.caption(
        "When you close this tab, the page forgets how you write. Download your hand to load it another time, or to "
        "read with it on the command line."
    )
    st.file_uploader(
        "Load a hand that was downloaded here", type="npz", max_upload_size=1, key="hand_file", on_change=_load
    )
    if problem := st.session_state.get("hand_problem"):
        st.warning(problem)


def name_of(label: int | None) -> str:
    """The label of a drawing as it is shown under its picture."""
    return "none" if label is None else str(label)


def content_of(hand: Hand) -> bytes:
    """What a file of the hand holds."""
    file = io.BytesIO()
    hand.save(file)
    return file.getvalue()


def _text_of(hand: Hand) -> str:
    """The content of the hand's file in Base64, made anew only when the hand has changed; "" for an empty one."""
    drawings = tuple(hand)
    known, text = st.session_state.get("hand_text", ((), ""))
    if not same(known, drawings):
        text = base64.b64encode(content_of(hand)).decode() if drawings else ""
        st.session_state["hand_text"] = drawings, text
    return text


def _forget_last() -> None:
    if len(hand := current_hand()):  # another click may have been faster
        hand.forget(-1)


def _forget() -> None:
    st.session_state["hand"] = Hand()


def _load() -> None:
    """Learn what is in the uploaded file, if it is one that `Hand.save` wrote."""
    file = st.session_state["hand_file"]
    st.session_state["hand_problem"] = ""
    if file is not None:
        try:
            _learn(file.getvalue())
        except HandError as error:
            st.session_state["hand_problem"] = str(error)


def _restore() -> None:
    """Learn what the browser has kept, if it is of this visit and what this page has stored there."""
    sent = st.session_state["kept_hand"]["stored"]
    if not isinstance(sent, dict) or sent.get("visit") != current_sheet().visit.hex:
        return
    content = sent.get("content")
    if isinstance(content, str) and len(content) <= 2 * MAX_BYTES:
        with suppress(HandError, ValueError):
            _learn(base64.b64decode(content, validate=True))


def _learn(content: bytes) -> None:
    """Learn another hand; the model looks at each of its drawings once, for which the visitor is charged."""
    other = Hand.load(content)
    current_hand().merge(other)
    charge("reading", len(other))
