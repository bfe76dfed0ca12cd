"""The page in a real Chromium where its server differs: with the Keras model, or with a bad disk."""

from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import PHONE, ROOT, draw, draw_by_touch, open_page, prediction, served, set_width
from corrections.database import UNREACHABLE, open_engine
from corrections.store import CorrectionStore
from tests.browser.support.steps import clear, expect_answer, expect_number, number, open_tab


def test_the_keras_model_reads_what_was_drawn_before_it_had_loaded_and_why_opens_all_of_its_parts(new_page):
    with served(ROOT / "streamlit_app.py", DIGITS_MODEL="") as address:
        page = new_page(viewport={"width": 1100, "height": 760})
        open_page(page, address)
        draw(page, placed(6))
        expect(prediction(page).locator(".digit")).to_have_text("6", timeout=60_000)
        clear(page)
        set_width(page, 8)
        draw(page, number("74"))
        expect_number(page, "74")
        open_tab(page, "Why")
        expect(page.get_by_text("The model says: 4")).to_be_visible(timeout=60_000)
        for part, least in {"steps": 4, "strokes": 1, "erasure": 1, "neighbours": 8, "inside": 7}.items():
            pictures = page.locator(f".st-key-why_{part} figure img")
            expect(pictures.nth(least - 1)).to_be_visible()
            for picture in pictures.all():
                assert picture.evaluate("image => image.complete && image.naturalWidth > 0 && image.alt.length > 0")
        expect(page.locator(".st-key-why_inside figure")).to_have_count(7)
        page.get_by_role("radiogroup", name="Which digit?").get_by_role("radio", name="7").click()
        expect(page.get_by_text("The model says: 7")).to_be_visible()


def test_a_correction_is_one_tap_and_outlives_a_disk_that_is_gone_for_a_while(tmp_path, new_page):
    disk, away, secrets = tmp_path / "disk", tmp_path / "away", tmp_path / "secrets.toml"
    disk.mkdir()
    url = f"sqlite:///{disk / 'corrections.db'}"
    secrets.write_text(f'[connections.corrections]\nurl = "{url}"\n')
    with served(
        ROOT / "streamlit_app.py", DIGITS_MODEL="models/digits.onnx", STREAMLIT_SECRETS_FILES=str(secrets)
    ) as address:
        page = new_page(**PHONE)
        open_page(page, address)
        row = page.locator(".st-key-corrections")
        # A tap on what is low on the page scrolls it, which moves nothing on it.
        place = "canvas => canvas.getBoundingClientRect().y + document.querySelector('.stMain').scrollTop"
        before = page.locator(".st-key-canvas").evaluate(place)
        draw_by_touch(page, placed(4, left=95, top=60))
        expect_answer(page, 4)
        row.get_by_role("button", name="9", exact=True).tap()
        expect(row).to_contain_text("saved as a 9. Thank you!")
        disk.rename(away)
        row.get_by_role("button", name="none", exact=True).tap()
        expect(row).to_contain_text(f"Your correction was not saved. {UNREACHABLE}")
        expect(prediction(page)).to_contain_text("Not a digit, as you taught it.")
        away.rename(disk)
        page.get_by_role("button", name="Try again").tap()
        expect(row).to_contain_text("saved as none of these.")
        assert page.locator(".st-key-canvas").evaluate(place) == before
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    (kept,) = CorrectionStore(open_engine(url)).all()
    assert (kept.answer, kept.label, len(kept.strokes)) == (4, 10, 2)
