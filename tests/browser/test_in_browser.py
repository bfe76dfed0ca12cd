"""The page as a person meets it: drawn on in a real Chromium, and read off the screen."""

import io
import re
import shutil

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from benchmarks.support.drawing import STROKES, drawn, placed
from benchmarks.support.driver import (
    PHONE,
    ROOT,
    at_rest,
    draw,
    draw_by_touch,
    open_page,
    prediction,
    served,
    set_width,
    wait_until_read,
)
from corrections.database import open_engine
from corrections.store import CorrectionStore

START_TIMEOUT_MS = 60_000  # the first answer waits for TensorFlow
EMPTY = "Draw a digit, or a whole number."


def clear(page):
    page.locator(".st-key-clear button").click()
    expect(prediction(page)).to_contain_text(EMPTY)
    at_rest(page)


def expect_answer(page, digit):
    expect(prediction(page)).to_have_text(re.compile(rf"^\s*{digit}\s+(> 99|\d\d) %\s*$"), timeout=START_TIMEOUT_MS)
    expect(page.locator(".st-key-probabilities .winner .name")).to_have_text(str(digit))


def number(text, height, step, scale=1.0):
    """The strokes of a number from the upper left corner, a digit every `step` px, scaled."""
    strokes = []
    for i, digit in enumerate(text):
        strokes += placed(int(digit), height=height, left=20 + i * step, top=40)
    return [[(scale * x, scale * y) for x, y in stroke] for stroke in strokes]


def expect_number(page, text):
    expect(prediction(page)).to_have_text(re.compile(rf"^\s*{text}\s*$"), timeout=START_TIMEOUT_MS)
    boxes = page.locator(".st-key-canvas .box")
    expect(boxes).to_have_count(len(text))
    canvas = page.locator(".st-key-canvas").bounding_box()
    lefts = [boxes.nth(i).bounding_box()["x"] for i in range(len(text))]
    assert lefts == sorted(lefts) and canvas["x"] < lefts[0] and lefts[-1] < canvas["x"] + canvas["width"]
    expect(page.locator(".st-key-probabilities .winner .name")).to_have_text(text[-1])


@pytest.fixture
def copy(tmp_path):
    """A copy of the project without its model."""
    for name in ("corrections", "recognizer", "views", ".streamlit"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "secrets.toml"))
    shutil.copy(ROOT / "streamlit_app.py", tmp_path)
    return tmp_path


@pytest.mark.parametrize("width", [4, 16, 36])
def test_ten_digits_drawn_with_the_mouse_are_read(page, width):
    set_width(page, width)
    for digit in STROKES:
        draw(page, placed(digit, left=95, top=60))
        expect_answer(page, digit)
        clear(page)


@pytest.mark.parametrize("text", ["407", "71"])
def test_numbers_are_read_stroke_by_stroke_and_each_digit_has_its_bars(page, text):
    set_width(page, 8)
    for length in range(2, len(text) + 1):
        draw(page, number(text[:length], 90, 85))
        expect_number(page, text[:length])
        if length < len(text):
            clear(page)
    page.locator(".st-key-picked").get_by_role("radio", name=text[0], exact=True).click()
    expect(page.locator(".st-key-probabilities .winner .name")).to_have_text(text[0])


def test_the_wide_paper_takes_a_year_and_keeps_what_was_drawn(page):
    draw(page, number("2", 160, 0))
    expect_answer(page, 2)
    page.locator(".st-key-wide label").first.click()
    expect(page.locator(".st-key-canvas canvas.upper-canvas")).to_have_attribute("width", "640")
    expect_answer(page, 2)
    draw(page, number("2026", 160, 140)[1:])
    expect_number(page, "2026")
    for _ in range(3):
        page.locator(".st-key-undo button").click()
        at_rest(page)
    expect_answer(page, 2)


def test_the_wide_paper_fits_a_phone_and_can_be_drawn_on_by_touch(new_page, address):
    page = new_page(**PHONE)
    open_page(page, address)
    wait_until_read(page)
    page.locator(".st-key-wide label").first.tap()
    expect(page.locator(".st-key-canvas canvas.upper-canvas")).to_have_attribute("width", "640")
    at_rest(page)
    box = page.locator(".st-key-canvas").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    draw_by_touch(page, number("2026", 150, 150, scale=(box["width"] - 4) / 640))
    expect_number(page, "2026")


def test_why_opens_all_of_its_parts(page):
    page.get_by_role("tab", name="Why").click()
    expect(page.get_by_text("Nothing has been read yet")).to_be_visible()
    page.get_by_role("tab", name="Draw").click()
    set_width(page, 8)
    draw(page, number("74", 90, 85))
    expect_number(page, "74")
    page.get_by_role("tab", name="Why").click()
    expect(page.get_by_text("The model says: 4")).to_be_visible(timeout=START_TIMEOUT_MS)
    for part, least in {"steps": 4, "strokes": 1, "erasure": 1, "neighbours": 8, "inside": 7}.items():
        figures = page.locator(f".st-key-why_{part} figure")
        expect(figures.nth(least - 1)).to_be_visible()
        for picture in page.locator(f".st-key-why_{part} figure img").all():
            assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
            assert len(picture.get_attribute("alt")) > 0
    page.locator(".st-key-why_strokes").get_by_role("radio", name="9", exact=True).click()
    expect(page.get_by_text("Blue ink looks more like a 9")).to_be_visible()
    page.locator(".st-key-why_inside").get_by_role("radio", name="2").click()
    expect(page.locator(".st-key-why_inside figure")).to_have_count(7)
    page.get_by_role("radiogroup", name="Which digit?").get_by_role("radio", name="7").click()
    expect(page.get_by_text("The model says: 7")).to_be_visible()


def test_a_finger_draws_on_a_phone_and_everything_is_in_view(new_page, address):
    page = new_page(**PHONE)
    open_page(page, address)
    wait_until_read(page)
    draw_by_touch(page, placed(3, left=95, top=60))
    expect_answer(page, 3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for key in ("canvas", "stroke_width", "prediction", "preview", "probabilities"):
        box = page.locator(f".st-key-{key}").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, key
        assert box["y"] >= 0 and box["y"] + box["height"] <= 844, key
    page.locator(".st-key-clear button").tap()
    expect(prediction(page)).to_contain_text(EMPTY)


def test_the_corners_of_the_canvas_can_be_drawn_on_by_touch(new_page, address):
    page = new_page(**PHONE)
    open_page(page, address)
    wait_until_read(page)
    draw_by_touch(page, [[(290, 10), (290, 290)]])
    expect_answer(page, 1)


def test_changing_the_width_keeps_the_drawing_and_the_next_stroke_has_it(page):
    first, second = placed(4, left=95, top=60)
    draw(page, [first])
    expect(prediction(page)).not_to_contain_text(EMPTY)
    set_width(page, 6)
    draw(page, [second])
    expect_answer(page, 4)


def test_undo_takes_back_one_stroke_after_another(page):
    one = [[(150, 40), (150, 260)]]
    draw(page, one)
    expect_answer(page, 1)
    preview = page.locator(".st-key-preview img")
    for bar in ([(60, 40), (240, 40)], [(60, 260), (240, 260)], [(60, 150), (240, 150)]):
        before = preview.get_attribute("src")
        draw(page, [bar])
        expect(preview).not_to_have_attribute("src", before, timeout=START_TIMEOUT_MS)
    for _ in range(3):
        before = preview.get_attribute("src")
        page.locator(".st-key-undo button").click()
        expect(preview).not_to_have_attribute("src", before, timeout=START_TIMEOUT_MS)
    expect_answer(page, 1)
    page.locator(".st-key-undo button").click()
    expect(prediction(page)).to_contain_text(EMPTY)
    draw(page, one)
    expect_answer(page, 1)


def test_clear_works_time_after_time(page):
    for digit in (7, 7, 0):
        draw(page, placed(digit))
        expect_answer(page, digit)
        clear(page)
    clear(page)


def test_a_look_at_the_other_tab_keeps_the_drawing(page):
    draw(page, placed(5))
    expect_answer(page, 5)
    page.get_by_role("tab", name="The model").click()
    expect(page.get_by_text("test digits read right")).to_be_visible()
    page.get_by_role("tab", name="Draw").click()
    expect_answer(page, 5)
    page.locator(".st-key-undo button").click()
    expect(prediction(page)).to_contain_text(EMPTY)


def test_photographs_are_read_and_a_file_that_is_none_is_a_sentence(page, tmp_path):
    light = np.linspace(1, 0.5, 1200)[None, :, None]
    Image.fromarray(np.uint8(np.hstack([drawn(digit) for digit in (2, 0, 2, 6)]) * light)).save(tmp_path / "note.jpg")
    (tmp_path / "broken.png").write_text("no picture")
    page.get_by_role("tab", name="Photo").click()
    page.locator(".st-key-photo input[type=file]").first.set_input_files(
        [tmp_path / "note.jpg", tmp_path / "broken.png"]
    )
    answers = page.locator("[class*=st-key-answer-]")
    expect(answers.nth(0).locator("code")).to_have_text("2026", timeout=START_TIMEOUT_MS)
    expect(answers.nth(0).locator("img")).to_be_visible()
    expect(answers.nth(1)).to_contain_text("is not a picture this program can open")
    picture = answers.nth(0).locator("img")
    blue = """image => {
        const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight), pen = canvas.getContext("2d")
        pen.drawImage(image, 0, 0)
        const bytes = pen.getImageData(0, 0, canvas.width, canvas.height).data
        let count = 0
        for (let i = 0; i < bytes.length; i += 4) count += bytes[i + 2] > bytes[i] + 100
        return count
    }"""
    assert picture.evaluate(blue) > 1000, "the boxes"
    page.get_by_role("tab", name="Draw").click()
    page.get_by_role("tab", name="Photo").click()
    expect(answers.nth(0).locator("code")).to_have_text("2026")


def test_what_a_file_is_called_is_text_and_nothing_else(page):
    picture = io.BytesIO()
    Image.fromarray(drawn(4)).save(picture, "PNG")
    names = ["<img src=x onerror=document.title='owned'>.png", "[a](javascript:document.title='owned') **b** $c$.png"]
    page.get_by_role("tab", name="Photo").click()
    page.locator(".st-key-photo input[type=file]").first.set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": picture.getvalue()} for name in names]
    )
    answers = page.locator("[class*=st-key-answer-]")
    for number, name in enumerate(names):
        expect(answers.nth(number).get_by_text(name, exact=True)).to_be_visible(timeout=START_TIMEOUT_MS)
    page.get_by_role("tab", name="Why").click()
    expect(page.locator(".st-key-why_source input")).to_have_value(names[0])
    assert page.locator(".stApp img[src=x], .stApp a[href^=javascript]").count() == 0
    assert page.title() != "owned"


def test_nothing_is_asked_of_any_other_machine(new_page, address):
    page, asked = new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, address)
    wait_until_read(page)
    draw(page, placed(3))
    expect_answer(page, 3)
    for tab in ("Photo", "Why", "The model"):
        page.get_by_role("tab", name=tab).click()
        at_rest(page)
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_a_pasted_picture_is_read(page):
    file = io.BytesIO()
    Image.fromarray(np.hstack([drawn(4), drawn(2)])).save(file, "PNG")
    page.get_by_role("tab", name="Photo").click()
    expect(page.locator(".st-key-photo input[type=file]")).to_be_attached()
    page.evaluate(
        """bytes => {
            const pasted = new DataTransfer()
            pasted.items.add(new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"}))
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: pasted, bubbles: true}))
        }""",
        list(file.getvalue()),
    )
    expect(page.locator("[class*=st-key-answer-] code")).to_have_text("42", timeout=START_TIMEOUT_MS)


def test_the_canvas_is_not_moved_by_what_appears_around_it(page):
    canvas = page.locator(".st-key-canvas")
    before = canvas.bounding_box()
    draw(page, placed(8))
    expect_answer(page, 8)
    assert canvas.bounding_box() == before


def test_without_a_model_the_page_says_so_and_finds_it_once_it_is_there(copy, new_page):
    with served(copy / "streamlit_app.py") as address:
        page = new_page()
        open_page(page, address)
        expect(prediction(page)).to_contain_text("There is no model", timeout=60_000)
        expect(prediction(page)).to_contain_text("python -m train")
        shutil.copytree(ROOT / "models", copy / "models")
        draw(page, placed(2))
        expect_answer(page, 2)


def test_what_is_drawn_before_the_model_is_there_is_read_when_it_is(copy, new_page):
    shutil.copytree(ROOT / "models", copy / "models")
    with served(copy / "streamlit_app.py") as address:
        page = new_page()
        open_page(page, address)
        draw(page, placed(6))
        expect_answer(page, 6)


def test_a_correction_is_one_tap_and_outlives_a_disk_that_is_gone_for_a_while(copy, new_page):
    shutil.copytree(ROOT / "models", copy / "models")
    disk = copy / "disk"
    disk.mkdir()
    url = f"sqlite:///{disk / 'corrections.db'}"
    (copy / ".streamlit" / "secrets.toml").write_text(f'[connections.corrections]\nurl = "{url}"\n')
    with served(copy / "streamlit_app.py") as address:
        page = new_page(**PHONE)
        open_page(page, address)
        wait_until_read(page)
        asked = page.locator(".st-key-corrections")
        # A tap on what is low on the page scrolls it, which moves nothing on it.
        place = "canvas => canvas.getBoundingClientRect().y + document.querySelector('.stMain').scrollTop"
        before = page.locator(".st-key-canvas").evaluate(place)
        draw_by_touch(page, placed(4, left=95, top=60))
        expect_answer(page, 4)
        asked.get_by_role("radio", name="9", exact=True).tap()
        expect(asked).to_contain_text("Kept as a 9. Thank you.")
        disk.rename(copy / "away")
        asked.get_by_role("radio", name="none", exact=True).tap()
        expect(asked).to_contain_text("Your correction was not kept. The database cannot be reached.")
        expect_answer(page, 4)
        (copy / "away").rename(disk)
        page.get_by_role("button", name="Try again").tap()
        expect(asked).to_contain_text("Kept as none of these.")
        assert page.locator(".st-key-canvas").evaluate(place) == before
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    (kept,) = CorrectionStore(open_engine(url)).all()
    assert (kept.answer, kept.label, kept.position, len(kept.strokes)) == (4, 10, 0, 2)
    assert kept.picture.max() > 200


def test_where_it_is_switched_off_nobody_is_asked(copy, new_page):
    shutil.copytree(ROOT / "models", copy / "models")
    (copy / ".streamlit" / "secrets.toml").write_text("[corrections]\nenabled = false\n")
    with served(copy / "streamlit_app.py") as address:
        page = new_page()
        open_page(page, address)
        draw(page, placed(7))
        expect_answer(page, 7)
        assert page.get_by_text("Was it right?").count() == 0
