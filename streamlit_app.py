"""The page: draw a digit and watch the model read it. Run with `streamlit run streamlit_app.py`.

Streamlit imports this file once, for the server, and runs it once more each time that it shows somebody the page.
"""

import os

# One thread each, set before TensorFlow starts: its spinning helpers slow the browser and the other visitors
# more than they speed up the reading of one picture (benchmarks/page.py).
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from pathlib import Path

import streamlit as st

from views import visitors

VIEWS = Path(__file__).parent / "views"


@visitors.first()
def show() -> None:
    """The page: its title and four tabs."""
    from views import log, photo  # here, because the components in them can only be imported beside a running server
    from views.draw import tab as draw
    from views.figures import accent
    from views.model import tab as model
    from views.why import tab as why

    log.shorten()
    st.set_page_config("Draw a digit", page_icon=VIEWS / "icon.png", layout="centered")
    st.html(VIEWS / "style.css")
    st.html(f"<style>:root {{ --accent: {accent()} }}</style>")
    st.html('<h1 class="title">Draw a digit and watch it being read</h1>')
    draw_tab, photo_tab, why_tab, model_tab = st.tabs(["Draw", "Photo", "Why", "Model"], key="tab", bind="query-params")
    with draw_tab:  # always run, or a visit to another tab would lose the drawing
        draw.show()
    with photo_tab:  # the same for the uploaded files
        photo.show(is_open=bool(photo_tab.open))
    if why_tab.open:
        with why_tab:
            why.show()
    if model_tab.open:
        with model_tab:
            model.show()


if __name__ == "__main__":
    show()
else:
    from api.paths import paths
    from views.server import lifespan

    app = st.App(__file__, routes=[paths()], lifespan=lifespan)
