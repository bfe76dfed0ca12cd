"""How long one prediction takes, part by part, compared with Keras' `model.predict` in the same run.

    python -m benchmarks.speed [--record]

Times are in ms for one 300x300 RGBA canvas at a time; the throughput is of 10,000 such canvases in one call. As behind
`streamlit run`, TensorFlow may use one thread. "Variations" are what the Why tab shows of how much it takes for another
answer: about 150 pictures of a drawing, made and read.
"""

import os

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import itertools
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import STROKES, drawn, placed
from recognizer import Recognizer, Stroke
from recognizer.explain import Explainer
from recognizer.images.opening import read_picture
from recognizer.preprocess import find_ink, prepare
from recognizer.runtimes.loader import DEFAULT_MODEL, load_model

CALLS = 300
FEW_CALLS = 30  # of what takes a tenth of a second
MANY = 10_000
OPAQUE = np.full((300, 300, 1), 255, np.uint8)
CANVASES = [np.concatenate([drawn(digit), OPAQUE], axis=2) for digit in STROKES]


def main() -> None:
    options = command_line(__doc__).parse_args()
    import keras

    recognizer, probabilities = Recognizer.load(DEFAULT_MODEL), load_model(DEFAULT_MODEL)
    model = keras.models.load_model(DEFAULT_MODEL, compile=False)
    prepared = [prepare(canvas)[None] for canvas in CANVASES]
    inks = [find_ink(canvas) for canvas in CANVASES]
    strokes = [[Stroke(np.array(points), 16.0) for points in placed(digit)] for digit in STROKES]
    explainers = Explainer(recognizer), Explainer.load(DEFAULT_MODEL.with_suffix(".onnx"))
    rows = {
        "predict": times(recognizer.predict, CANVASES),
        "  read_picture": times(read_picture, CANVASES),
        "  prepare": times(prepare, CANVASES),
        "  the model": times(probabilities, prepared),
        "model.predict alone": times(lambda digit: model.predict(digit[..., None], verbose=0), prepared),
        **{
            f"variations{kind}": times(
                lambda i, explainer=explainer: explainer.variations(inks[i], strokes[i]), range(len(inks)), FEW_CALLS
            )
            for kind, explainer in zip(("", ", ONNX"), explainers, strict=True)
        },
    }
    for name, ms in rows.items():
        print(f"{name:<22}p50 {np.percentile(ms, 50):6.2f} ms, p95 {np.percentile(ms, 95):6.2f} ms")
    ms = rows["predict"]
    figures = {
        "predict_p50_ms": round(float(np.percentile(ms, 50)), 2),
        "predict_p95_ms": round(float(np.percentile(ms, 95)), 2),
        "times_faster_than_model_predict": round(float(np.median(rows["model.predict alone"]) / np.median(ms)), 1),
        "variations_p95_ms": round(float(np.percentile(rows["variations"], 95))),
        "variations_onnx_p95_ms": round(float(np.percentile(rows["variations, ONNX"], 95))),
        "predict_many_per_second": round(per_second(recognizer, MANY)),
    }
    report(figures, options, "speed")


def times(function: Callable, arguments: Sequence, calls: int = CALLS) -> np.ndarray:
    """Call `function` on the arguments in turn -> float (calls,), ms each, after a few calls to warm up."""
    ms = []
    for argument in itertools.islice(itertools.cycle(arguments), calls + len(arguments)):
        started = time.perf_counter()
        function(argument)
        ms.append(1000 * (time.perf_counter() - started))
    return np.array(ms[len(arguments) :])


def per_second(recognizer: Recognizer, count: int) -> float:
    """How many of `count` canvases `predict_many` reads in a second, in one call."""
    canvases = list(itertools.islice(itertools.cycle(CANVASES), count))
    started = time.perf_counter()
    recognizer.predict_many(canvases)
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
