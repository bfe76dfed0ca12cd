"""Run the small networks beside the digit model, whatever runs that one.

With ONNX Runtime where it is installed, which takes half as long, and else with OpenCV, which always is.
"""

import queue
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from recognizer.errors import ModelError

Network = Callable[[np.ndarray], np.ndarray]  # float32 (n, H, W, 1), 0-1 -> float32 (n, ...)


def open_network(path: Path, damaged: str) -> Network:
    """Return the network in an ONNX file, to be called from any thread.

    Raises `ModelError` with the sentence `damaged` where the file cannot be read, and so does the network where it
    cannot use a picture.
    """
    try:
        network = _in_onnx_runtime(path) if find_spec("onnxruntime") else _in_opencv(path)
    except Exception as error:  # each has its own errors
        raise ModelError(damaged) from error

    def run(pictures: np.ndarray) -> np.ndarray:
        try:
            return network(pictures)
        except Exception as error:
            raise ModelError(damaged) from error

    return run


def _in_onnx_runtime(path: Path) -> Network:
    from recognizer.runtimes.with_onnx import open_session

    session = open_session(path)
    picture, answers = session.get_inputs()[0].name, [session.get_outputs()[0].name]
    return lambda pictures: session.run(answers, {picture: pictures})[0]


def _in_opencv(path: Path) -> Network:
    idle: queue.SimpleQueue[cv2.dnn.Net] = queue.SimpleQueue()  # an opened network serves one thread at a time
    idle.put(cv2.dnn.readNetFromONNX(str(path)))

    def run(pictures: np.ndarray) -> np.ndarray:
        try:
            network = idle.get_nowait()
        except queue.Empty:
            network = cv2.dnn.readNetFromONNX(str(path))
        network.setInput(pictures)
        answers = network.forward()
        idle.put(network)
        return answers

    return run
