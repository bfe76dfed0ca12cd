"""How well real pen digits are read, and letters refused, with 95 % intervals.

    python -m benchmarks.pen PEN_BENCH.py                        prints what that benchmark measures
    python -m benchmarks.pen PEN_BENCH.py --record --looks 5     keeps it in the model's card, too

PEN_BENCH.py draws the pen strokes of UNIPEN train_r01_v07 (doi 10.5281/zenodo.1195803) on canvases. It and its data
are no part of this project. They measure a finished model and choose nothing. Digits and canvases are those of the
benchmark's own defaults, so its accuracies are these.
"""

import argparse
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks.calibration import print_reliability
from benchmarks.support.record import record
from recognizer import Prediction, Recognizer
from recognizer.runtimes.loader import DEFAULT_MODEL
from train.report.metrics import (
    equal_mass_calibration_error,
    expected_calibration_error,
    log_loss,
    reliability,
    share_with_interval,
)

DIGITS = 2000
NUMBERS = 500
SEED = 0  # of which digits and letters, where on the canvas, and the bootstrap
BATCH = 250
RESAMPLES = 1000  # of the bootstrap (Efron 1979) behind the intervals of what is no share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", metavar="PEN_BENCH.py", type=Path, help="the benchmark, beside the folder of its data")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="a .keras or .h5 file (models/digits.keras)")
    parser.add_argument("--record", action="store_true", help="keep the figures in the model's card")
    parser.add_argument("--looks", type=int, help="how often these data have been looked at, this time included")
    options = parser.parse_args()
    if options.record and not options.looks:
        parser.error("--record needs --looks: models/README.md lists them")
    try:
        figures, rows = measure(Recognizer.load(options.model), _imported(options.tool))
    except FileNotFoundError as error:
        parser.error(f"there is no {error.filename}: the benchmark and its data are no part of this project")
    for name, figure in figures.items():
        print(f"{name:<16}{_line(figure)}")
    print_reliability(rows)
    if options.record:
        more = {"reliability": rows, "looks": options.looks, "seed": SEED}
        record("python -m benchmarks.pen", {**figures, **more}, options.model)


def measure(reader: Recognizer, tool: ModuleType) -> tuple[dict[str, dict], list[dict]]:
    """Every figure of the benchmark, each with its interval, and how often each confidence is right."""
    rng = np.random.default_rng(SEED)
    samples, writers = tool.load("pen_digits.npz")
    chosen = rng.permutation(len(samples))[:DIGITS]
    truth = np.array([int(samples[i][0]) for i in chosen])
    strokes = [samples[i][1] for i in chosen]
    slashed = np.array([writers[i].startswith("uqb/") for i in chosen])

    figures, seen = {}, []
    for name, draw in (("centred", tool.centred), ("anywhere", lambda s: tool.anywhere(s, rng))):
        seen.append(_judged(_read(reader, map(draw, strokes)), truth))
        figures[name] = _share(seen[-1]["right"])
        figures[f"{name} uqb"] = _share(seen[-1]["right"][slashed])
    some = DIGITS // 3
    widths = {w: _read(reader, (tool.centred(s, w) for s in strokes[:some])) for w in tool.WIDTHS}
    widths = {width: _judged(predictions, truth[:some]) for width, predictions in widths.items()}
    for width, result in widths.items():
        figures[f"width {width}"] = _share(result["right"])
    right_by_width = np.stack([result["right"] for result in widths.values()])
    figures["spread"] = _bootstrapped(lambda rows: np.ptp(right_by_width[:, rows].mean(1)), some)
    figures["numbers"] = _share(_numbers_read(reader, tool, samples, writers, rng))
    confidence, right, refused, likelihood = (np.concatenate([part[key] for part in seen]) for key in seen[0])
    for name, figure in {
        "ece": lambda rows: expected_calibration_error(confidence[rows], right[rows]),
        "ece equal mass": lambda rows: equal_mass_calibration_error(confidence[rows], right[rows]),
        "log loss": lambda rows: log_loss(likelihood[rows]),
    }.items():  # each digit is drawn again with both its readings, which are much the same
        figures[name] = _bootstrapped(lambda rows, of=figure: of(np.concatenate([rows, rows + DIGITS])), DIGITS)
    figures["digits refused"] = _share(refused)
    letters, _ = tool.load("pen_letters.npz")
    order = np.random.default_rng(SEED).permutation(len(letters))[:DIGITS]
    answers = _read(reader, (tool.centred(letters[i][1]) for i in order))
    figures["letters refused"] = _share(np.array([not answer.is_digit for answer in answers]))
    return figures, reliability(confidence, right)


def _numbers_read(reader: Recognizer, tool: ModuleType, samples, writers, rng: np.random.Generator) -> np.ndarray:
    """Which numbers of 2 to 6 digits, by writers of one group each, are read without an error: bool (n,)."""
    by_group: dict[str, list] = {}
    for sample, writer in zip(samples, writers, strict=True):
        by_group.setdefault(writer.split("/")[0], []).append(sample)
    right: list[bool] = []
    while len(right) < NUMBERS:
        pool = by_group[rng.choice(sorted(by_group))]
        chosen = [pool[i] for i in rng.integers(0, len(pool), rng.integers(2, 7))]
        picture = tool.number([strokes for _, strokes in chosen], rng)
        if picture is not None:  # it may be too long for the canvas
            right.append(reader.read(picture).text == "".join(label for label, _ in chosen))
    return np.array(right)


def _read(reader: Recognizer, canvases) -> list[Prediction]:
    canvases, predictions = list(canvases), []
    for i in range(0, len(canvases), BATCH):
        predictions += reader.predict_many(canvases[i : i + BATCH])
    return predictions


def _judged(predictions: list[Prediction], truth: np.ndarray) -> dict[str, np.ndarray]:
    """What is said of each prediction, given its true digit; `likelihood` is the probability of that one."""
    return {
        "confidence": np.array([p.confidence for p in predictions]),
        "right": np.array([p.digit for p in predictions]) == truth,
        "refused": np.array([not p.is_digit for p in predictions]),
        "likelihood": np.array([p.probabilities[digit] for p, digit in zip(predictions, truth, strict=True)]),
    }


def _share(yes: np.ndarray) -> dict:
    return share_with_interval(int(yes.sum()), len(yes))


def _bootstrapped(figure, count: int) -> dict:
    """A figure of `count` rows, and where 95 % of it lies when the rows are drawn again with replacement."""
    rng = np.random.default_rng(SEED)
    again = [figure(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.quantile(again, [0.025, 0.975])
    return {
        "value": round(float(figure(np.arange(count))), 5),
        "interval_95": [round(float(low), 5), round(float(high), 5)],
    }


def _line(figure: dict) -> str:
    low, high = figure["interval_95"]
    if "share" in figure:
        return f"{100 * figure['share']:7.2f} %   ({100 * low:.2f} to {100 * high:.2f})"
    return f"{figure['value']:9.4f}   ({low:.4f} to {high:.4f})"


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
