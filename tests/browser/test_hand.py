"""The page learns a hand, keeps it over a reload, gives it away and takes it back, in a real Chromium."""

from playwright.sync_api import expect

from benchmarks.support.drawing import looped_seven
from benchmarks.support.driver import draw, open_page, wait_until_read
from tests.browser.support.steps import (
    clear,
    close_popover,
    expect_answer,
    expect_taught,
    open_popover,
    open_tab,
    reload,
    tap,
    teach_a_looped_seven,
)


def test_a_looped_seven_is_taught_kept_over_a_reload_forgotten_and_loaded_again(new_page, address, tmp_path):
    page = new_page(viewport={"width": 1100, "height": 900})
    open_page(page, address)
    wait_until_read(page)
    teach_a_looped_seven(page)
    open_tab(page, "Why")
    expect(page.get_by_role("heading", name="7, as you taught it")).to_be_visible()
    expect(page.locator(".st-key-why_taught figure")).to_have_count(1)
    open_tab(page, "Draw")
    reload(page)
    expect_taught(page, 7)
    open_popover(page, "hand_more")
    with page.expect_download() as download:
        page.locator(".st-key-download_hand button").click()
    download.value.save_as(tmp_path / "mine.npz")
    page.locator(".st-key-forget_hand button").click()
    expect_answer(page, 2)
    close_popover(page)
    reload(page)
    expect_answer(page, 2)
    open_popover(page, "hand_more")
    page.locator(".st-key-hand_file input").set_input_files(tmp_path / "mine.npz")
    expect_taught(page, 7)
    expect(page.get_by_text("Learned from you: 1 digit")).to_be_visible()


def test_a_wrong_tap_by_finger_is_undone_by_one_button(phone):
    draw(phone, looped_seven())
    expect_answer(phone, 2)
    tap(phone, "4")
    expect_taught(phone, 4)
    phone.locator(".st-key-unlearn button").tap()
    expect_answer(phone, 2)
    clear(phone)
