"""From pen-up to the new answer on screen, in Chromium: this page beside the least and the usual one.

    python -m benchmarks.page [--strokes 10] [--rounds 3] [--record]

Each page is opened alone, warmed up with three strokes, and then drawn on and cleared in turn. Both stamps are taken
inside the page: one when the pen goes up, one in the first frame that shows the new text.
"""

import argparse

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.support.driver import ROOT, at_rest, launch, served
from benchmarks.support.record import record
from benchmarks.support.stopwatch import watch

PAGES = {
    "floor": ROOT / "benchmarks" / "pages" / "floor.py",
    "ours": ROOT / "streamlit_app.py",
    "usual": ROOT / "benchmarks" / "pages" / "usual.py",
}
WARM_UP = 3
WATCH = watch("pointerup", "document.querySelector('.st-key-prediction').innerText")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=10, help="strokes timed on each page in each round (10)")
    parser.add_argument("--rounds", type=int, default=3, help="times that each page is opened (3)")
    parser.add_argument("--record", action="store_true", help="write the figures to models/digits.json")
    options = parser.parse_args()
    taken = {name: [] for name in PAGES}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for _ in range(options.rounds):
            for name, script in PAGES.items():
                with served(script) as address:
                    page = browser.new_page(viewport={"width": 1280, "height": 1400})  # all of each page in view
                    page.goto(address)
                    taken[name] += time_strokes(page, WARM_UP + options.strokes)[WARM_UP:]
                    page.close()
        browser.close()
    print(f"{'ms':<8}{'p50':>8}{'p95':>8}{'to floor':>10}")
    floor = np.median(taken["floor"])
    for name, ms in taken.items():
        print(f"{name:<8}{np.median(ms):8.0f}{np.percentile(ms, 95):8.0f}{np.median(ms) / floor:10.2f}")
    if options.record:
        figures = {f"{name}_p50_ms": round(float(np.median(ms))) for name, ms in taken.items()}
        figures["ours_to_floor"] = round(float(np.median(taken["ours"]) / floor), 2)
        record("python -m benchmarks.page", figures)


def time_strokes(page: Page, strokes: int) -> list[float]:
    """Draw a one `strokes` times, clearing after each -> ms from pen-up to the changed text."""
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for(timeout=60_000)
    page.wait_for_function("!document.querySelector('.st-key-prediction').innerText.includes('waking')", timeout=60_000)
    at_rest(page)
    taken = []
    for _ in range(strokes):
        empty = page.locator(".st-key-prediction").inner_text()
        page.evaluate(WATCH)
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 150, box["y"] + 70)
        page.mouse.down()
        page.mouse.move(box["x"] + 150, box["y"] + 270, steps=10)
        page.mouse.up()
        page.wait_for_function("window.taken !== null", timeout=30_000)
        taken.append(page.evaluate("window.taken"))
        at_rest(page)
        page.locator(".st-key-clear button").click()
        page.wait_for_function("text => document.querySelector('.st-key-prediction').innerText === text", arg=empty)
        at_rest(page)
    return taken


if __name__ == "__main__":
    main()
