"""The Draw tab in a real Chromium, as a person meets it."""

from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import draw, draw_by_touch, prediction, set_width
from tests.browser.steps import (
    CANVAS,
    EMPTY,
    clear,
    expect_answer,
    expect_number,
    expect_strokes,
    number,
    open_tab,
    reload,
    toggle_wide,
)

BARS = [[(30 + 22 * i, 110), (30 + 22 * i, 190)] for i in range(8)]


def test_digits_drawn_with_the_mouse_in_three_widths_are_read_and_nothing_moves(page):
    canvas = page.locator(".st-key-canvas")
    before = canvas.bounding_box()
    for width, digit in ((16, 8), (4, 5), (36, 3)):
        set_width(page, width)
        draw(page, placed(digit, left=95, top=60))
        expect_answer(page, digit)
        assert canvas.bounding_box() == before
        clear(page)


def test_a_number_is_read_and_each_digit_has_its_bars(page):
    set_width(page, 8)
    draw(page, number("407"))
    expect_number(page, "407")
    for digit in "40":
        page.locator(".st-key-picked").get_by_role("radio", name=digit, exact=True).click()
        expect(page.locator(".st-key-probabilities .winner .name")).to_have_text(digit)


def test_the_wide_paper_takes_a_year_keeps_what_was_drawn_and_comes_back_after_a_reload(page):
    draw(page, number("2", 160))
    expect_answer(page, 2)
    toggle_wide(page)
    expect_answer(page, 2)
    draw(page, number("2026", 160, 140)[1:])
    expect_number(page, "2026")
    reload(page)
    expect(page.locator(CANVAS)).to_have_attribute("width", "640")
    expect(prediction(page)).to_have_text("2026")
    for left in (3, 2, 1):
        page.locator(".st-key-undo button").click()
        expect_strokes(page, left)
    expect_answer(page, 2)


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


def test_every_click_on_undo_takes_back_one_stroke_however_fast_they_come(page):
    for pace_ms in (0, 120):
        draw(page, BARS)
        expect_strokes(page, len(BARS))
        page.evaluate(
            """async pace => {
                for (let click = 0; click < 5; click++) {
                    document.querySelector(".st-key-undo button").click()
                    if (pace) await new Promise(done => setTimeout(done, pace))
                }
            }""",
            pace_ms,
        )
        expect_strokes(page, 3)
        expect(prediction(page)).to_have_text("111")
        expect(page.locator(".st-key-canvas .mark")).to_have_count(3)
        clear(page)


def test_a_look_at_another_tab_a_reload_and_another_page_keep_the_drawing(page):
    draw(page, placed(4))
    expect_answer(page, 4)
    open_tab(page, "Model")
    expect(page.get_by_text("test digits read correctly")).to_be_visible()
    open_tab(page, "Draw")
    expect_answer(page, 4)
    reload(page)
    expect_answer(page, 4)
    page.goto("about:blank")
    page.go_back()
    expect_answer(page, 4)
    page.locator(".st-key-undo button").click()
    expect_strokes(page, 1)
    clear(page)
    reload(page)
    expect(prediction(page)).to_contain_text(EMPTY)


def test_what_was_stored_by_something_else_is_an_empty_canvas(page):
    for stored in ("no json", '{"type": "Rect"}', "[1, 2]"):
        page.evaluate("stored => sessionStorage.setItem('drawing', stored)", stored)
        reload(page)
        expect(prediction(page)).to_contain_text(EMPTY)
    draw(page, placed(7))
    expect_answer(page, 7)


def inside(page, key, width, height):
    box = page.locator(f".st-key-{key}").bounding_box()
    return box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] >= 0 and box["y"] + box["height"] <= height


def test_a_finger_draws_on_a_phone_and_everything_is_in_view_upright_and_on_its_side(phone):
    draw_by_touch(phone, placed(7, left=95, top=60))
    expect_answer(phone, 7)
    keys = ["canvas", "stroke_width", "undo", "clear", "prediction", "preview", "probabilities"]
    for width, height, shown in ((390, 844, keys), (844, 390, [*keys, "wide"]), (320, 640, keys[:1])):
        phone.set_viewport_size({"width": width, "height": height})
        phone.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
        assert [key for key in shown if not inside(phone, key, width, height)] == []


def test_a_finger_draws_into_the_corners_of_the_canvas_and_on_wide_paper(phone):
    draw_by_touch(phone, [[(290, 10), (290, 290)]])
    expect_answer(phone, 1)
    phone.locator(".st-key-clear button").tap()
    expect(prediction(phone)).to_contain_text(EMPTY)
    toggle_wide(phone)
    box = phone.locator(".st-key-canvas").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    draw_by_touch(phone, number("4717", 150, 150, scale=(box["width"] - 4) / 640))
    expect_number(phone, "4717")
