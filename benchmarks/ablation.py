"""What each ingredient of training brings: trains a small network several times, each time without one of them.

    python -m benchmarks.ablation                        prints a table, in a quarter of an hour on two cores
    python -m benchmarks.ablation --only augmentation    prints one row
    python -m benchmarks.ablation --epochs 12            trains as long as the quick preset does

All figures are of validation data: MNIST digits held out of training, and drawings of another seed by a clumsier hand.
`refused` is the share of negatives (what is not a digit) that are refused where 0.3 % of the drawn digits are.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks.support.command import command_line
from recognizer.prediction import NO_DIGIT
from train.config import QUICK, TrainConfig
from train.data.mnist import Mnist, Split, load_mnist, split_and_prepare
from train.network.calibration import MAX_REFUSED, calibrate, none_margin
from train.network.fit import accuracy, fit
from train.report.metrics import expected_calibration_error
from train.synthetic.drawings import REPORT, VALIDATION, Drawings, held_out_drawings, training_drawings

EPOCHS = 2
Score = Callable[[np.ndarray], np.ndarray]
BARE = {"drawn_digits": 0, "variants": 0, "negatives": 0}
ABLATIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "drawn digits": {"drawn_digits": 0},
    "variants": {"variants": 0},
    "negatives": {"negatives": 0},
    "all drawings": BARE,
    "augmentation": {"augment": False},
    "all drawings and augmentation": {**BARE, "augment": False},
    "the weights' average": {"ema": 0.0},
}
# How to tell a digit from something else by the logits of a network without an output for "none of these".
SCORES: dict[str, Score] = {
    "softmax": lambda z: -(z.max(1) - np.log(np.exp(z).sum(1))),
    "largest logit": lambda z: -z.max(1),
    "energy": lambda z: -np.log(np.exp(z).sum(1)),  # Liu, Wang, Owens & Li 2020
}


def main() -> None:
    parser = command_line(__doc__, data=True, record=False)
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"of each training ({EPOCHS})")
    parser.add_argument("--only", choices=list(ABLATIONS), help="what to leave out (each in turn)")
    options = parser.parse_args()
    base = replace(QUICK, epochs=options.epochs)
    mnist = split_and_prepare(load_mnist(options.data), base.validation_size, base.seed)
    pool = training_drawings(base, mnist.train)
    validation, report = (held_out_drawings(base, mnist.validation, purpose) for purpose in (VALIDATION, REPORT))
    print("| left out | MNIST | drawn | variants | ece | ece, calibrated | refused |\n|---|---|---|---|---|---|---|")
    for name in [options.only] if options.only else ABLATIONS:
        cells = measure(replace(base, **ABLATIONS[name]), mnist, pool, validation, report)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def measure(config: TrainConfig, mnist: Mnist, pool: Drawings, validation: Drawings, report: Drawings) -> list[str]:
    """Train with `config` and return the cells of its row."""
    with tempfile.TemporaryDirectory() as folder:
        model, _ = fit(config, mnist.train, lambda: pool, {"validation": mnist.validation}, Path(folder) / "state.npz")
    shares = [accuracy(model, split) for split in (mnist.validation, report.digits, report.variants)]
    refused = _refused(_logits(model, report.only_digits()), _logits(model, report.negatives))
    before = _ece(model, report.only_digits())
    calibrate(model, validation.only_digits(), validation.negatives if config.negatives else None)
    after = _ece(model, report.only_digits())
    return [*(f"{100 * share:.2f} %" for share in shares), f"{before:.4f}", f"{after:.4f}", refused]


def _ece(model: keras.Model, digits: Split) -> float:
    outputs = model.predict(digits.digits[..., None], batch_size=512, verbose=0)[:, :NO_DIGIT]
    probabilities = outputs / outputs.sum(1, keepdims=True)
    return expected_calibration_error(probabilities.max(1), probabilities.argmax(1) == digits.labels)


def _refused(of_digits: np.ndarray, of_negatives: np.ndarray) -> str:
    """The share of negatives refused, by the eleventh logit or, without one, by each of `SCORES`."""

    def at_operating_point(score: Score) -> str:
        return f"{100 * (score(of_negatives) > np.quantile(score(of_digits), 1 - MAX_REFUSED)).mean():.1f} %"

    if of_digits.shape[1] > NO_DIGIT:
        return at_operating_point(none_margin)
    return ", ".join(f"{at_operating_point(score)} ({name})" for name, score in SCORES.items())


def _logits(model: keras.Model, split: Split) -> np.ndarray:
    """What goes into the softmax: float64 (n, classes)."""
    features = keras.Model(model.input, model.layers[-1].input).predict(split.digits[..., None], 512, verbose=0)
    kernel, bias = model.layers[-1].get_weights()
    return features.astype(np.float64) @ kernel + bias


if __name__ == "__main__":
    main()
