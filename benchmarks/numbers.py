"""How many numbers of 2 to 6 digits are read without an error: digits apart, close, touching, overlapping.

    python -m benchmarks.numbers [--count 500] [--seed 2] [--record]
    python -m benchmarks.numbers HAND_BENCH.py    also measures numbers by 15 students, whom that benchmark knows

The first three kinds are put together from MNIST digits held out of training and from made-up writers' digits, of
unequal size, on an uneven baseline; the others come from benchmarks/support/penned.py. Those that overlap are read
twice: from their pixels, and with their strokes known, as on the canvas. The constants in recognizer/numbers/ were
chosen on seed 11; seeds 2 and 14 are reported.

HAND_BENCH.py puts students' digits beside each other, those of a number by one student: apart; so near that many touch;
or so near that most touch or overlap. "readable" is the share of the numbers of which every digit is read right by
itself: no more can be expected. Neither that benchmark nor its data are part of this project; models/README.md
says how often they were read.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.support.command import command_line, held_out, open_tool, report
from benchmarks.support.handwriting import handwritten, scaled
from benchmarks.support.penned import FREE, OVERLAPPING, Number, penned
from recognizer import Recognizer, Stroke
from train.config import DIGITS as CONFIG
from train.data.mnist import Split
from train.report.metrics import share_with_interval
from train.synthetic.writer import Habits

HEIGHT = 90  # px of a digit, as people write on a wide canvas
MARGIN = 20  # px
APART, CLOSE, TOUCHING = (0.1, 0.4), (0.03, 0.08), (-0.06, -0.02)  # the least distance in any row, in heights
KINDS = {"apart": [APART], "close": [APART, CLOSE], "touching": [APART, CLOSE, TOUCHING]}
STUDENTS = 200  # numbers of each kind
PENNED = {"penned": FREE, "overlapping": OVERLAPPING}


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("tool", nargs="?", help="HAND_BENCH.py: a benchmark that draws people's numbers")
    parser.add_argument("--count", type=int, default=500, help="numbers of each kind (500)")
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args()
    recognizer, source = Recognizer.load(), held_out()
    figures: dict = {"count": options.count, "seed": options.seed}
    for position, kind in enumerate([*KINDS, *PENNED]):
        rng = np.random.default_rng([CONFIG.seed, options.seed, position])
        numbers = [
            penned(rng, PENNED[kind]) if kind in PENNED else number(source, kind, rng) for _ in range(options.count)
        ]
        right = sum(recognizer.read(each.picture).text == each.text for each in numbers)
        figures[kind] = share_with_interval(right, options.count)
    # The last of the kinds are those that overlap.
    right = sum(recognizer.read(each.picture, each.strokes).text == each.text for each in numbers)
    figures["overlapping by strokes"] = share_with_interval(right, options.count)
    if options.tool:
        figures["students"] = students(recognizer, open_tool(parser, options.tool))
    report(figures, options, "numbers")


def students(recognizer: Recognizer, tool: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """How many of 200 numbers of each kind are read without an error: from pixels, with strokes, and digit by digit."""
    rows, names = tool.load("pen_students.npz")
    who = np.array([int(name.split("/")[1]) for name in names])
    writers = sorted({writer for writer in who.tolist() if writer % 2 == 0})
    figures = {}
    for kind, gap in tool.GAPS.items():
        rng = np.random.default_rng([5, *kind.encode()])  # as HAND_BENCH.py does, so that its numbers are the same
        right: list[list[bool]] = []
        while len(right) < STUDENTS:
            of_one = np.flatnonzero(who == rng.choice(writers))
            chosen = [rows[i] for i in rng.choice(of_one, rng.integers(2, 7))]
            strokes = tool.number([each for _, each in chosen], rng, gap)
            if strokes is None:
                continue
            text, picture = "".join(label for label, _ in chosen), tool.canvas(tool.ink(strokes, tool.PEN, tool.SIZE))
            lone = recognizer.predict_many([tool.centred(each) for _, each in chosen])
            known = recognizer.read(picture, [Stroke(each, tool.PEN) for each in strokes])
            answers = recognizer.read(picture).text, known.text, "".join(str(each.digit) for each in lone)
            right.append([answer == text for answer in answers])
        counts = np.sum(right, 0).tolist()
        names_of = ("pixels", "strokes", "readable")
        figures[kind] = {name: share_with_interval(n, STUDENTS) for name, n in zip(names_of, counts, strict=True)}
    return figures


def number(source: Split, kind: str, rng: np.random.Generator) -> Number:
    """Put a number together from digits, the distance between them as in `KINDS`."""
    length = rng.integers(2, 7)
    digits = [_digit(source, rng) for _ in range(length)]
    height = max(len(picture) for _, picture in digits) + 2 * MARGIN + 40
    sheet = np.zeros((height, MARGIN), np.uint8)
    for _, picture in digits:
        low, high = KINDS[kind][rng.integers(len(KINDS[kind]))]
        top = MARGIN + (height - 2 * MARGIN - len(picture)) // 2 + int(rng.integers(-12, 13))
        sheet = _beside(sheet, np.pad(picture, ((top, height - top - len(picture)), (0, 0))), rng.uniform(low, high))
    text = "".join(str(label) for label, _ in digits)
    return Number(text, 255 - np.pad(sheet, ((0, 0), (0, MARGIN))))


def _digit(source: Split, rng: np.random.Generator) -> tuple[int, np.ndarray]:
    label, picture = handwritten(source, Habits(thinnest=6, thickest=14), rng)
    return label, scaled(picture, HEIGHT * rng.uniform(0.8, 1.2), Image.Resampling.BOX)


def _beside(sheet: np.ndarray, picture: np.ndarray, gap: float) -> np.ndarray:
    """Put a picture to the right of what is on the sheet, so that the nearest of their rows are `gap` heights apart."""
    left, right = sheet > 127, picture > 127
    ends = np.where(left.any(1), left.shape[1] - left[:, ::-1].argmax(1), -10_000)
    starts = np.where(right.any(1), right.argmax(1), 10_000)
    ends = np.array([ends[max(0, i - 3) : i + 4].max() for i in range(len(ends))])  # a leaning digit needs room
    room = int((starts - ends).min())
    if room > 5_000:
        return np.hstack([sheet, picture])
    at = max(0, round(gap * HEIGHT) - room)
    wide = np.zeros((len(sheet), max(sheet.shape[1], at + picture.shape[1])), np.uint8)
    wide[:, : sheet.shape[1]] = sheet
    np.maximum(wide[:, at : at + picture.shape[1]], picture, out=wide[:, at : at + picture.shape[1]])
    return wide


if __name__ == "__main__":
    main()
