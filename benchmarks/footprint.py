"""What it costs to read digits with each runtime: disk space, time to the first answer, memory, and time for a digit.

    python -m train.export       makes the models
    python -m benchmarks.footprint [--rounds 5] [--drawings 10000] [--record]

All runtimes are measured in the same run, with the page's settings (one thread each):

- installed: the model, and the files of all distributions that its requirements need, directly or not, as they are
  installed in this environment.
- first: from the start of a process to the line it prints with its first prediction; the files are in the disk's
  cache. The same process then times `predict` on a 300x300 canvas, and `predict_many`. All are medians over `--rounds`
  processes, the runtimes in turn.
- memory: of a page's server that reads with this runtime, after a tenth of the drawings of one visitor, and how much
  more after all of them (resident; the median over as many drawings as a hundredth). This takes minutes: a visitor
  draws at most some twenty times a second.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement
from PIL import Image
from tqdm import tqdm

from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import STROKES, drawn, placed
from benchmarks.support.driver import ROOT, server_of
from benchmarks.support.installed import MB, needed_by, requirements_of, size_mb
from benchmarks.support.visitor import sheets, visit

THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}  # the page's
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


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="processes started for each runtime (5)")
    parser.add_argument("--drawings", type=int, default=10_000, help="drawings of the visitor, at least 100 (10000)")
    options = parser.parse_args()
    keras, lite = (requirements_of(ROOT / name) for name in ("requirements.txt", "requirements-lite.txt"))
    litert = [each for each in lite if each.name != "onnxruntime"] + [Requirement("ai-edge-litert")]
    runtimes = {
        "Keras": (ROOT / "models" / "digits.keras", keras),
        "ONNX": (ROOT / "models" / "digits.onnx", lite),
        "LiteRT": (ROOT / "models" / "digits.tflite", litert),
    }
    models = {name: model for name, (model, _) in runtimes.items()}
    times = times_of(models, options.rounds)
    figures = {}
    for name, (model, requirements) in runtimes.items():
        memory = asyncio.run(memory_of(model, options.drawings))
        installed_mb = round(size_mb(needed_by(requirements)) + model.stat().st_size / MB)
        figures[name] = {"installed_mb": installed_mb, **times[name], **memory}
    report({"predictions": options.drawings // 10, "until": options.drawings, **figures}, options, "footprint")


def times_of(models: dict[str, Path], rounds: int) -> dict[str, dict[str, float]]:
    """Start a process for each model in turn, `rounds` times and once to warm up -> the medians by runtime."""
    rows: dict[str, list[tuple[float, float, float]]] = {name: [] for name in models}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "seven.png"
        Image.fromarray(drawn(7)).save(picture)
        for name, model in list(models.items()) * (rounds + 1):
            rows[name].append(_run(model, picture))
    medians = {name: np.median(times[1:], axis=0).tolist() for name, times in rows.items()}
    return {
        name: {"first_s": round(s, 2), "predict_p50_ms": round(ms, 2), "predict_many_per_second": round(per_second)}
        for name, (s, ms, per_second) in medians.items()
    }


def _run(model: Path, picture: Path) -> tuple[float, float, float]:
    """Let a new process read a seven -> s to the answer, ms for a prediction, predictions a second."""
    command = [sys.executable, "-c", FIRST_AND_SPEED, str(model), str(picture)]
    started = time.perf_counter()
    environment = {**os.environ, **THREADS}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        digit = process.stdout.readline().strip()
        seconds = time.perf_counter() - started
        speed = process.stdout.read().split()
    if process.returncode or digit != "7":
        raise SystemExit(f"{model.name} reads a seven as {digit!r}.")
    ms, per_second = map(float, speed)
    return seconds, ms, per_second


async def memory_of(model: Path, drawings: int) -> dict[str, float]:
    """Draw on a page that reads with this model -> the memory of its server, and how much that grew, in MB."""
    different = [sheets(placed(digit, angle=slant))[-1] for slant in SLANTS for digit in STROKES]
    resident = []
    with server_of(ROOT / "streamlit_app.py", DIGITS_MODEL=str(model)) as (address, pid):
        async with visit(address) as visitor:
            for number in tqdm(range(drawings), f"a page with {model.name}", mininterval=1):
                answer = await visitor.draw(different[number % len(different)])
                if answer.digit is None:
                    raise SystemExit(f"The page with {model.name} answers {answer.text!r} to a digit.")
                resident.append(_resident_mb(pid))
                if number % CLEAR_EVERY == CLEAR_EVERY - 1:
                    await visitor.clear()
    early, late = (float(np.median(resident[end - drawings // 100 : end])) for end in (drawings // 10, drawings))
    return {"memory_mb": round(early), "growth_mb": round(late - early, 1)}


def _resident_mb(pid: int) -> float:
    """Memory of process `pid` that is in RAM (VmRSS), in MB; `OSError` on a system without /proc."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024 / MB


if __name__ == "__main__":
    main()
