"""Write the index of training digits in which the Why tab looks for those most similar to a drawing.

    python -m train.export.neighbours                   write models/digits_neighbours.npz, for models/digits.keras
    python -m train.export.neighbours --data mnist.npz  use a local copy of MNIST instead of downloading it

The index holds a random sample of the training digits. A sample chosen to cover them evenly (farthest point first) was
tried, and is no nearer to new digits. `recognizer/explain/neighbours.py` describes the file.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from recognizer import RecognizerError
from recognizer.explain.neighbours import index_path
from recognizer.runtimes.graph import last_inputs
from recognizer.runtimes.loader import DEFAULT_MODEL, load_network, sha256_of
from train.config import CONFIGS, TrainConfig
from train.data.mnist import DATA_VARIABLE, Split, load_mnist, split_and_prepare
from train.errors import TrainError
from train.files import disk_errors, written_whole
from train.synthetic.drawings import Drawings, training_drawings

MNIST_DIGITS, DRAWN_DIGITS = 7_000, 2_500  # this many stay well under 4 MB
COMPONENTS = 32  # of 384; they keep 97 % of the variance, and the neighbours' labels agree as often as with all
BATCH = 1_000


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.export.neighbours",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "model", type=Path, nargs="?", default=DEFAULT_MODEL, help="a .keras file (models/digits.keras)"
    )
    parser.add_argument("--data", help=f"MNIST as an .npz file (or the environment variable {DATA_VARIABLE})")
    options = parser.parse_args(arguments)
    config = CONFIGS["digits"]
    try:
        load_network(options.model)
        train = split_and_prepare(load_mnist(options.data), config.validation_size, config.seed).train
        with disk_errors(options.model.parent, "Make room there, and run the command again."):
            write_index(options.model, train, training_drawings(config, train), config)
    except (RecognizerError, TrainError) as error:
        print(f"python -m train.export.neighbours: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {index_path(options.model)}.")
    return 0


def write_index(model: Path, train: Split, drawings: Drawings, config: TrainConfig) -> None:
    """Write the index of training digits beside the model file `model`; `recognizer.explain.neighbours` reads it."""
    rng = np.random.default_rng(config.seed)
    drawn = drawings.only_digits()
    parts = [(train, MNIST_DIGITS), (drawn, DRAWN_DIGITS)]
    rows = [rng.choice(len(split), min(count, len(split)), replace=False) for split, count in parts]
    digits = np.concatenate([split.digits[row] for (split, _), row in zip(parts, rows, strict=True)])
    labels = np.concatenate([split.labels[row] for (split, _), row in zip(parts, rows, strict=True)])
    network = load_network(model)
    features = np.concatenate([last_inputs(network, digits[i : i + BATCH]) for i in range(0, len(digits), BATCH)])
    mean = features.mean(0)
    components = np.linalg.svd(features - mean, full_matrices=False)[2][:COMPONENTS]
    with written_whole(index_path(model)) as path:
        np.savez_compressed(
            path,
            model=sha256_of(model),
            mean=mean.astype(np.float32),
            components=components.astype(np.float32),
            features=((features - mean) @ components.T).astype(np.float16),
            pictures=np.uint8(np.rint(255 * digits)),
            labels=labels.astype(np.uint8),
            drawn=np.arange(len(digits)) >= len(rows[0]),
        )


if __name__ == "__main__":
    sys.exit(main())
