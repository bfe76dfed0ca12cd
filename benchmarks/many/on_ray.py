"""What Ray costs: the pictures a second that 1, 2 and 4 workers read, and `python -m recognizer FOLDER`.

    .venv-ray/bin/python -m benchmarks.many.on_ray [--count 4000] [--rounds 3] [--record]

Draws `--count` canvases as batch.py does, and has all of them read, and a quarter of them, in each way in turn. What
the other three quarters take gives the rate; the rest of the time is the start. The cluster is there before, with four
cores, of which the machine may have fewer. Times are medians over the rounds, from the start of a process to its end.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.many.batch import draw_canvases
from benchmarks.support.cluster import ray_cluster
from benchmarks.support.command import command_line, report
from recognizer.runtimes.loader import DEFAULT_MODEL

WORKERS = (1, 2, 4)
MODEL = str(DEFAULT_MODEL.with_suffix(".onnx"))


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--count", type=int, default=4000, help="pictures (4000)")
    parser.add_argument("--rounds", type=int, default=3, help="times that each is measured (3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ray_cluster(max(WORKERS)) as cluster:
        whole, part = Path(folder, "all"), Path(folder, "part")
        whole.mkdir()
        part.mkdir()
        draw_canvases(whole, options.count)
        for path in sorted(whole.iterdir())[: options.count // 4]:
            shutil.copy(path, part)
        ways = {"one machine": ["recognizer", "--json", "--processes", str(os.cpu_count())]}
        for workers in WORKERS:
            ways[f"workers {workers}"] = ["recognizer.on_ray", "--address", cluster.address, "--workers", str(workers)]
        seconds: dict = {name: ([], []) for name in ways}
        for _ in range(options.rounds):
            for name, way in ways.items():
                for pictures, taken in zip((part, whole), seconds[name], strict=True):
                    taken.append(run(way, pictures))
    figures: dict = {"count": options.count, "cores": os.cpu_count()}
    for name, (few, all_) in seconds.items():
        few_s, all_s = statistics.median(few), statistics.median(all_)
        rate = 0.75 * options.count / (all_s - few_s)
        figures[name] = {"a second": round(rate), "start_s": round(all_s - options.count / rate, 1)}
    report(figures, options, "many.on_ray")


def run(way: list[str], pictures: Path) -> float:
    """Have a folder read -> how many s that took."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", way[0], "--model", MODEL, *way[1:], str(pictures)]
        if way[0] == "recognizer.on_ray":
            command.append(output)
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
