"""How many pictures a second `python -m recognizer FOLDER` reads, on all cores and on one, and in how much memory.

    python -m benchmarks.many.batch [--count 4000] [--many 100000] [--record]

Draws `--count` digits on canvases of 300x300 px, saves them as PNG, and has the folder read in turn on all cores and
on one, each time by a new process: as numbers, as whatever else is read, and as single digits. What a process needs to
read one picture, which is mostly to start, is taken off its time; a ratio is the median over the rounds. Memory is the
most that one of its processes had while a quarter of the pictures were read, and `--many` of them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import drawn
from recognizer.runtimes.loader import DEFAULT_MODEL

ROUNDS = 3  # processes of each kind
CORES = os.sched_getaffinity(0)
WAYS = {"numbers": [], "single": ["--single"]}


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--count", type=int, default=4000, help="pictures (4000)")
    parser.add_argument("--many", type=int, default=100_000, help="pictures for the memory (100000)")
    options = parser.parse_args()
    figures: dict = {"count": options.count, "cores": len(CORES), "many": options.many}
    with tempfile.TemporaryDirectory() as name:
        folder, one = Path(name, "pictures"), Path(name, "one")
        folder.mkdir()
        one.mkdir()
        draw_canvases(folder, options.count)
        link(sorted(folder.iterdir()), one, 1)
        for model in (DEFAULT_MODEL, DEFAULT_MODEL.with_suffix(".onnx")):
            figures[model.name] = {way: compare(folder, one, model, arguments) for way, arguments in WAYS.items()}
        few, many = Path(name, "few"), Path(name, "many")
        for other, count in ((few, options.count // 4), (many, options.many)):
            other.mkdir()
            link(sorted(folder.iterdir()), other, count)
            figures[f"{other.name}_mb"] = round(run(other, model, WAYS["single"], CORES)[1])
    report(figures, options, "many.batch")


def compare(folder: Path, one: Path, model: Path, arguments: list[str]) -> dict[str, float]:
    """Read a folder on all cores and on one -> pictures a second, how much faster that is, and s until the first."""
    count, rates, ratios, starts = sum(1 for _ in folder.iterdir()), [], [], []
    for _ in range(ROUNDS):
        seconds, answers = {}, {}
        for cores in (CORES, {min(CORES)}):
            start_s, *_ = run(one, model, arguments, cores)
            whole_s, _, answers[len(cores)] = run(folder, model, arguments, cores)
            seconds[len(cores)] = whole_s - start_s
            starts.append(start_s)
        if len(set(answers.values())) > 1:
            raise SystemExit(f"{model.name} answers otherwise on one core.")
        rates.append((count - 1) / seconds[len(CORES)])
        ratios.append(seconds[1] / seconds[len(CORES)])
    return {
        "a second": round(statistics.median(rates)),
        "times one core": round(statistics.median(ratios), 2),
        "start_s": round(statistics.median(starts), 1),
    }


def run(folder: Path, model: Path, arguments: list[str], cores: set[int]) -> tuple[float, float, str]:
    """Have a folder read on some cores -> how many s that took, the most MB of any process, and the answers."""
    command = [sys.executable, "-m", "recognizer", "--csv", "--model", str(model), *arguments, str(folder)]
    with tempfile.TemporaryFile("w+") as answers:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=answers, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}.")
        answers.seek(0)
        return seconds, usage.ru_maxrss / 2**10, answers.read()


def link(pictures: list[Path], folder: Path, count: int) -> None:
    """Give pictures `count` names in another folder."""
    for number, picture in enumerate(islice(cycle(pictures), count)):
        os.link(picture, folder / f"{number:07}.png")


def draw_canvases(folder: Path, count: int) -> None:
    """Save `count` digits of different sizes, slants and pens, as the canvas sends them: RGBA, black on white."""
    rng = np.random.default_rng(0)
    for number in range(count):
        height = rng.uniform(100, 240)
        left, top = rng.uniform(20, 280 - 0.625 * height), rng.uniform(20, 280 - height)
        width, angle = rng.uniform(6, 24), rng.uniform(-8, 8)
        picture = drawn(number % 10, height=height, left=left, top=top, angle=angle, width=width)
        Image.fromarray(picture).convert("RGBA").save(folder / f"{number:05}.png")


if __name__ == "__main__":
    main()
