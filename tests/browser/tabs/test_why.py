"""The story that the Why tab tells, in a real Chromium."""

import re

import pytest
from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import at_rest, draw, open_page, wait_until_read
from tests.browser.support.steps import expect_answer

WIDTHS = {"laptop": 1280, "phone": 390}


@pytest.mark.parametrize("device", WIDTHS)
def test_a_step_opens_by_its_address_and_its_charts_show_the_drawing_at_the_pointer(new_page, address, device):
    page = new_page(viewport={"width": WIDTHS[device], "height": 900})
    open_page(page, address)
    wait_until_read(page)
    draw(page, placed(7))
    expect_answer(page, 7)
    page.goto(f"{address}/?tab=Why&step=4")
    story = page.locator(".st-key-why_story")
    expect(story).to_contain_text("How much does it take?")
    charts = story.locator("[data-testid=stVegaLiteChart] svg.marks")
    expect(charts).to_have_count(6)
    at_rest(page)
    turned = charts.nth(1)
    expect(story).to_contain_text("It stays a 7, with every pen from 1 to 40 px.")
    expect(story.locator("[role=graphics-document][aria-label^='It stays a 7 until it is turned by']")).to_have_count(1)
    turned.scroll_into_view_if_needed()
    titles = []
    for share in (0.3, 0.6):
        box = turned.bounding_box()
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        tooltip = page.locator("#vg-tooltip-element.visible")
        expect(tooltip.locator("h2")).to_have_text(re.compile(r"^-?\d+: "))
        assert tooltip.locator("img").evaluate("image => image.complete && image.naturalWidth === 28")
        titles.append(tooltip.inner_text())
    assert titles[0] != titles[1]
    story.get_by_role("button", name="Next").click()
    expect(story).to_contain_text("Step 5 of 5")
    expect(page).to_have_url(re.compile("step=5"))
    story.get_by_role("button", name="Back").click()
    expect(charts).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[device]
    page.get_by_role("tab", name="Draw").click()
    page.get_by_role("tab", name="Why").click()
    expect(story).to_contain_text("Step 4 of 5")
