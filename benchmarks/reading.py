"""How long `read` takes with ONNX Runtime: numbers on the canvas, the worst of drawings on it, and a photograph.

    python -m benchmarks.reading [--record]

The canvas has 640x300 px. The worst drawings are the scribbles of benchmarks/hostile.py, and as much of its other ink
as the canvas shows. The photographs have 12 megapixels; a process of its own reads each, and says how much memory that
took at most, beyond what the process had when it had read a canvas.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.hostile import WIDE, drawn_ink, scribbles, shortest_reading
from benchmarks.sheets import sheet
from benchmarks.support.command import command_line, held_out, report
from benchmarks.support.penned import penned
from recognizer import Recognizer, Stroke
from recognizer.runtimes.loader import DEFAULT_MODEL
from train.config import DIGITS as CONFIG

MODEL = DEFAULT_MODEL.with_suffix(".onnx")
NUMBERS, PHOTOGRAPHS = 200, 8
PHOTOGRAPH = """
import re, sys, time
from pathlib import Path
import numpy as np
from recognizer import Recognizer
recognizer = Recognizer.load(sys.argv[1])
canvas = np.full((300, 640), 255, np.uint8)
canvas[50:250, 300:320] = 0
recognizer.read(canvas)
def megabytes(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 2**10
idle = megabytes("VmRSS")
started = time.perf_counter()
recognizer.read(sys.argv[2])
print(time.perf_counter() - started, megabytes("VmHWM") - idle)
"""


def main() -> None:
    options = command_line(__doc__).parse_args()
    recognizer, rng = Recognizer.load(MODEL), np.random.default_rng([CONFIG.seed, 15])
    numbers = [penned(rng) for _ in range(NUMBERS)]
    usual = [shortest_ms(recognizer, 255 - each.picture, list(each.strokes)) for each in numbers]
    worst = {name: shortest_ms(recognizer, ink, strokes) for name, ink, strokes in on_canvas()}
    hardest = max(worst, key=lambda name: worst[name])
    seconds, megabytes = photographs()
    figures = {
        "canvas_p50_ms": round(float(np.median(usual)), 1),
        "canvas_most_ms": round(max(usual), 1),
        "worst": hardest,
        "worst_ms": round(worst[hardest], 1),
        "photograph_s": round(float(np.median(seconds)), 2),
        "photograph_mb": round(max(megabytes)),
    }
    report(figures, options, "reading")


def on_canvas() -> list[tuple[str, np.ndarray, list[Stroke]]]:
    """Drawings on the canvas that are as much work as they can be: name, ink as uint8 (300, 640), strokes."""
    ink = {name: np.zeros(WIDE[::-1], np.uint8) for name, _ in drawn_ink(np.random.default_rng(1))}
    for name, picture in drawn_ink(np.random.default_rng(1)):
        part = picture[: WIDE[1], : WIDE[0]]
        ink[name][: part.shape[0], : part.shape[1]] = part
    drawings = [(name, each, list[Stroke]()) for name, each in ink.items()]
    scribbled = scribbles(np.random.default_rng(1))
    return drawings + [(name, 255 - np.asarray(picture), strokes) for name, picture, strokes in scribbled]


def shortest_ms(recognizer: Recognizer, ink: np.ndarray, strokes: list[Stroke]) -> float:
    """How long it takes to read ink, uint8 (H, W), as the canvas gives it: black on transparency."""
    picture = np.dstack([np.zeros((*ink.shape, 3), np.uint8), ink])
    return 1000 * shortest_reading(recognizer, picture, strokes)[0]


def photographs() -> tuple[list[float], list[float]]:
    """Read photographs in processes of their own: s and MB of each."""
    source, rows = held_out(), []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(PHOTOGRAPHS):
            path = Path(folder) / f"{number}.jpeg"
            path.write_bytes(sheet(source, np.random.default_rng([CONFIG.seed, 16, number]), "small").jpeg)
            command = [sys.executable, "-c", PHOTOGRAPH, str(MODEL), str(path)]
            rows.append([float(word) for word in subprocess.check_output(command, text=True).split()])
    seconds, megabytes = zip(*rows, strict=True)
    return list(seconds), list(megabytes)


if __name__ == "__main__":
    main()
