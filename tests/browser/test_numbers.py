"""Numbers in a real Chromium: whose ink is whose, also where digits touch, in columns and in lines."""

from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import draw, prediction, set_width
from tests.browser.support.steps import expect_number, number

OUTLINES = """() => {
    const source = document.querySelector(".st-key-canvas .marks img").src
    const drawing = new DOMParser().parseFromString(atob(source.split(",")[1]), "image/svg+xml")
    return [...drawing.querySelectorAll("path")].map(path => path.getAttribute("fill"))
}"""


def expect_lines(page, lines):
    expect(prediction(page)).to_have_text("".join(lines))
    expect(page.locator(".st-key-prediction br")).to_have_count(len(lines) - 1)
    expect(page.locator(".st-key-canvas .mark")).to_have_count(len("".join(lines)))


def test_digits_that_touch_are_read_and_each_has_an_outline_unlike_its_neighbours(page):
    set_width(page, 12)
    draw(page, number("2026", 160, 104))
    expect_number(page, "2026")
    tints = page.evaluate(OUTLINES)
    assert len(tints) == 4 and tints[0] != tints[1] != tints[2] != tints[3]
    shown = page.evaluate("() => document.querySelector('.st-key-canvas .marks img').naturalWidth")
    assert shown > 0, "the browser draws the outlines"


def test_a_column_is_read_from_top_to_bottom(page):
    set_width(page, 8)
    draw(page, [stroke for row, digit in enumerate((1, 2, 3)) for stroke in placed(digit, 70, 120, 20 + 95 * row)])
    expect_lines(page, ["1", "2", "3"])


def test_two_lines_are_read_as_two_numbers(page):
    set_width(page, 8)
    upper = [stroke for i, digit in enumerate((4, 0, 7)) for stroke in placed(digit, 90, 30 + 85 * i, 30)]
    lower = [stroke for i, digit in enumerate((8, 2)) for stroke in placed(digit, 90, 60 + 85 * i, 170)]
    draw(page, upper + lower)
    expect_lines(page, ["407", "82"])


def test_two_digits_in_one_stroke_are_read(page):
    set_width(page, 8)
    two, six = placed(2, 140, 60, 70)[0], placed(6, 140, 210, 70)[0]
    draw(page, [[*two, *six]])
    expect_number(page, "26")
