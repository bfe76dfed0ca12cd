"""An opened model file, the same for every runtime."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Probabilities = Callable[[np.ndarray], np.ndarray]  # float32 (n, 28, 28) in 0-1 -> float32 (n, 10) or (n, 11)


@dataclass(frozen=True, eq=False)
class OpenModel:
    """An opened model file; called with prepared digits, it returns their probabilities.

    probabilities: safe to call from many threads at once.
    input_shape, output_shape: as the file declares them, None for the number of pictures.
    network: the `keras.Model`, to look inside; None where the file is not a Keras model.
    path, sha256: of the file as it was opened; `recognizer.runtimes.loader` sets them.
    """

    probabilities: Probabilities
    input_shape: tuple[int | None, ...]
    output_shape: tuple[int | None, ...]
    network: Any = None
    path: Path = Path()
    sha256: str = ""

    def __call__(self, digits: np.ndarray) -> np.ndarray:
        """Return `probabilities` of digits: float32 (n, 28, 28), 0-1, n > 0 -> float32 (n, 10) or (n, 11)."""
        return self.probabilities(digits)
