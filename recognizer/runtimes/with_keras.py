"""A Keras model, .keras or .h5, run by TensorFlow."""

from pathlib import Path
from typing import Any

import numpy as np

from recognizer.errors import ModelError
from recognizer.runtimes.keras_check import check_file
from recognizer.runtimes.open_model import OpenModel, Probabilities


def open_model(path: Path) -> OpenModel:
    """Open a Keras file, after checking what it holds."""
    try:
        import h5py  # noqa: F401 - imported here so that a missing package is not taken for a damaged file
        import keras  # noqa: F401
        import tensorflow  # noqa: F401
    except ImportError as error:
        raise ModelError(
            f"{path.name} needs TensorFlow, which is not installed: pip install tensorflow h5py. Without it, use an "
            ".onnx model: set DIGITS_MODEL to its path."
        ) from error
    check_file(path)
    network = _open(path)
    input_shape, output_shape = (tuple(getattr(network, name, None) or ()) for name in ("input_shape", "output_shape"))
    return OpenModel(_compile(network), input_shape, output_shape, network)


def _open(path: Path) -> Any:
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its readers raise
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"{path.name}: Keras cannot open this file ({first_line}). Restore it, or train a new one with "
            "`python -m train`."
        ) from error


def _compile(network: Any) -> Probabilities:
    """Wrap a Keras model for fast calls.

    `model.predict` builds a data pipeline on each call; a traced function with one fixed signature does not, and
    answers a single picture dozens of times faster (benchmarks/speed.py).
    """
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.float32)])
    def call(digits: Any) -> Any:
        return network(digits[..., None], training=False)

    def probabilities(digits: np.ndarray) -> np.ndarray:
        return call(tf.constant(digits, tf.float32)).numpy().astype(np.float32, copy=False)

    return probabilities
