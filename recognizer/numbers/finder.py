"""What the finder says of ink: the network that finds the marks on a page.

For each cell of 2x2 px it gives how likely the middle of a mark is there, where the middle of the mark is that this
cell belongs to, how large that mark is, whether the cell belongs to any, and whether to a second one, too: the idea of
Panoptic-DeepLab (Cheng et al. 2020, arXiv 1911.10194), without classes. `python -m train.finder` trains it.
"""

import queue
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from recognizer.errors import ModelError
from recognizer.runtimes.loader import DEFAULT_MODEL

FINDER = DEFAULT_MODEL.with_name("finder.onnx")
HOME = 44.0  # px; the height of a mark that the network sees best, and its unit of length
CELL = 2  # px of a picture that share one answer
MIDDLE, RIGHT, DOWN, SIZE, OWNED, SHARED = range(
    6
)  # its answers: lengths in `HOME`, a size in octaves, the rest logits
CHANNELS = 6
INK = 0.25  # fainter dots are the soft edge of others
MARGIN = 8  # px of paper around what is looked at
STEP = 8  # px; the network halves its picture three times

Network = Callable[[np.ndarray], np.ndarray]  # float32 (1, H, W, 1), 0-1 -> float32 (1, H / 2, W / 2, 6)


@cache
def load_finder(path: Path = FINDER) -> Network:
    """Return the network in an ONNX file, to be called from any thread; `ModelError` where it cannot be read.

    OpenCV runs it, which is there whatever runtime the digit model needs, and is as fast as they are.
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
            raise ModelError(f"{path} is missing or damaged: write it again with `python -m train.finder`.") from error

    idle.put(opened())
    return run


@dataclass(frozen=True, eq=False)
class Look:
    """The finder's answers for ink, at one size.

    answers: float32 (h, w, 6); is_ink: bool (h, w); size: (H, W) of what was looked at, in px.
    """

    answers: np.ndarray
    is_ink: np.ndarray
    size: tuple[int, ...]


def looked_at_px(shape: tuple[int, ...], factor: float) -> int:
    """Return how large the picture is that the finder is shown of ink (H, W) in `factor` times its size, in px."""
    height, width = (sum(_paper(side), side) for side in (max(1, round(factor * side)) for side in shape))
    return height * width


def look(network: Network, ink: np.ndarray) -> Look:
    """Look at ink, float32 (H, W), 0-1, whose marks are best about `HOME` px high."""
    padded = np.pad(ink / max(float(ink.max()), INK), [_paper(side) for side in ink.shape])
    cells = padded.reshape(padded.shape[0] // CELL, CELL, padded.shape[1] // CELL, CELL).max((1, 3))
    return Look(network(padded[None, ..., None])[0], cells > INK, ink.shape)


def _paper(side: int) -> tuple[int, int]:
    """How much paper there is before and after ink of some width or height, in px."""
    return MARGIN, MARGIN + -side % STEP
