"""From a click on the Why tab to all of its pictures on screen, in Chromium, for each of the ten digits.

    python -m benchmarks.why [--rounds 3] [--record]

Each digit is drawn anew, so nothing is known of it. Both stamps are taken inside the page: one when the tab is clicked,
one in the first frame after its last picture has come. The first round warms up and does not count.
"""

import argparse

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.support.drawing import STROKES, placed
from benchmarks.support.driver import ROOT, at_rest, draw, launch, open_page, prediction, served, wait_until_read
from benchmarks.support.record import record
from benchmarks.support.stopwatch import watch

DRAW_HINT = "Draw a digit"

WATCH = watch("pointerdown", "document.querySelectorAll('.st-key-why_inside figure').length > 0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="times that each digit is drawn (3)")
    parser.add_argument("--record", action="store_true", help="write the figures to models/digits.json")
    options = parser.parse_args()
    taken: list[float] = []
    with served(ROOT / "streamlit_app.py") as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        open_page(page, address)
        wait_until_read(page)
        for round_ in range(options.rounds + 1):
            ms = [time_why(page, digit) for digit in STROKES]
            taken += ms if round_ else []
        browser.close()
    figures = {"p50_ms": round(float(np.median(taken))), "p95_ms": round(float(np.percentile(taken, 95)))}
    print(figures)
    if options.record:
        record("python -m benchmarks.why", figures)


def time_why(page: Page, digit: int) -> float:
    """Draw a digit, open the Why tab, and go back to an empty canvas -> ms from the click to the last picture."""
    draw(page, placed(digit))
    expect(prediction(page)).to_contain_text("%", timeout=20_000)
    at_rest(page)
    page.evaluate(WATCH)
    page.get_by_role("tab", name="Why").click()
    page.wait_for_function("window.taken !== null", timeout=30_000)
    at_rest(page)
    page.get_by_role("tab", name="Draw").click()
    page.locator(".st-key-clear button").click()
    expect(prediction(page)).to_contain_text(DRAW_HINT, timeout=20_000)
    at_rest(page)
    return page.evaluate("window.taken")


if __name__ == "__main__":
    main()
