"""Many pictures at once: they are read on several cores, and share the model's calls.

A reading is a generator here: it yields the digits that the model has to look at, float32 (28, 28) each, is sent the
model's outputs for them, float32 (n, 10) or (n, 11), and returns its answer. So one can be read by itself, and several
can ask the model together.

Opening a picture, finding its ink and running the model release Python's lock most of the time, so threads suffice: two
are 1.7 times as fast as one, and share the model.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, takewhile
from typing import Any, TypeAlias, TypeVar

import numpy as np

from recognizer.errors import RecognizerError

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Steps: TypeAlias = Generator[list[np.ndarray], np.ndarray, Answer]
Model: TypeAlias = Callable[[list[np.ndarray]], np.ndarray]

MAX_BATCH = 16  # pictures, or digits for the model: more are hardly faster, and answers would come in bursts
MAX_THREADS = 4  # more would wait for Python's lock
AHEAD = 2  # batches for each thread that are in progress, or finished and not yet taken


def alone(steps: Steps[Answer], model: Model) -> Answer:
    """Return the answer of one reading; raise what it raises."""
    try:
        asked = next(steps)
        while True:
            asked = steps.send(model(asked))
    except StopIteration as finished:
        return finished.value


def together(readings: Iterable[Steps[Answer]], model: Model) -> list[Answer | RecognizerError]:
    """Return the answers of readings that ask the model together, or the `RecognizerError` of one that raised it.

    Readings are taken one by one, and finished as soon as they fill a model call: a hundred large photographs take no
    more memory than a few.
    """
    answers: list[Answer | RecognizerError] = []
    waiting: list[_Reading] = []
    for steps in readings:
        waiting.append(_Reading(steps))
        if sum(len(reading.asked) for reading in waiting) >= MAX_BATCH:
            answers += _finish(waiting, model)
            waiting = []
    return answers + _finish(waiting, model)


def in_batches(
    function: Callable[[Iterable[Item]], list[Answer]], items: Iterable[Item]
) -> Generator[Answer, None, None]:
    """Yield what `function` returns for each item, in their order; several threads call it, with a few items each.

    The first batches are smaller, so that the first answers come soon. What `function` raises is raised here. Once the
    generator is closed, `function` gets no more items.
    """
    closed = threading.Event()
    threads = min(MAX_THREADS, os.cpu_count() or 1)
    in_progress: deque[Future[list[Answer]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for batch in _batches(items):
                in_progress.append(pool.submit(function, takewhile(lambda _: not closed.is_set(), batch)))
                if len(in_progress) == AHEAD * threads:
                    yield from in_progress.popleft().result()
            while in_progress:
                yield from in_progress.popleft().result()
        finally:
            closed.set()


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """1, 2, 4, 8 and then always 16 items."""
    left, size = iter(items), 1
    while batch := list(islice(left, size)):
        yield batch
        size = min(2 * size, MAX_BATCH)


class _Reading:
    """A reading in progress; asked: what the model has to look at next, nothing once there is an answer."""

    def __init__(self, steps: Steps[Any]):
        self._steps = steps
        self.answer: Any = None
        self.go_on(None)

    def go_on(self, outputs: np.ndarray | None) -> None:
        """Go on with the model's outputs, None at first, until the model is asked again."""
        self.asked: list[np.ndarray] = []
        try:
            self.asked = next(self._steps) if outputs is None else self._steps.send(outputs)
        except StopIteration as finished:
            self.answer = finished.value
        except RecognizerError as error:
            self.answer = type(error)(str(error))  # without its traceback, which would keep the picture in memory


def _finish(readings: list[_Reading], model: Model) -> list[Any]:
    """Let the readings go on together until each has its answer -> their answers."""
    while asking := [reading for reading in readings if reading.asked]:
        outputs = model([digit for reading in asking for digit in reading.asked])
        ends = np.cumsum([len(reading.asked) for reading in asking])
        for reading, part in zip(asking, np.split(outputs, ends[:-1]), strict=True):
            reading.go_on(part)
    return [reading.answer for reading in readings]
