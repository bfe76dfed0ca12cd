import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit_drawable_canvas import CanvasResult

from tests.views.sent import PAGE
from views import canvas, loading


@pytest.fixture
def page(monkeypatch):
    """Run the page on a canvas that sends `json` and `image`; the model is loaded before it looks."""
    st.cache_resource.clear()
    sent = {"json": {"objects": []}, "image": None, "calls": []}

    def fake(**options):
        sent["calls"].append(options)
        return CanvasResult(sent["json"], sent["image"], return_image_data=True)

    monkeypatch.setattr(canvas, "st_canvas", fake)

    def run(json=sent["json"], image=None, wait=True):
        sent.update(json=json, image=image)
        if wait:
            loading.recognizer().exception(timeout=60)
        app = AppTest.from_file(PAGE, default_timeout=60).run()
        assert not app.exception
        return app, sent

    yield run
    st.cache_resource.clear()
