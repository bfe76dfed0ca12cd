"""Limits on how fast one visitor may ask for costly work; whoever is faster has to wait, and loses nothing.

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


# More than people do, and less for one visitor than a processor core can do.
LIMITS = {
    "reading": Limit(per_second=100, burst=500),  # pictures for the model; a stroke of a number is about ten of them
    "photo": Limit(per_second=1, burst=20),  # half a second each
    "why": Limit(per_second=2, burst=10),  # half a second each
    "correction": Limit(per_second=1, burst=10),  # taps; each is learned, and may be written to disk
}


@dataclass
class Bucket:
    """What a visitor has left, `tokens` at the time `at` in s."""

    tokens: float
    at: float

    def take(self, limit: Limit, now: float, amount: float = 1) -> float:
        """Take tokens -> how many s to wait until they are there."""
        self.tokens = min(limit.burst, self.tokens + (now - self.at) * limit.per_second) - amount
        self.at = now
        return max(0.0, -self.tokens / limit.per_second)


def wait_your_turn(work: str) -> None:
    """Wait until the visitor may ask for `work`, a key of `LIMITS`, once more; mostly not at all."""
    if wait := charge(work, 1):
        time.sleep(wait)


def charge(work: str, amount: float) -> float:
    """Charge the visitor for `work` -> how many s to wait until it is paid for; the next who asks waits that long."""
    limit = LIMITS[work]
    bucket = st.session_state.setdefault("buckets", {}).setdefault(work, Bucket(limit.burst, time.monotonic()))
    return bucket.take(limit, time.monotonic(), amount)
