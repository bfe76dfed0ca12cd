"""What the finder says of ink: the network that finds the marks on a page.

For each cell of 2x2 px it gives how likely the middle of a mark is there, where the middle of the mark is that this
cell belongs to, how large that mark is, whether the cell belongs to any, and whether to a second one, too: the idea of
Panoptic-DeepLab (Cheng et al. 2020, arXiv 1911.10194), without classes. `python -m train.finder` trains it.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from recognizer.runtimes.loader import DEFAULT_MODEL
from recognizer.runtimes.small import Network, open_network

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


@cache
def load_finder(path: Path = FINDER) -> Network:
    """Return the network in an ONNX file, to be called from any thread; `ModelError` where it cannot be read.

    It takes float32 (1, H, W, 1), 0-1, and gives float32 (1, H / 2, W / 2, 6).
    """
    return open_network(path, f"{path} is missing or damaged: write it again with `python -m train.finder`.")


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
