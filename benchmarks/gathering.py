"""Would it pay to gather the readings of many visitors into one model call?

    python -m benchmarks.gathering [--visitors 20] [--model models/digits.keras] [--record]

Takes the time for the strokes of `--visitors` people that arrive at the same moment, with the page's settings (one
thread each): their model calls from threads of their own, one after the other, and as one call; and beside it all that
the recogniser does for them, the model calls included. What gathering could save is the second less the third, of
which each visitor waits for the whole: gathered, everyone's answer comes when the last one's does.
"""

import os

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.support.drawing import drawn, placed
from benchmarks.support.process import keep_to_cores
from benchmarks.support.record import record
from recognizer import Recognizer, Stroke
from recognizer.preprocess import prepare
from recognizer.runtimes.loader import DEFAULT_MODEL, load_model

CORES = 2
ROUNDS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20, help="whose strokes arrive at the same moment (20)")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="the model file (models/digits.keras)")
    parser.add_argument("--record", action="store_true", help="write the figures to models/digits.json")
    options = parser.parse_args()
    keep_to_cores(CORES)
    count = options.visitors
    probabilities, recognizer = load_model(options.model), Recognizer.load(options.model)
    digits = [(number % 10, {"angle": float(angle)}) for number, angle in enumerate(np.linspace(-8, 8, count))]
    pictures = [drawn(digit, **where) for digit, where in digits]
    strokes = [[Stroke(np.array(each, float), 16.0) for each in placed(digit, **where)] for digit, where in digits]
    prepared = np.stack([prepare(picture) for picture in pictures])
    single = [prepared[number : number + 1] for number in range(count)]

    with ThreadPoolExecutor(count) as threads:
        rows = {
            f"{count} model calls at once": lambda: list(threads.map(probabilities, single)),
            f"{count} model calls, one by one": lambda: list(map(probabilities, single)),
            f"one model call of {count}": lambda: probabilities(prepared),
            f"{count} whole readings, one by one": lambda: list(map(recognizer.read, pictures, strokes)),
        }
        taken = medians(list(rows.values()))
    for name, ms in zip(rows, taken, strict=True):
        print(f"{name:<32}{ms:8.1f} ms, {ms / count:6.2f} ms a visitor")
    if options.record:
        names = "at_once_ms", "one_by_one_ms", "gathered_ms", "whole_readings_ms"
        figures = dict(zip(names, (round(ms, 1) for ms in taken), strict=True))
        record("python -m benchmarks.gathering", {"visitors": count, "model": options.model.name, **figures})


def medians(functions: list[Callable[[], object]]) -> list[float]:
    """Call the functions in turn, `ROUNDS` times -> the median of each, in ms; the first round warms up."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS + 1):
        for function, times in zip(functions, taken, strict=True):
            started = time.perf_counter()
            function()
            times.append(1000 * (time.perf_counter() - started))
    return [float(np.median(times[1:])) for times in taken]


if __name__ == "__main__":
    main()
