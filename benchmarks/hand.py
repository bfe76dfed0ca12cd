"""What a hand that remembers what its owner has put right gains its owner, and what it costs others.

    python -m benchmarks.hand [--hands 70] [--record]
    python -m benchmarks.hand HAND_BENCH.py    also measures 15 students, whom that benchmark knows
    python -m benchmarks.hand --choose         compares ways to decide, on other hands than those reported

The digits of each writer are read one by one in their order, and each one misread is put right once. Kinds of writers:

- mnist: the 297 people who wrote MNIST's test digits, some 34 each. The model knows such hands, so there is next to
  nothing to learn: these figures show whether a hand does harm.
- usual, strange: made-up hands (train/synthetic/writer.py) of 200 digits. The usual ones have habits as those in
  training, the strange ones others.
- students: the fifteen with even numbers of the UCI collection "Pen-Based Recognition of Handwritten Digits" (Alpaydin
  & Alimoglu 1998), 250 digits each, drawn on canvases. HAND_BENCH.py and its data are not part of this project;
  models/README.md says how often they were read, and what that influenced.

Figures, of the last four fifths of each writer's digits, when the hands have learned something:

- without, with: the share of digits read right without a hand and with the writer's own.
- worst_without_percent, worst_with_percent: the same for the worst tenth of the writers, each time the worst ones.
- ece: the expected calibration error of the answers with the hand, bins of equal width.

Figures of all digits:

- taps: how many digits a writer puts right.
- alien_points, alien_most_points: what one writer's hand costs the next writer, on average and at most.
- ordinary_points, ordinary_most_points: what it costs MNIST's test digits.

adds_ms is how much longer a prediction takes with a hand of 200 drawings, without the model: p50.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from benchmarks.speed import times
from benchmarks.support.command import command_line, mnist_arrays, open_tool, report
from benchmarks.support.figures import text
from benchmarks.support.handwriting import made_up_hand
from recognizer import Hand, Recognizer
from recognizer.prediction import Outputs, to_predictions
from recognizer.preprocess import prepare
from recognizer.runtimes.open_model import OpenModel
from train.data.mnist import Split, joined
from train.report.metrics import Results, expected_calibration_error, share_with_interval
from train.synthetic.drawings import OTHER_HABITS
from train.synthetic.writer import Habits

HABITS = {"usual": Habits(thinnest=4, thickest=20), "strange": OTHER_HABITS}
DIGITS = 200  # of each made-up hand
CHOOSING, REPORTED = 1, 2  # seeds
OTHERS = {  # values of the constants that decide
    "recognizer.similarity.PICTURES_SHARE": (0.0, 1 / 2, 1.0),
    "recognizer.hand.ALIKE": (0.6, 0.8),
    "recognizer.hand.MAX_COST": (0.0, 2e-3),
    "recognizer.hand.MARGIN": (4.0, 12.0),
}


@dataclass(frozen=True, eq=False)
class Writer:
    """The digits of one writer in their order, and what `model` gives for them, as in `OpenModel`."""

    model: OpenModel
    split: Split
    probabilities: np.ndarray
    features: np.ndarray

    def read(self, hand: Hand, rows: slice = slice(None)) -> Results:
        """What the model and a hand make of the digits at `rows`."""
        digits, features = self.split.digits[rows], self.features[rows]
        probabilities, taught = hand.decide(self.model, self.probabilities[rows], features, digits)
        return Results(self.split.labels[rows], to_predictions(list(digits), Outputs(probabilities, features, taught)))

    def cost(self, hand: Hand) -> float:
        """How many points fewer of the digits are read right with a hand."""
        return 100 * float(self.read(Hand()).right.mean() - self.read(hand).right.mean())


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--hands", type=int, default=70, help="made-up hands of each kind (70)")
    parser.add_argument("tool", nargs="?", metavar="HAND_BENCH.py", help="a benchmark that knows where its data are")
    parser.add_argument("--choose", action="store_true", help="compare ways to decide, and record nothing")
    options = parser.parse_args()
    model = Recognizer.load().model
    if options.choose:
        choose({kind: made_up(model, kind, options.hands, CHOOSING) for kind in HABITS})
        return
    tool = open_tool(parser, options.tool) if options.tool else None
    writers = {"mnist": of_mnist(model)}
    writers |= {kind: made_up(model, kind, options.hands, REPORTED) for kind in HABITS}
    if tool:
        writers["students"] = [seen(model, split) for split in students(tool)]
    ordinary = together(writers["mnist"])
    figures: dict = {kind: measure(each, None if kind == "mnist" else ordinary) for kind, each in writers.items()}
    report({"hands": options.hands, **figures, "adds_ms": added_ms(writers["strange"][0])}, options, "hand")


def of_mnist(model: OpenModel) -> list[Writer]:
    """The writers of MNIST's test digits."""
    arrays = mnist_arrays()
    digits = Split(np.stack([prepare(picture) for picture in arrays["x_test"]]), arrays["y_test"])
    writers = arrays["test_writers"]
    return [seen(model, digits[writers == writer]) for writer in np.unique(writers)]


def made_up(model: OpenModel, kind: str, hands: int, seed: int) -> list[Writer]:
    """Writers who do not exist."""
    position = list(HABITS).index(kind)
    rngs = (np.random.default_rng([seed, position, number]) for number in range(hands))
    return [seen(model, made_up_hand(rng, HABITS[kind], DIGITS)) for rng in rngs]


def students(tool: SimpleNamespace, odd: bool = False) -> list[Split]:
    """The digits of each student with an even number, who only measure, or with an odd one."""
    samples, names = tool.load("pen_students.npz")
    digits: dict[int, list[tuple[np.ndarray, int]]] = {}
    for (label, strokes), name in zip(samples, names, strict=True):
        number = int(name.partition("/")[2])
        if number % 2 == odd:
            digits.setdefault(number, []).append((prepare(tool.centred(strokes)), int(label)))
    pairs = (zip(*digits[number], strict=True) for number in sorted(digits))
    return [Split(np.stack(pictures), np.array(labels, np.uint8)) for pictures, labels in pairs]


def together(writers: Sequence[Writer]) -> Writer:
    """All digits of several writers, as if one had written them."""
    return Writer(
        writers[0].model,
        joined([writer.split for writer in writers]),
        np.concatenate([writer.probabilities for writer in writers]),
        np.concatenate([writer.features for writer in writers]),
    )


def seen(model: OpenModel, split: Split) -> Writer:
    """Show a writer's digits to the model, once for all hands that will be tried."""
    return Writer(model, split, *model.run_all(split.digits))


def learned(writer: Writer) -> tuple[Results, Hand]:
    """Read a writer's digits one by one, and put each one right that is misread -> the answers, and the hand."""
    hand, predictions = Hand(), []
    for row, label in enumerate(writer.split.labels.tolist()):
        (prediction,) = writer.read(hand, slice(row, row + 1)).predictions
        predictions.append(prediction)
        if prediction.digit != label:  # whether it was refused or not
            hand.learn(prediction, label)
    return Results(writer.split.labels, predictions), hand


def measure(writers: Sequence[Writer], ordinary: Writer | None = None) -> dict:
    """The figures that the docstring of this file explains, of one kind of writers; `ordinary`: MNIST's test digits."""
    without = [writer.read(Hand()) for writer in writers]
    results, hands = zip(*map(learned, writers), strict=True)
    later = [slice(len(writer.split) // 5, None) for writer in writers]
    before = [each.right[rows] for each, rows in zip(without, later, strict=True)]
    after = [each.right[rows] for each, rows in zip(results, later, strict=True)]
    confidences = [each.confidences[rows] for each, rows in zip(results, later, strict=True)]
    # hands[-1] is that of the last writer, whose next one is the first
    figures = _costs("alien", [writer.cost(hands[number - 1]) for number, writer in enumerate(writers)])
    if ordinary is not None:
        figures |= _costs("ordinary", [ordinary.cost(hand) for hand in hands])
    return {
        "without": _share(before),
        "with": _share(after),
        "worst_without_percent": _worst_percent(before),
        "worst_with_percent": _worst_percent(after),
        "taps": round(float(np.mean([(~each.right).sum() for each in results])), 2),
        "ece": round(expected_calibration_error(np.concatenate(confidences), np.concatenate(after)), 4),
        **figures,
    }


def choose(kinds: dict[str, list[Writer]]) -> None:
    """Print the figures for each kind of writers, as hands decide now and with another value of one constant."""
    print_rows("as now", kinds)
    for name, values in OTHERS.items():
        for value in values:
            with patch(name, value):
                print_rows(f"{name.rpartition('.')[2]} {value:g}", kinds)


def print_rows(name: str, kinds: dict[str, list[Writer]]) -> None:
    for kind, writers in kinds.items():
        print(f"{f'{name}, {kind}':<32}{text(measure(writers))}", flush=True)


def added_ms(writer: Writer) -> float:
    """How long a hand that has learned all of a writer's digits takes to decide about one of them: the median."""
    hand = Hand()
    for prediction, label in zip(writer.read(hand).predictions, writer.split.labels.tolist(), strict=True):
        hand.learn(prediction, label)
    arrays = writer.probabilities, writer.features, writer.split.digits
    rows = [[array[row : row + 1] for array in arrays] for row in range(len(writer.split))]
    return round(float(np.median(times(lambda row: hand.decide(writer.model, *row), rows))), 2)


def _share(right: Sequence[np.ndarray]) -> dict:
    """Of all writers' digits together; `right` is bool (n,) for each writer."""
    return share_with_interval(int(np.concatenate(right).sum()), sum(map(len, right)))


def _costs(name: str, points: list[float]) -> dict:
    return {f"{name}_points": round(float(np.mean(points)), 3), f"{name}_most_points": round(max(points), 2)}


def _worst_percent(right: Sequence[np.ndarray]) -> float:
    """The mean share of the tenth of the writers who are read worst."""
    shares = sorted(float(each.mean()) for each in right)
    return round(100 * float(np.mean(shares[: max(1, len(shares) // 10)])), 1)


if __name__ == "__main__":
    main()
