"""How soon the first visitor of a server that has just been started gets an answer.

    python -m benchmarks.many.start [--rounds 3] [--record]

The visitor comes as soon as the server answers, or 10 s after that. `streamlit_app.py` loads the model and the tabs
when the server starts; the file for Streamlit Community Cloud, which is the same page without a server of its own,
when somebody comes. Times of the first visitor are from the start of the server, those of the later one from the visit,
to the message with the answer. Each is the median of all rounds, with the shipped Keras model and with ONNX.
"""

import asyncio
import time

import numpy as np

from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, served
from benchmarks.support.visitor import sheets, visit
from recognizer.runtimes.loader import DEFAULT_MODEL

SCRIPTS = {"loaded": ROOT / "streamlit_app.py", "not": ROOT / "deploy" / "community-cloud" / "streamlit_app.py"}
MODELS = {"Keras": DEFAULT_MODEL, "ONNX": DEFAULT_MODEL.with_suffix(".onnx")}
LATER_S = 10.0


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="times that each server is started (3)")
    options = parser.parse_args()
    figures = {}
    for model, path in MODELS.items():
        seconds: dict[str, list[float]] = {}
        for name, script in list(SCRIPTS.items()) * options.rounds:
            started = time.perf_counter()
            with served(script, DIGITS_MODEL=str(path)) as address:
                asyncio.run(first_answer(address))
                seconds.setdefault(f"{name}_at_once_s", []).append(time.perf_counter() - started)
            with served(script, DIGITS_MODEL=str(path)) as address:
                time.sleep(LATER_S)
                came = time.perf_counter()
                asyncio.run(first_answer(address))
                seconds.setdefault(f"{name}_later_s", []).append(time.perf_counter() - came)
        figures[model] = {name: round(float(np.median(each)), 1) for name, each in seconds.items()}
    report(figures, options, "many.start")


async def first_answer(address: str) -> None:
    """Open the page, draw a seven as soon as the model has loaded, and wait for the answer."""
    async with visit(address) as visitor:
        answer = await visitor.draw(sheets(placed(7))[-1])
    if answer.digit != 7:
        raise ValueError(f"The page says {answer.text!r} of a seven.")


if __name__ == "__main__":
    main()
