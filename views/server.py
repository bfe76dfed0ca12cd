"""What the server does once, as it starts: keep the log short, and load the model and the tabs before anybody comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread

import streamlit as st
from streamlit.cli_util import open_browser
from streamlit.web.server.server_util import get_url

from views import log
from views.reading import recognizer

# What they import, such as Pandas and Altair, takes longer than the first page itself. It has to wait for the server,
# with which their components are registered.
TABS = ("views.draw.tab", "views.photo", "views.model.tab", "views.why.tab")


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Start, and stop. The server does not wait for what is loaded."""
    log.shorten()
    recognizer()
    Thread(target=_import_tabs, daemon=True).start()
    if not st.get_option("server.headless"):  # `streamlit run` opens the page only of a script that is no app
        asyncio.get_running_loop().call_soon(open_browser, get_url("localhost"))
    yield


def _import_tabs() -> None:
    for name in TABS:
        import_module(name)
