"""A model file -> a function from prepared digits to probabilities.

A model file is data from outside: its size is bounded, the runtime for its ending opens it, and it must turn a blank
(28, 28, 1) picture into ten or eleven probabilities before anything else uses it.
"""

import hashlib
import os
import threading
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from recognizer.errors import ModelError
from recognizer.runtimes.open_model import OpenModel


def models_beside(package: Path) -> Path:
    """Return the folder of the shipped models: inside an installed package, beside it in a checkout."""
    inside = package / "models"
    return inside if inside.is_dir() else package.parent / "models"


DEFAULT_MODEL = models_beside(Path(__file__).resolve().parents[1]) / "digits.keras"
MODEL_VARIABLE = "DIGITS_MODEL"  # of the environment: the path of another model to use by default
KERAS = ("h5py", "keras", "tensorflow")  # what .keras and .h5 files need
MAX_MODEL_BYTES = 256 * 2**20  # the shipped model has 1.3 MiB; nothing that reads 28x28 pictures needs more
INPUT_SHAPE = (28, 28, 1)
MAX_FEATURES = 10_000  # the shipped model has 192
OUTPUTS = (10, 11)  # ten digits, and perhaps none of these
RUNTIMES = {  # by the file's ending: the module, what runs the model, and how to install that
    ".keras": ("with_keras", "TensorFlow", "pip install tensorflow h5py"),
    ".h5": ("with_keras", "TensorFlow", "pip install tensorflow h5py"),
    ".onnx": ("with_onnx", "ONNX Runtime", "pip install onnxruntime"),
    ".tflite": ("with_litert", "LiteRT", "pip install ai-edge-litert"),
}

_cache: WeakValueDictionary[tuple, OpenModel] = WeakValueDictionary()  # a model is freed when nothing uses it
_cache_lock = threading.Lock()


def default_model() -> Path:
    """Return the model to use where none is named: the one in DIGITS_MODEL, or else the shipped one.

    That is digits.keras if Keras and TensorFlow are installed, and digits.onnx if not. Nothing is imported.
    """
    if named := os.environ.get(MODEL_VARIABLE):
        return Path(named)
    return DEFAULT_MODEL if all(map(find_spec, KERAS)) else DEFAULT_MODEL.with_suffix(".onnx")


def load_model(path: str | os.PathLike) -> OpenModel:
    """Return the model in `path`, to be called with float32 (n, 28, 28), 0-1, n > 0, for float32 (n, 10 or 11).

    TensorFlow runs .keras and .h5 files, ONNX Runtime .onnx, LiteRT .tflite; only the runtime that is needed is
    imported. While a file is in use and unchanged it is loaded only once, however many threads ask for it.
    Raises `ModelError` for a file that is missing, damaged, too large, holds code, or is not a digit model.
    """
    path = Path(path)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"There is no model at {path}. Train one with `python -m train`, export one with `python -m train.export`, "
            "or give the path of another."
        ) from error
    key = (path.resolve(), status.st_mtime_ns, status.st_size)
    with _cache_lock:
        model = _cache.get(key)
        if model is None:
            _cache[key] = model = _load(path, status.st_size)
        return model


def load_network(path: str | os.PathLike) -> Any:
    """Return the `keras.Model` in a file, to look inside, or None for .onnx and .tflite; errors as for `load_model`."""
    return load_model(path).network


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, as in the model's card."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _load(path: Path, size: int) -> OpenModel:
    if path.suffix not in RUNTIMES:
        *others, last = RUNTIMES
        raise ModelError(f"{path.name}: a model file ends in {', '.join(others)} or {last}.")
    if size > MAX_MODEL_BYTES:
        raise ModelError(f"{path.name}: over {MAX_MODEL_BYTES // 2**20} MiB, far too large for a digit model.")
    module, runtime, command = RUNTIMES[path.suffix]
    before = sha256_of(path)
    try:
        opened = import_module(f"recognizer.runtimes.{module}").open_model(path)
    except ModelError:
        raise
    except ImportError as error:
        raise ModelError(
            f"{path.name} needs {runtime}, which is not installed: {command}. Or set {MODEL_VARIABLE} to a model of "
            "another kind."
        ) from error
    except Exception as error:  # the readers of zip, HDF5, JSON and the runtimes each fail in their own ways
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ModelError(
            f"{path.name} cannot be opened: it is damaged or not a model for {runtime} ({reason}). Restore it, or "
            "write it again with `python -m train` or `python -m train.export`."
        ) from error
    _check(opened, path.name)
    if sha256_of(path) != before:
        raise ModelError(f"{path.name}: the file was replaced while it was being opened. Try again.")
    return replace(opened, path=path, sha256=before)


def _check(opened: OpenModel, name: str) -> None:
    """Refuse a model that does not take digits or give probabilities, after a trial run on blank pictures."""
    if opened.input_shape[1:] != INPUT_SHAPE or len(opened.output_shape) != 2 or opened.output_shape[1] not in OUTPUTS:
        raise ModelError(
            f"{name}: takes {opened.input_shape} and gives {opened.output_shape}; a digit model takes (28, 28, 1) and "
            "gives 10 probabilities, or 11 with one for none of the digits."
        )
    try:
        trial, features = opened.run(np.zeros((2, 28, 28), np.float32))
    except Exception as error:  # every runtime has its own errors for what it cannot compute on this machine
        raise ModelError(f"{name}: this model cannot be run here ({error}).") from error
    if trial.shape != (2, opened.output_shape[1]):
        raise ModelError(f"{name}: takes only one picture at a time; a digit model takes any number.")
    if features.ndim != 2 or features.shape[1] > MAX_FEATURES or not np.isfinite(features).all():
        raise ModelError(
            f"{name}: its second output has to be the input of its last layer, up to {MAX_FEATURES:,} numbers each. "
            "Write the file again with `python -m train.export`."
        )
    if not (np.isfinite(trial).all() and trial.min() >= 0 and np.abs(trial.sum(1) - 1).max() < 1e-3):
        raise ModelError(f"{name}: its outputs are not probabilities; the last layer must be a softmax.")
