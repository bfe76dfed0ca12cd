"""How many pictures a second `python -m recognizer FOLDER` reads, compared with reading them one by one.

    python -m benchmarks.batch [--count 4000] [--record]

Draws `--count` digits on canvases of 300x300 px, saves them as PNG, and has the folder read by the command line and by
`Recognizer.read` picture by picture, in turn, each time by a new process. The times are medians over the rounds, from
the start of a process to its end.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import drawn
from recognizer.runtimes.loader import DEFAULT_MODEL

ROUNDS = 3  # processes of each kind
ONE_BY_ONE = """
import json, pathlib, sys
from recognizer import Recognizer
recognizer = Recognizer.load(sys.argv[2])
for path in sorted(pathlib.Path(sys.argv[3]).iterdir()):
    print(json.dumps({"text": recognizer.read(path).text}), flush=True)
"""


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--count", type=int, default=4000, help="pictures (4000)")
    options = parser.parse_args()
    figures: dict = {"count": options.count}
    with tempfile.TemporaryDirectory() as folder:
        draw_canvases(Path(folder), options.count)
        for model in (DEFAULT_MODEL, DEFAULT_MODEL.with_suffix(".onnx")):
            figures[model.name] = compare(folder, model, options.count)
    report(figures, options, "batch")


def compare(folder: str, model: Path, count: int) -> dict[str, float]:
    """Read a folder of `count` pictures in both ways -> pictures a second, and how much faster than one by one."""
    seconds, ratios = [], []
    for _ in range(ROUNDS):
        slow_s, expected = run("-c", ONE_BY_ONE, "--model", str(model), folder)
        fast_s, answers = run("-m", "recognizer", "--json", "--model", str(model), folder)
        if answers != expected:
            raise SystemExit(f"{model.name} answers otherwise when it reads the pictures one by one.")
        seconds.append(fast_s)
        ratios.append(slow_s / fast_s)
    return {
        "a second": round(count / statistics.median(seconds)),
        "times one by one": round(statistics.median(ratios), 2),
    }


def run(*arguments: str) -> tuple[float, list[str]]:
    """Run Python with these arguments -> how many s it took, and the text of each line of JSON that it printed."""
    started = time.perf_counter()
    process = subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - started, [json.loads(line)["text"] for line in process.stdout.splitlines()]


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
