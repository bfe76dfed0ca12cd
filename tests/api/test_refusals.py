"""What is refused: with which status, and in one sentence."""

import asyncio
import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from api import body, reading
from api.body import A_DRAWING, A_FORM, KINDS, MAX_FORM_BYTES, MAX_PICTURE_BYTES, MAX_TAUGHT
from api.errors import LONGEST, RefusedError, as_json
from recognizer import InvalidImageError, Recognizer
from recognizer.runtimes.loader import MODEL_VARIABLE
from tests.api.sent import JSON, PNG, SEVEN, STROKES, hand_of
from tests.helpers import awaited
from views.canvas.fabric import MAX_DRAWING_BYTES
from views.photo import MAX_FILE_MB
from views.reading import recognizer


def refused(answer, status):
    """The sentence of an answer that is a refusal, and nothing else."""
    assert answer.status_code == status and answer.headers["content-type"] == "application/json"
    (sentence,) = answer.json().values()
    assert list(answer.json()) == ["error"] and sentence and sentence[-1] == "." and "\n" not in sentence
    return sentence


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "imagepng", b"\xe9", ";="])
def test_another_type_of_body(client, kind):
    assert refused(client.post("/api/read", content=SEVEN, headers={"Content-Type": kind}), 415) == KINDS


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/api/read", 405, "header Allow"),
        ("DELETE", "/api/model", 405, "header Allow"),
        ("GET", "/api/nothing", 404, "nothing at this address"),
        ("GET", "/api/", 404, "nothing at this address"),
        ("POST", "/api/read/", 404, "nothing at this address"),
    ],
)
def test_another_method_or_address(client, method, path, status, said):
    assert said in refused(client.request(method, path, follow_redirects=False), status)


def asked(app, headers, messages):
    """Ask for a reading with these messages, after which none comes -> the status, and how many were taken."""
    left, status = list(messages), []

    async def receive():
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    async def send(message):
        status.append(message.get("status"))

    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/api/read", "headers": encoded, "query_string": b""}
    awaited(app(scope, receive, send))
    return status[0], len(messages) - len(left)


def pieces(count):
    return [{"type": "http.request", "body": bytes(2**20), "more_body": True}] * count


@pytest.mark.parametrize("length", [str(MAX_PICTURE_BYTES + 1), "9" * 5000])
def test_a_body_that_says_it_is_too_large_is_not_received(app, length):
    assert asked(app, {**PNG, "Content-Length": length}, pieces(3)) == (413, 0)


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("image/png", MAX_PICTURE_BYTES),
        ("application/json", MAX_DRAWING_BYTES),
        ("multipart/form-data", MAX_FORM_BYTES),
    ],
)
def test_no_more_of_a_body_is_received_than_it_may_have(app, kind, most):
    assert asked(app, {"Content-Type": kind}, pieces(40)) == (413, most // 2**20 + 1)


def test_a_picture_may_be_as_large_as_on_the_page():
    assert MAX_PICTURE_BYTES == MAX_FILE_MB * 2**20


def test_a_body_that_does_not_come(app, monkeypatch):
    monkeypatch.setattr(body, "RECEIVE_S", 0)
    assert asked(app, PNG, []) == (408, 0)


def test_a_program_that_goes_away_leaves_its_place(app):
    for _ in range(20):
        assert asked(app, PNG, [*pieces(1), {"type": "http.disconnect"}]) == (400, 2)
    assert reading.ROOM.under_way == reading.ROOM.held == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"7",
        b"\xff",
        b"[" * 100_000,
        b"1" * 5000,
        b"{}",
        b'{"strokes": []}',
        b'{"strokes": {}}',
        b'{"strokes": 7}',
        b'{"strokes": "77"}',
        b'{"strokes": [[]]}',
        b'{"strokes": [["77"]]}',
        b'{"strokes": [[[1, 2, 3]]]}',
        b'{"strokes": [[[1, null]]]}',
        b'{"strokes": [[[true, 1]]]}',
        b'{"strokes": [[[1, NaN]]]}',
        b'{"strokes": [[[1, 641]]]}',
        b'{"strokes": [[[-1, 1]]]}',
        b'{"strokes": [[[1, 1e999]]]}',
        b'{"strokes": [[[1, 1]]], "width": 0}',
        b'{"strokes": [[[1, 1]]], "width": 101}',
        b'{"strokes": [[[1, 1]]], "width": "wide"}',
        b'{"strokes": [[[1, 1]]], "widht": 7}',
        b'{"strokes": [' + b"[[1, 1]]," * 500 + b"[[1, 1]]]}",
        b'{"strokes": [[' + b"[1, 1],[640, 640]," * 3000 + b'[1, 1]]], "width": 100}',
    ],
    ids=lambda sent: sent[:40].decode("latin-1"),
)
def test_strokes_that_no_pen_draws_on_the_sheet(client, sent):
    for path in ("/api/read", "/api/predict"):
        assert refused(client.post(path, content=sent, headers=JSON), 422) == A_DRAWING
    assert refused(client.post("/api/read", files={"strokes": (None, sent)}), 422) == A_DRAWING


@pytest.mark.parametrize("sent", [b"", b"hello", SEVEN[:200]])
def test_what_is_no_picture(client, light, sent):
    with pytest.raises(InvalidImageError) as problem:
        light.read(sent)
    for answer in (
        client.post("/api/read", content=sent, headers=PNG),
        client.post("/api/predict", content=sent, headers=PNG),
        client.post("/api/read", files={"picture": sent}),
    ):
        assert refused(answer, 422) == str(problem.value)


@pytest.mark.parametrize(
    "names",
    [["hand"], ["picture", "strokes"], ["picture", "picture"], ["picture", "hand", "hand"], ["picture", "x"], [""]],
)
def test_a_form_with_other_parts(client, names):
    assert refused(client.post("/api/read", files=[(name, SEVEN) for name in names]), 422) == A_FORM


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=" + "x" * 300, b""),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a: b\r\n" * 100),
    ],
)
def test_a_form_that_is_damaged(client, kind, sent):
    sentence = refused(client.post("/api/read", content=sent, headers={"Content-Type": kind}), 422)
    assert sentence in (A_FORM, body.DAMAGED)


def test_what_is_no_hand_or_too_much_of_one(client):
    sentence = refused(client.post("/api/read", files={"picture": SEVEN, "hand": b"no hand"}), 422)
    assert sentence.startswith("This is not the file of a hand")
    many = hand_of(np.random.default_rng(1).integers(0, 256, (MAX_TAUGHT + 1, 28, 28), np.uint8), 7)
    assert f"{MAX_TAUGHT + 1} drawings" in refused(
        client.post("/api/read", files={"picture": SEVEN, "hand": many}), 422
    )


def test_a_sentence_is_one_line_and_not_long_whatever_it_quotes():
    response = as_json(None, RefusedError(422, "It holds\n" * 100))
    sentence = json.loads(response.body)["error"]
    assert sentence.startswith("It holds It holds") and len(sentence) <= LONGEST and "\n" not in sentence


@pytest.mark.usefixtures("fresh_cache")
def test_a_model_that_cannot_be_loaded_and_is_there_later(client, monkeypatch, tmp_path):
    with monkeypatch.context() as context:
        context.setenv(MODEL_VARIABLE, str(tmp_path / "none.onnx"))
        for _ in range(2):
            answer = client.post("/api/read", json=STROKES)
            assert "There is no model" in refused(answer, 503) and int(answer.headers["Retry-After"]) > 0
    assert client.post("/api/read", json=STROKES).json()["text"] == "7"


def test_a_mistake_of_our_own_is_one_sentence_and_the_log_has_the_rest(app, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("a secret")

    recognizer().result(60)
    monkeypatch.setattr(Recognizer, "read", broken)
    answer = TestClient(app, raise_server_exceptions=False).post("/api/read", json=STROKES)
    assert "log" in refused(answer, 500) and "secret" not in answer.text
    with pytest.raises(ZeroDivisionError):  # which the server writes into its log
        TestClient(app).post("/api/read", json=STROKES)
    assert reading.ROOM.under_way == reading.ROOM.held == 0
