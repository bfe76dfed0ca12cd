"""Take the README's pictures, docs/page.png and docs/why.png, in Chromium: `python -m docs.screenshot`."""

from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from benchmarks.support.driver import ROOT, at_rest, draw, launch, open_page, prediction, served, wait_until_read

FOLDER = Path(__file__).parent
# A seven that is often read as a one: with a flag, a bend, and a bar across the stem.
SEVEN: list[list[tuple[float, float]]] = [
    [(82, 88), (78, 66), (120, 62), (170, 60), (214, 56), (206, 84), (180, 130), (160, 178), (146, 222), (140, 252)],
    [(116, 156), (160, 150), (206, 146)],
]


def main() -> None:
    with served(ROOT / "streamlit_app.py") as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 900, "height": 730}, device_scale_factor=1.5)
        open_page(page, address)
        wait_until_read(page)
        draw(page, SEVEN)
        expect(prediction(page)).to_contain_text("7")
        page.mouse.move(880, 680)
        page.wait_for_function("!document.getAnimations().some(animation => animation.playState === 'running')")
        page.screenshot(path=FOLDER / "page.png")
        page.set_viewport_size({"width": 900, "height": 860})
        page.get_by_role("tab", name="Why").click()
        expect(page.locator(".st-key-why_inside figure").last).to_be_visible()
        at_rest(page)
        page.screenshot(path=FOLDER / "why.png")
        browser.close()


if __name__ == "__main__":
    main()
