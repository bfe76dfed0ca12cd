"""How far the confidence of a trained model can be relied on, on the drawings that its card reports.

    python -m benchmarks.calibration                                  those of the shipped model
    python -m benchmarks.calibration --record                         writes all figures on drawings to its card anew
    python -m benchmarks.calibration --model models/quick.keras       of another model that `python -m train` made

The drawings (`REPORT` in train/synthetic/drawings.py) had no part in training, choosing or calibrating. They are made again from
the seed in the card, which takes a minute.
"""

import argparse
import json
from pathlib import Path

from recognizer import Recognizer
from recognizer.runtimes.loader import DEFAULT_MODEL
from train.config import TrainConfig
from train.data.mnist import load_mnist, split_and_prepare
from train.report.metrics import figures_on_drawings, read_drawings, share_with_interval
from train.report.model_card import note_in_card
from train.synthetic.drawings import REPORT, other_drawings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="MNIST as an .npz file (or the environment variable MNIST_NPZ)")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="with its card (models/digits.keras)")
    parser.add_argument("--record", action="store_true", help="write the figures to the card")
    options = parser.parse_args()
    card = options.model.with_suffix(".json")
    config = TrainConfig(**json.loads(card.read_text(encoding="utf-8"))["config"])
    validation = split_and_prepare(load_mnist(options.data), config.validation_size, config.seed).validation
    drawings, recognizer = other_drawings(config, validation, REPORT), Recognizer.load(options.model)
    parts = (drawings.digits, drawings.variants, drawings.negatives)
    figures = figures_on_drawings(*(read_drawings(recognizer, part) for part in parts))
    for name in ("ece", "ece_equal_mass", "log_loss"):
        print(f"{name:<16}{figures[name]:.4f}")
    print_reliability(figures["reliability"])
    if options.record:
        note_in_card(card, "drawings", figures)


def print_reliability(rows: list[dict[str, float]]) -> None:
    """A line for each bin of confidence, as `train.report.metrics.reliability` gives them."""
    print("  says     is right     (95 % interval)      of")
    for row in rows:
        count = row["count"]
        low, high = (100 * bound for bound in share_with_interval(round(row["accuracy"] * count), count)["interval_95"])
        print(
            f"{100 * row['confidence']:6.1f} %   {100 * row['accuracy']:6.1f} %   ({low:.1f} to {high:.1f})   {count:,}"
        )


if __name__ == "__main__":
    main()
