"""How many readings a second do programs get, and does a visitor who draws meanwhile have to wait for them?

    python -m benchmarks.many.api [--clients 4] [--seconds 60] [--record]

A visitor draws digits at a person's pace (benchmarks/many/load.py), first alone, then beside programs that send

- pictures: canvases of 300x300 px with one digit, as PNG files, or
- strokes: the same digits as JSON.

Each program is a process of its own, which sends the next digit as soon as it has the answer to the last one. To the
server, each comes from another address: the limit for one address is not what is measured. Times of a program are from
the request to its answer, those of the visitor from pen-up to the message with the answer; an error is another answer
than the right one. The server, the programs and the visitor share the processor cores that this process may use.
"""

import asyncio
import http.client
import io
import json
import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from benchmarks.many.load import Timed, answers_alone, draw, drawings_of, summary
from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import drawn, placed
from benchmarks.support.driver import ROOT, served
from benchmarks.support.visitor import visit

DRAWINGS = 30  # different ones of the visitor
Request = tuple[int, str, bytes]  # a digit, and how it is sent: the type of the content, and the content


@dataclass(frozen=True)
class Asked:
    """What became of the requests of one program: the ms of each answer, and how many were wrong, or refused."""

    ms: list[float]
    wrong: int
    refused: int
    seconds: float


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--clients", type=int, default=4, help="programs that ask at once (4)")
    parser.add_argument("--seconds", type=float, default=60, help="that they ask for, in each part (60)")
    options = parser.parse_args()
    with served(ROOT / "streamlit_app.py", DIGITS_API="1") as address:
        parts = asyncio.run(measure(address, options.clients, options.seconds))
    report({"clients": options.clients, "cores": len(os.sched_getaffinity(0)), **parts}, options, "many.api")


async def measure(address: str, clients: int, seconds: float) -> dict[str, dict[str, Any]]:
    """Let a visitor draw on the page at `address`, alone and beside programs -> the figures of each part."""
    drawings = list(islice(drawings_of(0), DRAWINGS))
    async with visit(address) as visitor:
        expected = await answers_alone(visitor, drawings)
        alone = await draw(visitor, drawings, expected, 0)
        parts: dict[str, dict[str, Any]] = {"alone": summary(*zip(*alone, strict=True))}
        upcoming = cycle(drawings)
        for name, requests in {"pictures": pictures(), "strokes": strokes()}.items():
            beside: list[Timed] = []
            with ProcessPoolExecutor(clients, multiprocessing.get_context("spawn")) as pool:
                programs = [pool.submit(ask, address, number, requests, seconds) for number in range(clients)]
                while not any(each.done() for each in programs):
                    beside += await draw(visitor, [next(upcoming)], expected, len(beside))
            parts[f"beside {name}"] = summary(*zip(*beside, strict=True))
            parts[name] = together([each.result() for each in programs])
    return parts


def pictures() -> list[Request]:
    """Each digit as a PNG file."""
    requests = []
    for digit in range(10):
        file = io.BytesIO()
        Image.fromarray(drawn(digit)).save(file, "PNG")
        requests.append((digit, "image/png", file.getvalue()))
    return requests


def strokes() -> list[Request]:
    """Each digit as strokes."""
    sent = [json.dumps({"strokes": placed(digit), "width": 16}).encode() for digit in range(10)]
    return [(digit, "application/json", body) for digit, body in enumerate(sent)]


def ask(address: str, number: int, requests: Sequence[Request], seconds: float) -> Asked:
    """Ask for readings, one after another, as program `number` of 250 at most."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    ms, wrong, refused, started = [], 0, 0, time.perf_counter()
    for digit, kind, body in cycle(requests):
        sent = time.perf_counter()
        if sent - started > seconds:
            break
        headers = {"Content-Type": kind, "X-Forwarded-For": f"192.0.2.{number}"}  # an address that nobody has
        connection.request("POST", "/api/read", body, headers)
        response = connection.getresponse()
        answer = json.load(response)
        if response.status == 429:
            refused += 1
            time.sleep(int(response.headers["Retry-After"]))
            continue
        ms.append(1000 * (time.perf_counter() - sent))
        wrong += answer.get("text") != str(digit)
    return Asked(ms, wrong, refused, time.perf_counter() - started)


def together(programs: Sequence[Asked]) -> dict[str, float]:
    """The figures of all programs."""
    ms = [each for program in programs for each in program.ms]
    p50_ms, p95_ms = (round(float(np.percentile(ms, percent))) for percent in (50, 95))
    return {
        "a_second": round(sum(len(each.ms) / each.seconds for each in programs)),
        "p50_ms": p50_ms,
        "p95_ms": p95_ms,
        "errors": sum(each.wrong for each in programs),
        "refused": sum(each.refused for each in programs),
    }


if __name__ == "__main__":
    main()
