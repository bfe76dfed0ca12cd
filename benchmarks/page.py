"""How long a visitor waits, in Chromium: from pen-up to the answer, and from a click on Why to its last picture.

    python -m benchmarks.page [--rounds 3] [--record]

The first is measured on this page, on the least that a page with a canvas can do (floor.py in benchmarks/support/pages)
and on the page as most demos have it (usual.py); each is opened anew in every round, and warmed up. For the second,
each of the ten digits is drawn anew, so nothing about it is known yet. Both stamps of a measurement are taken inside
the page: at the pen-up or the click, and in the first frame that shows the result.
"""

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.support.command import command_line, report
from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, at_rest, draw, launch, open_page, prediction, served, wait_until_read

PAGES = ROOT / "benchmarks" / "support" / "pages"
SCRIPTS = {"floor": PAGES / "floor.py", "ours": ROOT / "streamlit_app.py", "usual": PAGES / "usual.py"}
STROKES = 10  # timed on each page in each round
WARM_UP = 3  # strokes or digits, not timed
TIMEOUT_MS = 30_000
ANSWER = "document.querySelector('.st-key-prediction').innerText"
WHY = "document.querySelectorAll('.st-key-why_inside figure').length > 0"
# Sets window.taken, null until then, to the ms from the next `event` to the first frame that shows another `shown`.
STOPWATCH = """([event, expression]) => {
    const shown = new Function("return " + expression)
    window.taken = null
    const before = shown()
    let started = null
    window.addEventListener(event, () => { started = performance.now() }, {capture: true, once: true})
    const observer = new MutationObserver(() => {
        if (started !== null && shown() !== before) {
            observer.disconnect()
            requestAnimationFrame(() => { window.taken = performance.now() - started })
        }
    })
    observer.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true})
}"""


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="times that each page is opened (3)")
    options = parser.parse_args()
    answers: dict[str, list[float]] = {name: [] for name in SCRIPTS}
    whys: list[float] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, script in list(SCRIPTS.items()) * options.rounds:
            with served(script) as address:
                page = browser.new_page(viewport={"width": 1280, "height": 1400})  # all of each page in view
                open_page(page, address)
                wait_until_read(page)
                answers[name] += [time_answer(page) for _ in range(WARM_UP + STROKES)][WARM_UP:]
                if name == "ours":
                    whys += [time_why(page, digit) for digit in [*range(WARM_UP), *range(10)]][WARM_UP:]
                page.close()
        browser.close()
    figures = {
        f"{name}_p{percent}_ms": round(float(np.percentile(ms, percent)))
        for name, ms in {**answers, "why": whys}.items()
        for percent in (50, 95)
    }
    ratios = {
        f"p{percent}_to_floor": figures[f"ours_p{percent}_ms"] / figures[f"floor_p{percent}_ms"] for percent in (50, 95)
    }
    report({**figures, **{name: round(ratio, 2) for name, ratio in ratios.items()}}, options, "page")


def time_answer(page: Page) -> float:
    """Draw a one and clear it -> ms from pen-up to the changed text."""
    empty = prediction(page).inner_text()
    page.evaluate(STOPWATCH, ["pointerup", ANSWER])
    draw(page, placed(1))
    ms = _stopped(page)
    _clear(page, empty)
    return ms


def time_why(page: Page, digit: int) -> float:
    """Draw a digit, open the Why tab, and go back to an empty canvas -> ms from the click to the last picture."""
    empty = prediction(page).inner_text()
    draw(page, placed(digit))
    expect(prediction(page)).to_contain_text("%", timeout=TIMEOUT_MS)
    at_rest(page)
    page.evaluate(STOPWATCH, ["pointerdown", WHY])
    page.get_by_role("tab", name="Why").click()
    ms = _stopped(page)
    page.get_by_role("tab", name="Draw").click()
    _clear(page, empty)
    return ms


def _stopped(page: Page) -> float:
    """Wait for the stopwatch, and until the page is at rest -> ms."""
    page.wait_for_function("window.taken !== null", timeout=TIMEOUT_MS)
    at_rest(page)
    return page.evaluate("window.taken")


def _clear(page: Page, empty: str) -> None:
    """Press Clear, and wait for the text of an empty canvas."""
    page.locator(".st-key-clear button").click()
    page.wait_for_function(f"text => {ANSWER} === text", arg=empty, timeout=TIMEOUT_MS)
    at_rest(page)


if __name__ == "__main__":
    main()
