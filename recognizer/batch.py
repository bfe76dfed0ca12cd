"""Many pictures at a time: read on several cores, and looked at by the model together.

A reading is a generator here: it yields the digits that it wants the model to look at, float32 (28, 28) each, is sent
what the model says of them, float32 (n, 10) or (n, 11), and returns its answer. So one can be read by itself, and many
can ask the model together.

Opening a picture, finding its ink and running the model leave Python's lock to others most of the time, so threads are
enough: two read 1.7 times as fast as one, and share the model.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, takewhile
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from recognizer.errors import RecognizerError

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Steps: TypeAlias = Generator[list[np.ndarray], np.ndarray, Answer]
Model: TypeAlias = Callable[[list[np.ndarray]], np.ndarray]

MAX_BATCH = 16  # pictures, or digits for the model: with more it is hardly faster, and answers would come in bursts
MAX_THREADS = 4  # more would wait for Python's lock
AHEAD = 2  # batches for each thread that are under way, or finished and not yet taken


def alone(steps: Steps[Answer], model: Model) -> Answer:
    """Return the answer of one reading; what it raises is raised."""
    outputs = None
    while True:
        try:
            outputs = model(steps.send(outputs))
        except StopIteration as finished:
            return finished.value


def together(readings: Iterable[Steps[Answer]], model: Model) -> list[Answer | RecognizerError]:
    """Return the answers of readings that ask the model together, each a `RecognizerError` where it raised one.

    They are taken one by one, and none is kept waiting where a model call has enough to look at: a hundred large
    photographs take no more memory than a few.
    """
    answers, waiting = [], []
    for steps in readings:
        waiting.append(_Reading(steps))
        if sum(len(reading.asked) for reading in waiting) >= MAX_BATCH:
            answers += _finish(waiting, model)
            waiting = []
    return answers + _finish(waiting, model)


def in_batches(function: Callable[[Iterable[Item]], list[Answer]], items: Iterable[Item]) -> Iterator[Answer]:
    """Yield what `function` makes of each item, in their order; several threads call it, with a few items each.

    The first batches are smaller, so that the first answers come soon. What `function` raises is raised here. For
    whoever stops early and closes the iterator, `function` finds no more items.
    """
    stopped = threading.Event()
    threads = min(MAX_THREADS, os.cpu_count() or 1)
    under_way: deque[Future[list[Answer]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for batch in _batches(items):
                under_way.append(pool.submit(function, takewhile(lambda _: not stopped.is_set(), batch)))
                if len(under_way) == AHEAD * threads:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        finally:
            stopped.set()


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """1, 2, 4, 8 and then always 16 items."""
    left, size = iter(items), 1
    while batch := list(islice(left, size)):
        yield batch
        size = min(2 * size, MAX_BATCH)


class _Reading(Generic[Answer]):
    """A reading under way.

    asked: what it wants the model to look at; nothing once it has come to its answer.
    """

    def __init__(self, steps: Steps[Answer]):
        self._steps = steps
        self.asked: list[np.ndarray] = []
        self.answer: Answer | RecognizerError | None = None
        self.go_on(None)

    def go_on(self, outputs: np.ndarray | None) -> None:
        """Tell it what the model says, and let it work on until it asks for more."""
        self.asked = []
        try:
            self.asked = self._steps.send(outputs)
        except StopIteration as finished:
            self.answer = finished.value
        except RecognizerError as error:
            self.answer = type(error)(str(error))  # as it was, its traceback would keep the whole picture in memory


def _finish(readings: list[_Reading[Answer]], model: Model) -> list[Answer | RecognizerError]:
    while asking := [reading for reading in readings if reading.asked]:
        outputs = model([digit for reading in asking for digit in reading.asked])
        ends = np.cumsum([len(reading.asked) for reading in asking])
        for reading, part in zip(asking, np.split(outputs, ends[:-1]), strict=True):
            reading.go_on(part)
    return [reading.answer for reading in readings]
