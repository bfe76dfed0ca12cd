"""A sample of MNIST, stand-ins for models, and corrections."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from corrections import Correction
from recognizer import Stroke

SAMPLE = Path(__file__).parent / "data" / "mnist_sample.npz"


def sample() -> dict[str, np.ndarray]:
    """300 training and 100 test digits of MNIST, as uint8."""
    with np.load(SAMPLE) as file:
        return dict(file)


def always(digit, confidence=1.0, none=None):
    """A stand-in for a model that gives `digit` this confidence, the others the rest; `none` is an eleventh output."""
    output = np.full(10, (1 - confidence) / 9, np.float32)
    output[digit] = confidence
    if none is not None:
        output = np.append(output * (1 - none), none).astype(np.float32)
    return lambda digits: np.tile(output, (len(digits), 1))


def correction(number=0, **changes):
    """A different correction for each `number`: a 7 that the model took for a 1."""
    rng = np.random.default_rng(number)
    misread_seven = Correction(
        drawing=f"{number:032x}",
        position=0,
        picture=rng.integers(0, 256, (28, 28), np.uint8),
        strokes=(Stroke(np.array([(10.5, 20.0), (90.0, 21.3)]), 16.0), Stroke(np.array([(50.0, 50.0)]), 4.0)),
        box=(10, 20, 110, 220),
        answer=1,
        confidence=0.5,
        label=7,
        model="ab" * 32,
        made_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC) + timedelta(seconds=number),
    )
    return replace(misread_seven, **changes)


def awaited(coroutine):
    """What a coroutine returns, from a thread of its own: a browser's tests leave an event loop in the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
