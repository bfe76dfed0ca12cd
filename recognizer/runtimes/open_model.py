"""An opened model file, the same for every runtime."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

MAX_BATCH = 64  # digits in one call; 1,024 would keep 400 MB more for good, and be no faster
Probabilities = Callable[[np.ndarray], np.ndarray]  # float32 (n, 28, 28) in 0-1 -> float32 (n, 10) or (n, 11)


@dataclass(frozen=True, eq=False)
class OpenModel:
    """An opened model file; called with prepared digits, it returns their probabilities.

    run: from float32 (n, 28, 28), 0-1, n > 0, to the probabilities, float32 (n, 10) or (n, 11), and the features, which
        are what the last layer is given, float32 (n, d); d is 0 where the file does not give them. Safe to call from
        many threads at once.
    input_shape, output_shape: as the file declares them, None for the number of pictures.
    network: the `keras.Model`, to look inside; None where the file is not a Keras model.
    path, sha256: of the file as it was opened; `recognizer.runtimes.loader` sets them.
    """

    run: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    input_shape: tuple[int | None, ...] = ()
    output_shape: tuple[int | None, ...] = ()
    network: Any = None
    path: Path = Path()
    sha256: str = ""

    @classmethod
    def of(cls, probabilities: Probabilities) -> Self:
        """Wrap a function that only gives probabilities, without a file."""
        return cls(lambda digits: (probabilities(digits), no_features(digits)))

    def run_all(self, digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what `run` does for any number of digits, above 0, 64 to a call."""
        batches = [self.run(digits[i : i + MAX_BATCH]) for i in range(0, len(digits), MAX_BATCH)]
        probabilities, features = map(np.concatenate, zip(*batches, strict=True))
        return probabilities, features

    def __call__(self, digits: np.ndarray) -> np.ndarray:
        """Return the probabilities of digits: float32 (n, 28, 28), 0-1, n > 0 -> float32 (n, 10) or (n, 11)."""
        return self.run(digits)[0]


def no_features(digits: np.ndarray) -> np.ndarray:
    """Return what a model that gives no features gives in their place: float32 (n, 0)."""
    return np.zeros((len(digits), 0), np.float32)
