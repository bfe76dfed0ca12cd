"""The drawings that a model's figures are on, as two pictures beside it."""

from pathlib import Path

import numpy as np
from PIL import Image

from train.data.mnist import Split
from train.synthetic.drawings import Drawings


def write_contact_sheets(report: Drawings, name: str, folder: Path) -> None:
    """Write a sheet of digits and one of negatives to `folder`, for the model `name`."""
    for kind, split in (("digits", report.digits), ("negatives", report.negatives)):
        contact_sheet(split).save(folder / f"{name}_drawn_{kind}.png", optimize=True)


def contact_sheet(split: Split) -> Image.Image:
    """The first 600 prepared pictures of `split`, 30 in a row, which are one writer's: dark ink on light paper."""
    pictures = np.pad(split.digits[:600], ((0, max(0, 600 - len(split))), (1, 1), (1, 1)), constant_values=0.2)
    sheet = pictures.reshape(20, 30, 30, 30).swapaxes(1, 2).reshape(20 * 30, 30 * 30)
    return Image.fromarray(np.uint8(255 * (1 - sheet)))
