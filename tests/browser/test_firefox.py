"""The page in a real Firefox: a stroke is read, taken back and kept over a reload."""

import os

import pytest

from tests.browser.support.firefox import firefox, firefox_path

TEXT = "document.querySelector('.st-key-prediction').innerText"
CANVAS = "document.querySelector('.st-key-canvas')"
STROKES = "JSON.parse(sessionStorage.getItem('drawing') ?? '[]').length"
HOSTS = "[...document.querySelectorAll('.st-key-drawing *')]"
READY = f"{HOSTS}.some(host => host.shadowRoot?.querySelector('.upper-canvas'))"
CONTROL = "\ue009"


@pytest.fixture
def window(tmp_path):
    path = firefox_path()
    if not path:
        if os.environ.get("REQUIRE_BROWSER"):
            raise RuntimeError("There is no Firefox.")
        pytest.skip("no Firefox")
    with firefox(path, tmp_path) as opened:
        yield opened


def test_strokes_are_read_taken_back_and_kept_over_a_reload(window, address):
    def open_page():
        window.open(address, 1100, 760)
        window.wait_for(READY)

    open_page()
    window.wait_for(f"{TEXT}.includes('Draw a digit')")
    left, top = (window.value(f"{CANVAS}.getBoundingClientRect().{side}") for side in ("left", "top"))
    one, other = ([(left + x, top + 60), (left + x, top + 260)] for x in (100, 200))
    window.draw([one])
    window.wait_for(f"/^1\\s/.test({TEXT}) && {STROKES} === 1")
    window.draw([other])
    window.wait_for(f"{TEXT}.trim() === '11' && {STROKES} === 2")
    window.press(CONTROL, "z")
    window.wait_for(f"/^1\\s/.test({TEXT}) && {STROKES} === 1")
    window.draw([other])
    window.wait_for(f"{TEXT}.trim() === '11'")
    open_page()
    window.wait_for(f"{TEXT}.trim() === '11'")
    assert window.value("document.querySelectorAll('.stException').length") == 0
