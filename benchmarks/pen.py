"""How well real pen digits are read and letters refused, with 95 % intervals.

    python -m benchmarks.pen PEN_BENCH.py                             prints what that benchmark measures
    python -m benchmarks.pen PEN_BENCH.py --record --evaluation 18    also writes it to the model's card

PEN_BENCH.py draws pen strokes of UNIPEN train_r01_v07 (doi 10.5281/zenodo.1195803) on canvases. Neither it nor its data
belong to this project. They measure a finished model and choose nothing. Digits and canvases are those of the
benchmark's own defaults, so the accuracies are the same.
"""

import runpy
from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace

import numpy as np

from benchmarks.support.command import command_line, record
from benchmarks.support.figures import percent, plain, print_reliability
from recognizer import Prediction, Recognizer
from train.report.metrics import (
    equal_mass_calibration_error,
    expected_calibration_error,
    log_loss,
    reliability,
    share_with_interval,
)

DIGITS = 2000
NUMBERS = 500
SEED = 0  # of the choice of digits and letters, of their place on the canvas, and of the bootstrap
BATCH = 250
RESAMPLES = 1000  # of the bootstrap (Efron 1979) behind the intervals of figures that are not shares


def main() -> None:
    parser = command_line(__doc__, model=True)
    parser.add_argument("tool", metavar="PEN_BENCH.py", help="the benchmark, which knows where its data are")
    parser.add_argument("--evaluation", type=int, metavar="N", help="how many times, with this one, the data were read")
    options = parser.parse_args()
    if options.record and not options.evaluation:
        parser.error("--record needs --evaluation: models/README.md lists the earlier ones")
    try:
        tool = SimpleNamespace(**runpy.run_path(options.tool))
        figures, rows = measure(Recognizer.load(options.model), tool)
    except FileNotFoundError as error:
        parser.error(f"there is no {error.filename}: the benchmark and its data are not part of this project")
    for name, figure in figures.items():
        print(f"{name:<16}{percent(figure) if 'share' in figure else plain(figure)}")
    print_reliability(rows)
    if options.record:
        origin = {"reliability": rows, "evaluation": options.evaluation, "seed": SEED}
        record("python -m benchmarks.pen", {**figures, **origin}, options.model)


def measure(recognizer: Recognizer, tool: SimpleNamespace) -> tuple[dict[str, dict], list[dict[str, float]]]:
    """Every figure of the benchmark with its interval, and how often the model is right in each bin of confidence."""
    rng = np.random.default_rng(SEED)
    samples, writers = tool.load("pen_digits.npz")
    chosen = rng.permutation(len(samples))[:DIGITS]
    truth = np.array([int(samples[i][0]) for i in chosen])
    strokes = [samples[i][1] for i in chosen]
    slashed = np.array([writers[i].startswith("uqb/") for i in chosen])

    figures, both = {}, []
    for name, draw in (("centred", tool.centred), ("anywhere", lambda s: tool.anywhere(s, rng))):
        both.append(_judged(_read(recognizer, map(draw, strokes)), truth))
        figures[name] = _share(both[-1]["right"])
        figures[f"{name} uqb"] = _share(both[-1]["right"][slashed])
    some = DIGITS // 3
    by_width = []
    for width in tool.WIDTHS:
        predictions = _read(recognizer, (tool.centred(s, width) for s in strokes[:some]))
        by_width.append(_judged(predictions, truth[:some])["right"])
        figures[f"width {width}"] = _share(by_width[-1])
    right_by_width = np.stack(by_width)
    figures["spread"] = _bootstrapped(lambda rows: np.ptp(right_by_width[:, rows].mean(1)), some)
    figures["numbers"] = _share(_numbers_read(recognizer, tool, samples, writers, rng))
    confidence, right, refused, likelihood = (np.concatenate([part[key] for part in both]) for key in both[0])
    calibration: dict[str, Callable[[np.ndarray], float]] = {
        "ece": lambda rows: expected_calibration_error(confidence[rows], right[rows]),
        "ece equal mass": lambda rows: equal_mass_calibration_error(confidence[rows], right[rows]),
        "log loss": lambda rows: log_loss(likelihood[rows]),
    }
    for name, figure in calibration.items():  # a digit is drawn again with both its pictures, which are much alike
        figures[name] = _bootstrapped(partial(_of_both, figure), DIGITS)
    figures["digits refused"] = _share(refused)
    letters, _ = tool.load("pen_letters.npz")
    order = np.random.default_rng(SEED).permutation(len(letters))[:DIGITS]
    answers = _read(recognizer, (tool.centred(letters[i][1]) for i in order))
    figures["letters refused"] = _share(np.array([not answer.is_digit for answer in answers]))
    return figures, reliability(confidence, right)


def _numbers_read(
    recognizer: Recognizer, tool: SimpleNamespace, samples: list, writers: list[str], rng: np.random.Generator
) -> np.ndarray:
    """Which numbers of 2 to 6 digits, each by writers of one group, are read without an error: bool (n,)."""
    by_group: dict[str, list] = {}
    for sample, writer in zip(samples, writers, strict=True):
        by_group.setdefault(writer.split("/")[0], []).append(sample)
    right: list[bool] = []
    while len(right) < NUMBERS:
        pool = by_group[rng.choice(sorted(by_group))]
        chosen = [pool[i] for i in rng.integers(0, len(pool), rng.integers(2, 7))]
        picture = tool.number([strokes for _, strokes in chosen], rng)
        if picture is not None:  # it may be too long for the canvas
            right.append(recognizer.read(picture).text == "".join(label for label, _ in chosen))
    return np.array(right)


def _read(recognizer: Recognizer, canvases: Iterable[np.ndarray]) -> list[Prediction]:
    pictures, predictions = list(canvases), []
    for i in range(0, len(pictures), BATCH):
        predictions += recognizer.predict_many(pictures[i : i + BATCH])
    return predictions


def _judged(predictions: list[Prediction], truth: np.ndarray) -> dict[str, np.ndarray]:
    """The predictions as arrays (n,), compared with the true digits, whose probabilities are `likelihood`."""
    return {
        "confidence": np.array([p.confidence for p in predictions]),
        "right": np.array([p.digit for p in predictions]) == truth,
        "refused": np.array([not p.is_digit for p in predictions]),
        "likelihood": np.array([p.probabilities[digit] for p, digit in zip(predictions, truth, strict=True)]),
    }


def _of_both(figure: Callable[[np.ndarray], float], rows: np.ndarray) -> float:
    return figure(np.concatenate([rows, rows + DIGITS]))


def _share(yes: np.ndarray) -> dict:
    return share_with_interval(int(yes.sum()), len(yes))


def _bootstrapped(figure: Callable[[np.ndarray], float], count: int) -> dict:
    """A figure of `count` rows, and where 95 % of it lies when the rows are drawn again with replacement."""
    rng = np.random.default_rng(SEED)
    resampled = [figure(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.quantile(resampled, [0.025, 0.975])
    value = float(figure(np.arange(count)))
    return {"value": round(value, 5), "interval_95": [round(float(low), 5), round(float(high), 5)]}


if __name__ == "__main__":
    main()
