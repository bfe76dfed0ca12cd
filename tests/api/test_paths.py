"""What is there of the addresses, and what is not imported for those that the host has not turned on."""

import subprocess
import sys

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.paths import API, METRICS, paths
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE
from tests.api.sent import STROKES
from tests.views.sent import PAGE

ADDRESSES = {"read": "POST", "predict": "POST", "model": "GET", "openapi.json": "GET", "metrics": "GET"}


@pytest.mark.parametrize(
    ("switches", "there"),
    [
        ({}, []),
        ({API: "0", METRICS: ""}, []),
        ({API: "1"}, ["read", "predict", "model", "openapi.json"]),
        ({METRICS: "1"}, ["metrics"]),
        ({API: "1", METRICS: "1"}, list(ADDRESSES)),
    ],
)
def test_an_address_is_there_only_if_the_host_has_turned_it_on(monkeypatch, switches, there):
    for name in (API, METRICS):
        monkeypatch.setenv(name, switches.get(name, ""))
    monkeypatch.setenv(MODEL_VARIABLE, str(DEFAULT_MODEL.with_suffix(".onnx")))
    client = TestClient(Starlette(routes=[paths()]))
    for name, method in ADDRESSES.items():
        answer = client.request(method, f"/api/{name}", json=STROKES if method == "POST" else None)
        assert answer.status_code == (200 if name in there else 404)
        assert name in there or "nothing at this address" in answer.json()["error"]


@pytest.mark.parametrize("switch", [API, METRICS, "NEITHER"])
def test_nothing_is_imported_for_what_is_off_nor_for_the_page_before_the_server_is_there(switch):
    code = "import sys, streamlit_app; print(*[name for name in sys.argv[1:] if name in sys.modules])"
    names = ["api.reading", "api.metrics", "prometheus_client", "streamlit_drawable_canvas", "views.draw.tab"]
    run = subprocess.run(
        [sys.executable, "-c", code, *names],
        cwd=PAGE.parent,
        env={switch: "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == {API: names[:1], METRICS: names[1:3]}.get(switch, [])


def test_below_a_path_of_the_hosts_the_addresses_are_below_it_too(monkeypatch):
    monkeypatch.setattr("api.paths.st.get_option", {"server.baseUrlPath": "/digits/"}.__getitem__)
    monkeypatch.setenv(API, "1")
    client = TestClient(Starlette(routes=[paths()]))
    assert client.get("/digits/api/openapi.json").json()["servers"] == [{"url": "/digits"}]
    assert client.get("/api/openapi.json").status_code == 404
