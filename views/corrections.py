"""The row under the answer that asks "Was it right?", and what becomes of a tap on it.

A tap is noted first, and then kept by a thread of its own: whatever the database does, the next stroke is read at once,
and the row says what has become of the tap. What could not be kept stays noted, is not tried again at every stroke, and
is kept by the next tap or "Try again".
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cache
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid4, uuid5

import numpy as np
import streamlit as st

from corrections import Correction, CorrectionError
from corrections.correction import checked, strokes_to_json
from corrections.settings import Settings, settings_from
from recognizer import Prediction
from recognizer.prediction import NO_DIGIT
from views.canvas import Drawing, newest
from views.limits import wait_your_turn
from views.loading import recognizer

if TYPE_CHECKING:
    from corrections.store import CorrectionStore

ASK = "Was it right? Tap what you drew."
WHAT_IS_KEPT = "A tap keeps the drawing, both answers, the model's version and the time. No name, no address."
LOCAL = ("localhost", "127.0.0.1", "::1")  # as the browser spells the machine it runs on
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
MAX_WAITING = 20  # taps that are not kept yet, in one visit
TOO_MANY = "Too many are waiting to be kept. Try again in a moment."
BROKEN = "Something went wrong; the program's log says what."

KEEPERS = ThreadPoolExecutor(4, "keep")  # one would do, but for a database that lets each wait for many seconds
ROOM = BoundedSemaphore(40)  # for visitors whose taps are being kept, or are about to be
LOOK_S = 0.5  # between two looks at whether a tap is kept

Key = tuple[str, int]  # a drawing and the position of a digit in it


@dataclass
class Row:
    """What one visitor has tapped. Changed in place: Streamlit may stop a run whenever `st.session_state` is used.

    The page and the thread that keeps share it; either holds `lock` while it looks at what is waiting or kept.

    visit: makes the same strokes the same drawing while the page is open, so that one that comes back by undo is known.
    ink: what is drawn; shown: the digit of it that the row asks about, with a label yet to be filled in.
    early: a tap that came before the page had read what is drawn: the ink, and the label.
    waiting: what is to be kept, or taken back where it is None.
    keeping: which of these the thread is at.
    kept: the labels that are kept, None where one was taken back.
    problem: why what is waiting, or was tapped last, could not be kept.
    attempt: to keep what is waiting, for as long as it lasts.
    """

    visit: UUID = field(default_factory=uuid4)
    ink: str = ""
    shown: Correction | None = None
    early: tuple[str, int | None] | None = None
    waiting: dict[Key, Correction | None] = field(default_factory=dict)
    keeping: Key | None = None
    kept: dict[Key, int | None] = field(default_factory=dict)
    problem: str = ""
    attempt: "Future[None] | None" = None
    lock: Lock = field(default_factory=Lock)

    def next(self) -> tuple[Key, Correction | None] | None:
        """Begin with the one that has waited longest -> it; None at the end of the attempt, if nothing waits."""
        with self.lock:
            self.keeping = next(iter(self.waiting), None)
            if self.keeping is None:
                self.attempt = None
                return None
            return self.keeping, self.waiting[self.keeping]

    def note_kept(self, key: Key, correction: Correction | None) -> None:
        """Note what has been kept, or taken back, and what was tapped meanwhile goes on waiting."""
        with self.lock:
            self.keeping, self.kept[key] = None, correction.label if correction else None
            if self.waiting[key] is correction:
                del self.waiting[key]

    def give_up(self, problem: str) -> None:
        """End the attempt, and leave all that waits."""
        with self.lock:
            self.keeping = self.attempt = None
            self.problem = problem


def show(drawing: Drawing | None, picked: Prediction | None, position: int) -> None:
    """Ask about the digit `picked`, at `position` of the drawing; both are None where nothing has been read."""
    settings = _settings()
    if settings is None:
        return
    row: Row = st.session_state.setdefault("corrections", Row())
    _ask_about(row, drawing, picked, position)
    if st.session_state.get("correction") != (label := _label(row)):
        st.session_state["correction"] = label
    with st.container(key="corrections"):
        st.pills(
            ASK,
            range(NO_DIGIT + 1),
            format_func=lambda digit: "none" if digit == NO_DIGIT else str(digit),
            key="correction",
            on_change=_tapped,
            args=(row,),
            disabled=row.shown is None,
            width="stretch",
        )
        if row.waiting and not row.problem:
            _keep(row, settings.url)
        _say(row)


def _ask_about(row: Row, drawing: Drawing | None, picked: Prediction | None, position: int) -> None:
    before, row.ink = row.ink, drawing.ink if drawing else ""
    if row.ink != before and not row.waiting:
        row.problem = ""  # it was one with the drawing before
    if drawing is None or picked is None:
        row.shown = None
    else:
        row.shown = Correction(
            drawing=uuid5(row.visit, drawing.ink).hex,
            position=position,
            picture=np.uint8(np.rint(255 * picked.input)),
            strokes=drawing.strokes,
            box=picked.box,
            answer=picked.digit if picked.is_digit else NO_DIGIT,
            confidence=picked.confidence,
            label=NO_DIGIT,
            model=recognizer().result().model.sha256,
            made_at=datetime.now(timezone.utc),
        )
    if row.early:
        (ink, label), row.early = row.early, None
        if ink == row.ink:
            _note(row, label)


def _tapped(row: Row) -> None:
    """Note a tap for what is on the canvas now: the page may not have read the last stroke yet."""
    ink, label = newest().ink, st.session_state["correction"]
    if ink == row.ink:
        _note(row, label)
    else:
        row.early = ink, label
    wait_your_turn("correction")  # last: it is noted, whatever becomes of this run


def _note(row: Row, label: int | None) -> None:
    """Note that the digit that is shown is to be kept under `label`, or taken back where that is None."""
    if row.shown is None:
        return
    key = _key(row)
    row.problem = ""
    if label is None:
        with row.lock:
            if row.kept.get(key) is None and row.keeping != key:
                row.waiting.pop(key, None)
            else:
                row.waiting[key] = None
    elif len(row.waiting) >= MAX_WAITING and key not in row.waiting:
        row.problem = TOO_MANY
    else:
        try:
            made = replace(row.shown, label=label, made_at=datetime.now(timezone.utc))
            strokes_to_json(checked(made).strokes)
        except CorrectionError as error:
            row.problem = str(error)
        else:
            with row.lock:
                row.waiting[key] = made


def _label(row: Row) -> int | None:
    """What the digit that is shown was said to be, whether that is kept yet or not."""
    if row.shown is None:
        return None
    key = _key(row)
    with row.lock:
        if key in row.waiting:
            waiting = row.waiting[key]
            return waiting.label if waiting else None
        return row.kept.get(key)


def _key(row: Row) -> Key:
    return row.shown.drawing, row.shown.position


def _keep(row: Row, url: str) -> None:
    """Have a thread keep what waits, unless one is at it already."""
    with row.lock:
        if row.attempt:
            return
        if ROOM.acquire(blocking=False):
            row.attempt = KEEPERS.submit(_keep_all, row, url)
        else:
            row.problem = TOO_MANY


def _keep_all(row: Row, url: str) -> None:
    """Keep all that waits, the oldest first, until one cannot be kept. In a thread, where Streamlit must not be used.

    What is tapped for a digit while that is being kept goes on waiting, and so has the last word.
    """
    problem = ""
    try:
        store = _store(url)
        while waiting := row.next():
            key, correction = waiting
            if correction is None:
                store.delete([key])
            else:
                store.keep(correction)
            row.note_kept(key, correction)
    except CorrectionError as error:
        problem = str(error)
    except Exception:
        logging.getLogger(__name__).exception("A correction could not be kept")
        problem = BROKEN
    if problem:
        row.give_up(problem)
    ROOM.release()


def _say(row: Row) -> None:
    key = _key(row) if row.shown else None
    with row.lock:
        problem, many = row.problem, len(row.waiting)
        waits, waiting = key in row.waiting, row.waiting.get(key)
        is_kept, label = key in row.kept, row.kept.get(key)
    if problem:
        what = f"{many} corrections were" if many > 1 else "Your correction was"
        st.warning(f"{what} not kept. {problem}")
        if many:
            st.button("Try again", icon=":material/refresh:", key="try_again", on_click=_try_again, args=(row,))
    elif waits:
        st.caption("Keeping it …" if waiting else "Taking it back …")
    elif label is not None:
        name = "none of these" if label == NO_DIGIT else f"{'an' if label == 8 else 'a'} {label}"
        st.caption(f"Kept as {name}. Thank you. Tap another to change it, or the same again to take it back.")
    else:
        st.caption(f"Taken back. {WHAT_IS_KEPT}" if is_kept else WHAT_IS_KEPT)
    if many and not problem:
        _look(row)


@st.fragment(run_every=LOOK_S)
def _look(row: Row) -> None:
    """Look whether what waits has been kept, or could not be, and run the page again when it has come to an end."""
    if row.attempt is None:
        st.rerun(scope="app")


def _try_again(row: Row) -> None:
    row.problem = ""
    wait_your_turn("correction")


def _settings() -> Settings | None:
    """What is to be kept where, None where nothing is."""
    try:
        settings = settings_from(st.secrets if st.secrets.load_if_toml_exists() else {})
    except CorrectionError as error:
        logging.getLogger(__name__).warning("No corrections are kept: %s", error)
        return None
    enabled = _is_at_home() if settings.enabled is None else settings.enabled
    return settings if enabled else None


def _is_at_home() -> bool:
    """Whether the visitor sits at the machine that the page runs on, as far as can be told."""
    # Streamlit gives no address where it is this machine's, but for one written as IPv6 stands for IPv4.
    address = st.context.ip_address
    try:
        host = urlsplit(st.context.url or "").hostname
    except ValueError:  # the browser says what it likes
        return False
    at_home = address in (None, "::ffff:127.0.0.1") and host in LOCAL
    return at_home and not any(name in st.context.headers for name in FORWARDED)


@cache
def _store(url: str) -> "CorrectionStore":
    """The store, made at the first tap: what it needs takes half a second to import, and most visitors tap nothing."""
    try:
        from corrections.database import open_engine
        from corrections.store import CorrectionStore
    except ImportError as error:
        raise CorrectionError("What keeps corrections is missing: pip install -r requirements.txt") from error
    return CorrectionStore(open_engine(url))
