"""The page without TensorFlow: in the environment that LITE_PYTHON names, else in one that cannot import it."""

import os
import sys

from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, at_rest, draw, open_page, served, wait_until_read
from tests.browser.support.steps import clear, expect_answer, open_tab, teach_a_looped_seven

BLOCKED = """
import sys
for name in ("tensorflow", "keras", "h5py"):
    sys.modules[name] = None
"""


def test_a_digit_is_read_taught_and_explained_as_far_as_answers_go(new_page, tmp_path):
    if python := os.environ.get("LITE_PYTHON"):
        environment = {"PYTHONPATH": ""}
    else:
        (tmp_path / "sitecustomize.py").write_text(BLOCKED)
        python, environment = sys.executable, {"PYTHONPATH": str(tmp_path)}
    with served(ROOT / "deploy" / "community-cloud" / "streamlit_app.py", python, **environment) as address:
        page = new_page(viewport={"width": 1100, "height": 900})
        open_page(page, address)
        wait_until_read(page)
        draw(page, placed(7))
        expect_answer(page, 7)
        clear(page)
        teach_a_looped_seven(page)
        open_tab(page, "Why")
        expect(page.get_by_text("a lighter model")).to_be_visible()
        at_rest(page)
        assert page.locator(".st-key-why_taught figure").count() == 1
        assert page.locator(".st-key-why_neighbours figure").count() == 8
        assert page.locator(".st-key-why_steps figure").count() >= 4
        assert page.locator(".st-key-why_erasure figure").count() >= 1
        assert page.locator(".st-key-why_inside").count() == 0
        open_tab(page, "Model")
        expect(page.get_by_text("MNIST's test digits").first).to_be_visible()
