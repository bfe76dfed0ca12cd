"""A model in TensorFlow Lite's format, run by LiteRT: `python -m train.export` writes one."""

import threading
from pathlib import Path

import numpy as np

from recognizer.errors import ModelError
from recognizer.runtimes.open_model import OpenModel


def open_model(path: Path) -> OpenModel:
    """Open a TensorFlow Lite file."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ModelError(f"{path.name} needs LiteRT, which is not installed: pip install ai-edge-litert") from error
    try:
        interpreter = Interpreter(
            model_content=path.read_bytes(), num_threads=1
        )  # a picture is too small to be shared out
        (given,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()
    except Exception as error:  # ValueError or RuntimeError, by what is wrong
        raise ModelError(
            f"{path.name}: the file is damaged or not a TensorFlow Lite model of one input and one output. "
            "Write it anew with `python -m train.export`."
        ) from error
    lock = threading.Lock()  # an interpreter holds the one picture that it works on

    def probabilities(digits: np.ndarray) -> np.ndarray:
        pictures = np.ascontiguousarray(digits[..., None], np.float32)
        with lock:
            if tuple(interpreter.get_input_details()[0]["shape"]) != pictures.shape:
                interpreter.resize_tensor_input(given["index"], pictures.shape)
            interpreter.allocate_tensors()
            interpreter.set_tensor(given["index"], pictures)
            interpreter.invoke()
            return interpreter.get_tensor(answer["index"])

    return OpenModel(probabilities, _shape(given), _shape(answer))


def _shape(details: dict) -> tuple[int | None, ...]:
    """The runtime gives a side that may vary as -1."""
    return tuple(int(side) if side >= 0 else None for side in details["shape_signature"])
