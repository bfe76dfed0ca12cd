"""What a person does on the page, and expects to see."""

import re

from playwright.sync_api import expect

from benchmarks.support.drawing import looped_seven, placed
from benchmarks.support.driver import at_rest, draw, prediction, set_width

EMPTY = "Draw a digit, or a number such as 2026."
STROKES = "() => JSON.parse(sessionStorage.getItem('drawing') ?? '[]').length"  # that the server knows of
CANVAS = ".st-key-canvas canvas.upper-canvas"
POPOVER = "[data-testid=stPopoverBody]"
LINE = [[(150, 40), (150, 260)]]  # a one


def clear(page):
    page.locator(".st-key-clear button").click()
    expect(prediction(page)).to_contain_text(EMPTY)
    at_rest(page)


def reset(page):
    """Leave nothing of what an earlier test did on the Draw tab."""
    page.emulate_media(forced_colors="none", color_scheme="light", reduced_motion="no-preference")
    open_tab(page, "Draw")
    if page.evaluate(STROKES):
        clear(page)
    set_width(page, 20)


def reload(page):
    page.reload()
    page.locator(CANVAS).wait_for()


def open_tab(page, name):
    page.get_by_role("tab", name=name).click()


def open_popover(page, name):
    """Open what lies behind a button, with what the server puts there.

    Whoever closes it sooner sees it open again (https://github.com/streamlit/streamlit/pull/15886).
    """
    page.locator(f".st-key-{name} button").first.click()
    expect(page.locator(POPOVER).locator("p").first).to_be_visible()


def close_popover(page):
    page.keyboard.press("Escape")
    expect(page.locator(POPOVER)).to_be_hidden()


def expect_strokes(page, count):
    """Wait until the server, and the browser from it, knows of so many strokes."""
    page.wait_for_function(f"({STROKES})() === {count}", timeout=20_000)


def expect_answer(page, digit):
    expect(prediction(page)).to_have_text(re.compile(rf"^\s*{digit}\s+(> 99|\d\d) %\s*$"))
    expect(page.locator(".st-key-probabilities .winner .name")).to_have_text(str(digit))


def number(text, height=90, step=85, scale=1.0):
    """The strokes of a number from the upper left corner, a digit every `step` px, scaled."""
    strokes = [s for i, digit in enumerate(text) for s in placed(int(digit), height, left=20 + i * step, top=40)]
    return [[(scale * x, scale * y) for x, y in stroke] for stroke in strokes]


def tap(page, label):
    """Say which digit it was."""
    page.locator(f".st-key-tap_{label} button").click()
    at_rest(page)


def expect_taught(page, digit):
    expect(prediction(page)).to_contain_text("as you taught it")
    expect(page.locator(".st-key-probabilities .winner .name")).to_have_text(str(digit))


def teach_a_looped_seven(page):
    """Put a looped seven right that is read as a two, and draw another one, which is read as a seven."""
    draw(page, looped_seven())
    expect_answer(page, 2)
    tap(page, "7")
    expect_taught(page, 7)
    clear(page)
    draw(page, looped_seven(bar=8, x=140))
    expect_taught(page, 7)


def expect_number(page, text):
    """The number, a box over each of its digits in order, and the bars of the last."""
    expect(prediction(page)).to_have_text(re.compile(rf"^\s*{text}\s*$"))
    boxes = page.locator(".st-key-canvas .mark")
    expect(boxes).to_have_count(len(text))
    canvas = page.locator(".st-key-canvas").bounding_box()
    lefts = [boxes.nth(i).bounding_box()["x"] for i in range(len(text))]
    assert lefts == sorted(lefts) and canvas["x"] < lefts[0] and lefts[-1] < canvas["x"] + canvas["width"]
    expect(page.locator(".st-key-probabilities .winner .name")).to_have_text(text[-1])
