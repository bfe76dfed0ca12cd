"""Read pictures in several processes, each with the model: on all cores, without waiting for Python's lock."""

import io
import os
import signal
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from pathlib import Path

import cv2

from recognizer.errors import ModelError, RecognizerError
from recognizer.hand import Hand
from recognizer.images.opening import Picture
from recognizer.many.batch import AHEAD, in_order
from recognizer.prediction import Reading

Outcomes = list[Reading | RecognizerError]
ONE_THREAD = "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"  # variables that TensorFlow reads as it starts

_read: Callable[[list[Picture]], Outcomes]  # in each of the processes, what `_start` makes of the model


def in_processes(
    model: Path, hand: Hand | None, single: bool, pictures: Iterable[Picture], processes: int
) -> Generator[Reading | RecognizerError, None, None]:
    """Yield what `Recognizer.read_many` does, from several processes that load the model in the file `model`.

    Raises `ModelError` if a process ends before its work does.
    """
    from loky import ProcessPoolExecutor  # 60 ms, which others need not wait for

    held = io.BytesIO()
    if hand is not None:
        hand.save(held)
    start = model, held.getvalue(), single
    # Unlike those of `multiprocessing`, these processes do not import the caller's main module.
    with ProcessPoolExecutor(processes, initializer=_start, initargs=start) as pool:
        try:
            yield from in_order(lambda batch: _submit(pool, batch), pictures, AHEAD * processes)
        except BrokenExecutor as error:
            raise ModelError(
                "A process that reads pictures has ended: perhaps there is too little memory. Use fewer processes."
            ) from error


def one_thread() -> None:
    """Let OpenCV and TensorFlow use one thread: pictures are read side by side, and none of them is worth dividing."""
    cv2.setNumThreads(1)
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")


def _submit(pool: Executor, batch: list[Picture]) -> Future[Outcomes]:
    """Submit a batch, for which a process may start; Ctrl-C is for this one alone."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        return pool.submit(_read_batch, batch)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_read_batch, batch)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _start(model: Path, held: bytes, single: bool) -> None:
    """Load the model in a process that begins; errors are exceptions, so TensorFlow's messages are not needed."""
    global _read
    from recognizer.recognizer import Recognizer

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    one_thread()
    recognizer, hand = Recognizer.load(model), Hand.load(held) if held else None
    _read = partial(recognizer.read_batch, hand=hand, single=single)


def _read_batch(batch: list[Picture]) -> Outcomes:
    return _read(batch)
