"""Many items at once: several threads process them, a few items each.

Opening a picture, finding its ink and running the model release Python's lock most of the time, so two threads are 1.4
to 1.7 times as fast as one. More wait for that lock: `recognizer.many.processes` uses more cores.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice, takewhile
from typing import Any, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MAX_BATCH = 16  # items for a thread at once: with more, answers would come in bursts
MAX_THREADS = 2  # on 16 cores, four were slower than two
AHEAD = 2  # batches for each thread that are in progress, or finished and not yet taken


def in_batches(
    function: Callable[[Iterable[Item]], list[Answer]], items: Iterable[Item]
) -> Generator[Answer, None, None]:
    """Yield what `function` returns for each item, in their order; several threads call it, with a few items each.

    What `function` raises is raised here. Once the generator is closed, `function` gets no more items.
    """
    closed = threading.Event()
    threads = min(MAX_THREADS, cores())
    with pool_of(threads) as pool:
        try:
            yield from in_order(
                lambda batch: pool.submit(function, takewhile(lambda _: not closed.is_set(), batch)),
                items,
                AHEAD * threads,
            )
        finally:
            closed.set()


def in_order(
    submit: Callable[[list[Item]], Future[list[Answer]]], items: Iterable[Item], most: int
) -> Generator[Answer, None, None]:
    """Yield the answers to items, which are submitted a few at a time, in their order; `most` batches are in progress.

    The first batches are smaller, so that the first answers come soon.
    """
    in_progress: deque[Future[list[Answer]]] = deque()
    try:
        for batch in _batches(items):
            in_progress.append(submit(batch))
            if len(in_progress) == most:
                yield from in_progress.popleft().result()
        while in_progress:
            yield from in_progress.popleft().result()
    finally:
        for future in in_progress:
            future.cancel()


def in_threads(function: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """Return what `function` returns for each item, in their order; several threads call it. It raises the first error.

    For a few large items, all of whose answers fit in memory.
    """
    with pool_of(min(MAX_THREADS, cores())) as pool:
        return list(pool.map(function, items))


def pool_of(threads: int, name: str = "") -> Executor:
    """Return a pool of threads whose names begin with `name`; one that does its work at once where there are none."""
    no_threads = sys.thread_info.name == "pthread-stubs"  # Python in a browser
    return _AtOnce() if no_threads else ThreadPoolExecutor(threads, name)


class _AtOnce(Executor):
    def submit(self, function: Callable, /, *arguments: Any, **named: Any) -> Future:
        future: Future = Future()
        try:
            future.set_result(function(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """1, 2, 4, 8 and then always 16 items."""
    left, size = iter(items), 1
    while batch := list(islice(left, size)):
        yield batch
        size = min(2 * size, MAX_BATCH)
