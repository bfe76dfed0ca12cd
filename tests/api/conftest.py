import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import reading
from api.limits import Room
from api.paths import API, METRICS, paths
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE
from tests.views.conftest import fresh_cache, page  # noqa: F401 - fixtures


@pytest.fixture
def app(monkeypatch):
    """All addresses, without the page; the ONNX model, which is there at once; nobody has asked for anything yet."""
    monkeypatch.setenv(MODEL_VARIABLE, str(DEFAULT_MODEL.with_suffix(".onnx")))
    monkeypatch.setenv(API, "1")
    monkeypatch.setenv(METRICS, "1")
    monkeypatch.setattr(reading, "ROOM", Room())
    return Starlette(routes=[paths()])


@pytest.fixture
def client(app):
    """A program."""
    return TestClient(app)
