"""What the page does in a real Chromium beside drawing: for screen readers, system settings and lost connections."""

import io
import os
import signal

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import at_rest, draw, open_page, prediction, wait_until_read
from tests.browser.support.steps import LINE, clear, expect_answer, open_tab


def test_no_key_reaches_the_hidden_toolbar_of_the_canvas(page):
    for _ in range(25):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => document.activeElement.shadowRoot?.activeElement?.outerHTML ?? ''")
        assert focused == "", "something inside of the canvas"
    draw(page, placed(7))
    expect_answer(page, 7)


def test_a_stroke_that_gets_no_answer_is_said_to_have_none_until_it_gets_one(page, server):
    notice = page.get_by_text("No answer yet: the connection may be lost.")
    draw(page, LINE)
    expect_answer(page, 1)
    expect(notice).to_be_hidden()
    os.kill(server[1], signal.SIGSTOP)
    try:
        draw(page, [[(80, 40), (220, 40)]])
        expect(notice).to_be_visible()
    finally:
        os.kill(server[1], signal.SIGCONT)
    expect(notice).to_be_hidden()


def test_the_element_that_a_screen_reader_listens_to_stays_and_what_is_in_it_changes(page):
    page.evaluate("() => { document.querySelector('.st-key-prediction').stayed = true }")
    for digit in (7, 1):
        draw(page, placed(digit))
        expect(page.get_by_role("status").filter(has_text=str(digit))).to_have_count(1)
        assert page.evaluate("() => document.querySelector('[role=status]').stayed")
        clear(page)


def variety(locator):
    """How much of what is seen there has another colour than its corner: 0 to 1."""
    pixels = np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB")).astype(int)
    return (np.abs(pixels - pixels[0, 0]).max(2) > 60).mean()


def test_in_the_systems_own_colours_bars_slider_tab_and_pick_can_be_seen(page):
    draw(page, [*placed(4, 120, left=20, top=60), *placed(7, 120, left=170, top=60)])
    expect(page.locator(".st-key-picked").get_by_role("radio")).to_have_count(2)
    at_rest(page)
    bars = page.locator(".st-key-probabilities .bar")
    for scheme in ("light", "dark"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        assert variety(bars.nth(7).locator(".track")) > variety(bars.nth(3).locator(".track")) > 0
        assert variety(page.locator(".st-key-stroke_width [role=group]")) > 0.01
        for role, chosen, other in (("tab", "Draw", "Photo"), ("radio", "7", "4")):
            one, two = (page.get_by_role(role, name=name, exact=True).first for name in (chosen, other))
            styles = "element => { const s = getComputedStyle(element); return s.outline + s.borderBottom }"
            assert one.evaluate(styles) != two.evaluate(styles), role


def test_nothing_moves_for_whoever_wants_it_so(page):
    draw(page, LINE)
    fill, durations = page.locator(".st-key-probabilities .fill").first, []
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)
        durations.append(fill.evaluate("element => getComputedStyle(element).transitionDuration"))
    assert durations == ["0.15s", "0s"]


def test_per_cent_signs_stay_behind_their_numbers_on_a_page_from_right_to_left(page):
    page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    draw(page, placed(7))
    expect(prediction(page)).to_contain_text("7")
    for name in (".answer", ".bars", ".marks"):
        assert page.locator(name).evaluate("element => getComputedStyle(element).direction") == "ltr"


def test_nothing_is_asked_of_any_other_machine(new_page, address):
    page, asked = new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, address)
    wait_until_read(page)
    draw(page, placed(7))
    expect_answer(page, 7)
    for tab in ("Photo", "Why", "Model"):
        open_tab(page, tab)
        at_rest(page)
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
