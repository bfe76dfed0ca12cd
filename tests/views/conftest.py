import re
from typing import Self

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit_drawable_canvas import CanvasResult

from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE
from tests.views.sent import EMPTY, PAGE
from views import reading
from views.canvas import component


class Page:
    """The page as AppTest runs it, with a stand-in for the canvas; `calls` has what the canvas was told."""

    def __init__(self):
        self.drawn = EMPTY
        self.calls = []

    def canvas(self, **options):
        self.calls.append(options)
        return CanvasResult(self.drawn, None, return_image_data=False)

    def open(self, drawn=EMPTY, wait=True, tab="Draw", secrets=None) -> Self:
        """Open the page on a canvas that sends `drawn`; `wait` until the model is loaded."""
        self.drawn = drawn
        if wait:
            reading.recognizer().exception(timeout=60)
        self.app = AppTest.from_file(PAGE, default_timeout=60)
        self.app.session_state["tab"] = tab
        for name, section in (secrets or {}).items():
            self.app.secrets[name] = section
        return self.run()

    def open_at(self, **parameters) -> Self:
        """Open the page at an address with parameters."""
        reading.recognizer().exception(timeout=60)
        self.app = AppTest.from_file(PAGE, default_timeout=60)
        for name, value in parameters.items():
            self.app.query_params[name] = value
        return self.run()

    def run(self) -> Self:
        self.app.run()
        assert not self.app.exception
        return self

    def draw(self, drawn) -> Self:
        """Have the canvas send something else."""
        self.drawn = drawn
        return self.run()

    def show(self, tab) -> Self:
        self.app.query_params["tab"] = tab
        return self.run()

    def click(self, key) -> Self:
        self.app.button(key=key).click()
        return self.run()

    @property
    def chosen(self):
        """What the digit that is shown was said to be, 10 for none of the digits; None if nothing was said."""
        taps = [button for button in self.app.button if (button.key or "").startswith("tap_")]
        return next((int(tap.key[4:]) for tap in taps if tap.proto.type == "primary"), None)

    @property
    def html(self):
        return " ".join(each.proto.body for each in self.app.get("html") if "<style>" not in each.proto.body)

    @property
    def text(self):
        """What a person reads in all of the HTML."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html))

    @property
    def winners(self):
        """The digits whose bars are marked."""
        return re.findall(r'winner"><span class="name">(\d)', self.html)

    @property
    def asked(self):
        """What the canvas was asked to start from last, without what its pen gives to every stroke."""
        initial = self.calls[-1]["initial_drawing"]
        kept = ("type", "strokeWidth", "path")
        return initial | {"objects": [{name: each[name] for name in kept} for each in initial["objects"]]}


@pytest.fixture
def page(monkeypatch):
    """The page with the ONNX model, which is there at once; a test that needs Keras sets `MODEL_VARIABLE`."""
    monkeypatch.setenv(MODEL_VARIABLE, str(DEFAULT_MODEL.with_suffix(".onnx")))
    page = Page()
    monkeypatch.setattr(component, "st_canvas", page.canvas)
    return page


@pytest.fixture
def fresh_cache():
    """No model is loaded before or after the test."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
