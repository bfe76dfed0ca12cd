"""The canvas: what it is told, and what it may send."""

import base64

import numpy as np
import pytest
from PIL import Image
from streamlit_drawable_canvas import CanvasResult

from benchmarks.support.canvas import data_url
from recognizer import InvalidImageError
from tests.views.sent import FOUR, NUMBER
from views.canvas.component import drawing_of
from views.canvas.fabric import MAX_DRAWING_BYTES, MAX_STROKES, parse_stroke
from views.canvas.sheet import WIDE_PX, Sheet

JSON, PICTURE = FOUR


def test_the_paper_stays_wide_while_there_is_ink_that_the_square_would_hide(page):
    page.open(FOUR).app.toggle(key="wide").set_value(True)
    page.run()
    assert page.calls[-1]["width"] == WIDE_PX and page.asked["objects"] == JSON["objects"], "it keeps the drawing"
    assert not page.app.toggle(key="wide").disabled
    toggle = page.draw(NUMBER).app.toggle(key="wide")
    assert toggle.disabled and toggle.value
    assert toggle.label == "Clear the ink outside the square to narrow the paper"
    toggle = page.draw(FOUR).app.toggle(key="wide")
    assert not toggle.disabled and toggle.value


STROKE = {"type": "Path", "strokeWidth": 16, "path": [["M", 1, 2], ["Q", 1, 2, 5, 6], ["L", 9, 10]]}


def test_a_path_becomes_the_points_that_the_pen_passed():
    stroke = parse_stroke(STROKE)
    assert stroke.width == 16
    np.testing.assert_allclose(stroke.points[[0, -2, -1]], [(1, 2), (5, 6), (9, 10)])
    np.testing.assert_allclose(stroke.points[2], (2, 3))  # a quarter of the curve


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
    {"fill": {}},
    {"fill": "x" * MAX_DRAWING_BYTES},
]
BAD = {
    **{str(change)[:40]: ({"objects": [STROKE | change]}, PICTURE) for change in BAD_STROKES},
    "not a dictionary": ("text", None),
    "not a list of objects": ({"objects": "many"}, None),
    "not objects": ({"objects": [1, 2]}, None),
    "too many strokes": ({"objects": [STROKE] * (MAX_STROKES + 1)}, None),
    "not a data address": (JSON, "hello"),
    "a number for an address": (JSON, 7),
    "not base64": (JSON, "data:image/png;base64,$$$"),
    "not a picture": (JSON, "data:image/png;base64," + base64.b64encode(b"hello").decode()),
    "another size": (JSON, data_url(np.zeros((30, 30, 4), np.uint8))),
    "a huge picture": (JSON, "data:image/png;base64," + "A" * (2 * MAX_DRAWING_BYTES)),
    "cut short": (JSON, PICTURE[:2400]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_canvas_sends_is_refused(name):
    with pytest.raises(InvalidImageError, match="cannot be read"):
        take(*BAD[name])


def take(json, image):
    sheet = Sheet()
    sheet.receive(json)
    drawing_of(CanvasResult(json, image, return_image_data=True), sheet)


def test_what_no_canvas_sends_is_one_sentence_on_the_page(page):
    assert "cannot be read" in page.open(BAD["cut short"]).text


def test_a_canvas_of_another_size_is_refused_before_decoding(monkeypatch):
    result = CanvasResult({}, data_url(np.zeros((3000, 3000, 4), np.uint8)), return_image_data=True)
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    with pytest.raises(InvalidImageError):
        drawing_of(result, Sheet())
