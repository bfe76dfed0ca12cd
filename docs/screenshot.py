"""Take pictures of the page's four tabs in Chromium, docs/draw.png and so on: `python -m docs.screenshot`.

A test takes them anew and compares them with these, coarsely: it is to fail when the layout breaks, not when a letter
has other edges. When it fails and the page is right, run this command.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import FilePayload, Page, ViewportSize, expect, sync_playwright

from benchmarks.support.drawing import placed, render
from benchmarks.support.driver import ROOT, at_rest, draw, launch, open_page, prediction, served, wait_until_read

FOLDER = Path(__file__).parent
VIEW: ViewportSize = {"width": 1100, "height": 780}
CELL_PX = 20  # the side of the squares whose brightness is compared
DARKER = 20  # of 255, what counts as a difference
# A seven that is often read as a one: with a flag, a bend, and a bar across the stem.
SEVEN: list[list[tuple[float, float]]] = [
    [
        (182, 128),
        (178, 106),
        (220, 102),
        (270, 100),
        (314, 96),
        (306, 124),
        (280, 170),
        (260, 218),
        (246, 262),
        (240, 292),
    ],
    [(216, 196), (260, 190), (306, 186)],
]


def main() -> None:
    with served(ROOT / "streamlit_app.py") as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for name, picture in pictures(browser.new_page(viewport=VIEW), address):
            (FOLDER / f"{name}.png").write_bytes(picture)
        browser.close()


def pictures(page: Page, address: str) -> Iterator[tuple[str, bytes]]:
    """Open the page, which is of the size `VIEW` -> the name of each tab and its picture, a PNG."""
    open_page(page, address)
    wait_until_read(page)
    draw(page, SEVEN)
    expect(prediction(page)).to_contain_text("7")
    page.mouse.move(1090, 770)
    yield "draw", _picture(page)
    page.get_by_role("tab", name="Photo").click()
    lines = [(text, 40 + 120 * row) for row, text in enumerate(("2026", "407"))]
    strokes = [
        s for text, top in lines for i, digit in enumerate(text) for s in placed(int(digit), 80, 60 + 80 * i, top)
    ]
    file = io.BytesIO()
    Image.fromarray(render(strokes, 7, (460, 260))).save(file, "PNG")
    content: FilePayload = {"name": "note.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.locator(".st-key-photo input[type=file]").set_input_files(content)
    expect(page.get_by_text("407").first).to_be_visible()
    yield "photo", _picture(page)
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(".st-key-why figure").first).to_be_visible()
    yield "why", _picture(page)
    page.get_by_role("tab", name="Model").click()
    expect(page.locator("[data-testid=stVegaLiteChart] :is(svg, canvas)").first).to_be_visible()
    yield "model", _picture(page)


def _picture(page: Page) -> bytes:
    at_rest(page)
    page.wait_for_function("!document.getAnimations().some(animation => animation.playState === 'running')")
    before, now = b"", page.screenshot()
    while now != before:  # charts and tables are drawn after that
        before, now = now, page.screenshot()
    return now


def difference(one: bytes, other: bytes) -> float:
    """The share, 0-1, of the squares of two pictures that are not about as bright in one as in the other."""
    a, b = (_cells(Image.open(io.BytesIO(each))) for each in (one, other))
    return float((np.abs(a - b) > DARKER).mean()) if a.shape == b.shape else 1.0


def _cells(picture: Image.Image) -> np.ndarray:
    size = picture.width // CELL_PX, picture.height // CELL_PX
    return np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX), float)


if __name__ == "__main__":
    main()
