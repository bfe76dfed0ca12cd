"""A model file -> a function from prepared digits to probabilities.

A model file is data from outside: it is bounded, its layers are checked against a list of known ones before Keras
builds any of them, and it must turn a blank (28, 28, 1) picture into ten probabilities before anything else uses it.
"""

import json
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from recognizer.errors import ModelError

DEFAULT_MODEL = Path(__file__).resolve().parent.parent / "models" / "digits.keras"
MAX_MODEL_BYTES = 256 * 2**20  # ours is 3 MiB; nothing that reads 28x28 pictures needs more
MAX_CONFIG_BYTES = 4 * 2**20
INPUT_SHAPE = (None, 28, 28, 1)
OUTPUT_SHAPE = (None, 10)
SUFFIXES = (".keras", ".h5")

# Layers that only compute: no Lambda, no custom class, nothing that could run code from the file.
KNOWN_LAYERS = frozenset(
    """
    Functional Sequential InputLayer Rescaling Normalization Conv2D DepthwiseConv2D SeparableConv2D Dense EinsumDense
    BatchNormalization LayerNormalization GroupNormalization Activation ReLU LeakyReLU PReLU ELU Softmax
    MaxPooling2D AveragePooling2D GlobalAveragePooling2D GlobalMaxPooling2D ZeroPadding2D Cropping2D UpSampling2D
    Dropout SpatialDropout2D GaussianNoise GaussianDropout AlphaDropout Flatten Reshape Permute
    Add Average Maximum Multiply Concatenate Subtract
    """.split()  # noqa: SIM905 - a table reads better than thirty-seven quoted lines
)
# Where Keras keeps what such layers are configured with; None in files from before Keras 3.
KNOWN_MODULES = frozenset(
    {
        None,
        "keras",
        "keras.layers",
        "keras.initializers",
        "keras.regularizers",
        "keras.constraints",
        "keras.models",
        "keras.src.models.functional",
        "keras.src.models.sequential",
    }
)
CODE = frozenset(["Lambda", "__lambda__", "function"])  # what Keras calls code that comes with a file

Probabilities = Callable[[np.ndarray], np.ndarray]  # float32 (n, 28, 28) in 0-1 -> float32 (n, 10)

_cache: dict[tuple, Probabilities] = {}
_cache_lock = threading.Lock()


def load_model(path: str | os.PathLike = DEFAULT_MODEL) -> Probabilities:
    """Return the model in `path` (.keras or .h5) as a function: float32 (n, 28, 28), 0-1 -> float32 (n, 10).

    The same unchanged file is loaded once for the whole process, however many threads ask for it.
    Raises `ModelError` for a file that is missing, damaged, too large, holds code, or is no digit model.
    """
    path = Path(path)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"There is no model at {path}. Train one with `python -m train`, or give the path of another."
        ) from error
    key = (path.resolve(), status.st_mtime_ns, status.st_size)
    with _cache_lock:
        if key not in _cache:
            _cache[key] = _load(path, status.st_size)
        return _cache[key]


def _load(path: Path, size: int) -> Probabilities:
    if path.suffix not in SUFFIXES:
        raise ModelError(f"{path.name}: a model file ends in {' or '.join(SUFFIXES)}.")
    if size > MAX_MODEL_BYTES:
        raise ModelError(f"{path.name}: over {MAX_MODEL_BYTES // 2**20} MiB, far too large for a digit model.")
    _check_config(path)
    return _compile(_open(path), path)


def _check_config(path: Path) -> None:
    """Refuse a file whose configuration names any object that could run code: its own, or somebody else's."""
    try:
        config = _read_keras_config(path) if path.suffix == ".keras" else _read_h5_config(path)
        objects = _named_objects(config)
    except ModelError:
        raise
    except Exception as error:  # zip, HDF5 and JSON readers each fail in their own ways on damaged files
        raise ModelError(
            f"{path.name}: the file is damaged or not a Keras model ({error}). Restore it, or train a new one with "
            "`python -m train`."
        ) from error
    for node, is_layer in objects:
        name, module, registered_name = (node.get(key) for key in ("class_name", "module", "registered_name"))
        known = name in KNOWN_LAYERS if is_layer else name not in CODE
        if not known or module not in KNOWN_MODULES or registered_name not in (None, name):
            raise ModelError(
                f"{path.name}: {registered_name or name} is not one this program opens, "
                "because such objects can run code from the file. Use a model made of standard Keras layers."
            )


def _read_keras_config(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_MODEL_BYTES:
            raise ModelError(f"{path.name}: unpacks to over {MAX_MODEL_BYTES // 2**20} MiB.")
        if archive.getinfo("config.json").file_size > MAX_CONFIG_BYTES:
            raise ModelError(f"{path.name}: its configuration is far too large.")
        return json.loads(archive.read("config.json"))


def _read_h5_config(path: Path) -> dict:
    import h5py

    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
    if config is None:
        raise ValueError("it holds no model, perhaps weights alone")
    return json.loads(config)


def _named_objects(config: object) -> list[tuple[dict, bool]]:
    """Everything in a Keras configuration that has a class name, however deep, and whether it is a layer."""
    objects = []

    def walk(node: object, is_layer: bool) -> None:
        if isinstance(node, dict):
            if "class_name" in node:
                objects.append((node, is_layer))
            for key, value in node.items():
                if key != "compile_config":  # the optimiser and the loss, which _open leaves out
                    walk(value, key in ("layers", "layer"))
        elif isinstance(node, list):
            for value in node:
                walk(value, is_layer)

    walk(config, True)
    if not objects:
        raise ValueError("it names no layers")
    return objects


def _open(path: Path):
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its readers raise
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"{path.name}: Keras cannot open this file ({first_line}). Restore it, or train a new one with "
            "`python -m train`."
        ) from error


def _compile(model, path: Path) -> Probabilities:
    """Wrap a Keras model for fast calls, after a trial run on a blank picture.

    `model.predict` builds a data pipeline on each call; a traced function with one fixed signature does not, and
    answers a single picture dozens of times sooner (benchmarks/speed.py).
    """
    import tensorflow as tf

    shapes = (tuple(getattr(model, "input_shape", None) or ()), tuple(getattr(model, "output_shape", None) or ()))
    if shapes != (INPUT_SHAPE, OUTPUT_SHAPE):
        raise ModelError(
            f"{path.name}: takes {shapes[0]} and gives {shapes[1]}; a digit model takes (28, 28, 1) and gives 10 "
            "probabilities."
        )

    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.float32)])
    def call(digits):
        return model(digits[..., None], training=False)

    def probabilities(digits: np.ndarray) -> np.ndarray:
        return call(tf.constant(digits, tf.float32)).numpy()

    trial = probabilities(np.zeros((1, 28, 28), np.float32))
    if not (np.isfinite(trial).all() and trial.min() >= 0 and abs(trial.sum() - 1) < 1e-3):
        raise ModelError(f"{path.name}: its ten outputs are not probabilities; the last layer must be a softmax.")
    return probabilities
