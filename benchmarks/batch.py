"""How many pictures a second `python -m recognizer FOLDER` reads, beside reading them one by one.

    python -m benchmarks.batch [--count 4000] [--model models/digits.onnx ...] [--rounds 3] [--record]

Draws `--count` digits on canvases of 300x300 px, saves them as PNG, and reads the folder in both ways in turn, each in
a process of its own: as the command line does it, and with `Recognizer.read` for each picture. The times are from the
start of the process to its end, medians of the rounds; the start, which is part of them, is measured on one picture.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.support.process import MB
from benchmarks.support.record import record
from recognizer import Recognizer
from recognizer.answers import line
from recognizer.runtimes.loader import DEFAULT_MODEL
from train.synthetic.glyphs import DIGITS
from train.synthetic.pen import Hand, draw

SIDE = 300  # px, as the page's canvas
LARGEST = 240  # px of a digit's longer side
COMMAND_LINE = [sys.executable, "-m", "recognizer"]
ONE_BY_ONE = [sys.executable, "-m", "benchmarks.batch", "--one-by-one"]


@dataclass(frozen=True)
class Run:
    """A process that read a folder: its whole time and its time on the processor in s, its most memory, its answers."""

    seconds: float
    processor_s: float
    memory_mb: float
    printed: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=4000, help="pictures (4000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each way, in turn (3)")
    parser.add_argument(
        "--model", nargs="+", default=[DEFAULT_MODEL, DEFAULT_MODEL.with_suffix(".onnx")], help="(Keras and ONNX)"
    )
    parser.add_argument("--record", action="store_true", help="keep the figures in models/digits.json")
    parser.add_argument("--one-by-one", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_by_one:
        read_one_by_one(options.one_by_one, options.model[0])
        return
    with tempfile.TemporaryDirectory() as place:
        many, one = Path(place) / "many", Path(place) / "one"
        draw_canvases(many, options.count)
        draw_canvases(one, 1)
        figures: dict = {"count": options.count}
        print(f"{'':<32}{'a second':>10}{'start':>9}{'cores':>8}{'memory':>10}")
        for model in options.model:
            ways = {
                "one by one": [*ONE_BY_ONE, many, "--model", model],
                "the command line": [*COMMAND_LINE, many, "--model", model],
            }
            starts = [run([str(one) if part == many else part for part in way]).seconds for way in ways.values()]
            rounds = [[run(way) for way in ways.values()] for _ in range(options.rounds)]
            speeds = []
            for name, start, runs in zip(ways, starts, zip(*rounds, strict=True), strict=True):
                middle = sorted(runs, key=lambda each: each.seconds)[len(runs) // 2]
                speeds.append(options.count / middle.seconds)
                cores = middle.processor_s / middle.seconds
                print(
                    f"{Path(model).name:<14} {name:<17}{speeds[-1]:10.0f}{start:7.2f} s{cores:8.2f}"
                    f"{middle.memory_mb:7.0f} MB"
                )
            answers = {re.sub(r" \(.*\)", "", each.printed) for runs in rounds for each in runs}  # without confidences
            ratio = statistics.median(slow.seconds / fast.seconds for slow, fast in rounds)
            figures[Path(model).name] = {"a second": round(speeds[-1]), "times one by one": round(ratio, 2)}
            print(f"{'':<15}{ratio:.2f} times as fast, {'the same' if len(answers) == 1 else 'OTHER'} answers")
        if options.record:
            record("python -m benchmarks.batch", figures)


def draw_canvases(folder: Path, count: int) -> None:
    """Save `count` drawings of digits by other hands and pens, as the canvas gives them: RGBA, black on white."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        ink = Image.fromarray(draw(str(rng.choice(DIGITS[number % 10])), rng, Hand()))
        scale = rng.uniform(0.4, 1) * LARGEST / max(ink.size)
        ink = ink.resize((max(1, round(ink.width * scale)), max(1, round(ink.height * scale))))
        canvas = Image.new("RGBA", (SIDE, SIDE), "white")
        left, top = rng.integers(0, SIDE - np.array(ink.size))
        canvas.paste("black", (int(left), int(top)), ink)
        canvas.save(folder / f"{number:05}.png")


def read_one_by_one(folder: Path, model: str) -> None:
    """Print what the command line prints, without reading more than one picture at a time."""
    recognizer = Recognizer.load(model)
    for path in sorted(folder.iterdir()):
        print(line(str(path), recognizer.read(path)), flush=True)


def run(command: list) -> Run:
    """Run a command to its end, and see what it took."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        if process.returncode:
            raise SystemExit(f"{' '.join(map(str, command))} ended with status {process.returncode}.")
        printed.seek(0)
        return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MB, printed.read())


if __name__ == "__main__":
    main()
