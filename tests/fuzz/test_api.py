"""Whatever a program sends, it gets a reading or one sentence, never a 500, and its place is free again."""

import json
import os
from concurrent.futures import Future
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.applications import Starlette

from api import body, reading
from api.errors import LONGEST
from api.limits import Room
from api.paths import API, paths
from benchmarks.support.drawing import drawn, placed
from recognizer import Recognizer
from tests.api.sent import hand_of, png
from tests.helpers import always, awaited

REFUSED = 400, 408, 413, 415, 422, 429
SMALL = png(drawn(4, size=(60, 60), height=40, left=15, top=10, width=4))
STROKES = json.dumps({"strokes": placed(4), "width": 16})
HAND = hand_of(np.random.default_rng(1).integers(0, 256, (3, 28, 28), np.uint8), 7)
KINDS = [
    "image/png",
    "image/",
    "application/json",
    "application/json; charset=utf-8",
    "multipart/form-data; boundary=b",
]
PATHS = some.sampled_from(["/api/read", "/api/predict"])


@pytest.fixture(autouse=True, scope="module")
def app():
    """All addresses, with a stand-in for the model, and a limit for one address that nobody reaches."""
    model = Future()
    model.set_result(Recognizer(always(4)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, API, "1")
        patch.setattr(reading, "recognizer", lambda: model)
        patch.setattr(reading, "ROOM", Room())
        patch.setattr(body, "RECEIVE_S", 5)
        yield Starlette(routes=[paths()])


async def answer(app, method, path, headers, messages):
    """The status, the type and the body of an answer."""
    left, sent = list(messages), []

    async def receive():
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    await app({**scope, "client": ("192.0.2.1", 1)}, receive, send)
    start, *rest = sent
    return start["status"], dict(start["headers"]), b"".join(message.get("body", b"") for message in rest)


def ask(app, path, kind, content, pieces=(), gone_after=None, length=None, method="POST"):
    """Ask with a body that comes in pieces of these sizes, perhaps not all of them, and check the answer."""
    headers = [(b"content-type", kind if isinstance(kind, bytes) else kind.encode())]
    headers += [] if length is None else [(b"content-length", length)]
    ends = [*np.cumsum([0, *pieces]).clip(0, len(content)).tolist(), len(content)]
    messages = [
        {"type": "http.request", "body": content[start:end], "more_body": end < len(content)}
        for start, end in pairwise(ends)
    ]
    reading.ROOM._askers.clear()
    status, headers, text = awaited(answer(app, method, path, headers, messages[:gone_after]))
    assert headers[b"content-type"] == b"application/json" and reading.ROOM.under_way == reading.ROOM.held == 0
    said = json.loads(text)
    if status == 200:
        assert "text" in said or "digit" in said or path not in ("/api/read", "/api/predict")
        return
    (sentence,) = said.values()
    assert status in (*REFUSED, 404, 405) and list(said) == ["error"]
    assert "\n" not in sentence and sentence[-1] in ".…" and len(sentence) <= LONGEST


@given(
    PATHS,
    some.sampled_from(KINDS) | some.binary(max_size=40),
    some.binary(max_size=300) | some.sampled_from([SMALL, STROKES.encode()]),
    some.lists(some.integers(0, 90), max_size=5),
    some.none() | some.integers(0, 5),
)
def test_any_body_of_any_type_in_any_pieces(app, path, kind, content, pieces, gone_after):
    ask(app, path, kind, content, pieces, gone_after)


@given(
    PATHS, some.sampled_from(KINDS), some.binary(max_size=30) | some.integers().map(lambda length: str(length).encode())
)
def test_any_length_that_a_body_is_said_to_have(app, path, kind, length):
    ask(app, path, kind, SMALL, length=length)


@given(
    some.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "x", ""]),
    some.sampled_from(["/api/", "/api/read", "/api/model", "/api/openapi.json"]),
    some.text(some.characters(exclude_characters="\n"), max_size=10),  # no address of ours has a line break
)
def test_any_method_and_address(app, method, path, more):
    if method != "HEAD":  # which has no body
        ask(app, path + more, "image/png", SMALL, method=method)


@some.composite
def damaged(draw, contents):
    """One of `contents` with a few bytes replaced, left out or put in, and cut short or not."""
    whole = bytearray(draw(contents))
    for _ in range(draw(some.integers(0, 6))):
        at, length = draw(some.integers(0, len(whole))), draw(some.integers(0, 4))
        whole[at : at + length] = draw(some.binary(max_size=4))
    return bytes(whole[: draw(some.just(len(whole)) | some.integers(0, len(whole)))])


@given(PATHS, damaged(some.just(SMALL)))
def test_damaged_pictures(app, path, content):
    ask(app, path, "image/png", content)


NUMBERS = (
    some.integers(0, 640)
    | some.integers(-10, 700)
    | some.floats()
    | some.sampled_from([10**400, True, None, "1", 1e308])
)
POINTS = some.tuples(some.integers(0, 640), some.floats(0, 640)) | some.lists(NUMBERS, max_size=3)
DRAWINGS = some.fixed_dictionaries(
    {"strokes": some.lists(some.lists(POINTS, max_size=5), max_size=5)},
    optional={"width": NUMBERS, "x": some.none()},
)
ANYTHING = some.recursive(
    some.none() | NUMBERS | some.text(max_size=8),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(some.sampled_from(["strokes", "width", "a"]), inner, max_size=3)
    ),
    max_leaves=12,
)
TEXTS = (DRAWINGS | ANYTHING).map(lambda value: json.dumps(value).encode())


@given(PATHS, TEXTS | damaged(some.just(STROKES.encode())) | some.integers(1, 50_000).map(lambda depth: b"[" * depth))
def test_any_json(app, path, content):
    ask(app, path, "application/json", content)


NAMES = some.sampled_from([b"picture", b"strokes", b"hand"]) | some.binary(max_size=12)
CONTENTS = some.sampled_from([SMALL, STROKES.encode(), HAND]) | some.binary(max_size=60) | damaged(some.just(HAND))
ENCODINGS = some.sampled_from([b"", b"\r\nContent-Transfer-Encoding: base64", b"\r\nContent-Transfer-Encoding: x"])


@some.composite
def forms(draw):
    """Parts of any name, as files or not, before a form's end."""
    parts = []
    for _ in range(draw(some.integers(0, 4))):
        name = b'Content-Disposition: form-data; name="' + draw(NAMES) + b'"'
        file = draw(some.sampled_from([b"", b'; filename="a"', b"; filename*=utf-8''a", b'; filename="']))
        parts.append(b"--b\r\n" + name + file + draw(ENCODINGS) + b"\r\n\r\n" + draw(CONTENTS) + b"\r\n")
    return b"".join(parts) + b"--b--\r\n"


@given(PATHS, forms() | damaged(forms()), some.sampled_from(["b", "b", '"b"', "", "c", "b" * 300, "é"]))
def test_any_form(app, path, content, boundary):
    ask(app, path, f"multipart/form-data; boundary={boundary}", content)


@given(PATHS, some.binary(max_size=200) | damaged(some.just(HAND)))
def test_any_hand(app, path, hand):
    part = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="a"\r\n\r\n%s\r\n'
    ask(
        app, path, "multipart/form-data; boundary=b", part % (b"picture", SMALL) + part % (b"hand", hand) + b"--b--\r\n"
    )
