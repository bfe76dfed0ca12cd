import multiprocessing
import os
import signal
import sys
import threading
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import drawn
from recognizer import Hand, InvalidImageError, ModelError, Recognizer
from recognizer.many import batch
from recognizer.many.batch import AHEAD, MAX_BATCH, MAX_THREADS, in_batches, in_threads
from tests.helpers import always


@pytest.fixture
def many_cores(monkeypatch):
    monkeypatch.setattr(batch, "cores", lambda: 64)


def doubled(items):
    return [2 * item for item in items]


@pytest.mark.parametrize("number", [0, 1, 2, 100])
def test_answers_come_in_the_order_of_the_items(number):
    assert list(in_batches(doubled, range(number))) == [2 * item for item in range(number)]


@pytest.mark.usefixtures("many_cores")
def test_threads_work_at_the_same_time_and_answer_in_order():
    second_is_done = threading.Event()

    def work(item):
        assert second_is_done.wait(60) if item == 0 else second_is_done.set() is None
        return 2 * item

    assert in_threads(work, range(100)) == list(range(0, 200, 2))


@pytest.mark.usefixtures("many_cores")
def test_batches_are_processed_at_the_same_time_and_answered_in_order():
    second_is_done = threading.Event()

    def work(items):
        items = list(items)
        if items[0] == 0:
            assert second_is_done.wait(60)
        else:
            second_is_done.set()
        return items

    assert list(in_batches(work, range(10))) == list(range(10))


@pytest.mark.usefixtures("many_cores")
def test_few_items_are_taken_before_they_are_needed():
    taken = 0

    def items():
        nonlocal taken
        while True:
            taken += 1
            yield taken

    answers = in_batches(doubled, items())
    assert max(taken - next(answers) // 2 for _ in range(1000)) <= AHEAD * MAX_THREADS * MAX_BATCH


def test_an_error_in_a_thread_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(in_batches(lambda items: [1 // item for item in items], range(3)))


def test_where_there_are_no_threads_the_work_is_done_all_the_same(monkeypatch):
    monkeypatch.setattr(sys, "thread_info", SimpleNamespace(name="pthread-stubs"))
    monkeypatch.setattr(threading.Thread, "start", lambda thread: pytest.fail("a thread was started"))
    assert list(in_batches(doubled, range(100))) == in_threads(lambda item: 2 * item, range(100)) == doubled(range(100))
    test_an_error_in_a_thread_is_raised()


def test_no_more_items_are_taken_once_the_answers_are_closed(monkeypatch):
    begun, closed, seen = threading.Event(), threading.Event(), []
    monkeypatch.setattr(batch, "cores", lambda: 1)
    monkeypatch.setattr(batch, "threading", SimpleNamespace(Event=lambda: closed))

    def work(items):
        done = []
        for item in items:
            seen.append(item)
            if item == 1:
                begun.set()
                closed.wait(60)
            done.append(item)
        return done

    answers = in_batches(work, count())
    assert next(answers) == 0 and begun.wait(60)
    answers.close()
    assert seen == [0, 1]


def test_many_pictures_are_read_as_one_by_one(light, tmp_path):
    two = Image.fromarray(np.hstack([drawn(4), drawn(2)]))
    two.save(tmp_path / "two.png")
    touching = np.minimum(drawn(3, left=40), drawn(5, left=130))
    pictures = [drawn(7), two, tmp_path / "two.png", np.full((300, 300, 3), 255, np.uint8), touching, drawn(8)]
    for many, one in zip(light.read_many(pictures), map(light.read, pictures), strict=True):
        assert many.text == one.text and many.left_out == one.left_out
        assert [p.box for p in many.digits] == [p.box for p in one.digits]
        for a, b in zip(many.digits, one.digits, strict=True):
            np.testing.assert_allclose(a.probabilities, b.probabilities, atol=1e-5)
            np.testing.assert_array_equal(a.input, b.input)


def test_several_processes_give_the_same_answers_in_the_same_order(light, tmp_path):
    hand = Hand()
    hand.learn(light.predict(drawn(7)), 1)
    pictures = [drawn(digit % 10) for digit in range(40)] + [b"hello", tmp_path / "none.png"]
    here = list(light.read_many(pictures, hand, single=True))
    there = list(light.read_many(pictures, hand, single=True, processes=2))
    assert [str(each) for each in here[40:]] == [str(each) for each in there[40:]]
    for one, other in zip(here[:40], there[:40], strict=True):
        assert (one.text, one.digits[0].box, one.digits[0].taught) == (
            other.text,
            other.digits[0].box,
            other.digits[0].taught,
        )
    assert here[7].text == "1"


def test_a_process_that_is_ended_is_an_error_that_says_so(light):
    answers = light.read_many([drawn(1)] * 1000, processes=2)
    next(answers)
    for process in multiprocessing.active_children():
        os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(ModelError, match="has ended"):
        list(answers)


def test_a_model_that_is_no_file_cannot_be_used_by_several_processes():
    with pytest.raises(ModelError, match="from a file"):
        Recognizer(always(1)).read_many([], processes=2)


def test_a_picture_that_cannot_be_read_is_an_error_in_its_place(tmp_path):
    recognizer = Recognizer(always(1))
    first, bad, missing, last = recognizer.read_many([drawn(1), b"hello", tmp_path / "none.png", drawn(1)])
    assert first.text == last.text == "1"
    for error, sentence in ((bad, "not a picture"), (missing, "cannot be read")):
        assert isinstance(error, InvalidImageError) and sentence in str(error)
        assert error.__traceback__ is error.__cause__ is error.__context__ is None  # they would keep the picture


@pytest.mark.parametrize(("digits", "calls"), [(1, [1, 2, 4, 8, 16, 16, 16]), (9, [9, *[18] * 31])])
def test_pictures_share_a_model_call_until_there_are_digits_enough_for_one(digits, calls):
    sizes = []
    recognizer = Recognizer(lambda digits: sizes.append(len(digits)) or always(1)(digits))
    picture = np.tile(drawn(1), (1, digits, 1))
    assert len(list(recognizer.read_many([picture] * 63))) == 63
    assert sorted(sizes) == calls
