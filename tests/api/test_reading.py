"""Answers to programs, by the page's own model."""

import asyncio
import json
import threading

import httpx2
import numpy as np
import pytest

from api import reading as api
from benchmarks.support.drawing import placed
from recognizer import Recognizer
from recognizer.output.formatting import to_record
from tests.api.sent import BLANK, LOOPED, PNG, SEVEN, STROKES, hand_of
from tests.helpers import awaited
from tests.views.sent import FOUR
from views import photo, reading


def test_a_picture_and_its_strokes_are_read_alike_in_a_body_and_in_a_form(client, light):
    answers = [
        client.post("/api/read", content=SEVEN, headers=PNG),
        client.post("/api/read", files={"picture": SEVEN}),
        client.post("/api/read", json=STROKES),
        client.post("/api/read", files={"strokes": (None, json.dumps(STROKES))}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    by_picture, in_form, by_strokes, strokes_in_form = (answer.json() for answer in answers)
    record = to_record("", light.read(SEVEN))
    assert by_picture == in_form == json.loads(json.dumps({name: record[name] for name in record if name != "file"}))
    assert by_strokes == strokes_in_form and by_strokes["text"] == "7"
    np.testing.assert_allclose(by_strokes["digits"][0]["box"], by_picture["digits"][0]["box"], atol=2)


def test_a_number_has_a_box_for_each_digit_where_it_was_written(client):
    strokes = [stroke for place, digit in enumerate("407") for stroke in placed(int(digit), 150, 60 + 180 * place, 300)]
    answer = client.post("/api/read", json={"strokes": strokes}).json()
    assert answer["text"] == "407"
    for place, digit in enumerate(answer["digits"]):
        left, top, right, bottom = digit["box"]
        assert 40 < left - 180 * place < right - 180 * place < 180 and 285 < top < bottom < 465


def test_one_digit_is_predicted_from_a_picture_or_from_strokes(client, light):
    for answer in (client.post("/api/predict", content=SEVEN, headers=PNG), client.post("/api/predict", json=STROKES)):
        assert set(answer.json()) == {"digit", "confidence", "is_digit", "taught", "probabilities"}
        assert answer.json()["digit"] == 7 and answer.json()["is_digit"]
        assert answer.json()["confidence"] == pytest.approx(light.predict(SEVEN).confidence, abs=1e-3)


def test_a_dot_is_a_stroke(client):
    assert client.post("/api/read", json={"strokes": [[[300, 300]]]}).json()["digits"][0]["box"] == [290, 290, 310, 310]


def test_nothing_is_read_on_a_blank_picture_and_nothing_can_be_predicted(client):
    assert client.post("/api/read", content=BLANK, headers=PNG).json() == {"text": "", "digits": [], "left_out": 0}
    refused = client.post("/api/predict", content=BLANK, headers=PNG)
    assert refused.status_code == 422 and refused.json()["error"].startswith("Nothing is drawn here")


@pytest.mark.parametrize("path", ["/api/read", "/api/predict"])
def test_a_hand_changes_the_answers_to_its_own_requests_only(client, light, path):
    hand = hand_of(light.predict(LOOPED).picture[None], 7)
    before = client.post(path, files={"picture": LOOPED}).json()
    taught = client.post(path, files={"picture": LOOPED, "hand": hand}).json()
    after = client.post(path, files={"picture": LOOPED}).json()
    (own, changed) = (each["digits"][0] if "digits" in each else each for each in (before, taught))
    assert not own["taught"] and own["digit"] == 2 and after == before
    assert changed["taught"] and changed["digit"] == 7


@pytest.mark.usefixtures("fresh_cache")
def test_the_page_and_the_programs_share_one_model(client, page, monkeypatch):
    loads, load = [], Recognizer.load
    monkeypatch.setattr(reading.Recognizer, "load", lambda path: loads.append(path) or load(path))
    assert client.post("/api/read", content=SEVEN, headers=PNG).json()["text"] == "7"
    assert "4" in page.open(FOUR).text
    assert len(loads) == 1


def test_while_a_program_waits_visitors_are_read_for_and_the_server_answers(app, monkeypatch):
    asked, go_on = threading.Event(), threading.Event()
    read = Recognizer.read

    def slowly(*arguments, **options):
        asked.set()
        assert go_on.wait(60)
        return read(*arguments, **options)

    async def ask():
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
            waiting = [asyncio.create_task(client.post("/api/read", json=STROKES)) for _ in range(2)]
            await asyncio.to_thread(asked.wait, 60)
            meanwhile = await client.get("/api/openapi.json")
            visitor = await asyncio.to_thread(reading.in_worker, lambda: "read")
            assert not any(each.done() for each in waiting)
            go_on.set()
            return meanwhile.status_code, visitor, [(await each).json()["text"] for each in waiting]

    reading.recognizer().result(60)
    monkeypatch.setattr(Recognizer, "read", slowly)
    assert awaited(ask()) == (200, "read", ["7", "7"])


def test_picture_files_of_visitors_and_of_programs_are_read_one_at_a_time(client, monkeypatch):
    happened, read = [], Recognizer.read
    assert api.ONE_AT_A_TIME is photo.ONE_AT_A_TIME

    class Lock:
        def __enter__(self):
            happened.append("taken")

        def __exit__(self, *_):
            happened.append("given back")

    monkeypatch.setattr(api, "ONE_AT_A_TIME", Lock())
    monkeypatch.setattr(Recognizer, "read", lambda *some, **more: happened.append("read") or read(*some, **more))
    client.post("/api/read", content=SEVEN, headers=PNG)
    client.post("/api/read", json=STROKES)
    assert happened == ["taken", "read", "given back", "read"]


def test_a_program_lets_visitors_pass_first(client, monkeypatch):
    happened, read = [], Recognizer.read
    monkeypatch.setattr(api.visitors, "let_them_pass", lambda seconds: happened.append(seconds))
    monkeypatch.setattr(Recognizer, "read", lambda *some, **more: happened.append("read") or read(*some, **more))
    client.post("/api/read", json=STROKES)
    assert happened == [api.PATIENCE_S, "read"]


def test_strokes_are_drawn_as_wide_as_asked(client):
    dot = {"strokes": [[[300, 300]]], "width": 60}
    assert client.post("/api/read", json=dot).json()["digits"][0]["box"] == [270, 270, 330, 330]


def test_touching_digits_are_told_apart_by_their_strokes(client):
    strokes = [*placed(4, 150, 100, 100), *placed(7, 150, 175, 100)]
    assert client.post("/api/read", json={"strokes": strokes, "width": 10}).json()["text"] == "47"
