"""Save one visitor's corrections in the background, so that no stroke waits for the database.

What cannot be saved stays waiting. It is not tried again at every stroke, but with the next tap or "Try again".
Streamlit must not be used here: its state belongs to the thread that runs the page.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from corrections import Correction, CorrectionError
from corrections.correction import checked, strokes_to_json

if TYPE_CHECKING:
    from corrections.store import CorrectionStore

MAX_WAITING = 20  # taps of one visitor
TOO_MANY = "Too many corrections are waiting to be saved. Try again in a moment."
BROKEN = "Something went wrong. The server's log says what."

THREADS = ThreadPoolExecutor(4, "keep")  # one would do, but for a database that lets each wait for many seconds
ROOM = BoundedSemaphore(40)  # for visitors whose taps are being saved, or are about to be

Key = tuple[str, int]  # a drawing's id and the position of a digit in it


class Keeper:
    """What one visitor has tapped, and what has become of it. The page and the thread that saves share it.

    labels: what each digit was said to be last; None where that was taken back.
    waiting: the corrections that are yet to be saved; None where one is yet to be removed.
    problem: why what is waiting, or was tapped last, could not be saved; "" where nothing went wrong.
    attempt: the run of the thread, while there is one.
    """

    def __init__(self) -> None:
        self.labels: dict[Key, int | None] = {}
        self.waiting: dict[Key, Correction | None] = {}
        self.problem = ""
        self.attempt: Future[None] | None = None
        self._stored: set[Key] = set()  # of which the database holds a correction, perhaps an earlier one
        self._lock = Lock()  # for all of this

    def put(self, correction: Correction) -> None:
        """Note a correction that is to be saved, in place of an earlier one of the same digit."""
        key = key_of(correction)
        try:
            strokes_to_json(checked(correction).strokes)
        except CorrectionError as error:
            self.problem = str(error)
            return
        with self._lock:
            self.problem = TOO_MANY if len(self.waiting.keys() | {key}) > MAX_WAITING else ""
            if not self.problem:
                self.labels[key], self.waiting[key] = correction.label, correction

    def remove(self, key: Key) -> None:
        """Note that a digit's correction is to be removed again."""
        with self._lock:
            self.problem = ""
            if key in self._stored or self.attempt:  # which may be saving it at this moment
                self.labels[key] = self.waiting[key] = None
            else:
                self.labels.pop(key, None)
                self.waiting.pop(key, None)

    def start(self, url: str) -> None:
        """Have a thread save what waits in the database at `url`, unless one is at it already."""
        with self._lock:
            if self.attempt or not self.waiting:
                return
            if ROOM.acquire(blocking=False):
                self.attempt = THREADS.submit(self._save_all, url)
            else:
                self.problem = TOO_MANY

    def _save_all(self, url: str) -> None:
        """Save all that waits until something cannot be saved."""
        problem = ""
        try:
            store = open_store(url)
            while first := self._first():
                key, correction = first
                if correction:
                    store.keep(correction)
                else:
                    store.delete([key])
                with self._lock:
                    (self._stored.add if correction else self._stored.discard)(key)
                    if self.waiting[key] is correction:  # else another tap came meanwhile, which has the last word
                        del self.waiting[key]
        except CorrectionError as error:
            problem = str(error)
        except Exception:
            logging.getLogger(__name__).exception("A correction could not be saved")
            problem = BROKEN
        if problem:
            with self._lock:
                self.attempt, self.problem = None, problem
        ROOM.release()

    def _first(self) -> tuple[Key, Correction | None] | None:
        """What waits longest; None if nothing does, which ends the attempt: a tap that comes now starts another."""
        with self._lock:
            if self.waiting:
                return next(iter(self.waiting.items()))
            self.attempt = None
            return None


def key_of(correction: Correction) -> Key:
    """The digit that a correction is of."""
    return correction.drawing, correction.position


@cache
def open_store(url: str) -> "CorrectionStore":
    """Return the store. What it needs takes half a second to import, and most visitors tap nothing."""
    try:
        from corrections.database import open_engine
        from corrections.store import CorrectionStore
    except ImportError as error:
        raise CorrectionError("What saves corrections is missing: pip install -r requirements.txt") from error
    return CorrectionStore(open_engine(url))
