"""How many letters are read as digits: on pages of print, and where somebody writes them among digits.

    python -m benchmarks.letters [--count 200] [--record]

Letters that look like digits are left out (b B D g G I l o O q s S z Z). Numbers with letters among them are by writers
who do not exist, with other habits than those of training. Up to six digits and letters stand apart, a third of them
letters.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.support.command import command_line, report
from recognizer import Recognizer
from recognizer.prediction import NO_DIGIT
from train.config import DIGITS as CONFIG
from train.report.metrics import share_with_interval
from train.synthetic.drawings import OTHER_HABITS
from train.synthetic.pages import DISTANCES, Author, Page

PRINTED = "acdefhijkmnprtuvwxyACEFHJKLMNPQRTUVWXY"
FONTS = ("DejaVuSans", "DejaVuSerif", "STIXGeneral")
SIZE = (800, 600)  # px of a page of print, width and height
PAGES = 20  # of print
OTHERS = 1 / 3  # of the marks that are written


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--count", type=int, default=200, help="numbers with letters among them (200)")
    options = parser.parse_args()
    recognizer, rng = Recognizer.load(), np.random.default_rng([CONFIG.seed, 17])
    printed = misread = 0
    for _ in range(PAGES):
        picture, letters = page_of_print(rng)
        printed += letters
        misread += len(recognizer.read(picture).text.replace("\n", ""))
    counts = np.zeros((2, 2), int)  # digits and letters, read right and all
    for _ in range(options.count):
        author = Author(rng, OTHER_HABITS, others=OTHERS, apart=DISTANCES[0])
        counts += read_right(recognizer, author.number(6))
    figures = {
        "printed letters read as digits": share_with_interval(min(misread, printed), printed),
        "letters among digits read as digits": share_with_interval(int(counts[1, 1] - counts[1, 0]), int(counts[1, 1])),
        "digits among letters read right": share_with_interval(*counts[0].tolist()),
    }
    report(figures, options, "letters")


def page_of_print(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """A page of words: uint8 (H, W), and how many letters there are on it."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    size = int(rng.integers(16, 40))
    font = ImageFont.truetype(str(folder / f"{rng.choice(FONTS)}.ttf"), size)
    picture, letters = Image.new("L", SIZE, 255), 0
    pen = ImageDraw.Draw(picture)
    for top in range(size, SIZE[1] - 2 * size, round(1.5 * size)):
        left = float(size)
        while left < SIZE[0] - 6 * size:
            word = "".join(rng.choice(list(PRINTED), rng.integers(2, 8)))
            pen.text((left, top), word, 0, font)
            left += font.getlength(f"{word} ")
            letters += len(word)
    return np.asarray(picture), letters


def read_right(recognizer: Recognizer, page: Page) -> np.ndarray:
    """How many digits and letters of a page are read as such, and how many there are: int (2, 2)."""
    counts = np.zeros((2, 2), int)
    margin = np.pad(page.ink, 20)
    found = [digit for digit in recognizer.read(255 - margin).digits if digit.is_digit]
    for label, (x, y) in zip(page.labels.tolist(), (page.middles + 20).tolist(), strict=True):
        here = [each.digit for each in found if each.box[0] <= x < each.box[2] and each.box[1] <= y < each.box[3]]
        is_letter = label == NO_DIGIT
        counts[int(is_letter)] += [not here if is_letter else here == [label], 1]
    return counts


if __name__ == "__main__":
    main()
