"""The Draw tab in a real Chromium, as a person meets it."""

import pytest
from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import (
    PEN,
    PHONE,
    at_rest,
    draw,
    draw_by_touch,
    open_page,
    prediction,
    set_width,
    wait_until_read,
)
from tests.browser.support.busy import BusyServer
from tests.browser.support.steps import (
    EMPTY,
    clear,
    close_popover,
    expect_answer,
    expect_number,
    expect_strokes,
    number,
    open_popover,
    open_tab,
    reload,
)

LAPTOP = {"viewport": {"width": 1100, "height": 760}}
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


def test_a_year_is_read_comes_back_after_a_reload_and_is_taken_back_stroke_by_stroke(page):
    draw(page, number("2026", 160, 140))
    expect_number(page, "2026")
    reload(page)
    expect(prediction(page)).to_have_text("2026")
    for left in (3, 2, 1):
        page.keyboard.press("Control+z")
        expect_strokes(page, left)
    expect_answer(page, 2)


def test_keys_undo_redo_and_clear_but_not_while_something_else_has_them(page):
    draw(page, BARS[:3])
    expect_strokes(page, 3)
    for key, left in (("Control+z", 2), ("Control+z", 1), ("Control+Shift+Z", 2), ("Escape", 0), ("Control+z", 2)):
        page.keyboard.press(key)
        expect_strokes(page, left)
    open_popover(page, "hand_more")
    close_popover(page)
    open_tab(page, "Model")
    page.keyboard.press("Delete")
    open_tab(page, "Draw")
    at_rest(page)
    expect_strokes(page, 2)


def under_way(page, change):
    """Draw half of a one, `change` something while the pen is down, and draw the other half."""
    canvas = page.locator(".st-key-canvas").bounding_box()
    x = canvas["x"] + 150
    page.mouse.move(x, canvas["y"] + 40)
    page.mouse.down()
    page.mouse.move(x, canvas["y"] + 150, steps=8)
    change()
    page.mouse.move(x, canvas["y"] + 250, steps=8)
    page.mouse.up()


HEIGHTS = """() => JSON.parse(sessionStorage.getItem("drawing")).map(({path}) => {
    const ys = path.map(command => command.at(-1))
    return Math.round(Math.max(...ys) - Math.min(...ys))
})"""
WIDTHS = "() => JSON.parse(sessionStorage.getItem('drawing')).map(stroke => stroke.strokeWidth)"


def test_a_stroke_that_is_under_way_when_the_width_changes_is_whole_and_has_the_new_width(page):
    def change():
        page.get_by_role("slider").press("ArrowRight")
        page.wait_for_function(PEN, arg=21)
        at_rest(page)

    under_way(page, change)
    expect_strokes(page, 1)
    assert page.evaluate(WIDTHS) == [21] and page.evaluate(HEIGHTS) == [pytest.approx(210, abs=3)]
    expect_answer(page, 1)


def test_a_stroke_that_is_under_way_or_on_its_way_when_another_is_undone_is_kept_whole(page):
    draw(page, BARS[:2])
    expect_strokes(page, 2)

    def undo():
        page.evaluate("() => document.querySelector('.st-key-undo button').click()")
        expect_strokes(page, 1)
        at_rest(page)

    under_way(page, undo)
    expect_strokes(page, 2)
    assert page.evaluate(HEIGHTS)[1] == pytest.approx(210, abs=3)
    page.evaluate("() => document.querySelector('.st-key-undo button').click()")
    draw(page, BARS[2:4])  # before the canvas has heard of it
    expect_strokes(page, 3)
    expect_number(page, "111")


@pytest.mark.parametrize(
    ("options", "by_hand", "key", "left"), [(LAPTOP, draw, "undo", 1), (PHONE, draw_by_touch, "clear", 0)]
)
def test_strokes_that_a_busy_server_never_hears_of_are_drawn_again(new_page, address, options, by_hand, key, left):
    page = new_page(**options)
    busy = BusyServer(page)
    open_page(page, address)
    wait_until_read(page)
    by_hand(page, BARS[:2])
    expect_strokes(page, 2)
    at_rest(page)
    busy.is_dumb = True
    page.locator(f".st-key-{key} button").click()
    busy.wait_until(busy.has_answered)
    busy.is_deaf = True
    by_hand(page, BARS[3:5])
    busy.wait_until(lambda: len(busy.unheard) >= 2)
    busy.speak()
    busy.wait_until(lambda: len(busy.unheard) >= 3)  # the canvas holds what is left, and says so
    busy.hear()
    expect_strokes(page, left + 2)
    by_hand(page, BARS[6:7])
    expect_number(page, "1" * (left + 3))
    expect_strokes(page, left + 3)


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
    expect(page.get_by_text("MNIST's test digits").first).to_be_visible()
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
    keys = ["canvas", "stroke_width", "undo", "clear", "prediction", "preview"]
    sizes = (
        (390, 844, [*keys, "probabilities"]),
        (844, 390, keys),
        (820, 1180, keys),
        (320, 640, keys[:4]),
        (640, 360, keys[:1]),
    )
    for width, height, shown in sizes:
        phone.set_viewport_size({"width": width, "height": height})
        phone.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
        assert [key for key in shown if not inside(phone, key, width, height)] == []


def test_a_finger_draws_into_the_corners_and_a_number_that_needs_more_room_gets_it_at_once(phone):
    box = phone.locator(".st-key-canvas").bounding_box()
    far = box["width"] - 12
    draw_by_touch(phone, [[(far, 10), (far, far)]])
    expect_answer(phone, 1)
    phone.locator(".st-key-clear button").tap()
    expect(prediction(phone)).to_contain_text(EMPTY)
    at_rest(phone)
    draw_by_touch(phone, number("4", 150, 150, scale=0.8))
    draw_by_touch(phone, [[(far - 20, 40), (far - 20, 150)]])
    expect_number(phone, "41")
    ends = "() => document.querySelectorAll('.st-key-canvas .mark')[1].getBoundingClientRect().right"
    phone.wait_for_function(f"({ends})() < {0.8 * box['width']}", timeout=10_000)
    draw_by_touch(phone, [[(far, 40), (far, 100)]])
    expect_number(phone, "411")
    assert phone.locator(".st-key-canvas").bounding_box() == box
