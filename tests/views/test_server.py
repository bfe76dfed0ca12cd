"""What the server does as it starts, before anybody comes."""

import ast
import asyncio
import logging
from threading import Event
from types import SimpleNamespace

import pytest
from streamlit import config

from recognizer.runtimes.loader import default_model
from tests.helpers import awaited
from tests.views.sent import PAGE
from views import log, reading, server


@pytest.fixture
def started(monkeypatch, fresh_cache):
    """Start the server, with a screen or without one -> what that did."""
    done, is_loaded = SimpleNamespace(loaded=[], imported=[], opened=[]), Event()
    monkeypatch.setattr(reading.Recognizer, "load", lambda path: done.loaded.append(path) or is_loaded.set())
    monkeypatch.setattr(server, "import_module", done.imported.append)
    monkeypatch.setattr(server, "open_browser", done.opened.append)
    monkeypatch.setattr(server, "Thread", lambda target, daemon: SimpleNamespace(start=target))

    async def run():
        async with server.lifespan(None):
            assert await asyncio.to_thread(is_loaded.wait, 60)
        return done

    def start(headless):
        config.set_option("server.headless", headless)
        return awaited(run())

    before = config.get_option("server.headless")
    yield start
    config.set_option("server.headless", before)


def test_the_model_and_all_tabs_are_loaded(started):
    assert vars(started(headless=True)) == {"loaded": [default_model()], "imported": list(server.TABS), "opened": []}


def test_a_browser_is_opened_where_there_is_a_screen(started):
    (address,) = started(headless=False).opened
    assert address.startswith("http://localhost:")


def test_the_tabs_are_those_that_the_page_shows():
    imports = [each for each in ast.walk(ast.parse(PAGE.read_text())) if isinstance(each, ast.ImportFrom)]
    names = {f"{each.module}.{alias.name}" for each in imports for alias in each.names}
    files = {name: PAGE.parent / f"{name.replace('.', '/')}.py" for name in names}
    tabs = {name for name, file in files.items() if file.exists() and "\ndef show(" in file.read_text()}
    assert set(server.TABS) == tabs


def test_the_log_is_short_from_the_start(started):
    logger = logging.getLogger("uvicorn.error")
    logger.removeFilter(log.SHORTENED)
    started(headless=True)
    assert log.SHORTENED in logger.filters
