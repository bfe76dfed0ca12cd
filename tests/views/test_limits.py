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


def waits(limit, pauses, costs):
    """How long each of a visitor's requests waits; it comes `pauses` s after the one before has been served."""
    bucket, now, waited = Bucket(limit.burst, 0.0), 0.0, []
    for pause, cost in zip(pauses, costs, strict=True):
        now += pause
        waited.append(bucket.take(limit, now))
        bucket.take(limit, now, cost - 1)
        now += waited[-1]
    return waited


def work_of(drawing):
    """How many pictures the model looks at to read a drawing, a list of strokes."""
    strokes = [Stroke(np.array(stroke), 8.0) for stroke in drawing]
    return Recognizer(always(3)).read(render(drawing, 8, (640, 300)), strokes).work


def test_who_writes_a_long_number_fast_never_waits():
    number = [s for place, digit in enumerate("4047149544") for s in placed(int(digit), 80, left=20 + 60 * place)]
    works = [work_of(number[: count + 1]) for count in range(len(number))]
    assert len(works) > 14 and not any(waits(LIMITS["reading"], [0.25] * len(works), works))


def test_a_program_that_sends_a_scribble_again_and_again_has_to_wait_in_the_end():
    scribble = np.random.default_rng(1).uniform((10, 10), (630, 290), (24, 6, 2)).tolist()
    assert waits(LIMITS["reading"], [0.0] * 40, [work_of(scribble)] * 40)[-1] > 0


@given(some.floats(0.1, 100), some.integers(1, 50), some.integers(1, 500))
def test_a_program_gets_the_burst_then_the_rate_and_after_a_pause_the_burst_again(per_second, burst, more):
    pauses = [0.0] * (burst + more) + [1e4] + [0.0] * burst
    waited = waits(Limit(per_second, burst), pauses, [1] * len(pauses))
    assert not any(waited[:burst]) and not any(waited[-burst - 1 : -1])
    assert waited[burst : burst + more] == pytest.approx([1 / per_second] * more)
    assert waited[-1] == pytest.approx(1 / per_second)


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
