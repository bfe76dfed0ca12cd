"""Run the small networks beside the digit model with OpenCV, which is there whatever runtime the digit model needs."""

import queue
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from recognizer.errors import ModelError

Network = Callable[[np.ndarray], np.ndarray]  # float32 (n, H, W, 1), 0-1 -> float32 (n, ...)


def open_network(path: Path, damaged: str) -> Network:
    """Return the network in an ONNX file, to be called from any thread.

    Raises `ModelError` with the sentence `damaged` where the file cannot be read.
    """
    idle: queue.SimpleQueue[cv2.dnn.Net] = queue.SimpleQueue()  # an opened network serves one thread at a time

    def run(pictures: np.ndarray) -> np.ndarray:
        try:
            network = idle.get_nowait()
        except queue.Empty:
            network = opened()
        network.setInput(pictures)
        answers = network.forward()
        idle.put(network)
        return answers

    def opened() -> cv2.dnn.Net:
        try:
            return cv2.dnn.readNetFromONNX(str(path))
        except cv2.error as error:
            raise ModelError(damaged) from error

    idle.put(opened())
    return run
