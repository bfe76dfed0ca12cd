"""The canvas: what it is told, and what it may send."""

import base64
import re

import numpy as np
import pytest
from PIL import Image
from streamlit_drawable_canvas import CanvasResult

from benchmarks.support.drawing import drawn, placed
from recognizer import InvalidImageError
from tests.views.sent import NUMBER, ONE_STROKE, data_url, on_transparency, paths, sent_of, text
from views import canvas


def test_the_wide_canvas_keeps_the_drawing(page):
    app, sent = page(*sent_of((4, {})))
    assert sent["calls"][-1]["width"] == canvas.NARROW_PX
    app.toggle(key="wide").set_value(True).run()
    last = sent["calls"][-1]
    assert last["width"] == canvas.WIDE_PX and last["height"] == sent["calls"][0]["height"]
    assert last["initial_drawing"]["objects"] == sent["json"]["objects"], "so that it sends what it holds"


def test_the_paper_stays_wide_while_there_is_ink_that_the_square_would_hide(page):
    app, sent = page()
    app.toggle(key="wide").set_value(True).run()
    assert not app.toggle(key="wide").disabled
    sent["json"], sent["image"] = NUMBER
    app.run()
    assert app.toggle(key="wide").disabled and app.toggle(key="wide").value
    assert "beyond the square" in app.toggle(key="wide").label
    sent["json"], sent["image"] = sent_of((4, {}))
    app.run()
    assert not app.toggle(key="wide").disabled and app.toggle(key="wide").value


def test_the_width_reaches_the_canvas_and_nothing_else_changes(page):
    app, sent = page(*sent_of((4, {})))
    app.slider(key="stroke_width").set_value(31).run()
    before, after = sent["calls"][0], sent["calls"][-1]
    assert after.pop("stroke_width") == 31 != before.pop("stroke_width")
    assert after == before


def test_undo_and_clear_start_the_canvas_from_fewer_strokes(page):
    two = paths(placed(4))
    app, sent = page(two, data_url(on_transparency(drawn(4))))
    app.button(key="undo").click().run()
    assert sent["calls"][-1]["initial_drawing"]["objects"] == two["objects"][:1]
    app.button(key="clear").click().run()
    first = sent["calls"][-1]["initial_drawing"]
    assert first["objects"] == []
    app.button(key="clear").click().run()
    assert sent["calls"][-1]["initial_drawing"] != first, "the same value again would not reach the canvas"


def test_undo_on_an_empty_canvas_brings_back_what_was_cleared_once(page):
    two = paths(placed(4))
    app, sent = page(two, data_url(on_transparency(drawn(4))))
    app.button(key="clear").click().run()
    sent["json"] = {"objects": []}
    app.run()
    app.button(key="undo").click().run()
    assert sent["calls"][-1]["initial_drawing"]["objects"] == two["objects"]
    sent["json"] = {"objects": []}
    app.button(key="clear").click().run()
    app.button(key="clear").click().run()
    app.button(key="undo").click().run()
    assert sent["calls"][-1]["initial_drawing"]["objects"] == two["objects"], "a second clear loses nothing"


def test_undo_before_the_canvas_has_answered_the_last_undo_takes_the_next_stroke(page):
    three = paths([[(50 * n, 50), (50 * n, 250)] for n in (1, 2, 3)])
    app, sent = page(three, data_url(on_transparency(drawn(4))))
    for left in (2, 1, 0):
        app.button(key="undo").click().run()
        assert sent["calls"][-1]["initial_drawing"]["objects"] == three["objects"][:left]
    for late in (2, 1, 0):  # what the canvas was asked for on the way is no drawing to go back to
        sent["json"] = {"objects": three["objects"][:late]}
        app.run()
        app.button(key="undo").click().run()
        assert sent["calls"][-1]["initial_drawing"]["objects"] == []
    sent["json"] = two = paths(placed(4))
    app.run()
    app.button(key="undo").click().run()
    assert sent["calls"][-1]["initial_drawing"]["objects"] == two["objects"][:1]


def test_a_canvas_that_does_not_answer_an_undo_is_asked_again_after_a_second_until_it_does(page, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("views.canvas.time.monotonic", lambda: now[0])
    two = paths(placed(4))
    app, sent = page(two, data_url(on_transparency(drawn(4))))

    def asked():
        return sent["calls"][-1]["initial_drawing"]

    app.button(key="undo").click().run()
    assert asked() == {"objects": two["objects"][:1], "number": 1}
    app.run()
    assert asked()["number"] == 1, "it has a second"
    now[0] += 1.5
    app.run()
    assert not app.exception and asked() == {"objects": two["objects"][:1], "number": 2}
    sent["json"] = {"objects": two["objects"][:1]}
    app.run()
    now[0] += 1.5
    app.run()
    assert asked()["number"] == 2


BAD_PAYLOADS = {
    "no dictionary": ("text", None),
    "no list of objects": ({"objects": "many"}, None),
    "objects that are none": ({"objects": [1, 2]}, None),
    "too many strokes": ({"objects": [{}] * (canvas.MAX_STROKES + 1)}, None),
    "strokes too long": ({"objects": [{"path": "x" * canvas.MAX_DRAWING_BYTES}]}, None),
    "a stroke without a width": ({"objects": [{"type": "Path", "path": [["M", 1, 2]]}]}, sent_of((3, {}))[1]),
    "a stroke to nowhere": (paths([[(10, 10), (1e300, 5)]]), sent_of((3, {}))[1]),
    "another shape": ({"objects": [{"type": "Rect"}]}, sent_of((3, {}))[1]),
    "no data address": (ONE_STROKE, "hello"),
    "a number for an address": (ONE_STROKE, 7),
    "no base64": (ONE_STROKE, "data:image/png;base64,$$$"),
    "no picture": (ONE_STROKE, "data:image/png;base64," + base64.b64encode(b"hello").decode()),
    "another size": (ONE_STROKE, data_url(np.zeros((30, 30, 4), np.uint8))),
    "a huge picture": (ONE_STROKE, "data:image/png;base64," + "A" * (2 * canvas.MAX_DRAWING_BYTES)),
    "cut short": (ONE_STROKE, data_url(on_transparency(drawn(3)))[:2400]),
}


@pytest.mark.parametrize("name", BAD_PAYLOADS)
def test_what_no_canvas_sends_is_one_sentence(page, name):
    app, _ = page(*BAD_PAYLOADS[name])
    assert re.search("cannot be read|damaged", text(app))


def test_a_canvas_of_another_size_is_refused_before_decoding(monkeypatch):
    def never(*_):
        raise AssertionError("decoded")

    result = CanvasResult({}, data_url(np.zeros((3000, 3000, 4), np.uint8)), return_image_data=True)
    monkeypatch.setattr(Image.Image, "load", never)
    with pytest.raises(InvalidImageError):
        canvas._picture(result)
