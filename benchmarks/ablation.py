"""What each ingredient of training brings: a small network is trained with one of them left out at a time.

    python -m benchmarks.ablation                        all of them, a quarter of an hour on two cores, as a table
    python -m benchmarks.ablation --only "MNIST alone"   one of them
    python -m benchmarks.ablation --epochs 12            as long as the quick preset trains

Everything is measured on validation data: MNIST digits held out of training, and drawings of another seed by a
clumsier hand. `refused` is the share of what is no digit that is refused where 0.3 % of the drawn digits are.
"""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from recognizer.prediction import NO_DIGIT
from train.config import QUICK
from train.data.mnist import Mnist, Split, load_mnist, split_and_prepare
from train.network.calibration import MAX_REFUSED, calibrate, none_margin
from train.network.fit import accuracy, fit
from train.report.metrics import expected_calibration_error
from train.synthetic.drawings import REPORT, VALIDATION, Drawings, other_drawings, training_drawings

EPOCHS = 2
BARE = {"drawn_digits": 0, "variants": 0, "negatives": 0}
VARIANTS = {
    "everything": {},
    "no drawn digits": {"drawn_digits": 0},
    "no restyled digits": {"variants": 0},
    "no non-digits": {"negatives": 0},
    "MNIST alone": BARE,
    "no augmentation": {"augment": False},
    "MNIST alone, no augmentation": {**BARE, "augment": False},
    "no weight ema": {"ema": 0.0},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="MNIST as an .npz file (or the environment variable MNIST_NPZ)")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"of each training ({EPOCHS})")
    parser.add_argument("--only", choices=list(VARIANTS), help="one variant")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    base = replace(QUICK, epochs=options.epochs)
    mnist = split_and_prepare(load_mnist(options.data), base.validation_size, base.seed)
    pools = training_drawings(base, mnist.train)
    checks, report = (other_drawings(base, mnist.validation, purpose) for purpose in (VALIDATION, REPORT))
    print("| left out | MNIST | drawn | variants | ece | ece, calibrated | refused |\n|---|---|---|---|---|---|---|")
    for name in [options.only] if options.only else VARIANTS:
        config = replace(base, **VARIANTS[name])
        print(f"| {name} | {_row(config, mnist, pools, checks, report)} |", flush=True)


def _row(config, mnist: Mnist, pools: Drawings, checks: Drawings, report: Drawings) -> str:
    with tempfile.TemporaryDirectory() as folder:
        model, _ = fit(config, mnist.train, lambda: pools, {"validation": mnist.validation}, Path(folder) / "state.npz")
    shares = [accuracy(model, split) for split in (mnist.validation, report.digits, report.variants)]
    refused = _refused(model, report.only_digits(), report.negatives)
    before = _ece(model, report.only_digits())
    calibrate(model, checks.only_digits(), checks.negatives if config.negatives else None)
    after = _ece(model, report.only_digits())
    cells = [f"{100 * share:.2f} %" for share in shares] + [f"{before:.4f}", f"{after:.4f}", refused]
    return " | ".join(cells)


def _ece(model, digits: Split) -> float:
    outputs = model.predict(digits.digits[..., None], batch_size=512, verbose=0)[:, :NO_DIGIT]
    probabilities = outputs / outputs.sum(1, keepdims=True)
    return expected_calibration_error(probabilities.max(1), probabilities.argmax(1) == digits.labels)


def _refused(model, digits: Split, negatives: Split) -> str:
    """The share of non-digits refused, by the eleventh output, or by what a network without one offers."""
    z_digits, z_others = _logits(model, digits), _logits(model, negatives)
    if z_digits.shape[1] > NO_DIGIT:
        return _at_operating_point(none_margin(z_digits), none_margin(z_others))
    scores = {
        "softmax": lambda z: -(z.max(1) - np.log(np.exp(z).sum(1))),
        "largest logit": lambda z: -z.max(1),
        "energy": lambda z: -np.log(np.exp(z).sum(1)),  # Liu, Wang, Owens & Li 2020
    }
    return ", ".join(f"{_at_operating_point(s(z_digits), s(z_others))} ({name})" for name, s in scores.items())


def _at_operating_point(of_digits: np.ndarray, of_others: np.ndarray) -> str:
    return f"{100 * (of_others > np.quantile(of_digits, 1 - MAX_REFUSED)).mean():.1f} %"


def _logits(model, split: Split) -> np.ndarray:
    """What goes into the softmax: float64 (n, classes)."""
    import keras

    features = keras.Model(model.input, model.layers[-1].input).predict(split.digits[..., None], 512, verbose=0)
    kernel, bias = model.layers[-1].get_weights()
    return features.astype(np.float64) @ kernel + bias


if __name__ == "__main__":
    main()
