"""Do all visitors who draw at once get the right answer, their own, and how soon?

    python -m benchmarks.many.load [--visitors 20] [--digits 10] [--record]

The visitors speak Streamlit's own websocket (benchmarks/support/visitor.py). The first begins with a 0, the second with
a 1, and so on, each at its own place and size and with its own slant, so that no two drawings look the same to the
model. Before that, one visitor draws all of them: what the page shows then is what everybody has to be shown later.
Then come

- alone: one visitor at a person's pace: half a second for a digit, a look at the answer, Clear, the next digit;
- together: all of them at that pace. The goal is no error, and a p95 under ten times the p50 of alone;
- at once: all lift their pens at the same moment, again and again: the worst case, which people never cause.

Times are from the last pen-up of a digit to the message with the answer. The server and the visitors share the
processor cores that this process may use. An error is another answer than the visitor got alone, or another picture
than it drew. An exception on the page, a lost connection or no answer ends the benchmark.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import chain, count, islice

import numpy as np

from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, served
from benchmarks.support.visitor import Answer, Visitor, sheets, visit

DRAW_S = 0.4, 0.6  # that a digit takes
LOOK_S = 0.3, 0.7  # at an answer, before Clear
ALONE = 3  # visitors whose drawings the one alone draws, for a p50 that stands still

Timed = tuple[float, bool]  # an answer: ms from pen-up, and whether it is an error


@dataclass(frozen=True)
class Drawing:
    """A digit, and what the canvas sends when it is drawn."""

    digit: int
    sheet: str


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--visitors", type=int, default=20, help="how many draw at once (20)")
    parser.add_argument("--digits", type=int, default=10, help="digits that each draws in each part (10)")
    options = parser.parse_args()
    with served(ROOT / "streamlit_app.py") as address:
        parts = asyncio.run(measure(address, options.visitors, options.digits))
    settings = {"visitors": options.visitors, "cores": len(os.sched_getaffinity(0))}
    figures = {name: summary(*zip(*answers, strict=True)) for name, answers in parts.items()}
    ratio = figures["together"]["p95_ms"] / figures["alone"]["p50_ms"]
    report({**settings, **figures, "p95_to_alone": round(ratio, 1)}, options, "many.load")


def summary(ms: Sequence[float], errors: Sequence[bool]) -> dict[str, int]:
    """The figures of one part: how long each answer took, and whether it was another one than the visitor got alone."""
    p50_ms, p95_ms = (round(float(np.percentile(ms, percent))) for percent in (50, 95))
    return {"strokes": len(ms), "p50_ms": p50_ms, "p95_ms": p95_ms, "errors": sum(errors)}


async def measure(address: str, visitor_count: int, digits: int) -> dict[str, list[Timed]]:
    """Let `visitor_count` visitors draw on the page at `address`, in three parts -> the answers in each."""
    drawings = [list(islice(drawings_of(number), digits)) for number in range(visitor_count)]
    async with visit(address) as visitor:
        expected = await answers_alone(visitor, list(chain(*drawings)))
        parts = {"alone": await draw(visitor, list(chain(*drawings[:ALONE])), expected, 0)}
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(visit(address)) for _ in range(visitor_count)]
        for name, start in (("together", None), ("at once", asyncio.Barrier(visitor_count))):
            pairs = enumerate(zip(visitors, drawings, strict=True), 1)
            answers = await asyncio.gather(*(draw(*pair, expected, seed, start) for seed, pair in pairs))
            parts[name] = list(chain(*answers))
    return parts


def drawings_of(number: int) -> Iterator[Drawing]:
    """What visitor `number` draws: that digit, the next one, and so on without an end."""
    rng = np.random.default_rng([0, number])
    for digit in (each % 10 for each in count(number)):
        height, angle = rng.uniform(140, 220), rng.uniform(-8, 8)
        left, top = rng.uniform(30, 230 - 0.625 * height), rng.uniform(20, 270 - height)
        yield Drawing(digit, sheets(placed(digit, height=height, left=left, top=top, angle=angle))[-1])


async def answers_alone(visitor: Visitor, drawings: list[Drawing]) -> dict[str, Answer]:
    """Draw everything -> what the page shows of each sheet; `ValueError` where that could not tell right from wrong."""
    answers = {}
    for drawing in drawings:
        answers[drawing.sheet] = await visitor.draw(drawing.sheet)
        await visitor.clear()
    misread = [drawing.digit for drawing in drawings if answers[drawing.sheet].digit != drawing.digit]
    if misread:
        raise ValueError(f"The page misread {misread} when one visitor drew alone.")
    if len({answer.preview for answer in answers.values()}) < len(drawings):
        raise ValueError("Two drawings look the same to the model, so their answers could not be told apart.")
    return answers


async def draw(
    visitor: Visitor,
    drawings: list[Drawing],
    expected: dict[str, Answer],
    seed: int,
    start: asyncio.Barrier | None = None,
    pause_s: float = 0.0,
) -> list[Timed]:
    """Draw at a person's pace or, with `start`, each digit as soon as all others are ready for theirs.

    pause_s: how much longer than usual a person looks at an answer.
    """
    rng = np.random.default_rng([1, seed])
    answers = []
    if not start:
        await asyncio.sleep(rng.uniform(0, LOOK_S[1] + DRAW_S[1] + pause_s))  # not everybody begins at the same moment
    for drawing in drawings:
        await (start.wait() if start else asyncio.sleep(rng.uniform(*DRAW_S)))
        answer = await visitor.draw(drawing.sheet)
        answers.append((1000 * answer.seconds, is_error(answer, expected[drawing.sheet])))
        if not start:
            await asyncio.sleep(rng.uniform(*LOOK_S) + pause_s)
        await visitor.clear()
    return answers


def is_error(answer: Answer, expected: Answer) -> bool:
    """Whether the digit, or the picture that the model saw, is another one."""
    return (answer.digit, answer.preview) != (expected.digit, expected.preview)


if __name__ == "__main__":
    main()
