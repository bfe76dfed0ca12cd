"""How fast one visitor may ask for work that costs; who is faster is made to wait, and loses nothing.

A token bucket for each kind of work (Turner 1986, "New directions in communications"), kept in the visitor's session.
Streamlit runs a session's requests one after another, so whoever waits cannot ask for more meanwhile.
"""

import time
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Limit:
    """`burst` at once, then `per_second`."""

    per_second: float
    burst: float


# Above what people do, and for one visitor alone below what a processor core can do.
LIMITS = {
    "reading": Limit(per_second=20, burst=40),  # strokes and clicks on the canvas; fast scribblers lift the pen 5 times
    "photo": Limit(per_second=1, burst=20),  # half a second each
    "why": Limit(per_second=2, burst=10),  # half a second each
    "correction": Limit(per_second=1, burst=10),  # each is written to disk
}


@dataclass
class Bucket:
    """What a visitor has left, `tokens` at the time `at` in s."""

    tokens: float
    at: float

    def take(self, limit: Limit, now: float) -> float:
        """Take one token -> how many s to wait until it is there."""
        self.tokens = min(limit.burst, self.tokens + (now - self.at) * limit.per_second) - 1
        self.at = now
        return max(0.0, -self.tokens / limit.per_second)


def wait_your_turn(work: str) -> None:
    """Wait until the visitor may ask for `work`, a key of `LIMITS`, once more; mostly not at all."""
    limit = LIMITS[work]
    buckets = st.session_state.setdefault("buckets", {})
    bucket = buckets.setdefault(work, Bucket(limit.burst, time.monotonic()))
    if wait := bucket.take(limit, time.monotonic()):
        time.sleep(wait)
