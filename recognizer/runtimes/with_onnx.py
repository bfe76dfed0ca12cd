"""A model in ONNX, run by ONNX Runtime: `python -m train.export` writes one."""

from pathlib import Path

import numpy as np

from recognizer.errors import ModelError
from recognizer.runtimes.open_model import OpenModel

ERRORS_ONLY = 3  # of the runtime's levels of talking


def open_model(path: Path) -> OpenModel:
    """Open an ONNX file."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(
            f"{path.name} needs ONNX Runtime, which is not installed: pip install -r requirements-lite.txt"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a picture is too small to be shared out
    options.enable_cpu_mem_arena = False  # the arena keeps the memory of the largest call for good
    options.log_severity_level = ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        (given,), (answer,) = session.get_inputs(), session.get_outputs()
    except Exception as error:  # the runtime has an exception of its own for each way to fail, with no common parent
        raise ModelError(
            f"{path.name}: the file is damaged or not an ONNX model of one input and one output. "
            "Write it anew with `python -m train.export`."
        ) from error

    def probabilities(digits: np.ndarray) -> np.ndarray:
        return session.run([answer.name], {given.name: np.ascontiguousarray(digits[..., None], np.float32)})[0]

    return OpenModel(probabilities, _shape(given.shape), _shape(answer.shape))


def _shape(sides: list) -> tuple[int | None, ...]:
    """The runtime gives a side that may vary a name."""
    return tuple(side if isinstance(side, int) else None for side in sides)
