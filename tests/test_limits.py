import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from views import limits
from views.limits import LIMITS, Bucket, Limit


def waits(limit, times):
    """What each of those waits who ask at `times`, each as soon as the one before has been served."""
    bucket, served, waited = Bucket(limit.burst, 0.0), 0.0, []
    for time in times:
        asked = max(time, served)
        waited.append(bucket.take(limit, asked))
        served = asked + waited[-1]
    return waited, served


def test_a_person_never_waits():
    strokes = [0.2 * i for i in range(1_000)]
    assert not any(waits(LIMITS["reading"], strokes)[0])


@given(some.floats(0.1, 100), some.integers(1, 50), some.integers(51, 500))
def test_a_program_gets_no_more_than_the_burst_and_then_the_rate(per_second, burst, asked):
    waited, last = waits(Limit(per_second, burst), [0.0] * asked)
    assert not any(waited[:burst])
    assert last == pytest.approx((asked - burst) / per_second)


def test_after_a_pause_there_is_a_burst_again_and_no_more():
    limit = Limit(per_second=2, burst=3)
    waited, _ = waits(limit, [0.0] * 5 + [1_000.0] * 5)
    assert [bool(wait) for wait in waited] == [False] * 3 + [True] * 2 + [False] * 3 + [True] * 2


def test_each_kind_of_work_has_a_bucket_of_its_own(monkeypatch):
    slept, state = [], {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(limits.time, "sleep", slept.append)
    monkeypatch.setattr(limits.time, "monotonic", lambda: 7.0)
    for _ in range(int(LIMITS["photo"].burst)):
        limits.wait_your_turn("photo")
    limits.wait_your_turn("why")
    assert slept == []
    limits.wait_your_turn("photo")
    assert slept == [1.0 / LIMITS["photo"].per_second]
