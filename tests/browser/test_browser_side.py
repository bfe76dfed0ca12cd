"""What the page does in the browser besides drawing and answering (views/browser.js), in a real Chromium."""

import io
import os
import signal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import (
    PHONE,
    ROOT,
    at_rest,
    draw,
    draw_by_touch,
    open_page,
    prediction,
    server_of,
    set_width,
    wait_until_read,
)

EMPTY = "Draw a digit, or a whole number."
BARS = [[(30 + 22 * i, 40), (30 + 22 * i, 260)] for i in range(12)]
STROKES = "() => JSON.parse(sessionStorage.getItem('drawing') ?? '[]').length"  # that the server knows of


def expect_strokes(page, count):
    page.wait_for_function(f"({STROKES})() === {count}", timeout=20_000)


@pytest.mark.parametrize("pace_ms", [0, 33, 120])
def test_every_click_on_undo_takes_back_one_stroke_however_fast_they_come(page, pace_ms):
    for number, bar in enumerate(BARS, 1):
        draw(page, [bar])
        expect_strokes(page, number)
    page.evaluate(
        """async pace => {
            for (let click = 0; click < 8; click++) {
                document.querySelector(".st-key-undo button").click()
                if (pace) await new Promise(done => setTimeout(done, pace))
            }
        }""",
        pace_ms,
    )
    expect_strokes(page, 4)
    expect(prediction(page)).to_have_text("1111")
    expect(page.locator(".st-key-canvas .box")).to_have_count(4)


def test_a_stroke_that_is_under_way_when_the_width_changes_ends_there_and_stays(page):
    canvas = page.locator(".st-key-canvas").bounding_box()
    page.mouse.move(canvas["x"] + 150, canvas["y"] + 40)
    page.mouse.down()
    page.mouse.move(canvas["x"] + 150, canvas["y"] + 200, steps=8)
    page.get_by_role("slider").press("ArrowRight")
    expect_strokes(page, 1)
    page.mouse.move(canvas["x"] + 150, canvas["y"] + 250, steps=4)
    page.mouse.up()
    draw(page, [[(60, 40), (60, 250)]])
    expect_strokes(page, 2)
    widths = page.evaluate("() => JSON.parse(sessionStorage.getItem('drawing')).map(stroke => stroke.strokeWidth)")
    assert widths == [16, 17]


@pytest.mark.parametrize("way", ["reload", "back"])
def test_a_drawing_comes_back_after_a_reload_or_a_look_elsewhere(page, way):
    draw(page, placed(4, left=95, top=60))
    expect(prediction(page)).to_contain_text("4")
    expect_strokes(page, 2)
    if way == "reload":
        page.reload()
    else:
        page.goto("about:blank")
        page.go_back()
    expect(prediction(page)).to_contain_text("4", timeout=20_000)
    page.locator(".st-key-undo button").click()
    expect_strokes(page, 1)
    page.locator(".st-key-clear button").click()
    expect_strokes(page, 0)
    page.reload()
    expect(prediction(page)).to_contain_text(EMPTY, timeout=20_000)


def test_a_number_on_wide_paper_comes_back_on_wide_paper(page):
    page.locator(".st-key-wide label").first.click()
    expect(page.locator(".st-key-canvas canvas.upper-canvas")).to_have_attribute("width", "640")
    at_rest(page)
    draw(page, [*placed(4, left=60, top=60), *placed(7, left=400, top=60)])
    expect(prediction(page)).to_have_text("47")
    page.reload()
    expect(page.locator(".st-key-canvas canvas.upper-canvas")).to_have_attribute("width", "640", timeout=20_000)
    expect(prediction(page)).to_have_text("47", timeout=20_000)


def test_what_was_stored_by_something_else_is_an_empty_canvas(page):
    for stored in ("no json", '{"type": "Rect"}', "[1, 2]"):
        page.evaluate("stored => sessionStorage.setItem('drawing', stored)", stored)
        page.reload()
        expect(prediction(page)).to_contain_text(EMPTY, timeout=20_000)
    draw(page, placed(7))
    expect(prediction(page)).to_contain_text("7")


def test_the_canvas_is_drawn_on_after_every_key_that_reaches_it(page):
    for _ in range(25):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => document.activeElement.shadowRoot?.activeElement?.outerHTML ?? ''")
        assert focused == "", "something inside of the canvas"
    draw(page, placed(7))
    expect(prediction(page)).to_contain_text("7")


def test_a_stroke_that_gets_no_answer_is_said_to_have_none_until_it_gets_one(new_page):
    with server_of(ROOT / "streamlit_app.py", DIGITS_MODEL="models/digits.onnx") as (address, pid):
        page = new_page(viewport={"width": 1100, "height": 760})
        open_page(page, address)
        wait_until_read(page)
        notice = page.get_by_text("No answer yet: the connection may be lost.")
        draw(page, [[(150, 40), (150, 260)]])
        expect(prediction(page)).to_contain_text("1")
        expect(notice).to_be_hidden()
        os.kill(pid, signal.SIGSTOP)
        try:
            draw(page, [[(80, 40), (220, 40)]])
            expect(notice).to_be_visible()
        finally:
            os.kill(pid, signal.SIGCONT)
        expect(notice).to_be_hidden()


def test_the_element_that_a_screen_reader_listens_to_stays_and_what_is_in_it_changes(page):
    page.evaluate("() => { document.querySelector('.st-key-prediction').stayed = true }")
    for digit in (7, 1):
        draw(page, placed(digit))
        expect(page.get_by_role("status").filter(has_text=str(digit))).to_have_count(1)
        assert page.evaluate("() => document.querySelector('[role=status]').stayed")
        page.locator(".st-key-clear button").click()
        expect(prediction(page)).to_contain_text(EMPTY)


def test_of_a_number_with_equal_digits_each_can_be_picked(page):
    set_width(page, 8)
    sevens = [stroke for i in range(3) for stroke in placed(7, 90, left=20 + 85 * i, top=40, angle=9 * i)]
    draw(page, sevens)
    expect(prediction(page)).to_have_text("777")
    at_rest(page)
    options, preview = page.locator(".st-key-picked").get_by_role("radio"), page.locator(".st-key-preview img")
    pictures = [preview.get_attribute("src")]  # of the last
    for number in (0, 1, 2):
        options.nth(number).click()
        expect(preview).not_to_have_attribute("src", pictures[-1])
        pictures.append(preview.get_attribute("src"))
    assert pictures[0] == pictures[3] and len(set(pictures)) == 3, "three sevens, each drawn by itself"


def test_on_a_phone_on_its_side_the_paper_and_all_that_belongs_to_it_are_in_view(new_page, address):
    page = new_page(viewport={"width": 844, "height": 390}, has_touch=True, is_mobile=True)
    open_page(page, address)
    wait_until_read(page)
    draw_by_touch(page, placed(3, left=95, top=60))
    expect(prediction(page)).to_contain_text("3")
    for key in ("canvas", "stroke_width", "undo", "clear", "wide", "prediction", "preview", "probabilities"):
        box = page.locator(f".st-key-{key}").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 844, key
        assert box["y"] >= 0 and box["y"] + box["height"] <= 390, key


def test_on_the_narrowest_phone_nothing_is_beside_the_screen(new_page, address):
    page = new_page(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    open_page(page, address)
    wait_until_read(page)
    draw_by_touch(page, placed(3, left=95, top=60))
    expect(prediction(page)).to_contain_text("3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    box = page.locator(".st-key-canvas").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320


def variety(locator):
    """How much of what is seen there has another colour than its corner: 0 to 1."""
    pixels = np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB")).astype(int)
    return (np.abs(pixels - pixels[0, 0]).max(2) > 60).mean()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_systems_own_colours_bars_slider_toggle_tab_and_pick_can_be_seen(new_page, address, scheme):
    page = new_page(viewport={"width": 1100, "height": 760}, forced_colors="active", color_scheme=scheme)
    open_page(page, address)
    wait_until_read(page)
    draw(page, [*placed(4, 120, left=20, top=60), *placed(7, 120, left=170, top=60)])
    expect(page.locator(".st-key-picked").get_by_role("radio")).to_have_count(2)
    at_rest(page)
    bars = page.locator(".st-key-probabilities .bar")
    assert variety(bars.nth(7).locator(".track")) > variety(bars.nth(3).locator(".track")) > 0
    assert variety(page.locator(".st-key-stroke_width [role=group]")) > 0.01
    assert variety(page.locator(".st-key-wide label > div").first) > 0.1
    for role, chosen, other in (("tab", "Draw", "Photo"), ("radio", "7", "4")):
        one, two = (page.get_by_role(role, name=name, exact=True).first for name in (chosen, other))
        styles = "element => { const s = getComputedStyle(element); return s.outline + s.borderBottom }"
        assert one.evaluate(styles) != two.evaluate(styles), role


def test_nothing_moves_for_whoever_wants_it_so(new_page, address):
    durations = []
    for motion in ("no-preference", "reduce"):
        page = new_page(reduced_motion=motion)
        open_page(page, address)
        fill = page.locator(".st-key-probabilities .fill").first
        durations.append(fill.evaluate("element => getComputedStyle(element).transitionDuration"))
    assert durations == ["0.15s", "0s"]


def test_per_cent_signs_stay_behind_their_numbers_on_a_page_from_right_to_left(page):
    page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    draw(page, placed(7))
    expect(prediction(page)).to_contain_text("7")
    for name in (".answer", ".bars", ".boxes"):
        assert page.locator(name).evaluate("element => getComputedStyle(element).direction") == "ltr"
