"""How many pictures a second `python -m recognizer FOLDER` reads, on all cores and on one, and in how much memory.

    python -m benchmarks.many.batch [--count 4000] [--rounds 3] [--many 100000] [--record]

Draws `--count` digits on canvases of 300x300 px, saves them as PNG, and has all of them and a quarter of them read in
turn, by a process for each core on all cores, and by one on one core: as numbers, as whatever else is read, and as
single digits. What the other three quarters take gives the rate; the rest of the time is the start. A ratio is the
median over the rounds. Memory is the most that one of the processes had while a quarter of the pictures were read, and
`--many` of them.
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

ROOT = Path(__file__).resolve().parents[2]
CORES = os.sched_getaffinity(0)
WAYS = {"numbers": [], "single": ["--single"]}


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--count", type=int, default=4000, help="pictures (4000)")
    parser.add_argument("--rounds", type=int, default=3, help="times that each is measured (3)")
    parser.add_argument("--many", type=int, default=100_000, help="pictures for the memory (100000)")
    options = parser.parse_args()
    figures: dict = {"count": options.count, "cores": len(CORES), "many": options.many}
    with tempfile.TemporaryDirectory() as name:
        whole, part, many = Path(name, "whole"), Path(name, "part"), Path(name, "many")
        for folder in (whole, part, many):
            folder.mkdir()
        draw_canvases(whole, options.count)
        for folder, count in ((part, options.count // 4), (many, options.many)):
            link(sorted(whole.iterdir()), folder, count)
        for model in (DEFAULT_MODEL, DEFAULT_MODEL.with_suffix(".onnx")):
            figures[model.name] = {
                way: compare(whole, part, model, arguments, options.rounds) for way, arguments in WAYS.items()
            }
        for key, folder in (("few_mb", part), ("many_mb", many)):
            figures[key] = round(run(folder, model, WAYS["single"], CORES)[1])
    report(figures, options, "many.batch")


def compare(whole: Path, part: Path, model: Path, arguments: list[str], rounds: int) -> dict[str, float]:
    """Read folders on all cores and on one -> pictures a second, how much faster that is, and s until the first."""
    counts = [sum(1 for _ in folder.iterdir()) for folder in (part, whole)]
    rates, ratios, starts = [], [], []
    for _ in range(rounds):
        rate, answers = {}, set()
        for cores in (CORES, {min(CORES)}):
            part_s, *_ = run(part, model, arguments, cores)
            whole_s, _, answer = run(whole, model, arguments, cores)
            rate[len(cores)] = (counts[1] - counts[0]) / (whole_s - part_s)
            answers.add(answer)
            if cores == CORES:
                starts.append(part_s - counts[0] / rate[len(cores)])
        if len(answers) > 1:
            raise SystemExit(f"{model.name} answers otherwise on one core.")
        rates.append(rate[len(CORES)])
        ratios.append(rate[len(CORES)] / rate[1])
    return {
        "a second": round(statistics.median(rates)),
        "times one core": round(statistics.median(ratios), 2),
        "start_s": round(statistics.median(starts), 1),
    }


def run(folder: Path, model: Path, arguments: list[str], cores: set[int]) -> tuple[float, float, str]:
    """Have a folder read on some cores -> how many s that took, the most MB of any process, and the answers."""
    command = [sys.executable, "-m", "recognizer", "--csv", "--model", str(model), "--processes", str(len(cores))]
    with tempfile.TemporaryFile("w+") as answers:
        started = time.perf_counter()
        process = subprocess.Popen(
            [*command, *arguments, folder.name],
            cwd=folder.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=answers,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
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
