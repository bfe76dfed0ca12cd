"""How long visitors wait for their turn."""

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from benchmarks.support.drawing import placed, render
from recognizer import Recognizer, Stroke
from tests.helpers import always
from views import limits
from views.limits import LIMITS, Bucket, Limit


def waits(limit, times):
    """How long those wait who ask at `times`, each as soon as the one before has been served; and when the last is."""
    bucket, served, waited = Bucket(limit.burst, 0.0), 0.0, []
    for time in times:
        asked = max(time, served)
        waited.append(bucket.take(limit, asked))
        served = asked + waited[-1]
    return waited, served


def work_of(drawing):
    """How many pictures the model looks at to read a drawing, a list of strokes."""
    strokes = [Stroke(np.array(stroke), 8.0) for stroke in drawing]
    return Recognizer(always(3)).read(render(drawing, 8, (640, 300)), strokes).work


def readings(works, pace):
    """How long each drawing waits for its reading; it is sent `pace` s after the one before was read."""
    bucket, now, waited = Bucket(LIMITS["reading"].burst, 0.0), 0.0, []
    for work in works:
        waited.append(bucket.take(LIMITS["reading"], now))
        bucket.take(LIMITS["reading"], now, work - 1)
        now += waited[-1] + pace
    return waited


def test_who_writes_a_long_number_fast_never_waits():
    number = [s for place, digit in enumerate("4047149544") for s in placed(int(digit), 80, left=20 + 60 * place)]
    works = [work_of(number[: count + 1]) for count in range(len(number))]
    assert len(works) > 14 and not any(readings(works, pace=0.25))


def test_a_program_that_sends_a_scribble_again_and_again_has_to_wait_in_the_end():
    scribble = np.random.default_rng(1).uniform((10, 10), (630, 290), (24, 6, 2)).tolist()
    assert readings([work_of(scribble)] * 40, pace=0.0)[-1] > 0


@given(some.floats(0.1, 100), some.integers(1, 50), some.integers(51, 500))
def test_a_program_gets_no_more_than_the_burst_and_then_the_rate(per_second, burst, asked):
    waited, last = waits(Limit(per_second, burst), [0.0] * asked)
    assert not any(waited[:burst])
    assert last == pytest.approx((asked - burst) / per_second)


def test_after_a_pause_there_is_a_burst_again_and_no_more():
    waited, _ = waits(Limit(per_second=2, burst=3), [0.0] * 5 + [1_000.0] * 5)
    assert [bool(wait) for wait in waited] == [False] * 3 + [True] * 2 + [False] * 3 + [True] * 2


def test_each_kind_of_work_has_a_bucket_of_its_own(monkeypatch):
    slept = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(limits.time, "sleep", slept.append)
    monkeypatch.setattr(limits.time, "monotonic", lambda: 7.0)
    for _ in range(int(LIMITS["photo"].burst)):
        limits.wait_your_turn("photo")
    limits.wait_your_turn("why")
    assert slept == []
    limits.wait_your_turn("photo")
    assert slept == [1.0 / LIMITS["photo"].per_second]
