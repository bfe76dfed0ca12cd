"""What it costs to read digits with each runtime: disk space, time to the first answer, memory, and time for a digit.

    python -m benchmarks.footprint [--rounds 5] [--predictions 1000] [--until 10000] [--record]

Every runtime whose model file is there is measured in the same run, all with the page's settings (one thread each):

- installed: the model, and the files of all distributions that its requirements need, directly or not, as they are
  installed in this environment.
- first answer: from the start of a process to the line it prints with its first prediction; the files are in the
  disk's cache. The same process then times `predict` on a 300x300 canvas, and `predict_many`. All are medians over
  `--rounds` processes, the runtimes in turn.
- memory: of a page's server that reads with this runtime, after `--predictions` drawings of one visitor, and how much
  more after `--until` (resident; the median over the last hundred drawings). This takes minutes: a visitor draws at
  most some twenty times a second.

Goals: a runtime without Keras takes at most 40 % of Keras' memory and 25 % of its time to the first answer, and none
grows by more than 5 MB.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement
from PIL import Image
from tqdm import tqdm

from benchmarks.support.command import command_line, record
from benchmarks.support.drawing import STROKES, drawn, placed
from benchmarks.support.driver import ROOT, server_of
from benchmarks.support.installed import needed_by, requirements_of, size_mb
from benchmarks.support.process import MB, resident_mb
from benchmarks.support.visitor import sheets, visit

THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}  # the page's
MOST_MEMORY, MOST_TIME, MOST_GROWTH_MB = 0.40, 0.25, 5  # the goals
LAST = 100  # drawings over which the memory is looked at
SLANTS = range(-8, 9, 4)  # degrees, in which each digit is drawn
CLEAR_EVERY = 10  # drawings
FIRST_AND_SPEED = """
import sys
from recognizer import Recognizer
recognizer = Recognizer.load(sys.argv[1])
print(recognizer.predict(sys.argv[2]).digit, flush=True)
from statistics import median
from benchmarks.speed import CANVASES, per_second, times
print(median(times(recognizer.predict, CANVASES)), per_second(recognizer, 2000))
"""
ROWS = {
    "installed_mb": "installed, MB",
    "first_s": "first answer, s",
    "memory_mb": "memory, MB",
    "growth_mb": "it grows by, MB",
    "predict_p50_ms": "one digit, ms",
    "predict_many_per_second": "digits a second",
}


@dataclass(frozen=True)
class Runtime:
    """A way to run the network: its model file, and what has to be installed for it."""

    name: str
    model: Path
    requirements: Path
    swap: tuple[str, str] | None = None  # a distribution in the requirements, and the one that takes its place


LITE = ROOT / "requirements-lite.txt"
RUNTIMES = (
    Runtime("Keras", ROOT / "models" / "digits.keras", ROOT / "requirements.txt"),
    Runtime("ONNX", ROOT / "models" / "digits.onnx", LITE),
    Runtime("LiteRT", ROOT / "models" / "digits.tflite", LITE, ("onnxruntime", "ai-edge-litert")),
)


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="processes started for each runtime (5)")
    parser.add_argument("--predictions", type=int, default=1_000, help="drawings before the memory is measured (1000)")
    parser.add_argument("--until", type=int, default=10_000, help="drawings before it is measured again (10000)")
    options = parser.parse_args()
    if not LAST <= options.predictions <= options.until:
        parser.error(f"--predictions has to be at least {LAST}, and --until at least --predictions")
    runtimes = [runtime for runtime in RUNTIMES if runtime.model.is_file()]
    for runtime in set(RUNTIMES) - set(runtimes):
        print(f"{runtime.name} is left out: `python -m train.export` makes {runtime.model.name}.")
    figures: dict[str, dict[str, float]] = {
        runtime.name: {"installed_mb": round(installed_mb(runtime))} for runtime in runtimes
    }
    for name, medians in times_of(runtimes, options.rounds).items():
        figures[name] |= medians
    for runtime in runtimes:
        figures[runtime.name] |= asyncio.run(memory_of(runtime, options.predictions, options.until))
    show(figures)
    if options.record:
        settings = {"predictions": options.predictions, "until": options.until}
        record("python -m benchmarks.footprint", {**settings, **figures})


def installed_mb(runtime: Runtime) -> float:
    """What has to be installed to read with this runtime, and its model, in MB."""
    requirements = requirements_of(runtime.requirements)
    if runtime.swap:
        old, new = runtime.swap
        requirements = [each for each in requirements if each.name != old] + [Requirement(new)]
    return size_mb(needed_by(requirements)) + runtime.model.stat().st_size / MB


def times_of(runtimes: list[Runtime], rounds: int) -> dict[str, dict[str, float]]:
    """Start a process for each runtime in turn, `rounds` times and once to warm up -> the medians by runtime."""
    rows: dict[str, list[tuple[float, float, float]]] = {runtime.name: [] for runtime in runtimes}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "seven.png"
        Image.fromarray(drawn(7)).save(picture)
        for runtime in tqdm(runtimes * (rounds + 1), "processes"):
            rows[runtime.name].append(_run(runtime, picture))
    medians = {name: np.median(times[1:], axis=0).tolist() for name, times in rows.items()}
    return {
        name: {"first_s": round(s, 2), "predict_p50_ms": round(ms, 2), "predict_many_per_second": round(throughput)}
        for name, (s, ms, throughput) in medians.items()
    }


def _run(runtime: Runtime, picture: Path) -> tuple[float, float, float]:
    """Let a new process read a seven -> s to the answer, ms for a prediction, predictions a second."""
    command = [sys.executable, "-c", FIRST_AND_SPEED, str(runtime.model), str(picture)]
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as errors,  # TensorFlow also writes there what is none
        subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **THREADS}, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout
        digit = process.stdout.readline().strip()
        seconds = time.perf_counter() - started
        speed = process.stdout.read().split()
        if process.wait() or digit != "7":
            errors.seek(0)
            raise SystemExit(f"{runtime.name} reads a seven as {digit!r}.\n{errors.read()}")
    ms, per_second = map(float, speed)
    return seconds, ms, per_second


async def memory_of(runtime: Runtime, predictions: int, until: int) -> dict[str, float]:
    """Draw on a page that reads with this runtime -> the memory of its server, and how much that grew, in MB."""
    different = [sheets(placed(digit, angle=slant))[-1] for slant in SLANTS for digit in STROKES]
    last: deque[float] = deque(maxlen=LAST)
    memory = {}
    with server_of(ROOT / "streamlit_app.py", DIGITS_MODEL=str(runtime.model)) as (address, pid):
        async with visit(address) as visitor:
            for number in tqdm(range(1, until + 1), f"{runtime.name}'s page", mininterval=1):
                answer = await visitor.draw(different[number % len(different)])
                if answer.digit is None:
                    raise SystemExit(f"{runtime.name}'s page answers {answer.text!r} to a digit.")
                last.append(resident_mb(pid))
                if number % CLEAR_EVERY == 0:
                    await visitor.clear()
                if number in (predictions, until):
                    memory[number] = float(np.median(last))
    return {"memory_mb": round(memory[predictions]), "growth_mb": round(memory[until] - memory[predictions], 1)}


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print the runtimes side by side, and how they compare with the goals."""
    print(f"{'':<18}" + "".join(f"{name:>10}" for name in figures))
    for key, title in ROWS.items():
        print(f"{title:<18}" + "".join(f"{row[key]:>10}" for row in figures.values()))
    for name, row in figures.items():
        print(f"{name} grows by {row['growth_mb']} MB; the goal is at most {MOST_GROWTH_MB} MB")
        if name != "Keras" and "Keras" in figures:
            memory, first = (row[key] / figures["Keras"][key] for key in ("memory_mb", "first_s"))
            print(f"{name} takes {memory:.0%} of Keras' memory; the goal is at most {MOST_MEMORY:.0%}")
            print(f"{name} takes {first:.0%} of Keras' time to the first answer; the goal is at most {MOST_TIME:.0%}")


if __name__ == "__main__":
    main()
