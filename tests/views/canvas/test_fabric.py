"""The canvas: what it is told, and what it may send."""

import numpy as np
import pytest

from recognizer import InvalidImageError
from tests.views.sent import BARS
from views.canvas.fabric import MAX_STROKES, STRIP_PX, _parse_stroke, parse_strokes
from views.canvas.sheet import Sheet

STROKE = {"type": "Path", "strokeWidth": 16, "path": [["M", 1, 2], ["Q", 1, 2, 5, 6], ["L", 9, 10]]}


def test_a_path_becomes_the_points_that_the_pen_passed_and_nothing_else_of_it_is_kept():
    strokes = parse_strokes({"objects": [STROKE | {"fill": {}, "stroke": "x" * 9}]})
    assert strokes.objects == (STROKE,)
    (stroke,) = strokes.lines
    assert stroke.width == 16
    points = stroke.points + np.array((0, STRIP_PX))
    np.testing.assert_allclose(points[[0, -2, -1]], [(1, 2), (5, 6), (9, 10)])
    np.testing.assert_allclose(points[2], (2, 3))  # a quarter of the curve


BAD_STROKES = [
    {"type": "Rect"},
    {"path": None},
    {"path": []},
    {"path": [["L", 1, 2]]},
    {"path": [["M", 1]]},
    {"path": [["M", 1, 2], ["M", 1, 2]]},
    {"path": [["M", 1, float("nan")]]},
    {"path": [["M", 1, 1e9]]},
    {"path": [["M", "1", "2"]]},
    {"path": [["A", 1, 2]]},
    {"path": ["M"]},
    {"strokeWidth": None},
    {"strokeWidth": -1},
    {"strokeWidth": float("inf")},
    {"path": [["M", 0, 0], *[["L", 1.25, 1.125]] * 99_999]},
]
ZIGZAG = [["M", 0, 0], *(["L", 9999 * (i % 2), i] for i in range(9999))]
BAD = {
    **{str(change)[:40]: {"objects": [STROKE | change]} for change in BAD_STROKES},
    "not a dictionary": "text",
    "not a list of objects": {"objects": "many"},
    "not objects": {"objects": [1, 2]},
    "too many strokes": {"objects": [STROKE] * (MAX_STROKES + 1)},
    "too much ink": {"objects": [STROKE | {"path": ZIGZAG}]},
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_canvas_sends_is_refused(name):
    with pytest.raises(InvalidImageError, match="cannot be read"):
        Sheet().receive(BAD[name])


def test_what_no_canvas_sends_is_one_sentence_on_the_page(page):
    assert "cannot be read" in page.open(BAD["not objects"]).text


def test_what_is_refused_is_looked_at_once_and_stays_refused(monkeypatch):
    sheet, looked = Sheet(), []
    monkeypatch.setattr("views.canvas.sheet.parse_strokes", lambda *sent: looked.append(sent) or parse_strokes(*sent))
    payload = {"objects": [STROKE, 7]}
    for _ in range(3):
        with pytest.raises(InvalidImageError):
            sheet.receive(payload)
    assert len(looked) == 1


def test_only_new_strokes_are_parsed(monkeypatch):
    sheet, parsed = Sheet(), []
    monkeypatch.setattr("views.canvas.fabric._parse_stroke", lambda path: parsed.append(path) or _parse_stroke(path))
    for count in (1, 2, 3, 3, 2):
        sheet.receive({"objects": BARS["objects"][:count]})
    assert parsed == BARS["objects"]
