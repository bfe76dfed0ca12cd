import os

import pytest
from playwright.sync_api import Error, sync_playwright

from benchmarks.support.driver import ROOT, launch, open_page, served, wait_until_read


@pytest.fixture(scope="session")
def browser():
    """A Chromium; without one the tests are skipped, or fail where REQUIRE_BROWSER is set."""
    with sync_playwright() as playwright:
        try:
            started = launch(playwright)
        except Error as error:
            if os.environ.get("REQUIRE_BROWSER"):
                raise
            pytest.skip(f"no Chromium: install one, or run `playwright install chromium` ({error.message[:80]})")
        yield started
        started.close()


@pytest.fixture(scope="session")
def address():
    with served(ROOT / "streamlit_app.py") as where:
        yield where


@pytest.fixture
def new_page(browser):
    """Make pages in a context of their own, and check at the end that none showed an exception."""
    contexts, pages = [], []

    def make(**options):
        contexts.append(browser.new_context(**options))
        pages.append(contexts[-1].new_page())
        return pages[-1]

    yield make
    exceptions = sum(page.locator(".stException").count() for page in pages)
    for context in contexts:
        context.close()
    assert exceptions == 0


@pytest.fixture
def page(new_page, address):
    """The page, in a window of a laptop, the model loaded."""
    made = new_page(viewport={"width": 1100, "height": 760})
    open_page(made, address)
    wait_until_read(made)
    return made
