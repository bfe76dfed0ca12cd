"""Many people draw on the page at once: does everyone get the right answer, their own, and how soon?

    python -m benchmarks.load [--visitors 20] [--strokes 10] [--browser] [--record]

The visitors speak Streamlit's own websocket (benchmarks/support/visitor.py), or, with `--browser`, are pages in one Chromium,
which then takes more of the processor than the server does (benchmarks/support/browsers.py). Each draws other digits than the
others at the same moment, at a place and a size and with a slant of its own, so that no two drawings look the same to
the model. First one visitor draws all of them alone: what it is shown is what everyone has to be shown later. Then come

- alone: one visitor at a person's pace: half a second for a stroke, a look at the answer, Clear, the next digit;
- together: all of them at that pace. This is what the goal is about: no error, and a p95 under ten times alone's p50;
- at once: all pens go up at the same moment, again and again: the worst that can happen, though people never do it.

Times are from pen-up to the message with the answer; in Chromium, to the frame that shows it. The server and the
visitors share `--cores` cores. An error is a wrong answer, another visitor's answer, an exception on the page, a lost
connection, or no answer.
"""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from benchmarks.support.browsers import BrowserVisitor, chromium_visits
from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, server_of
from benchmarks.support.process import keep_to_cores, processor_s, resident_mb
from benchmarks.support.record import record
from benchmarks.support.visitor import Answer, VisitError, Visitor, sheets, visit

STROKE_S = 0.4, 0.6  # that a pen is on its way
LOOK_S = 0.3, 0.7  # at an answer, before the next stroke or Clear
ALONE = 3  # visitors whose drawings the one alone draws, for a p50 that stands still
GOAL = 10  # times the p50 of one visitor alone: the p95 of all together has to be less

Guest = Visitor | BrowserVisitor


@dataclass(frozen=True)
class Drawing:
    """A digit, what the canvas sends after each of its strokes, and the strokes, in px of it."""

    digit: int
    sheets: tuple[str, ...]
    strokes: tuple[Sequence[tuple[float, float]], ...] = ()


@dataclass
class Outcome:
    """What came of a part: ms from pen-up to answer, errors by kind, and the share of a core that the server took."""

    ms: list[float] = field(default_factory=list)
    errors: Counter = field(default_factory=Counter)
    cores: float = 0.0

    def percentile(self, share: float) -> float:
        """In ms; NaN where there was no answer at all."""
        return float(np.percentile(self.ms, share)) if self.ms else float("nan")

    def figures(self) -> dict:
        """For the card."""
        return {
            "strokes": len(self.ms),
            "p50_ms": round(self.percentile(50)),
            "p95_ms": round(self.percentile(95)),
            "errors": sum(self.errors.values()),
        }


class Judge:
    """Knows what the page shows of each sheet and of whose drawing it is; tells whether an answer is right."""

    def __init__(self, drawings: list[Drawing], shown: dict[str, Answer]):
        """Raise `ValueError` where `shown`, the answers to every sheet, could not tell right from wrong."""
        self._shown = shown
        self._sheets = {answer.preview: sheet for sheet, answer in shown.items()}
        if len(self._sheets) < len(shown):
            raise ValueError("Two drawings look the same to the model, so that their answers could not be told apart.")
        misread = [each.digit for each in drawings if shown[each.sheets[-1]].digit != each.digit]
        if misread:
            raise ValueError(f"One visitor alone was told something else where {misread} had been drawn.")

    def error(self, sheet: str, answer: Answer) -> str | None:
        """Say what is wrong with the answer to a sheet; None where nothing is."""
        if answer.preview != self._shown[sheet].preview:
            return "another's answer" if answer.preview in self._sheets else "a picture that nobody drew"
        return None if answer.digit == self._shown[sheet].digit else "a wrong digit"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20, help="who draw at once (20)")
    parser.add_argument("--strokes", type=int, default=10, help="that each draws in each part, or one more (10)")
    parser.add_argument("--cores", type=int, default=2, help="of the processor, for the server and the visitors (2)")
    parser.add_argument("--browser", action="store_true", help="visit with Chromium")
    parser.add_argument("--record", action="store_true", help="write the figures to models/digits.json")
    options = parser.parse_args()
    keep_to_cores(options.cores)
    with server_of(ROOT / "streamlit_app.py") as (address, pid):
        figures = asyncio.run(measure(address, pid, options.visitors, options.strokes, options.browser))
    if options.record:
        command = "python -m benchmarks.load" + (" --browser" if options.browser else "")
        record(command, {"visitors": options.visitors, "cores": options.cores, **figures})


async def measure(address: str, pid: int, visitors: int, strokes: int, browser: bool) -> dict:
    """Run all parts and print what they show -> the figures for the card."""
    theirs = [list(drawings_of(number, strokes)) for number in range(visitors)]
    every = [drawing for drawings in theirs for drawing in drawings]
    parts = {name: Outcome() for name in ("alone", "together", "at once")}
    memory = {}
    come = partial(chromium_visits, strokes=last_strokes(every)) if browser else everyone
    async with come(address, 1) as (visitor,):
        judge = Judge(every, await shown_alone(visitor, every))
        few = [drawing for drawings in theirs[:ALONE] for drawing in drawings]
        with counted(pid, parts["alone"]):
            await draw_at_leisure(visitor, few, 0, judge, parts["alone"])
    memory["before"] = resident_mb(pid)
    async with come(address, visitors) as guests:
        with counted(pid, parts["together"]):
            each = zip(guests, theirs, range(1, visitors + 1), strict=True)
            await asyncio.gather(*(draw_at_leisure(*one, judge, parts["together"]) for one in each))
        with counted(pid, parts["at once"]):
            await draw_at_once(guests, theirs, judge, parts["at once"])
        memory["with all"] = resident_mb(pid)
    memory["when all have left"] = resident_mb(pid)
    show(parts, memory)
    ratio = parts["together"].percentile(95) / parts["alone"].percentile(50)
    print(f"together's p95 is {ratio:.1f} times alone's p50; the goal is under {GOAL}, and no error")
    figures = {name: part.figures() for name, part in parts.items()}
    return {**figures, "p95_to_alone": round(ratio, 1), "memory_mb": {name: round(mb) for name, mb in memory.items()}}


def show(parts: dict[str, Outcome], memory: dict[str, float]) -> None:
    """Print a line for each part, and the memory."""
    print(f"{'ms':<10}{'strokes':>8}{'p50':>7}{'p95':>7}{'longest':>9}{'errors':>8}{'cores':>7}")
    for name, part in parts.items():
        low, high, longest = (part.percentile(share) for share in (50, 95, 100))
        count, errors = len(part.ms), sum(part.errors.values())
        print(f"{name:<10}{count:>8}{low:>7.0f}{high:>7.0f}{longest:>9.0f}{errors:>8}{part.cores:>7.2f}")
        for error, times in part.errors.most_common():
            print(f"  {times} times: {error}")
    print("the server's memory: " + ", ".join(f"{mb:.0f} MB {when}" for when, mb in memory.items()))


def drawings_of(number: int, strokes: int) -> Iterator[Drawing]:
    """What visitor `number` draws: that digit, the next one, and so on, until there are enough strokes."""
    rng = np.random.default_rng([0, number])
    drawn = 0
    while drawn < strokes:
        height, angle = rng.uniform(140, 220), rng.uniform(-8, 8)
        left, top = rng.uniform(30, 230 - 0.625 * height), rng.uniform(20, 270 - height)
        written = placed(number % 10, height=height, left=left, top=top, angle=angle)
        yield Drawing(number % 10, tuple(sheets(written)), tuple(written))
        drawn, number = drawn + len(written), number + 1


def last_strokes(drawings: list[Drawing]) -> dict[str, Sequence[tuple[float, float]]]:
    """Return, for each sheet, the stroke that was drawn last."""
    return {sheet: stroke for each in drawings for sheet, stroke in zip(each.sheets, each.strokes, strict=True)}


@asynccontextmanager
async def everyone(address: str, visitors: int) -> AsyncIterator[list[Guest]]:
    """Let visitors come, one after the other, and leave together."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(visit(address)) for _ in range(visitors)]


@contextmanager
def counted(pid: int, outcome: Outcome) -> Iterator[None]:
    """Note how much of a processor core process `pid` takes meanwhile."""
    busy, started = processor_s(pid), time.perf_counter()
    yield
    outcome.cores = (processor_s(pid) - busy) / (time.perf_counter() - started)


async def shown_alone(visitor: Guest, drawings: list[Drawing]) -> dict[str, Answer]:
    """Draw everything, stroke by stroke -> what the page shows of each sheet."""
    shown = {}
    for drawing in drawings:
        for sheet in drawing.sheets:
            shown[sheet] = await visitor.draw(sheet)
        await visitor.clear()
    return shown


async def draw_at_leisure(visitor: Guest, drawings: list[Drawing], seed: int, judge: Judge, outcome: Outcome) -> None:
    """Draw at a person's pace, and look at every answer."""
    rng = np.random.default_rng([1, seed])
    await asyncio.sleep(rng.uniform(0, LOOK_S[1] + STROKE_S[1]))  # not everyone begins at the same moment
    for drawing in drawings:
        for sheet in drawing.sheets:
            await asyncio.sleep(rng.uniform(*STROKE_S))
            if not await draw_one(visitor, sheet, judge, outcome):
                return
            await asyncio.sleep(rng.uniform(*LOOK_S))
        if not await clear_one(visitor, outcome):
            return


async def draw_at_once(guests: list[Guest], theirs: list[list[Drawing]], judge: Judge, outcome: Outcome) -> None:
    """Let all pens go up at the same moment, as many times as the one with the fewest strokes can."""
    strokes = [[(sheet, sheet is each.sheets[-1]) for each in drawings for sheet in each.sheets] for drawings in theirs]
    here = list(zip(guests, strokes, strict=True))
    for number in range(min(map(len, strokes))):
        now = [(guest, *sheets[number]) for guest, sheets in here]
        answered = await asyncio.gather(*(draw_one(guest, sheet, judge, outcome) for guest, sheet, _ in now))
        here = [each for each, still in zip(here, answered, strict=True) if still]
        done = [(guest, last) for (guest, _, last), still in zip(now, answered, strict=True) if still]
        await asyncio.gather(*(clear_one(guest, outcome) for guest, last in done if last))


async def draw_one(visitor: Guest, sheet: str, judge: Judge, outcome: Outcome) -> bool:
    """Draw one stroke and judge the answer -> whether the visitor can go on."""
    try:
        answer = await visitor.draw(sheet)
    except VisitError as error:
        outcome.errors[str(error)] += 1
        return False
    outcome.ms.append(1000 * answer.seconds)
    if error := judge.error(sheet, answer):
        outcome.errors[error] += 1
    return True


async def clear_one(visitor: Guest, outcome: Outcome) -> bool:
    """Clear the canvas -> whether the visitor can go on."""
    try:
        await visitor.clear()
    except VisitError as error:
        outcome.errors[str(error)] += 1
        return False
    return True


if __name__ == "__main__":
    main()
