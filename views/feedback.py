"""The row under the answer that asks "Was it right?", and says what has become of a tap on it."""

import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import numpy as np
import streamlit as st

from corrections import Correction, CorrectionError
from corrections.settings import Settings, settings_from
from recognizer import Detection
from recognizer.prediction import NO_DIGIT
from views.answer import with_article
from views.canvas.component import Drawing, current_sheet
from views.keeper import Keeper, key_of
from views.limits import wait_your_turn
from views.reading import recognizer

ASK = "Was it right? Tap the digit you drew."
WHAT_IS_SAVED = (
    "A tap saves the drawing, the model's answer and yours, the model's version and the time. "
    "It saves no name and no IP address."
)
LOCAL = ("localhost", "127.0.0.1", "::1")  # as the browser spells the machine it runs on
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
POLL_S = 0.5  # between two looks at whether a tap is saved


@dataclass
class Row:
    """What the row asks a visitor. Changed in place: Streamlit may stop a run whenever `st.session_state` is used.

    shown: the digit that the row asks about, with a label yet to be filled in; None where nothing has been read.
    early: a tap that came before the page had read what is drawn: the drawing's id, and the label.
    """

    shown: Correction | None = None
    early: tuple[str, int | None] | None = None
    keeper: Keeper = field(default_factory=Keeper)

    @property
    def drawing(self) -> str:
        """The id of the drawing that is shown; "" where nothing has been read."""
        return self.shown.drawing if self.shown else ""

    def ask_about(self, shown: Correction | None) -> None:
        """Show another digit, or none; and note a tap that came early, if it was for this drawing."""
        before, self.shown = self.drawing, shown
        if self.drawing != before and not self.keeper.waiting:
            self.keeper.problem = ""  # the drawing that it was about is gone
        if self.early:
            (drawing, label), self.early = self.early, None
            if drawing == self.drawing:
                self.note(label)

    def note(self, label: int | None) -> None:
        """Note that the digit that is shown was said to be `label`; None: no longer."""
        if not self.shown:
            return
        if label is None:
            self.keeper.remove(key_of(self.shown))
        else:
            self.keeper.put(replace(self.shown, label=label, made_at=datetime.now(UTC)))


def show(drawing: Drawing | None, digit: Detection | None, position: int) -> None:
    """Ask about the `digit` at `position` of the drawing; both are None where nothing has been read."""
    settings = _settings()
    if settings is None:
        return
    row: Row = st.session_state.setdefault("feedback", Row())
    row.ask_about(_correction(drawing, digit, position) if drawing and digit else None)
    label = row.keeper.labels.get(key_of(row.shown)) if row.shown else None
    if st.session_state.get("correction") != label:
        st.session_state["correction"] = label
    with st.container(key="corrections"):
        st.pills(
            ASK,
            range(NO_DIGIT + 1),
            format_func=lambda label: "none" if label == NO_DIGIT else str(label),
            key="correction",
            on_change=_tapped,
            args=(row,),
            disabled=row.shown is None,
            width="stretch",
        )
        if not row.keeper.problem:
            row.keeper.start(settings.url)
        _say(row.shown, row.keeper)


def _correction(drawing: Drawing, digit: Detection, position: int) -> Correction:
    return Correction(
        drawing=drawing.id,
        position=position,
        picture=np.rint(255 * digit.input).astype(np.uint8),
        strokes=drawing.strokes,
        box=digit.box,
        answer=digit.digit if digit.is_digit else NO_DIGIT,
        confidence=digit.confidence,
        label=NO_DIGIT,
        model=recognizer().result().model.sha256,
        made_at=datetime.now(UTC),
    )


def _tapped(row: Row) -> None:
    """Note a tap for what is on the canvas now: the page may not have read the last stroke yet."""
    sheet, label = current_sheet(), st.session_state["correction"]
    drawing = sheet.drawing_id(sheet.strokes)
    if drawing == row.drawing:
        row.note(label)
    else:
        row.early = drawing, label
    wait_your_turn("correction")  # last: the tap is noted, whatever becomes of this run


def _say(shown: Correction | None, keeper: Keeper) -> None:
    problem, waiting = keeper.problem, len(keeper.waiting)
    if problem:
        subject = f"{waiting} corrections were" if waiting > 1 else "Your correction was"
        st.warning(f"{subject} not saved. {problem}")
        if waiting:
            st.button("Try again", icon=":material/refresh:", key="try_again", on_click=_try_again, args=(keeper,))
        return
    st.caption(_state_of(shown, keeper))
    if waiting:
        _poll(keeper)


def _state_of(shown: Correction | None, keeper: Keeper) -> str:
    """What has become of the tap for the digit that is shown, as a sentence."""
    if not shown or (key := key_of(shown)) not in keeper.labels:
        return WHAT_IS_SAVED
    label, is_waiting = keeper.labels[key], key in keeper.waiting
    if label is None:
        return "Taking it back …" if is_waiting else "Taken back."
    if is_waiting:
        return "Saving …"
    name = "none of these" if label == NO_DIGIT else with_article(label)
    return f"Saved as {name}. Thank you! Tap another to change it, or the same one again to take it back."


@st.fragment(run_every=POLL_S)
def _poll(keeper: Keeper) -> None:
    """Run the page again when what waits has been saved, or could not be."""
    if keeper.attempt is None:
        st.rerun(scope="app")


def _try_again(keeper: Keeper) -> None:
    keeper.problem = ""
    wait_your_turn("correction")


def _settings() -> Settings | None:
    """Where corrections are to be saved; None where nobody is to be asked."""
    try:
        settings = settings_from(st.secrets if st.secrets.load_if_toml_exists() else {})
    except CorrectionError as error:
        logging.getLogger(__name__).warning("No corrections are saved: %s", error)
        return None
    enabled = _is_at_home() if settings.enabled is None else settings.enabled
    return settings if enabled else None


def _is_at_home() -> bool:
    """Whether the visitor sits at the machine that the page runs on, as far as can be told."""
    # Streamlit gives no address where it is this machine's, except one written as IPv6 stands for IPv4.
    address = st.context.ip_address
    try:
        host = urlsplit(st.context.url or "").hostname
    except ValueError:  # the browser may say anything
        return False
    at_home = address in (None, "::ffff:127.0.0.1") and host in LOCAL
    return at_home and not any(name in st.context.headers for name in FORWARDED)
