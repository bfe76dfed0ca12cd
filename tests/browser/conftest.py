import os

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from benchmarks.support.driver import PHONE, ROOT, launch, open_page, server_of, wait_until_read
from tests.browser.support.steps import reset

expect.set_options(timeout=30_000)  # the tests may share two cores


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
def server():
    """The page with the ONNX model: its address, and the number of the server's process."""
    with server_of(ROOT / "streamlit_app.py", DIGITS_MODEL="models/digits.onnx") as address_and_pid:
        yield address_and_pid


@pytest.fixture(scope="session")
def address(server):
    return server[0]


@pytest.fixture(scope="session")
def laptop(browser, address):
    """The page on a laptop, the model loaded, for all tests that leave it as they found it or that `page` resets."""
    page = browser.new_page(viewport={"width": 1100, "height": 760})
    open_page(page, address)
    wait_until_read(page)
    yield page
    page.close()


@pytest.fixture
def page(laptop):
    """The page on a laptop, blank, without loading it anew."""
    reset(laptop)
    yield laptop
    assert laptop.locator(".stException").count() == 0


@pytest.fixture
def new_page(browser):
    """Make pages in contexts of their own, and check at the end that none shows an exception."""
    pages = []

    def make(**options):
        pages.append(browser.new_context(**options).new_page())
        return pages[-1]

    yield make
    exceptions = sum(page.locator(".stException").count() for page in pages)
    for page in pages:
        page.context.close()
    assert exceptions == 0


@pytest.fixture
def phone(new_page, address):
    """The page on a phone, the model loaded."""
    page = new_page(**PHONE)
    open_page(page, address)
    wait_until_read(page)
    return page
