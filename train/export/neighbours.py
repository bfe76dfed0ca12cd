"""Write the index of training digits in which the Why tab looks for those most similar to a drawing.

The index holds a random sample of the training digits. A sample chosen to cover them evenly (farthest point first) was
tried, and is no nearer to new digits. `recognizer/neighbours.py` describes the file.
"""

from pathlib import Path

import numpy as np

from recognizer.neighbours import index_path
from recognizer.prediction import MIN_PROBABILITY, with_no_digit
from recognizer.runtimes.loader import load_model
from train.config import TrainConfig
from train.data.mnist import Split, joined
from train.files import written_whole
from train.synthetic.drawings import Drawings

MNIST_DIGITS, DRAWN_DIGITS = 7_000, 2_500  # this many stay well under 4 MB
COMPONENTS = 32  # of 192; they keep 98 % of the variance, and the neighbours' labels agree as often as with all


def write_index(model: Path, train: Split, drawings: Drawings, config: TrainConfig) -> None:
    """Write the index of training digits beside the model file `model`."""
    rng = np.random.default_rng(config.seed)
    mnist, drawn = (
        split[rng.choice(len(split), min(count, len(split)), replace=False)]
        for split, count in ((train, MNIST_DIGITS), (drawings.digits, DRAWN_DIGITS))
    )
    digits = joined([mnist, drawn])
    probabilities, features = load_model(model).run_all(digits.digits)
    mean = features.mean(0)
    components = np.linalg.svd(features - mean, full_matrices=False)[2][:COMPONENTS]
    with written_whole(index_path(model)) as path:
        np.savez_compressed(
            path,
            mean=mean.astype(np.float32),
            components=components.astype(np.float32),
            log_probabilities=np.log(np.maximum(with_no_digit(probabilities), MIN_PROBABILITY)).astype(np.float16),
            features=((features - mean) @ components.T).astype(np.float16),
            pictures=np.uint8(np.rint(255 * digits.digits)),
            labels=digits.labels.astype(np.uint8),
            drawn=np.arange(len(digits)) >= len(mnist),
        )
