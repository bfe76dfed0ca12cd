"""The page without TensorFlow: in the environment that LITE_PYTHON names, else in one that cannot import it."""

import os
import sys

import pytest
from playwright.sync_api import expect

from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, at_rest, draw, open_page, prediction, served, wait_until_read

BLOCKED = """
import sys
for name in ("tensorflow", "keras", "h5py"):
    sys.modules[name] = None
"""


@pytest.fixture(scope="module")
def lite_address(tmp_path_factory):
    script = ROOT / "deploy" / "community-cloud" / "streamlit_app.py"
    if python := os.environ.get("LITE_PYTHON"):
        environment = {"PYTHONPATH": ""}
    else:
        folder = tmp_path_factory.mktemp("blocked")
        (folder / "sitecustomize.py").write_text(BLOCKED)
        python, environment = sys.executable, {"PYTHONPATH": str(folder)}
    with served(script, python, **environment) as address:
        yield address


def test_a_digit_is_read_and_explained_as_far_as_answers_go(new_page, lite_address):
    page = new_page(viewport={"width": 1100, "height": 900})
    open_page(page, lite_address)
    wait_until_read(page)
    draw(page, placed(7))
    expect(prediction(page)).to_contain_text("7")
    expect(page.locator(".st-key-probabilities .winner .name")).to_have_text("7")
    page.get_by_role("tab", name="Why").click()
    expect(page.get_by_text("a lighter model")).to_be_visible()
    at_rest(page)
    assert page.locator(".st-key-why_steps figure").count() >= 4
    assert page.locator(".st-key-why_erasure figure").count() >= 1
    assert page.locator(".st-key-why_inside").count() == 0
    page.get_by_role("tab", name="Model").click()
    expect(page.get_by_text("test digits read correctly")).to_be_visible()


def test_the_keras_model_is_one_sentence_that_says_what_is_missing(new_page, lite_address, tmp_path):
    python = os.environ.get("LITE_PYTHON", sys.executable)
    (tmp_path / "sitecustomize.py").write_text(BLOCKED)
    variables = {"PYTHONPATH": str(tmp_path), "DIGITS_MODEL": str(ROOT / "models" / "digits.keras")}
    with served(ROOT / "streamlit_app.py", python, **variables) as address:
        page = new_page()
        open_page(page, address)
        expect(prediction(page)).to_contain_text("needs TensorFlow, which is not installed", timeout=60_000)
        expect(prediction(page)).to_contain_text("DIGITS_MODEL")
