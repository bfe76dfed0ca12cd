"""How long a prediction takes, part by part, beside Keras' `model.predict` in the same run.

    python -m benchmarks.speed [--record]

Times are in ms, of one 300x300 RGBA canvas at a time; throughput is of 10,000 such canvases in one call. The
page's thread settings apply (one thread each), as they do behind `streamlit run`.
"""

import os

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import argparse
import itertools
import time
from collections.abc import Callable

import numpy as np

from benchmarks.support.drawing import STROKES, drawn
from benchmarks.support.record import record
from recognizer import Recognizer
from recognizer.images.opening import read_picture
from recognizer.preprocess import prepare
from recognizer.runtimes.loader import DEFAULT_MODEL, load_model

CALLS = 300
MANY = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the figures to models/digits.json")
    options = parser.parse_args()
    import keras

    recognizer, probabilities = Recognizer.load(DEFAULT_MODEL), load_model(DEFAULT_MODEL)
    model = keras.models.load_model(DEFAULT_MODEL, compile=False)
    opaque = np.full((300, 300, 1), 255, np.uint8)
    canvases = [np.concatenate([drawn(digit), opaque], axis=2) for digit in STROKES]
    prepared = [prepare(canvas)[None] for canvas in canvases]

    rows = {
        "predict": times(recognizer.predict, canvases),
        "  read_picture": times(read_picture, canvases),
        "  prepare": times(prepare, canvases),
        "  the model": times(probabilities, prepared),
        "model.predict alone": times(lambda digit: model.predict(digit[..., None], verbose=0), prepared),
    }
    print(f"{'ms':<22}{'p50':>8}{'p95':>8}")
    for name, ms in rows.items():
        print(f"{name:<22}{np.percentile(ms, 50):8.2f}{np.percentile(ms, 95):8.2f}")
    ratio = np.median(rows["model.predict alone"]) / np.median(rows["predict"])
    print(f"predict is {ratio:.1f} times faster than model.predict alone")

    many = list(itertools.islice(itertools.cycle(canvases), MANY))
    started = time.perf_counter()
    recognizer.predict_many(many)
    throughput = MANY / (time.perf_counter() - started)
    print(f"predict_many reads {throughput:.0f} pictures a second ({MANY:,} canvases)")
    if options.record:
        figures = {
            "predict_p50_ms": round(float(np.percentile(rows["predict"], 50)), 2),
            "predict_p95_ms": round(float(np.percentile(rows["predict"], 95)), 2),
            "times_faster_than_model_predict": round(float(ratio), 1),
            "predict_many_per_second": round(throughput),
        }
        record("python -m benchmarks.speed", figures)


def times(function: Callable, arguments: list) -> np.ndarray:
    """Call `function` on the arguments in turn -> float (CALLS,), ms each, after a few calls to warm up."""
    taken = []
    for argument in itertools.islice(itertools.cycle(arguments), CALLS + len(arguments)):
        started = time.perf_counter()
        function(argument)
        taken.append(1000 * (time.perf_counter() - started))
    return np.array(taken[len(arguments) :])


if __name__ == "__main__":
    main()
