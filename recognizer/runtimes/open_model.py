"""What every runtime makes of a model file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Probabilities = Callable[[np.ndarray], np.ndarray]  # float32 (n, 28, 28) in 0-1 -> float32 (n, 10) or (n, 11)


@dataclass(frozen=True, eq=False)
class OpenModel:
    """An opened model file.

    probabilities: safe to call from many threads at once.
    input_shape, output_shape: as the file gives them, None for the number of pictures.
    network: the `keras.Model` to look inside; None where the file holds none.
    """

    probabilities: Probabilities
    input_shape: tuple[int | None, ...]
    output_shape: tuple[int | None, ...]
    network: Any = None
