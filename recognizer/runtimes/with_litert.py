"""A model in TensorFlow Lite's format, run by LiteRT: `python -m train.export` writes one."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from recognizer.runtimes.open_model import OpenModel


def open_model(path: Path) -> OpenModel:
    """Open a TensorFlow Lite file."""
    # One thread: a picture is too small to be divided among several.
    interpreter = Interpreter(model_content=path.read_bytes(), num_threads=1)
    (input_details,), (output_details,) = interpreter.get_input_details(), interpreter.get_output_details()
    lock = threading.Lock()  # an interpreter keeps the pictures that it works on

    def probabilities(digits: np.ndarray) -> np.ndarray:
        pictures = np.ascontiguousarray(digits[..., None], np.float32)
        with lock:
            if tuple(interpreter.get_input_details()[0]["shape"]) != pictures.shape:
                interpreter.resize_tensor_input(input_details["index"], pictures.shape)
            interpreter.allocate_tensors()
            interpreter.set_tensor(input_details["index"], pictures)
            interpreter.invoke()
            return interpreter.get_tensor(output_details["index"])

    return OpenModel(probabilities, _shape(input_details), _shape(output_details))


def _shape(details: dict) -> tuple[int | None, ...]:
    """None for a side of any length, which the runtime gives as -1."""
    return tuple(int(side) if side >= 0 else None for side in details["shape_signature"])
