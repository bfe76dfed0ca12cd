"""What the host sees of what happens, on the page and in the API."""

import pytest
from prometheus_client import REGISTRY as OTHERS
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import REGISTRY
from benchmarks.support.canvas import sent
from tests.api.sent import BLANK, JSON, PNG, SEVEN, STROKES
from tests.views.sent import FOUR
from views import events, photo

CROSS = [[(100, 100), (300, 300)], [(300, 100), (100, 300)], [(200, 80), (200, 320)], [(80, 200), (320, 200)]]


class Counted:
    """How much each metric has grown since the last look."""

    def __init__(self, client):
        self.client, self.seen = client, {}
        self()

    def __call__(self):
        answer = self.client.get("/api/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        families = list(text_string_to_metric_families(answer.text))
        samples = {
            (sample.name.removeprefix("digits_"), *sorted(sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
            if sample.name.startswith("digits_") and not sample.name.endswith("_bucket")
        }
        grown = {name: value - self.seen.get(name, 0) for name, value in samples.items()}
        self.seen = samples
        return {name: value for name, value in grown.items() if value}


@pytest.fixture
def counted(client):
    return Counted(client)


def test_readings_of_programs_are_counted_with_their_seconds(client, counted):
    client.post("/api/read", json=STROKES)
    client.post("/api/predict", content=SEVEN, headers=PNG)
    client.post("/api/read", content=BLANK, headers=PNG)
    grown = counted()
    assert grown.pop(("reading_seconds_sum", "api")) > 0
    assert grown == {("reading_seconds_count", "api"): 3}


def test_refusals_are_counted_by_what_was_wrong(client, counted):
    client.post("/api/read", content=SEVEN)
    client.post("/api/read", content=b"no picture", headers=PNG)
    client.post("/api/predict", content=BLANK, headers=PNG)
    client.post("/api/read", content=b"{}", headers=JSON)
    client.get("/api/read")
    grown = counted()
    assert grown == {
        ("refusals_total", "415", "api"): 1,
        ("refusals_total", "422", "api"): 3,
        ("refusals_total", "405", "api"): 1,
    }


@pytest.mark.parametrize("path", ["/api/read", "/api/predict"])
def test_what_does_not_look_like_a_digit_is_counted(client, counted, path):
    client.post(path, json={"strokes": CROSS})
    grown = counted()
    assert grown[("refusals_total", "api", "no digit")] == grown[("reading_seconds_count", "api")] == 1


def test_what_happens_on_the_page_is_counted(page, counted):
    page.open(FOUR).click("tap_9")
    page.click("tap_9")  # takes it back
    page.draw(sent(CROSS))
    photo.answer("note.png", SEVEN, photo.recognizer().result())
    photo.answer("note.txt", b"no picture", photo.recognizer().result())
    grown = counted()
    assert grown.pop(("reading_seconds_sum", "draw")) > 0 and grown.pop(("reading_seconds_sum", "photo")) > 0
    assert grown.pop(("reading_seconds_count", "draw")) >= 2  # a tap has the drawing read again
    assert grown == {
        ("reading_seconds_count", "photo"): 1,
        ("refusals_total", "draw", "no digit"): 1,
        ("refusals_total", "photo", "unusable"): 1,
        ("corrections_total",): 1,
    }


def test_nobody_listens_unless_the_host_wants_metrics(client, counted, monkeypatch):
    monkeypatch.setattr(events, "listeners", [])
    client.post("/api/read", json=STROKES)
    assert counted() == {}


def test_to_turn_metrics_on_twice_counts_once(app):
    assert len(events.listeners) == 1
    assert not [each for each in OTHERS.collect() if each.name.startswith("digits")], "they are not everybody's"
    assert [each for each in REGISTRY.collect() if each.name == "digits_sessions"]
