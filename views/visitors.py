"""Visitors first: programs wait while the page is being run for somebody.

A reading for a program at the same time would take it half as long again, and at worst three times as long
(benchmarks/many/api.py): the two threads share Python's lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

_changed = Condition()
_runs = 0  # of the page, or of a part of it, that are under way


@contextmanager
def first() -> Iterator[None]:
    """Let programs wait; for the whole of a function, as its decorator."""
    global _runs
    with _changed:
        _runs += 1
    try:
        yield
    finally:
        with _changed:
            _runs -= 1
            _changed.notify_all()


def let_them_pass(seconds: float) -> bool:
    """Wait until the page is not being run for anybody, or for so long; return whether that is so."""
    with _changed:
        return _changed.wait_for(lambda: not _runs, seconds)
