"""The network of the usual tutorials, shown the paper as the usual pages show it: all of it, shrunk to 28x28.

It is what the model here is measured against, so nothing is cropped, thickened or centred. `python -m train.tutorial`
trains it.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from recognizer.errors import ModelError
from recognizer.runtimes.loader import DEFAULT_MODEL
from recognizer.runtimes.small import open_network

TUTORIAL = DEFAULT_MODEL.with_name("tutorial.onnx")
MAX_BYTES = 3 * 2**20  # the shipped file has 0.14 MB
SIDE = 28  # px


class TutorialNetwork:
    """The network in an ONNX file, to be used from any thread."""

    def __init__(self, path: Path = TUTORIAL):
        """Open the file and try it on blank paper; `ModelError` where it is missing, damaged or no such network."""
        damaged = f"{path.name} is missing or damaged: write it again with `python -m train.tutorial`."
        try:
            if path.stat().st_size > MAX_BYTES:
                raise ValueError("too large")
            self._network = open_network(path, damaged)
            blank, _ = self.predict(np.zeros((SIDE, SIDE), np.uint8))
            if blank.shape != (10,) or not abs(blank.sum() - 1) < 1e-3:
                raise ValueError("not ten probabilities")
        except (OSError, ValueError) as error:
            raise ModelError(damaged) from error

    def predict(self, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of the ten digits, float32 (10,), and the picture that the network saw.

        ink: uint8 (H, W), 0 paper to 255 ink, all of the paper, best as a square. The picture: float32 (28, 28), 0-1.
        """
        seen = np.asarray(Image.fromarray(ink).resize((SIDE, SIDE)), np.float32) / 255
        return self._network(seen[None, ..., None])[0].copy(), seen
