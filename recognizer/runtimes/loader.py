"""A model file -> a function from prepared digits to probabilities.

A model file is data from outside: it is bounded, opened by the runtime that its ending asks for, and must turn a blank
(28, 28, 1) picture into ten probabilities, or eleven, before anything else uses it.
"""

import hashlib
import os
import threading
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from recognizer.errors import ModelError
from recognizer.runtimes.open_model import OpenModel

DEFAULT_MODEL = Path(__file__).resolve().parents[2] / "models" / "digits.keras"
MODEL_VARIABLE = "DIGITS_MODEL"  # of the environment: the path of another model to use by default
MAX_MODEL_BYTES = 256 * 2**20  # ours has 4 MiB; nothing that reads 28x28 pictures needs more
INPUT_SHAPE = (28, 28, 1)
OUTPUTS = (10, 11)  # ten digits; or, as the eleventh, none of these
RUNTIMES = {".keras": "with_keras", ".h5": "with_keras", ".onnx": "with_onnx", ".tflite": "with_litert"}

_cache: WeakValueDictionary[tuple, OpenModel] = WeakValueDictionary()  # what nobody uses any more is let go
_cache_lock = threading.Lock()


def default_model() -> Path:
    """Return the model that is used where none is named: what DIGITS_MODEL in the environment says, or ours."""
    return Path(os.environ.get(MODEL_VARIABLE) or DEFAULT_MODEL)


def load_model(path: str | os.PathLike) -> OpenModel:
    """Return the model in `path`, to be called with float32 (n, 28, 28), 0-1, n > 0, for float32 (n, 10 or 11).

    .keras and .h5 files are run by TensorFlow, .onnx by ONNX Runtime, .tflite by LiteRT; only the one that is asked
    for is imported. The same unchanged file is loaded once for all who use it at a time, however many threads ask.
    Raises `ModelError` for a file that is missing, damaged, too large, holds code, or is no digit model.
    """
    path = Path(path)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"There is no model at {path}. Train one with `python -m train` (or `python -m train.export`, of a model "
            "that is there), or give the path of another."
        ) from error
    key = (path.resolve(), status.st_mtime_ns, status.st_size)
    with _cache_lock:
        model = _cache.get(key)
        if model is None:
            _cache[key] = model = _load(path, status.st_size)
        return model


def load_network(path: str | os.PathLike) -> Any:
    """Return the same model as the `keras.Model` that it is, to look inside; errors as for `load_model`.

    None of a file that holds no such model: .onnx or .tflite.
    """
    return load_model(path).network


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal, as the card has it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _load(path: Path, size: int) -> OpenModel:
    if path.suffix not in RUNTIMES:
        *others, last = RUNTIMES
        raise ModelError(f"{path.name}: a model file ends in {', '.join(others)} or {last}.")
    if size > MAX_MODEL_BYTES:
        raise ModelError(f"{path.name}: over {MAX_MODEL_BYTES // 2**20} MiB, far too large for a digit model.")
    before = sha256_of(path)
    opened = import_module(f"recognizer.runtimes.{RUNTIMES[path.suffix]}").open_model(path)
    _check(opened, path.name)
    if sha256_of(path) != before:
        raise ModelError(f"{path.name}: the file was replaced while it was being opened. Try again.")
    return replace(opened, path=path, sha256=before)


def _check(opened: OpenModel, name: str) -> None:
    """Refuse what takes no digit or gives no probabilities, after a trial run on a blank picture."""
    if opened.input_shape[1:] != INPUT_SHAPE or len(opened.output_shape) != 2 or opened.output_shape[1] not in OUTPUTS:
        raise ModelError(
            f"{name}: takes {opened.input_shape} and gives {opened.output_shape}; a digit model takes (28, 28, 1) and "
            "gives 10 probabilities, or 11 with one for what is no digit."
        )
    try:
        trial = opened.probabilities(np.zeros((2, 28, 28), np.float32))
    except Exception as error:  # every runtime has errors of its own for what it cannot compute on this machine
        raise ModelError(f"{name}: this model cannot be run here ({error}).") from error
    if trial.shape != (2, opened.output_shape[1]):
        raise ModelError(f"{name}: takes one picture at a time; a digit model takes any number.")
    if not (np.isfinite(trial).all() and trial.min() >= 0 and np.abs(trial.sum(1) - 1).max() < 1e-3):
        raise ModelError(f"{name}: its outputs are not probabilities; the last layer must be a softmax.")
