"""Visitors in real browser pages, for benchmarks/load.py: what they do goes through its mouse and screen.

All pages are in one Chromium, on the same processor cores as the server: what twenty screens cost is in the times.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import Error, Page, async_playwright

from benchmarks.support.driver import QUIET, chromium_path
from benchmarks.support.stopwatch import watch
from benchmarks.support.visitor import PARTS, Answer, VisitError

TIMEOUT_MS = 60_000
WINDOW = {"width": 1100, "height": 760}
# Takes the time from the pen's going up to the first frame with another picture of what the model saw.
WATCH = watch("pointerup", "document.querySelector('.st-key-preview img').src")
SHOWN = """parts => parts.map(part => document.querySelector(`.st-key-${part}`).innerHTML)"""
EXCEPTIONS = ".stException"
AT_REST = """() => document.querySelector(".stApp").dataset.testScriptState === "notRunning" """


class BrowserVisitor:
    """One page in Chromium, with what `benchmarks.support.visitor.Visitor` can do."""

    def __init__(self, page: Page, strokes: Mapping[str, Sequence[tuple[float, float]]]):
        """`strokes`: of each sheet, the one that is drawn last, in px of the canvas."""
        self._page, self._strokes = page, strokes

    async def draw(self, sheet: str) -> Answer:
        """Draw the last stroke of `sheet` with the mouse -> what is then on screen."""
        frame = self._page.locator(".st-key-canvas")
        try:
            box, border = await frame.bounding_box(), await frame.evaluate("element => element.clientLeft")
            points = [(box["x"] + border + x, box["y"] + border + y) for x, y in self._strokes[sheet]]
            await self._page.evaluate(WATCH)
            await self._page.mouse.move(*points[0])
            await self._page.mouse.down()
            for point in points[1:]:
                await self._page.mouse.move(*point, steps=3)  # the canvas rounds the corners between few points
            await self._page.mouse.up()
            await self._page.wait_for_function("window.taken !== null", timeout=TIMEOUT_MS)
            await self._page.wait_for_function(AT_REST, timeout=TIMEOUT_MS)
            seconds = await self._page.evaluate("window.taken") / 1000
            if await self._page.locator(EXCEPTIONS).count():
                raise VisitError("The page shows an exception.")
            return Answer(*await self._page.evaluate(SHOWN, list(PARTS)), seconds)
        except Error as error:
            raise VisitError(f"Chromium: {error.message.splitlines()[0]}") from error

    async def clear(self) -> None:
        """Press Clear, and wait until the canvas and the answer are empty."""
        try:
            before = await self._page.locator(".st-key-preview img").get_attribute("src")
            await self._page.locator(".st-key-clear button").click(timeout=TIMEOUT_MS)
            await self._page.wait_for_function(
                "before => document.querySelector('.st-key-preview img').src !== before", arg=before, timeout=TIMEOUT_MS
            )
            await self._page.wait_for_function(AT_REST, timeout=TIMEOUT_MS)
        except Error as error:
            raise VisitError(f"Chromium: {error.message.splitlines()[0]}") from error


@asynccontextmanager
async def chromium_visits(
    address: str, count: int, strokes: Mapping[str, Sequence[tuple[float, float]]]
) -> AsyncIterator[list[BrowserVisitor]]:
    """Open `count` pages in one Chromium, each as a person of its own, and leave them all in the end."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        visitors = []
        for _ in range(count):
            page = await (await browser.new_context(viewport=WINDOW)).new_page()
            await page.goto(address, timeout=TIMEOUT_MS)
            await page.locator(".st-key-canvas canvas.upper-canvas").wait_for(timeout=TIMEOUT_MS)
            await page.locator(".st-key-preview img").wait_for(timeout=TIMEOUT_MS)
            await page.wait_for_function(AT_REST, timeout=TIMEOUT_MS)
            waking = "!document.querySelector('.st-key-prediction').innerText.includes('waking')"
            await page.wait_for_function(waking, timeout=TIMEOUT_MS)
            visitors.append(BrowserVisitor(page, strokes))
        yield visitors
        await browser.close()
