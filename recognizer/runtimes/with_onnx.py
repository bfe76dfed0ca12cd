"""A model in ONNX, run by ONNX Runtime: `python -m train.export` writes one."""

from pathlib import Path

import numpy as np
import onnxruntime

from recognizer.runtimes.open_model import OpenModel, no_features

ERRORS_ONLY = 3  # one of the runtime's log levels


def open_model(path: Path) -> OpenModel:
    """Open an ONNX file; its first output is the probabilities, and a second one, if there is one, the features."""
    session = open_session(path)
    (model_input,), outputs = session.get_inputs(), session.get_outputs()[:2]
    names = [output.name for output in outputs]

    def run(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pictures = np.ascontiguousarray(digits[..., None], np.float32)
        probabilities, *features = session.run(names, {model_input.name: pictures})
        return probabilities, features[0] if features else no_features(digits)

    return OpenModel(run, _shape(model_input.shape), _shape(outputs[0].shape))


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open an ONNX file for one thread of work at a time in each of the threads that call it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a picture is too small to divide
    options.enable_cpu_mem_arena = False  # the arena would keep the memory of the largest call
    options.log_severity_level = ERRORS_ONLY
    return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def _shape(sides: list) -> tuple[int | None, ...]:
    """None for a side of any length, which the runtime gives a name."""
    return tuple(side if isinstance(side, int) else None for side in sides)
