"""A model in ONNX, run by ONNX Runtime: `python -m train.export` writes one."""

from pathlib import Path

import numpy as np
import onnxruntime

from recognizer.runtimes.open_model import OpenModel

ERRORS_ONLY = 3  # one of the runtime's log levels


def open_model(path: Path) -> OpenModel:
    """Open an ONNX file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a picture is too small to divide
    options.enable_cpu_mem_arena = False  # the arena would keep the memory of the largest call
    options.log_severity_level = ERRORS_ONLY
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    (model_input,), (model_output,) = session.get_inputs(), session.get_outputs()

    def probabilities(digits: np.ndarray) -> np.ndarray:
        pictures = np.ascontiguousarray(digits[..., None], np.float32)
        return session.run([model_output.name], {model_input.name: pictures})[0]

    return OpenModel(probabilities, _shape(model_input.shape), _shape(model_output.shape))


def _shape(sides: list) -> tuple[int | None, ...]:
    """None for a side of any length, which the runtime gives a name."""
    return tuple(side if isinstance(side, int) else None for side in sides)
