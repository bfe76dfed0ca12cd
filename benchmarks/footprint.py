"""What each runtime takes to read digits: room on disk, time until it reads, memory, and time for a digit.

    python -m benchmarks.footprint [--rounds 5] [--predictions 1000] [--until 10000] [--record]

Side by side in one run, for every model file there is:

- installed: what the requirements file needs, with all that this needs in turn, as installed here. No environment is
  made for it: the files of the distributions that are reached from the requirements are added up (and the model's).
- first answer: from the start of a process to the line that it prints with its first prediction (files in the disk's
  cache; the median of `--rounds`, the runtimes in turn).
- one digit, digits a second: `Recognizer.predict` on a 300x300 canvas, and `predict_many`, in a process of its own with
  the page's settings (one thread each; the median of `--rounds`, in turn).
- memory: of the page's server that reads with this runtime and with nothing else, after `--predictions` drawings of one
  visitor, and what it has grown by until there are `--until` (resident, the median over the last hundred).

Goals: a runtime without Keras takes at most 40 % of Keras' memory and 25 % of its time to the first answer, and none
grows by more than 5 MB. Growing is measured in minutes: a visitor draws at most some twenty times a second.
"""

import argparse
import asyncio
import itertools
import json
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

from benchmarks.speed import times
from benchmarks.support.drawing import STROKES, drawn, placed
from benchmarks.support.driver import ROOT, server_of
from benchmarks.support.installed import needed_by, requirements_of, size_mb
from benchmarks.support.process import MB, resident_mb
from benchmarks.support.record import record
from benchmarks.support.visitor import sheets, visit
from recognizer import Recognizer

THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}  # the page's
MOST_MEMORY, MOST_TIME, MOST_GROWTH_MB = 0.40, 0.25, 5  # the goals
MANY = 2_000
LAST = 100  # drawings over which the memory is looked at
SLANTS = range(-8, 9, 4)  # degrees; that each digit is drawn with
CLEAR_EVERY = 10  # drawings; as often as this the canvas is cleared in between
FIRST = "import sys; from recognizer import Recognizer; print(Recognizer.load(sys.argv[1]).predict(sys.argv[2]).digit)"
SPEED = "import sys; from benchmarks.footprint import print_speed; print_speed(sys.argv[1])"


@dataclass(frozen=True)
class Runtime:
    """A way to run the network: its model file, and what has to be installed for it."""

    name: str
    model: str
    requirements: str
    instead: tuple[str, str] | None = None  # of the requirements: a distribution, and the one that takes its place
    made_by: str = "python -m train"


RUNTIMES = (
    Runtime("Keras", "models/digits.keras", "requirements.txt"),
    Runtime("ONNX", "models/digits.onnx", "requirements-lite.txt", made_by="python -m train.export"),
    Runtime(
        "LiteRT",
        "models/digits.tflite",
        "requirements-lite.txt",
        ("onnxruntime", "ai-edge-litert"),
        "python -m train.export",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="processes started of each kind for each runtime (5)")
    parser.add_argument("--predictions", type=int, default=1_000, help="after which the memory is measured (1000)")
    parser.add_argument("--until", type=int, default=10_000, help="predictions over which it may grow (10000)")
    parser.add_argument("--record", action="store_true", help="write the figures to models/digits.json")
    options = parser.parse_args()
    if not LAST <= options.predictions <= options.until:
        parser.error(f"--predictions has to be at least {LAST}, and --until no less than --predictions")
    runtimes = [runtime for runtime in RUNTIMES if _is_there(runtime)]
    if not runtimes:
        raise SystemExit(1)
    figures: dict[str, dict[str, float]] = {runtime.name: {} for runtime in runtimes}
    for runtime in runtimes:
        figures[runtime.name]["installed_mb"] = round(installed_mb(runtime))
    for name, medians in processes(runtimes, options.rounds).items():
        figures[name].update(medians)
    for runtime in runtimes:
        figures[runtime.name].update(asyncio.run(memory_of(runtime, options.predictions, options.until)))
    show(figures)
    if options.record:
        counts = {"predictions": options.predictions, "until": options.until}
        record("python -m benchmarks.footprint", {**counts, **figures})


def _is_there(runtime: Runtime) -> bool:
    there = (ROOT / runtime.model).is_file()
    if not there:
        print(f"{runtime.name} is left out: there is no {runtime.model}. Make it with `{runtime.made_by}`.")
    return there


def installed_mb(runtime: Runtime) -> float:
    """What has to be installed to read with this runtime, in MB, and its model."""
    requirements = requirements_of(ROOT / runtime.requirements)
    if runtime.instead:
        theirs, own = runtime.instead
        requirements = [each for each in requirements if each.name != theirs] + [Requirement(own)]
    return size_mb(needed_by(requirements)) + (ROOT / runtime.model).stat().st_size / MB


def processes(runtimes: list[Runtime], rounds: int) -> dict[str, dict[str, float]]:
    """Start all processes that measure times, in turn -> the medians by runtime."""
    taken: dict[str, list[dict]] = {runtime.name: [] for runtime in runtimes}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "seven.png"
        Image.fromarray(drawn(7)).save(picture)
        for runtime in runtimes:  # from now on, the files are in the disk's cache
            first_answer_s(runtime, picture)
        turns = [runtime for _ in range(rounds) for runtime in runtimes]
        for runtime in tqdm(turns, "processes"):
            taken[runtime.name].append({"first_s": first_answer_s(runtime, picture), **speed_of(runtime)})
    return {
        name: {
            "first_s": round(float(np.median([each["first_s"] for each in rows])), 2),
            "predict_p50_ms": round(float(np.median([each["p50_ms"] for each in rows])), 2),
            "predict_many_per_second": round(float(np.median([each["per_second"] for each in rows]))),
        }
        for name, rows in taken.items()
    }


def first_answer_s(runtime: Runtime, picture: Path) -> float:
    """Start a process that reads a seven -> s until its answer is here."""
    said, taken = _run(FIRST, str(ROOT / runtime.model), str(picture))
    if said.strip() != "7":
        raise RuntimeError(f"{runtime.name} reads a seven as {said.strip()!r}.")
    return taken


def speed_of(runtime: Runtime) -> dict[str, float]:
    """Time predictions in a process of their own."""
    return json.loads(_run(SPEED, str(ROOT / runtime.model))[0])


def _run(code: str, *arguments: str) -> tuple[str, float]:
    """Run Python code with the page's settings -> the first line that it prints, and how many s it took until then."""
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, **THREADS}
    with tempfile.TemporaryFile("w+") as errors:  # TensorFlow has much to say there that is none
        started = time.perf_counter()
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as run:
            line = run.stdout.readline()
            taken = time.perf_counter() - started
        if run.returncode:
            errors.seek(0)
            raise SystemExit(f"A process that was to measure ended with status {run.returncode}:\n{errors.read()}")
    return line, taken


def print_speed(model: str) -> None:
    """Time predictions with the model in this file -> a line of JSON: ms for one, and how many in a second."""
    recognizer = Recognizer.load(model)
    opaque = np.full((300, 300, 1), 255, np.uint8)
    canvases = [np.concatenate([drawn(digit), opaque], axis=2) for digit in STROKES]
    p50_ms = float(np.median(times(recognizer.predict, canvases)))
    many = list(itertools.islice(itertools.cycle(canvases), MANY))
    started = time.perf_counter()
    recognizer.predict_many(many)
    print(json.dumps({"p50_ms": p50_ms, "per_second": MANY / (time.perf_counter() - started)}))


async def memory_of(runtime: Runtime, predictions: int, until: int) -> dict[str, float]:
    """Draw on a page that reads with this runtime -> the memory of its server, and how much that grew, in MB."""
    different = [sheets(placed(digit, angle=slant))[-1] for slant in SLANTS for digit in STROKES]
    last: deque[float] = deque(maxlen=LAST)
    memory = {}
    with server_of(ROOT / "streamlit_app.py", DIGITS_MODEL=runtime.model) as (address, pid):
        async with visit(address) as visitor:
            for number in tqdm(range(1, until + 1), f"{runtime.name}'s page", mininterval=1):
                answer = await visitor.draw(different[number % len(different)])
                if answer.digit is None:
                    raise RuntimeError(f"{runtime.name}'s page answers {answer.text!r} to a digit.")
                last.append(resident_mb(pid))
                if number % CLEAR_EVERY == 0:
                    await visitor.clear()
                if number in (predictions, until):
                    memory[number] = float(np.median(last))
    return {"memory_mb": round(memory[predictions]), "growth_mb": round(memory[until] - memory[predictions], 1)}


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print the runtimes side by side, and which goals are reached."""
    names = {
        "installed_mb": "installed, MB",
        "first_s": "first answer, s",
        "memory_mb": "memory, MB",
        "growth_mb": "it grows by, MB",
        "predict_p50_ms": "one digit, ms",
        "predict_many_per_second": "digits a second",
    }
    print(f"{'':<18}" + "".join(f"{name:>10}" for name in figures))
    for key, name in names.items():
        print(f"{name:<18}" + "".join(f"{row[key]:>10}" for row in figures.values()))
    for name, row in figures.items():
        print(f"{name}: grows by {row['growth_mb']} MB, the goal is {MOST_GROWTH_MB} MB at most")
        if name != "Keras" and "Keras" in figures:
            for key, most in (("memory_mb", MOST_MEMORY), ("first_s", MOST_TIME)):
                share = row[key] / figures["Keras"][key]
                print(f"{name}: {names[key].split(',')[0]} {share:.0%} of Keras', the goal is {most:.0%} at most")


if __name__ == "__main__":
    main()
