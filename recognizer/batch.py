"""Many items at once: several threads process them, a few items each.

Opening a picture, finding its ink and running the model release Python's lock most of the time, so threads suffice: two
are 1.7 times as fast as one, and share the model.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, takewhile
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MAX_BATCH = 16  # items for a thread at once: with more, answers would come in bursts
MAX_THREADS = 4  # more would wait for Python's lock
AHEAD = 2  # batches for each thread that are in progress, or finished and not yet taken


def in_batches(
    function: Callable[[Iterable[Item]], list[Answer]], items: Iterable[Item], threads: int | None = None
) -> Generator[Answer, None, None]:
    """Yield what `function` returns for each item, in their order; `threads` call it, with a few items each.

    The first batches are smaller, so that the first answers come soon. What `function` raises is raised here. Once the
    generator is closed, `function` gets no more items.
    """
    closed = threading.Event()
    threads = threads or _threads()
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


def in_threads(function: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """Return what `function` returns for each item, in their order; several threads call it. It raises the first error.

    For a few large items, all of whose answers fit in memory.
    """
    with ThreadPoolExecutor(_threads()) as pool:
        return list(pool.map(function, items))


def _threads() -> int:
    """One for each core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MAX_THREADS, cores)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """1, 2, 4, 8 and then always 16 items."""
    left, size = iter(items), 1
    while batch := list(islice(left, size)):
        yield batch
        size = min(2 * size, MAX_BATCH)
