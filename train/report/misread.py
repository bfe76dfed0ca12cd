"""The misread test digits of a model, for the Model tab: `NAME_misread.npz` beside it.

Arrays: pictures uint8 (n, 28, 28), 0 paper to 255 ink, as the model saw them; labels and answers uint8 (n,), 0-9;
confidences float32 (n,), the highest first.
"""

from pathlib import Path

import numpy as np

from train.files import written_whole
from train.report.metrics import Results

MAX_MISREAD = 500  # of the highest confidence; a bad model misreads thousands


def misread_path(model: Path) -> Path:
    """Where the misread digits of the model file `model` are."""
    return model.with_name(f"{model.stem}_misread.npz")


def write_misread(test: Results, path: Path) -> None:
    """Write the digits that were misread to `path`, whole or not at all."""
    wrong = np.flatnonzero(~test.right)
    wrong = wrong[np.argsort(-test.confidences[wrong], kind="stable")][:MAX_MISREAD]
    pictures = [test.predictions[i].picture for i in wrong.tolist()]
    with written_whole(path) as temporary:
        np.savez_compressed(
            temporary,
            pictures=np.array(pictures, np.uint8).reshape(-1, 28, 28),
            labels=test.labels[wrong].astype(np.uint8),
            answers=test.answers[wrong].astype(np.uint8),
            confidences=test.confidences[wrong].astype(np.float32),
        )
