"""The Model tab's confusion matrix in a real Chromium, by mouse and by keyboard."""

from playwright.sync_api import expect

from benchmarks.support.driver import at_rest
from tests.browser.support.steps import open_tab


def test_a_cell_of_the_confusion_matrix_opens_its_digits_and_a_second_click_shows_all(page):
    open_tab(page, "Model")
    pictures = page.locator(".misread figure")
    cell = page.locator('svg.marks path[aria-label^="7 read as 2:"]')
    expect(cell).to_have_count(1)
    every = pictures.count()
    cell.click()
    expect(pictures.first).to_contain_text("7 → 2")
    assert 0 < pictures.count() < every
    at_rest(page)
    cell.click()
    expect(pictures).to_have_count(every)
    at_rest(page)
    page.get_by_role("combobox", name="Which mistake?").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(pictures).not_to_have_count(every)
