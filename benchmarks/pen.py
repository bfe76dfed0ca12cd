"""How well real pen digits are read and letters refused, with 95 % intervals.

    python -m benchmarks.pen PEN_BENCH.py                             prints what that benchmark measures
    python -m benchmarks.pen PEN_BENCH.py --record --evaluation 18    also writes it to the model's card

PEN_BENCH.py draws pen strokes of UNIPEN train_r01_v07 (doi 10.5281/zenodo.1195803) on canvases. Neither it nor its data
belong to this project. They measure a finished model and choose nothing. Digits and canvases are those of the
benchmark's own defaults, so the accuracies are the same. "tutorial" is what the network of the usual tutorials reads of
the same drawings.
"""

from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace

import numpy as np

from benchmarks.support.command import command_line, open_tool, report
from recognizer import Recognizer
from recognizer.prediction import NO_DIGIT
from recognizer.preprocess import find_ink
from recognizer.runtimes.tutorial import TutorialNetwork
from train.report.metrics import (
    Results,
    equal_mass_calibration_error,
    expected_calibration_error,
    log_loss,
    reliability,
    share_with_interval,
)

DIGITS = 2000
NUMBERS = 500
SEED = 0  # of the choice of digits and letters, of their place on the canvas, and of the bootstrap
RESAMPLES = 1000  # of the bootstrap (Efron 1979) behind the intervals of figures that are not shares


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("tool", metavar="PEN_BENCH.py", help="the benchmark, which knows where its data are")
    parser.add_argument("--evaluation", type=int, metavar="N", help="how many times, with this one, the data were read")
    options = parser.parse_args()
    if options.record and not options.evaluation:
        parser.error("--record needs --evaluation: models/README.md lists the earlier ones")
    figures = measure(Recognizer.load(), open_tool(parser, options.tool))
    report({**figures, "evaluation": options.evaluation, "seed": SEED}, options, "pen")


def measure(recognizer: Recognizer, tool: SimpleNamespace) -> dict:
    """Every figure of the benchmark with its interval, and how often the model is right in each bin of confidence."""
    rng = np.random.default_rng(SEED)
    samples, writers = tool.load("pen_digits.npz")
    chosen = rng.permutation(len(samples))[:DIGITS]
    labels = np.array([int(samples[i][0]) for i in chosen])
    strokes = [samples[i][1] for i in chosen]
    slashed = np.array([writers[i].startswith("uqb/") for i in chosen])

    figures: dict = {}
    both = []
    tutorial = TutorialNetwork()
    for name, draw in (("centred", tool.centred), ("anywhere", partial(tool.anywhere, rng=rng))):
        canvases = [draw(each) for each in strokes]
        results = _read(recognizer, labels, canvases)
        both.append(results)
        figures[name] = _share(results.right)
        figures[f"{name} uqb"] = _share(results.right[slashed])
        figures[f"{name} tutorial"] = _share(_answers(tutorial, canvases) == labels)
    some = DIGITS // 3
    right_by_width = []
    for width in tool.WIDTHS:
        results = _read(recognizer, labels[:some], (tool.centred(each, width) for each in strokes[:some]))
        right_by_width.append(results.right)
        figures[f"width {width}"] = _share(results.right)
    by_width = np.stack(right_by_width)
    figures["spread"] = _bootstrapped(lambda rows: np.ptp(by_width[:, rows].mean(1)), some)
    figures["numbers"] = _share(_numbers_read(recognizer, tool, samples, writers, rng))

    # Each (2, DIGITS): the bootstrap draws a digit with both its pictures, which are much alike.
    confidences = np.stack([each.confidences for each in both])
    right = np.stack([each.right for each in both])
    likelihoods = np.stack([_likelihoods(each) for each in both])

    def of_rows(error: Callable[[np.ndarray, np.ndarray], float]) -> Callable[[np.ndarray], float]:
        return lambda rows: error(confidences[:, rows].ravel(), right[:, rows].ravel())

    figures["ece"] = _bootstrapped(of_rows(expected_calibration_error), DIGITS)
    figures["ece equal mass"] = _bootstrapped(of_rows(equal_mass_calibration_error), DIGITS)
    figures["log loss"] = _bootstrapped(lambda rows: log_loss(likelihoods[:, rows]), DIGITS)
    figures["digits refused"] = _share(np.concatenate([each.refused for each in both]))
    letters, _ = tool.load("pen_letters.npz")
    order = np.random.default_rng(SEED).permutation(len(letters))[:DIGITS]
    unread = np.full(len(order), NO_DIGIT)
    figures["letters refused"] = _share(_read(recognizer, unread, (tool.centred(letters[i][1]) for i in order)).refused)
    figures["reliability"] = reliability(confidences.ravel(), right.ravel())
    return figures


def _read(recognizer: Recognizer, labels: np.ndarray, canvases: Iterable[np.ndarray]) -> Results:
    return Results(labels, recognizer.predict_many(list(canvases)))


def _answers(network: TutorialNetwork, canvases: Iterable[np.ndarray]) -> np.ndarray:
    """The digits that the tutorials' network reads, int (n,), each canvas shrunk as their pages do."""
    inks = (np.rint(255 * find_ink(canvas)).astype(np.uint8) for canvas in canvases)
    return np.array([network.predict(ink)[0].argmax() for ink in inks])


def _likelihoods(results: Results) -> np.ndarray:
    """The probabilities of the true digits, float (n,)."""
    return np.array([p.probabilities[label] for p, label in zip(results.predictions, results.labels, strict=True)])


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
