"""What keeps people from using the page, as far as axe-core can tell (https://github.com/dequelabs/axe-core)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import at_rest, draw, prediction
from tests.browser.support.steps import expect_answer, expect_number, number, open_tab

# Streamlit gives its drop zone both a role that hides it and a name; the button in it can be reached.
NOT_OURS = [["[data-testid=stFileUploaderDropzone]"]]


def faults(page):
    """What axe finds, a line each; what it finds while a tab is still being filled does not count."""
    for _ in range(5):
        at_rest(page)
        violations = Axe().run(page, {"exclude": NOT_OURS}).response["violations"]
        if not violations:
            break
    return [f"{each['id']}: {node['html'][:200]}" for each in violations for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_tab(page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    assert faults(page) == []
    draw(page, number("47", 100, 90))
    expect_number(page, "47")
    assert faults(page) == []
    for tab in ("Photo", "Why", "Model"):
        open_tab(page, tab)
        assert faults(page) == [], tab


def test_a_screen_reader_is_told_the_answer_once_a_stroke(page):
    page.evaluate("""() => {
        window.told = []
        const answer = document.querySelector(".st-key-prediction")
        const tell = () => told.at(-1) === answer.innerText || told.push(answer.innerText)
        new MutationObserver(tell).observe(answer, { subtree: true, childList: true, characterData: true })
    }""")
    assert page.locator("[role=status], [role=alert]:not(.notice), [aria-live=polite]").count() == 1
    draw(page, placed(7))
    expect_answer(page, 7)
    draw(page, [[(110, 130), (190, 130)]])
    at_rest(page)
    expect(prediction(page)).to_contain_text("7")
    told = page.evaluate("told")
    assert 1 <= len(told) <= 2 and all("7" in each for each in told)
