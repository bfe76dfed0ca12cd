"""How well real pen digits are read, and letters refused, with 95 % intervals.

    python -m benchmarks.pen ../shared/tools/pen_bench.py             prints what that benchmark measures
    python -m benchmarks.pen ../shared/tools/pen_bench.py --record --looks 5
                                                                      keeps it in the card of the shipped model, too

The benchmark and its data (pen strokes from UNIPEN train_r01_v07, doi 10.5281/zenodo.1195803) are no part of this
project. They measure a finished model and choose nothing. Digits and canvases are those of the benchmark's own
defaults, so its accuracies are these.
"""

import argparse
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks.record import record
from recognizer import Recognizer
from recognizer.model import DEFAULT_MODEL
from train.evaluate import expected_calibration_error, share_with_interval

DIGITS = 2000
NUMBERS = 500
SEED = 0  # of which digits and letters, where on the canvas, and the bootstrap
BATCH = 250
RESAMPLES = 1000  # of the bootstrap (Efron 1979) behind the intervals of spread and ece


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", type=Path, help="the benchmark's file, pen_bench.py, beside the folder with its data")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="a .keras or .h5 file (models/digits.keras)")
    parser.add_argument("--record", action="store_true", help="keep the figures in models/digits.json")
    parser.add_argument("--looks", type=int, help="how often these data have been looked at, this time included")
    options = parser.parse_args()
    if options.record and not options.looks:
        parser.error("--record needs --looks: models/README.md lists them")
    figures = measure(Recognizer.load(options.model), _imported(options.tool))
    for name, row in figures.items():
        print(f"{name:<16}{_line(row)}")
    if options.record:
        record("python -m benchmarks.pen", {**figures, "looks": options.looks, "seed": SEED})


def measure(reader: Recognizer, tool: ModuleType) -> dict[str, dict]:
    """Every figure of the benchmark, each with its interval."""
    rng = np.random.default_rng(SEED)
    samples, writers = tool.load("pen_digits.npz")
    chosen = rng.permutation(len(samples))[:DIGITS]
    truth = np.array([int(samples[i][0]) for i in chosen])
    strokes = [samples[i][1] for i in chosen]
    slashed = np.array([writers[i].startswith("uqb/") for i in chosen])

    figures, seen = {}, []
    for name, draw in (("centred", tool.centred), ("anywhere", lambda s: tool.anywhere(s, rng))):
        seen.append(_read(reader, map(draw, strokes), truth))
        figures[name] = _share(seen[-1]["right"])
        figures[f"{name} uqb"] = _share(seen[-1]["right"][slashed])
    some = DIGITS // 3
    widths = {w: _read(reader, (tool.centred(s, w) for s in strokes[:some]), truth[:some]) for w in tool.WIDTHS}
    for width, result in widths.items():
        figures[f"width {width}"] = _share(result["right"])
    right_by_width = np.stack([result["right"] for result in widths.values()])
    figures["spread"] = _bootstrapped(lambda rows: np.ptp(right_by_width[:, rows].mean(1)), some)
    figures["numbers"] = _share(_numbers_read(reader, tool, samples, writers, rng))
    confidence, right, refused = (
        np.concatenate([part[key] for part in seen]) for key in ("confidence", "right", "refused")
    )
    figures["ece"] = _bootstrapped(lambda rows: expected_calibration_error(confidence[rows], right[rows]), len(right))
    figures["digits refused"] = _share(refused)
    letters, _ = tool.load("pen_letters.npz")
    order = np.random.default_rng(SEED).permutation(len(letters))[:DIGITS]
    figures["letters refused"] = _share(_read(reader, (tool.centred(letters[i][1]) for i in order))["refused"])
    return figures


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


def _read(reader: Recognizer, canvases, truth: np.ndarray | None = None) -> dict[str, np.ndarray]:
    canvases, predictions = list(canvases), []
    for i in range(0, len(canvases), BATCH):
        predictions += reader.predict_many(canvases[i : i + BATCH])
    return {
        "right": np.array([p.digit for p in predictions]) == truth,
        "confidence": np.array([p.confidence for p in predictions]),
        "refused": np.array([not p.is_digit for p in predictions]),
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


def _line(row: dict) -> str:
    value, (low, high) = row.get("share", row.get("value")), row["interval_95"]
    return f"{100 * value:7.2f} %   ({100 * low:.2f} to {100 * high:.2f})"


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
