"""What people play with on the Draw tab: drawings to try, links, pictures, and the network of the usual tutorials."""

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import at_rest, draw, open_page, prediction
from tests.browser.support.steps import (
    POPOVER,
    close_popover,
    expect_answer,
    expect_number,
    expect_strokes,
    open_popover,
    reload,
)


def test_an_empty_paper_offers_drawings_that_a_tap_draws_and_undo_takes_away(page):
    page.locator(".st-key-example_7 button").click()
    expect_number(page, "26")
    expect(page.locator(".st-key-examples")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(".st-key-examples button")).to_have_count(8)
    images = page.locator(".st-key-examples button").evaluate_all(
        "buttons => buttons.map(button => getComputedStyle(button).backgroundImage)"
    )
    assert len(set(images)) == 8 and all("data:image/svg" in each for each in images)


def test_a_link_opens_the_drawing_elsewhere_where_it_can_be_drawn_on_and_a_picture_holds_it(page, new_page, tmp_path):
    draw(page, placed(4))
    expect_answer(page, 4)
    at_rest(page)
    open_popover(page, "share")
    link = page.locator(f"{POPOVER} code").inner_text()
    with page.expect_download() as download:
        page.locator(".st-key-save_png button").click()
    download.value.save_as(tmp_path / "drawing.png")
    close_popover(page)
    ink = np.asarray(Image.open(tmp_path / "drawing.png"))
    assert ink.shape == (420, 420) and ink[0, 0] == 255 and ink.min() == 0
    other = new_page(viewport={"width": 390, "height": 844})
    open_page(other, link)
    expect_answer(other, 4)
    expect_strokes(other, 2)
    assert "drawing" not in other.url
    reload(other)
    expect_answer(other, 4)
    draw(other, [[(20, 20), (20, 330)]])
    expect_strokes(other, 3)


def test_a_damaged_link_is_one_sentence_and_the_page_can_be_used(new_page, address):
    page = new_page(viewport={"width": 1100, "height": 760})
    open_page(page, f"{address}/?drawing=eNo$$$")
    expect(prediction(page)).to_contain_text("The link to a drawing is damaged or cut short.")
    draw(page, placed(7))
    expect_answer(page, 7)


def test_the_network_of_the_tutorials_says_what_it_sees_beside_the_answer(page):
    draw(page, placed(7))
    expect_answer(page, 7)
    page.locator(".st-key-compare label").first.click()
    expect(page.locator(".tutorial .says")).to_be_visible()
    expect(page.locator(".tutorial")).to_contain_text("28 by 28 pixels")
    page.locator(".st-key-compare label").first.click()
    expect(page.locator(".tutorial")).to_have_count(0)
