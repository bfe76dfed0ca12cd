"""A Keras model, .keras or .h5, run by TensorFlow."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from recognizer.runtimes.graph import with_features
from recognizer.runtimes.keras_check import check_file
from recognizer.runtimes.open_model import OpenModel, no_features


def open_model(path: Path) -> OpenModel:
    """Open a Keras file, after checking what it holds."""
    check_file(path)
    network = keras.saving.load_model(path, compile=False, safe_mode=True)
    input_shape, output_shape = (tuple(getattr(network, name, None) or ()) for name in ("input_shape", "output_shape"))
    computed = with_features(network)

    # `network.predict` builds a data pipeline on each call; a traced function with one fixed signature does not, and
    # answers a single picture dozens of times faster (benchmarks/speed.py).
    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.float32)])
    def call(digits: Any) -> Any:
        return computed(digits[..., None], training=False)

    def run(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        outputs = call(tf.constant(digits, tf.float32))
        arrays = [each.numpy().astype(np.float32, copy=False) for each in tf.nest.flatten(outputs)]
        return arrays[0], arrays[1] if len(arrays) > 1 else no_features(digits)

    return OpenModel(run, input_shape, output_shape, network)
