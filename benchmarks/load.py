"""Do all visitors who draw at once get the right answer, their own, and how soon?

    python -m benchmarks.load [--visitors 20] [--strokes 10] [--record]

The visitors speak Streamlit's own websocket (benchmarks/support/visitor.py). The first begins with a 0, the second with
a 1, and so on, each at its own place and size and with its own slant, so that no two drawings look the same to the
model. Before that, one visitor draws all of them: what the page shows then is what everybody has to be shown later.
Then come

- alone: one visitor at a person's pace: half a second for a stroke, a look at the answer, Clear, the next digit;
- together: all of them at that pace. The goal is no error, and a p95 under ten times the p50 of alone;
- at once: all lift their pens at the same moment, again and again: the worst case, which people never cause.

Times are from pen-up to the message with the answer. The server and the visitors share `--cores` processor cores. An
error is a wrong answer, another visitor's answer, an exception on the page, a lost connection, or no answer.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import numpy as np

from benchmarks.support.command import command_line, record
from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, served
from benchmarks.support.process import keep_to_cores
from benchmarks.support.visitor import Answer, VisitError, Visitor, sheets, visit

STROKE_S = 0.4, 0.6  # that a stroke takes
LOOK_S = 0.3, 0.7  # at an answer, before the next stroke or Clear
ALONE = 3  # visitors whose drawings the one alone draws, for a p50 that stands still
GOAL = 10  # times the p50 of one visitor alone: the p95 of all together has to be less


@dataclass(frozen=True)
class Drawing:
    """A digit, and what the canvas sends after each of its strokes."""

    digit: int
    sheets: tuple[str, ...]


@dataclass
class Outcome:
    """The result of one part: ms from pen-up to each answer, and errors by kind."""

    ms: list[float] = field(default_factory=list)
    errors: Counter = field(default_factory=Counter)

    def percentile(self, percent: float) -> float:
        """In ms; NaN where there was no answer at all."""
        return float(np.percentile(self.ms, percent)) if self.ms else float("nan")

    def figures(self) -> dict:
        """For the card."""
        p50_ms, p95_ms = round(self.percentile(50)), round(self.percentile(95))
        return {"strokes": len(self.ms), "p50_ms": p50_ms, "p95_ms": p95_ms, "errors": sum(self.errors.values())}


class Judge:
    """Knows what the page has to show for each sheet; tells whether an answer is right, and the visitor's own."""

    def __init__(self, drawings: list[Drawing], shown: dict[str, Answer]):
        """Raise `ValueError` where `shown`, the answers to every sheet, could not tell right from wrong."""
        self._shown = shown
        self._previews = {answer.preview for answer in shown.values()}
        if len(self._previews) < len(shown):
            raise ValueError("Two drawings look the same to the model, so their answers could not be told apart.")
        misread = [drawing.digit for drawing in drawings if shown[drawing.sheets[-1]].digit != drawing.digit]
        if misread:
            raise ValueError(f"The page misread {misread} when one visitor drew alone.")

    def error(self, sheet: str, answer: Answer) -> str | None:
        """Say what is wrong with the answer to a sheet; None where nothing is."""
        if answer.preview != self._shown[sheet].preview:
            return "another's answer" if answer.preview in self._previews else "a picture that nobody drew"
        return None if answer.digit == self._shown[sheet].digit else "a wrong digit"


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--visitors", type=int, default=20, help="how many draw at once (20)")
    parser.add_argument("--strokes", type=int, default=10, help="strokes of each in each part, or one more (10)")
    parser.add_argument("--cores", type=int, default=2, help="processor cores for the server and the visitors (2)")
    options = parser.parse_args()
    keep_to_cores(options.cores)
    with served(ROOT / "streamlit_app.py") as address:
        parts = asyncio.run(measure(address, options.visitors, options.strokes))
    print(f"{'ms':<10}{'strokes':>8}{'p50':>7}{'p95':>7}{'longest':>9}{'errors':>8}")
    for name, part in parts.items():
        times = (part.percentile(percent) for percent in (50, 95, 100))
        print(f"{name:<10}{len(part.ms):>8}" + "{:>7.0f}{:>7.0f}{:>9.0f}".format(*times) + f"{part.errors.total():>8}")
        for error, count in part.errors.most_common():
            print(f"  {count} times: {error}")
    ratio = parts["together"].percentile(95) / parts["alone"].percentile(50)
    print(f"The p95 of together is {ratio:.1f} times the p50 of alone; the goal is under {GOAL}, and no error.")
    if options.record:
        figures = {name: part.figures() for name, part in parts.items()}
        settings = {"visitors": options.visitors, "cores": options.cores}
        record("python -m benchmarks.load", {**settings, **figures, "p95_to_alone": round(ratio, 1)})


async def measure(address: str, count: int, strokes: int) -> dict[str, Outcome]:
    """Let `count` visitors draw on the page at `address`, in three parts -> the outcome of each."""
    drawings = [list(drawings_of(number, strokes)) for number in range(count)]
    parts = {name: Outcome() for name in ("alone", "together", "at once")}
    async with visit(address) as visitor:
        every = [drawing for each in drawings for drawing in each]
        judge = Judge(every, await answers_alone(visitor, every))
        few = [drawing for each in drawings[:ALONE] for drawing in each]
        await draw(visitor, few, judge, parts["alone"], 0)
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(visit(address)) for _ in range(count)]
        for name, start in (("together", None), ("at once", asyncio.Barrier(count))):
            pairs = enumerate(zip(visitors, drawings, strict=True), 1)
            await asyncio.gather(*(draw(*pair, judge, parts[name], seed, start) for seed, pair in pairs))
    return parts


def drawings_of(number: int, strokes: int) -> Iterator[Drawing]:
    """What visitor `number` draws: that digit, the next one, and so on, until there are enough strokes."""
    rng = np.random.default_rng([0, number])
    drawn = 0
    while drawn < strokes:
        height, angle = rng.uniform(140, 220), rng.uniform(-8, 8)
        left, top = rng.uniform(30, 230 - 0.625 * height), rng.uniform(20, 270 - height)
        written = placed(number % 10, height=height, left=left, top=top, angle=angle)
        yield Drawing(number % 10, tuple(sheets(written)))
        drawn, number = drawn + len(written), number + 1


async def answers_alone(visitor: Visitor, drawings: list[Drawing]) -> dict[str, Answer]:
    """Draw everything, stroke by stroke -> what the page shows of each sheet."""
    answers = {}
    for drawing in drawings:
        for sheet in drawing.sheets:
            answers[sheet] = await visitor.draw(sheet)
        await visitor.clear()
    return answers


async def draw(
    visitor: Visitor,
    drawings: list[Drawing],
    judge: Judge,
    outcome: Outcome,
    seed: int,
    start: asyncio.Barrier | None = None,
) -> None:
    """Draw at a person's pace or, with `start`, each stroke as soon as all others are ready for theirs.

    In the latter case, the part is over for everybody when the first visitor has drawn everything, or is lost.
    """
    rng = np.random.default_rng([1, seed])
    try:
        if not start:
            await asyncio.sleep(rng.uniform(0, LOOK_S[1] + STROKE_S[1]))  # not everybody begins at the same moment
        for drawing in drawings:
            for sheet in drawing.sheets:
                await (start.wait() if start else asyncio.sleep(rng.uniform(*STROKE_S)))
                answer = await visitor.draw(sheet)
                outcome.ms.append(1000 * answer.seconds)
                if mistake := judge.error(sheet, answer):
                    outcome.errors[mistake] += 1
                if not start:
                    await asyncio.sleep(rng.uniform(*LOOK_S))
            await visitor.clear()
    except VisitError as error:
        outcome.errors[str(error)] += 1
    except asyncio.BrokenBarrierError:
        pass
    finally:
        if start:
            await start.abort()


if __name__ == "__main__":
    main()
