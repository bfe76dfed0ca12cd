"""Make the README's picture of the page: `python -m docs.screenshot` draws a 7 in Chromium and writes docs/page.png."""

from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.driver import ROOT, draw, launch, open_page, prediction, served, wait_until_read

PICTURE = Path(__file__).parent / "page.png"
# A seven as people write it who get told that it is a one: a flag, a bend, and a bar across the stem.
SEVEN = [
    [(82, 88), (78, 66), (120, 62), (170, 60), (214, 56), (206, 84), (180, 130), (160, 178), (146, 222), (140, 252)],
    [(116, 156), (160, 150), (206, 146)],
]


def main() -> None:
    with served(ROOT / "streamlit_app.py") as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 900, "height": 570}, device_scale_factor=1.5)
        open_page(page, address)
        wait_until_read(page)
        draw(page, SEVEN)
        expect(prediction(page)).to_contain_text("7")
        page.mouse.move(880, 560)
        page.wait_for_function("!document.getAnimations().some(animation => animation.playState === 'running')")
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
