"""The row under the answer that asks "Was it right?": a tap teaches the visitor's hand, and may be saved, too."""

import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import streamlit as st

from corrections import Correction, CorrectionError
from corrections.settings import Settings, settings_from
from recognizer import Detection
from recognizer.prediction import NO_DIGIT
from views.answer import with_article
from views.canvas.component import current_sheet
from views.canvas.drawing import Drawing
from views.events import tell
from views.limits import wait_your_turn
from views.reading import own_answer, recognizer
from views.teach import hand
from views.teach.hand import current_hand
from views.teach.keeper import Keeper, key_of

ASK = "Was it right? Tap the digit you drew."
TEACHES = "A tap teaches this page how you write, until you close it."
NOT_SAVED = f"{TEACHES} Nothing is saved on the server."
ALSO_SAVED = (
    f"{TEACHES} It also saves the drawing, the model's answer and yours, the model's version and the time. It saves no "
    "name and no IP address."
)
CHANGE = "Tap another to change it, or the same one again to take it back."
LOCAL = ("localhost", "127.0.0.1", "::1")  # as the browser spells the machine it runs on
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
POLL_S = 0.5  # between two looks at whether a tap is saved


@dataclass
class Row:
    """What the row asks a visitor. Changed in place: Streamlit may stop a run whenever `st.session_state` is used.

    drawing: the id of the drawing that is shown; digit: which of its digits the row asks about; "" and None where
        nothing has been read.
    shown: that digit as a correction, to which a tap adds the label and the model's own answer; None where corrections
        are not saved.
    early: a tap that came before the page had read what is drawn: the drawing's id, and the label.
    """

    drawing: str = ""
    digit: Detection | None = None
    shown: Correction | None = None
    early: tuple[str, int] | None = None
    keeper: Keeper = field(default_factory=Keeper)

    def ask_about(self, drawing: str, digit: Detection | None, shown: Correction | None) -> None:
        """Show another digit, or none."""
        if drawing != self.drawing and not self.keeper.waiting:
            self.keeper.problem = ""  # the drawing that it was about is gone
        self.drawing, self.digit, self.shown = drawing, digit, shown

    def take_early(self) -> bool:
        """Note a tap that came early, if it was for the drawing that is shown now; return whether there was one."""
        early, self.early = self.early, None
        if early is None or early[0] != self.drawing:
            return False
        self.note(early[1])
        return True

    def note(self, label: int | None) -> None:
        """Learn that the digit that is shown was said to be `label`, or NO_DIGIT; None: no longer."""
        if not self.digit:
            return
        held = current_hand()
        if label is not None:
            held.learn(self.digit, None if label == NO_DIGIT else label)
            tell("correction")
        elif (position := held.find(self.digit)) is not None:
            held.forget(position)
        if self.shown and label is None:
            self.keeper.remove(key_of(self.shown))
        elif self.shown and label is not None:
            own = own_answer(self.digit)  # what the model said, whatever it was taught since
            now = datetime.now(UTC)
            self.keeper.put(replace(self.shown, answer=own.label, confidence=own.confidence, label=label, made_at=now))


def show(drawing: Drawing | None, digit: Detection | None, position: int) -> None:
    """Ask about the `digit` at `position` of the drawing; both are None where nothing has been read."""
    settings = _settings()
    row: Row = st.session_state.setdefault("feedback", Row())
    if drawing and digit:
        row.ask_about(drawing.id, digit, _correction(drawing, digit, position) if settings else None)
    else:
        row.ask_about("", None, None)
    if row.take_early():
        st.rerun()  # it was read before the tap was heard of
    label = _label_of(digit)
    with st.container(key="corrections"):
        st.html(f'<p class="ask">{ASK}</p>')
        # Buttons, not `st.pills`, whose choice the browser may send again when another drawing is shown.
        with st.container(key="taps", horizontal=True):
            for each in range(NO_DIGIT + 1):
                st.button(
                    "none" if each == NO_DIGIT else str(each),
                    key=f"tap_{each}",
                    type="primary" if each == label else "secondary",
                    on_click=_tapped,
                    args=(row, each),
                    disabled=digit is None,
                    width="stretch",
                )
        if settings and not row.keeper.problem:
            row.keeper.start(settings.url)
        _say(row, label, is_saved=settings is not None)
        hand.show()


def _label_of(digit: Detection | None) -> int | None:
    """What the digit was said to be, or NO_DIGIT; None if nothing was said."""
    held = current_hand()
    position = held.find(digit) if digit else None
    if position is None:
        return None
    label = list(held)[position].label
    return NO_DIGIT if label is None else label


def _correction(drawing: Drawing, digit: Detection, position: int) -> Correction:
    return Correction(
        drawing=drawing.id,
        position=position,
        picture=digit.picture,
        strokes=drawing.strokes,
        box=digit.box,
        answer=digit.label,
        confidence=digit.confidence,
        label=NO_DIGIT,
        model=recognizer().result().model.sha256,
        made_at=datetime.now(UTC),
    )


def _tapped(row: Row, label: int) -> None:
    """Note a tap for what is on the canvas now: the page may not have read the last stroke yet."""
    drawing = current_sheet().drawing
    if drawing == row.drawing:
        row.note(None if _label_of(row.digit) == label else label)
    else:
        row.early = drawing, label
    wait_your_turn("correction")  # last: the tap is noted, whatever becomes of this run


def _say(row: Row, label: int | None, is_saved: bool) -> None:
    """Say what has become of the taps; `label` is what the hand holds of the digit that is shown."""
    problem, waiting = row.keeper.problem, len(row.keeper.waiting)
    if problem:
        subject = f"{waiting} corrections were" if waiting > 1 else "Your correction was"
        st.warning(f"{subject} not saved. {problem}")
        if waiting:
            st.button("Try again", icon=":material/refresh:", key="try_again", on_click=_try_again, args=(row.keeper,))
        return
    st.caption(_state_of(row, label, is_saved))
    if waiting:
        _poll(row.keeper)


def _state_of(row: Row, label: int | None, is_saved: bool) -> str:
    """What has become of the tap for the digit that is shown, as a sentence."""
    key, keeper = key_of(row.shown) if row.shown else None, row.keeper
    if key not in keeper.labels:
        if label is None:
            return ALSO_SAVED if is_saved else NOT_SAVED
        return f"Learned as {_name(label)}. {CHANGE}"
    saved, is_waiting = keeper.labels[key], key in keeper.waiting
    if saved is None:
        return "Taking it back …" if is_waiting else "Taken back."
    if is_waiting:
        return "Learned. Saving …"
    if label is None:  # undone where the line says what was learned
        return f"No longer learned, but still saved as {_name(saved)}."
    return f"Learned and saved as {_name(label)}. Thank you! {CHANGE}"


def _name(label: int) -> str:
    return "none of these" if label == NO_DIGIT else with_article(label)


@st.fragment(run_every=POLL_S)
def _poll(keeper: Keeper) -> None:
    """Run the page again when what waits has been saved, or could not be."""
    if keeper.attempt is None:
        st.rerun(scope="app")


def _try_again(keeper: Keeper) -> None:
    keeper.problem = ""
    wait_your_turn("correction")


def _settings() -> Settings | None:
    """Where corrections are to be saved; None where they are not."""
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
