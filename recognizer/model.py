"""A model file -> a function from prepared digits to probabilities.

A model file is data from outside: it is bounded, its layers are checked against a list of known ones before Keras
builds any of them, and it must turn a blank (28, 28, 1) picture into ten probabilities, or eleven, before anything else
uses it.
"""

import hashlib
import io
import json
import os
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.errors import ModelError

DEFAULT_MODEL = Path(__file__).resolve().parent.parent / "models" / "digits.keras"
MAX_MODEL_BYTES = 256 * 2**20  # ours is 2 MiB; nothing that reads 28x28 pictures needs more
MAX_CONFIG_BYTES = 4 * 2**20
INPUT_SHAPE = (None, 28, 28, 1)
OUTPUT_SHAPES = ((None, 10), (None, 11))  # ten digits; or, as the eleventh, none of these
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
# What such layers are configured with.
KNOWN_OTHERS = frozenset(
    """
    Zeros Ones Constant Identity Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling
    GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform
    L1 L2 L1L2 MaxNorm MinMaxNorm NonNeg UnitNorm DTypePolicy __keras_tensor__ __tuple__
    """.split()  # noqa: SIM905 - as above
)
# Where Keras keeps them; None in files from before Keras 3.
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
MAX_NUMBER = 10_000  # units, filters, padding and the like; the largest of them bound the memory a layer takes
UNBOUNDED = frozenset(["seed", "shared_object_id"])  # numbers that measure nothing

Probabilities = Callable[[np.ndarray], np.ndarray]  # float32 (n, 28, 28) in 0-1 -> float32 (n, 10) or (n, 11)

_cache: dict[tuple, tuple[Any, Probabilities]] = {}  # the Keras model and the function made of it
_cache_lock = threading.Lock()


def load_model(path: str | os.PathLike = DEFAULT_MODEL) -> Probabilities:
    """Return the model in `path` (.keras or .h5) as a function: float32 (n, 28, 28), 0-1 -> float32 (n, 10 or 11).

    The same unchanged file is loaded once for the whole process, however many threads ask for it.
    Raises `ModelError` for a file that is missing, damaged, too large, holds code, or is no digit model.
    """
    return _loaded(path)[1]


def load_network(path: str | os.PathLike = DEFAULT_MODEL) -> Any:
    """Return the same model as the `keras.Model` that it is, to look inside; errors as for `load_model`."""
    return _loaded(path)[0]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal, as the card has it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _loaded(path: str | os.PathLike) -> tuple[Any, Probabilities]:
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


def _load(path: Path, size: int) -> tuple[Any, Probabilities]:
    if path.suffix not in SUFFIXES:
        raise ModelError(f"{path.name}: a model file ends in {' or '.join(SUFFIXES)}.")
    if size > MAX_MODEL_BYTES:
        raise ModelError(f"{path.name}: over {MAX_MODEL_BYTES // 2**20} MiB, far too large for a digit model.")
    _check_file(path)
    network = _open(path)
    return network, _compile(network, path)


def _check_file(path: Path) -> None:
    """Refuse a file that holds anything but known layers of a bearable size, before Keras builds any of them."""
    try:
        config = _read_keras(path) if path.suffix == ".keras" else _read_h5(path)
        unknown = _first_unknown(config)
    except ModelError:
        raise
    except Exception as error:  # zip, HDF5 and JSON readers each fail in their own ways on damaged files
        raise ModelError(
            f"{path.name}: the file is damaged or not a Keras model ({error}). Restore it, or train a new one with "
            "`python -m train`."
        ) from error
    if unknown is not None:
        raise ModelError(
            f"{path.name}: {unknown} is not one of the standard Keras layers that this program opens; others can run "
            "code from the file."
        )


def _read_keras(path: Path) -> dict:
    """The configuration in a .keras file, a zip of config.json and model.weights.h5."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_MODEL_BYTES:
            raise ModelError(f"{path.name}: unpacks to over {MAX_MODEL_BYTES // 2**20} MiB.")
        if "model.weights.h5" in archive.namelist():
            _check_arrays(io.BytesIO(archive.read("model.weights.h5")))
        return _parse(archive.read("config.json"))


def _read_h5(path: Path) -> dict:
    """The configuration in an .h5 file, an attribute beside the weights."""
    import h5py

    with h5py.File(path, "r") as file:
        config = file.attrs.get("model_config")
    if config is None:
        raise ValueError("it holds no model, perhaps weights alone")
    _check_arrays(path)
    return _parse(config)


def _check_arrays(file: Path | io.BytesIO) -> None:
    """Refuse HDF5 weights that unpack to more than any digit model has."""
    import h5py

    sizes = []
    with h5py.File(file, "r") as weights:
        weights.visititems(lambda _, item: sizes.append(item.nbytes) if isinstance(item, h5py.Dataset) else None)
    if sum(sizes) > MAX_MODEL_BYTES:
        raise ValueError("its weights are far too large")


def _parse(config: str | bytes) -> dict:
    if len(config) > MAX_CONFIG_BYTES:
        raise ValueError("its configuration is far too large")
    return json.loads(config)


def _first_unknown(config: dict) -> str | None:
    """The first thing in a Keras configuration, however deep, that is not known; None where all is."""
    if "class_name" not in config:
        raise ValueError("it names no layers")
    # The optimiser and the loss of the whole model: _open leaves them out, so they are not looked at.
    todo = [({key: value for key, value in config.items() if key != "compile_config"}, True, "")]
    while todo:
        node, is_layer, name = todo.pop()
        if isinstance(node, dict):
            if "class_name" in node and not _is_known(node, is_layer):
                return str(node.get("registered_name") or node["class_name"])
            todo += [(value, key in ("layers", "layer"), key) for key, value in node.items()]
        elif isinstance(node, list):
            todo += [(value, is_layer, name) for value in node]
        elif isinstance(node, (int, float)) and abs(node) > MAX_NUMBER and name not in UNBOUNDED:
            return f"{name} = {node}"
    return None


def _is_known(node: dict, is_layer: bool) -> bool:
    name, module, registered_name = (node.get(key) for key in ("class_name", "module", "registered_name"))
    if not all(isinstance(value, str | None) for value in (name, module, registered_name)):
        return False
    known = name in (KNOWN_LAYERS if is_layer else KNOWN_OTHERS)
    return known and module in KNOWN_MODULES and registered_name in (None, name)


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
    if shapes[0] != INPUT_SHAPE or shapes[1] not in OUTPUT_SHAPES:
        raise ModelError(
            f"{path.name}: takes {shapes[0]} and gives {shapes[1]}; a digit model takes (28, 28, 1) and gives 10 "
            "probabilities, or 11 with one for what is no digit."
        )

    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28), tf.float32)])
    def call(digits):
        return model(digits[..., None], training=False)

    def probabilities(digits: np.ndarray) -> np.ndarray:
        return call(tf.constant(digits, tf.float32)).numpy().astype(np.float32, copy=False)

    try:
        trial = probabilities(np.zeros((1, 28, 28), np.float32))
    except Exception as error:  # TensorFlow has errors of its own for what it cannot compute on this machine
        raise ModelError(f"{path.name}: this model cannot be run here ({error}).") from error
    if not (np.isfinite(trial).all() and trial.min() >= 0 and abs(trial.sum() - 1) < 1e-3):
        raise ModelError(f"{path.name}: its outputs are not probabilities; the last layer must be a softmax.")
    return probabilities
