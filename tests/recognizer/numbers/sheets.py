"""The photographed sheets in tests/data/sheets.zip: `python -m tests.recognizer.numbers.sheets` draws them again."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.sheets import Sheet, sheet
from recognizer.preprocess import prepare
from tests.helpers import sample
from train.data.mnist import Split

SHEETS = Path(__file__).parents[2] / "data" / "sheets.zip"
COUNT = 40  # the last of every four is blank
SIDE = 600  # px; of the longer side
QUALITY = 30  # of the JPEG files


def read_sheets() -> list[Sheet]:
    """Return the sheets; the name of each file ends in its text, with "-" between lines."""
    with zipfile.ZipFile(SHEETS) as archive:
        texts = [name.split("_")[1].removesuffix(".jpg").replace("-", "\n") for name in archive.namelist()]
        return [Sheet(archive.read(name), text) for name, text in zip(archive.namelist(), texts, strict=True)]


def main() -> None:
    """Draw the sheets with the test digits of the sample of MNIST."""
    mnist = sample()
    digits = Split(np.stack([prepare(picture) for picture in mnist["x_test"]]), mnist["y_test"])
    with zipfile.ZipFile(SHEETS, "w") as archive:
        for number in range(COUNT):
            drawn = sheet(digits, np.random.default_rng([7, number]), "blank" if number % 4 == 3 else "lines")
            image, file = Image.open(io.BytesIO(drawn.jpeg)), io.BytesIO()
            image.thumbnail((SIDE, SIDE))
            image.save(file, "JPEG", quality=QUALITY)
            name = drawn.text.replace("\n", "-")
            entry = zipfile.ZipInfo(f"{number:02}_{name}.jpg")  # without a date, so that it is the same every time
            archive.writestr(entry, file.getvalue())


if __name__ == "__main__":
    main()
