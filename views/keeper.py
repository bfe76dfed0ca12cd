"""Save one visitor's corrections in the background, so that no stroke waits for the database.

What cannot be saved stays waiting. It is not tried again at every stroke, but with the next tap or "Try again".
Streamlit must not be used here: its state belongs to the thread that runs the page.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
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


@dataclass(eq=False)
class Tap:
    """What a visitor said of one digit last.

    label: what it is; None where that was taken back.
    correction: what to save; None where it is saved, or to be removed.
    is_stored: whether the database holds a correction of this digit, perhaps an earlier one.
    """

    label: int | None
    correction: Correction | None = None
    is_saved: bool = False
    is_stored: bool = False


class Keeper:
    """What one visitor has tapped, and what has become of it. The page and the thread that saves share it.

    problem: why what is waiting, or was tapped last, could not be saved; "" where nothing went wrong.
    attempt: the run of the thread, while there is one.
    """

    def __init__(self) -> None:
        self.problem = ""
        self.attempt: Future[None] | None = None
        self._taps: dict[Key, Tap] = {}
        self._under_way: Key | None = None  # what the thread is saving
        self._lock = Lock()  # for all of this

    @property
    def waiting(self) -> int:
        """How many taps wait to be saved."""
        with self._lock:
            return len(self._waiting())

    def tap_of(self, key: Key) -> Tap | None:
        """What was said of a digit last."""
        return self._taps.get(key)

    def put(self, correction: Correction) -> None:
        """Note a correction that is to be saved, in place of an earlier one of the same digit."""
        key = correction.drawing, correction.position
        try:
            strokes_to_json(checked(correction).strokes)
        except CorrectionError as error:
            self.problem = str(error)
            return
        with self._lock:
            waiting = self._waiting()
            self.problem = TOO_MANY if len(waiting) >= MAX_WAITING and key not in waiting else ""
            if not self.problem:
                self._taps[key] = Tap(correction.label, correction, is_stored=self._may_be_stored(key))

    def remove(self, key: Key) -> None:
        """Note that a digit's correction is to be removed again."""
        with self._lock:
            self.problem = ""
            if self._may_be_stored(key):
                self._taps[key] = Tap(None, is_stored=True)
            else:
                self._taps.pop(key, None)

    def start(self, url: str) -> None:
        """Have a thread save what waits in the database at `url`, unless one is at it already."""
        with self._lock:
            if self.attempt or not self._waiting():
                return
            if ROOM.acquire(blocking=False):
                self.attempt = THREADS.submit(self._save_all, url)
            else:
                self.problem = TOO_MANY

    def _save_all(self, url: str) -> None:
        """Save all that waits until something cannot be saved.

        What is tapped for a digit while that is being saved is another `Tap`, goes on waiting, and has the last word.
        """
        problem = ""
        try:
            store = open_store(url)
            while waiting := self._next():
                key, tap = waiting
                if tap.correction:
                    store.keep(tap.correction)
                else:
                    store.delete([key])
                tap.correction, tap.is_stored, tap.is_saved = None, tap.label is not None, True
        except CorrectionError as error:
            problem = str(error)
        except Exception:
            logging.getLogger(__name__).exception("A correction could not be saved")
            problem = BROKEN
        if problem:
            with self._lock:
                self._under_way = self.attempt = None
                self.problem = problem
        ROOM.release()

    def _next(self) -> tuple[Key, Tap] | None:
        """Begin with one that waits -> it; None at the end of the attempt, if nothing waits."""
        with self._lock:
            waiting = self._waiting()
            self._under_way = waiting[0] if waiting else None
            if self._under_way is None:
                self.attempt = None
                return None
            return self._under_way, self._taps[self._under_way]

    def _waiting(self) -> list[Key]:
        return [key for key, tap in self._taps.items() if not tap.is_saved]

    def _may_be_stored(self, key: Key) -> bool:
        return key == self._under_way or (key in self._taps and self._taps[key].is_stored)


@cache
def open_store(url: str) -> "CorrectionStore":
    """Return the store. What it needs takes half a second to import, and most visitors tap nothing."""
    try:
        from corrections.database import open_engine
        from corrections.store import CorrectionStore
    except ImportError as error:
        raise CorrectionError("What saves corrections is missing: pip install -r requirements.txt") from error
    return CorrectionStore(open_engine(url))
