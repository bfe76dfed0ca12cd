"""A model in TensorFlow Lite's format, run by LiteRT: `python -m train.export` writes one."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from recognizer.runtimes.open_model import OpenModel, no_features


def open_model(path: Path) -> OpenModel:
    """Open a TensorFlow Lite file; its first output is the probabilities, and a second one, if any, the features."""
    # One thread: a picture is too small to be divided among several.
    interpreter = Interpreter(model_content=path.read_bytes(), num_threads=1)
    (input_details,) = interpreter.get_input_details()
    outputs = sorted(interpreter.get_output_details(), key=lambda output: output["name"])[:2]  # "...:0", "...:1"
    lock = threading.Lock()  # an interpreter keeps the pictures that it works on

    def run(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pictures = np.ascontiguousarray(digits[..., None], np.float32)
        with lock:
            if tuple(interpreter.get_input_details()[0]["shape"]) != pictures.shape:
                interpreter.resize_tensor_input(input_details["index"], pictures.shape)
            interpreter.allocate_tensors()
            interpreter.set_tensor(input_details["index"], pictures)
            interpreter.invoke()
            probabilities, *features = (interpreter.get_tensor(output["index"]) for output in outputs)
        return probabilities, features[0] if features else no_features(digits)

    return OpenModel(run, _shape(input_details), _shape(outputs[0]))


def _shape(details: dict) -> tuple[int | None, ...]:
    """None for a side of any length, which the runtime gives as -1."""
    return tuple(int(side) if side >= 0 else None for side in details["shape_signature"])
