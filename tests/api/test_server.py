"""The page, the API and the metrics on one real server."""

import asyncio
import re
import shlex
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest

from api.paths import API, METRICS
from benchmarks.support.drawing import placed
from benchmarks.support.driver import ROOT, served
from benchmarks.support.visitor import sheets, visit
from tests.api.sent import LOOPED, PNG, SEVEN, hand_of
from tests.views.sent import PAGE

CURL = re.findall(r"^curl (.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def server():
    """A server with everything turned on -> a client for it."""
    with (
        served(PAGE, **{API: "1", METRICS: "1", "DIGITS_MODEL": "models/digits.onnx"}) as address,
        httpx2.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield client


def sessions(metrics):
    return re.findall(r"^digits_sessions (\d+)", metrics, re.MULTILINE)


def test_page_and_programs_are_answered_by_one_process_that_counts_both(server):
    address = str(server.base_url).rstrip("/")

    async def come():
        async with visit(address) as visitor, httpx2.AsyncClient(base_url=address, trust_env=False) as program:
            answer, (seven, metrics) = await asyncio.gather(visitor.draw(sheets(placed(4))[-1]), ask(program))
            return answer.digit, seven, metrics, (await program.get("/api/metrics")).text

    async def ask(program):
        answer = await program.post("/api/read", content=SEVEN, headers=PNG)
        return answer.json()["text"], (await program.get("/api/metrics")).text

    with ThreadPoolExecutor(1) as thread:  # in this one, the browser of other tests has an event loop of its own
        digit, text, during, after = thread.submit(asyncio.run, come()).result()
    assert (digit, text) == (4, "7") and sessions(during) == ["1"]
    for where in ("api", "draw"):
        assert re.search(rf'^digits_reading_seconds_count{{where="{where}"}} 1', after, re.MULTILINE)
    assert "process_resident_memory_bytes" in after


def test_the_page_itself_is_served_as_ever(server):
    page = server.get("/")
    assert page.status_code == 200 and "<title>Streamlit</title>" in page.text
    assert server.get("/_stcore/health").text == "ok"


def test_no_cookie_is_set_nor_needed_and_no_other_site_may_read_an_answer(server):
    answer = server.post("/api/read", content=SEVEN, headers={**PNG, "Origin": "http://other.example"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name in ("set-cookie", "access-control-allow-origin")]
    assert server.options("/api/read", headers={"Origin": "http://other.example"}).status_code == 405


def test_a_connection_whose_body_would_be_too_large_is_closed(server):
    with socket.create_connection((server.base_url.host, server.base_url.port), 60) as connection:
        connection.sendall(
            b"POST /api/read HTTP/1.1\r\nHost: server\r\nContent-Type: image/png\r\nContent-Length: 99999999\r\n\r\n"
        )
        answer = connection.makefile("rb").read()  # until the server closes it
    assert answer.startswith(b"HTTP/1.1 413") and b'"error"' in answer


@pytest.mark.parametrize("line", CURL)
def test_the_lines_in_the_readme_work(server, light, line):
    files = {"seven.png": SEVEN, "mine.npz": hand_of(light.predict(LOOPED).picture[None], 7)}
    words = shlex.split(line)
    parts = [words[i + 1].split("=@") for i, word in enumerate(words) if word == "-F"]
    path = urlsplit(words[-1]).path
    sent = {name: files[file] for name, file in parts}
    answer = server.post(path, files=sent) if sent else server.get(path)
    assert answer.status_code == 200 and answer.json()
    assert not sent or "7" in (answer.json().get("text"), str(answer.json().get("digit")))
