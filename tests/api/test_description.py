"""The OpenAPI document says all that there is, and what it says is true; and the model's card."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from api.body import MAX_FORM_BYTES, MAX_PICTURE_BYTES, MAX_TAUGHT, PEN_PX
from api.description import OPENAPI
from api.limits import WORK
from recognizer.images.opening import MAX_PIXELS, MAX_WHOLE_PIXELS
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE
from tests.api.sent import BLANK, PNG, STROKES
from views.canvas.fabric import MAX_DRAWING_BYTES, MAX_STROKES, WIDEST_PX
from views.canvas.sheet import PAPER_PX

TEXT = OPENAPI.read_text(encoding="utf-8")
DOCUMENT = json.loads(TEXT)
SCHEMAS, RESPONSES = DOCUMENT["components"]["schemas"], DOCUMENT["components"]["responses"]
SENT = DOCUMENT["components"]["requestBodies"]["Sent"]["content"]
READINGS = "/api/read", "/api/predict"
MIB = 2**20


def fits(value, schema):
    """Whether a value is what a schema of the document says."""
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]}).is_valid(value)


def answered(path):
    """What the document says of an answer with a reading."""
    return DOCUMENT["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]


def test_every_address_and_method_is_described(app):
    (mount,) = app.routes
    there = {(f"/api{route.path}", method.lower()) for route in mount.routes for method in route.methods}
    described = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {each for each in there if each[1] != "head"} - {("/api/metrics", "get")}


def test_the_document_is_there_as_it_is_here_and_says_that_the_addresses_begin_at_the_root(client):
    assert client.get("/api/openapi.json").json() == {**DOCUMENT, "servers": [{"url": "/"}]}


def test_every_status_with_which_a_request_for_a_reading_is_refused_is_described():
    code = "".join(OPENAPI.with_name(f"{name}.py").read_text() for name in ("body", "limits", "reading"))
    statuses = set(re.findall(r"RefusedError\(\s*(\d+)", code)) - {"400"}  # which nobody hears
    assert len(statuses) > 5
    for path in READINGS:
        assert set(DOCUMENT["paths"][path]["post"]["responses"]) == {"200", *statuses}


def test_every_reference_leads_somewhere_and_every_schema_is_one():
    for kind, name in re.findall(r'"#/components/(\w+)/(\w+)"', TEXT):
        assert name in DOCUMENT["components"][kind]
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)


def test_the_examples_are_what_is_answered(client):
    example = SENT["application/json"]["example"]
    assert fits(example, SENT["application/json"]["schema"])
    for path in READINGS:
        answer, shown = client.post(path, json=example).json(), answered(path)["example"]
        assert fits(answer, answered(path)["schema"]) and fits(shown, answered(path)["schema"])
        one, other = (each["digits"][0] if path == "/api/read" else each for each in (answer, shown))
        assert one.keys() == other.keys() and answer.keys() == shown.keys()
        assert one.pop("probabilities") == pytest.approx(other.pop("probabilities"), abs=1e-4)
        assert one.pop("confidence") == pytest.approx(other.pop("confidence"), abs=1e-4)
        assert one == other
    refused = client.post("/api/predict", content=BLANK, headers=PNG).json()
    assert refused == RESPONSES["Unusable"]["content"]["application/json"]["example"]
    assert fits(refused, SCHEMAS["Error"]) and not fits(refused, SCHEMAS["Reading"])


@pytest.mark.parametrize(
    "changed",
    [{}, {"width": 0.5}, {"width": 100}, {"width": 0}, {"width": 101}, {"x": 1}, {"strokes": []}, {"strokes": [[]]}]
    + [{"strokes": [[point]]} for point in ([0, 0], [640, 640], [641, 0], [0, -1], [1], [1, 2, 3], ["1", 2])],
    ids=str,
)
def test_strokes_fit_the_schema_exactly_where_they_are_read(client, changed):
    strokes = {**STROKES, **changed}
    assert (client.post("/api/read", json=strokes).status_code == 200) == fits(strokes, SCHEMAS["Strokes"])


def test_the_limits_in_it_are_those_that_hold():
    strokes = SCHEMAS["Strokes"]["properties"]
    point = strokes["strokes"]["items"]["items"]["items"]
    assert strokes["strokes"]["maxItems"] == MAX_STROKES and point["maximum"] == PAPER_PX
    assert strokes["width"]["maximum"] == WIDEST_PX and strokes["width"]["default"] == PEN_PX
    picture, too_large = SENT["image/*"]["schema"]["description"], RESPONSES["TooLarge"]["description"]
    assert f"up to {MAX_PICTURE_BYTES // MIB} MiB" in picture
    assert f"{MAX_WHOLE_PIXELS // 10**6} megapixels, or {MAX_PIXELS // 10**6} in" in picture
    for limit in (MAX_PICTURE_BYTES, MAX_DRAWING_BYTES, MAX_FORM_BYTES):
        assert f"{limit // MIB} MiB" in too_large
    assert f"up to {MAX_TAUGHT} drawings" in SCHEMAS["Form"]["properties"]["hand"]["description"]
    assert WORK.per_second == 0.5 and "half a second of reading a second" in DOCUMENT["info"]["description"]


def test_the_card_is_that_of_the_model_in_use(client, monkeypatch, tmp_path):
    assert client.get("/api/model").json() == json.loads(DEFAULT_MODEL.with_suffix(".json").read_text())
    model = tmp_path / "own.onnx"
    monkeypatch.setenv(MODEL_VARIABLE, str(model))
    for content in (None, b"", b"{", b"[" * 100_000, b" " * (MIB + 1)):
        if content is not None:
            model.with_suffix(".json").write_bytes(content)
        answer = client.get("/api/model")
        assert answer.status_code == 404 and fits(answer.json(), SCHEMAS["Error"])
    model.with_suffix(".json").write_text('{"own": 1}')
    assert client.get("/api/model").json() == {"own": 1}
