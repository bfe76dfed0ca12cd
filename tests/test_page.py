"""The page's functions, run by Streamlit's AppTest with a stand-in for the canvas."""

import base64
import gc
import io
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest
from streamlit_drawable_canvas import CanvasResult

from recognizer import InvalidImageError, ModelError, Prediction, Reading, Recognizer
from recognizer.percent import percent
from tests.helpers import always, drawn, placed, render
from views import answer, canvas, loading

PAGE = Path(__file__).parent.parent / "streamlit_app.py"


def data_url(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def on_transparency(picture):
    """What the canvas sends of ink on white paper: ink of its colour on nothing."""
    share = 255 - picture[..., :1]
    seen = np.concatenate([np.broadcast_to(np.uint8([47, 116, 224]), (*picture.shape[:2], 3)), share], axis=2)
    return np.pad(seen, ((canvas.STRIP_PX, 0), (0, 0), (0, 0)))


def paths(strokes, width=16):
    """What the canvas sends of strokes, polylines in px of what is seen of it."""
    return {
        "objects": [
            {
                "type": "Path",
                "strokeWidth": width,
                "path": [["L" if i else "M", x, y + canvas.STRIP_PX] for i, (x, y) in enumerate(stroke)],
            }
            for stroke in strokes
        ]
    }


def sent_of(*digits, width=16):
    """What the canvas sends of digits that are drawn one over the other, each (digit, options of `placed`)."""
    strokes = [stroke for digit, options in digits for stroke in placed(digit, **options)]
    size = (canvas.WIDE_PX if len(digits) > 1 else canvas.NARROW_PX, canvas.HEIGHT_PX)
    return paths(strokes, width), data_url(on_transparency(render(strokes, width, size)))


ONE_STROKE = paths([[(150, 60), (150, 240)]])


@pytest.fixture
def page(monkeypatch):
    """Run the page on a canvas that sends `json` and `image`; the model is loaded before it looks."""
    st.cache_resource.clear()
    sent = {"json": {"objects": []}, "image": None, "calls": []}

    def fake(**options):
        sent["calls"].append(options)
        return CanvasResult(sent["json"], sent["image"], return_image_data=True)

    monkeypatch.setattr(canvas, "st_canvas", fake)

    def run(json=sent["json"], image=None, wait=True):
        sent.update(json=json, image=image)
        if wait:
            loading.recognizer().exception(timeout=60)
        app = AppTest.from_file(PAGE, default_timeout=60).run()
        assert not app.exception
        return app, sent

    yield run
    st.cache_resource.clear()


def text(app):
    """What a person reads on the page, without the tags."""
    html = " ".join(element.proto.body for element in app.get("html") if "<style>" not in element.proto.body)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_an_empty_canvas_is_asked_to_be_drawn_on(page):
    app, _ = page()
    assert "Draw a digit, or a whole number." in text(app)


@pytest.mark.parametrize("digit", [0, 4, 7])
def test_a_drawing_is_read(page, digit):
    app, _ = page(*sent_of((digit, {})))
    assert re.search(rf"{digit} (> 99|\d\d) %", text(app))


NUMBER = sent_of(*((digit, {"left": 40 + 180 * i, "top": 60}) for i, digit in enumerate((4, 0, 7))))


def test_a_number_is_read_with_a_box_over_each_digit_and_the_bars_of_the_last(page):
    app, _ = page(*NUMBER)
    assert "4 0 7" in text(app)  # a tag between the digits is a space here
    html = "".join(element.proto.body for element in app.get("html"))
    assert html.count('class="box"') == 3
    assert re.findall(r'winner"><span class="name">(\d)', html) == ["7"]


def test_the_bars_are_those_of_the_digit_that_is_picked_until_another_stroke(page):
    app, sent = page(*NUMBER)
    (picker,) = app.segmented_control
    assert picker.options == ["4", "0", "7"]

    def winner():
        html = "".join(element.proto.body for element in app.get("html"))
        return re.findall(r'winner"><span class="name">(\d)', html)

    picker.set_value(0).run()
    assert winner() == ["4"]
    fewer, picture = sent_of((4, {"left": 40, "top": 60}), (0, {"left": 220, "top": 60}))
    sent.update(json=fewer, image=picture)
    app.run()
    assert winner() == ["0"]


def test_what_is_no_digit_in_a_number_is_a_question_mark(page):
    letter = [[(300, 60), (300, 240)], [(400, 60), (400, 240)], [(300, 150), (400, 150)]]
    strokes = [*placed(2, left=60), *letter]
    app, _ = page(paths(strokes, 12), data_url(on_transparency(render(strokes, 12, (640, 300)))))
    assert "2 ? ? does not look like a digit." in text(app)
    assert app.segmented_control[0].options == ["2", "?"]


def test_the_wide_canvas_keeps_the_drawing(page):
    app, sent = page(*sent_of((4, {})))
    assert sent["calls"][-1]["width"] == canvas.NARROW_PX
    app.toggle(key="wide").set_value(True).run()
    last = sent["calls"][-1]
    assert last["width"] == canvas.WIDE_PX and last["height"] == sent["calls"][0]["height"]
    assert last["initial_drawing"]["objects"] == sent["json"]["objects"], "so that it sends what it holds"


def test_why_waits_for_something_to_explain_and_then_says_it_all(page):
    app, sent = page()
    app.session_state["tab"] = "Why"
    app.run()
    assert "Nothing has been read yet" in app.info[0].value
    sent["json"], sent["image"] = sent_of((4, {}))
    app.run()
    assert not app.exception and "The model says: 4" in app.markdown[0].value
    assert [part.value[5:] for part in app.markdown if part.value.startswith("#### ")] == [
        "What the model saw",
        "Which strokes spoke for it",
        "What would change its mind",
        "Its nearest kin",
        "Inside the model",
    ]
    assert "Blue ink made the model think of a 4" in text(app)
    app.pills(key="why_not").set_value(9).run()
    assert "Blue ink looks more like a 9, orange ink more like a 4." in text(app)


def test_why_says_of_what_is_no_digit_that_it_is_none(page):
    letter = [[(80, 60), (80, 240)], [(220, 60), (220, 240)], [(80, 150), (220, 150)]]
    app, _ = page(paths(letter), data_url(on_transparency(render(letter))))
    assert "This does not look like a digit. Nearest: " in text(app)
    app.session_state["tab"] = "Why"
    app.run()
    said = [part.value for part in app.markdown]
    assert not app.exception and said[0].startswith("### This does not look like a digit. Nearest: ")
    assert "#### What is like a digit in it" in said
    assert "the model would still say that it is no digit" in text(app)


def test_why_costs_nothing_until_it_is_opened(page, monkeypatch):
    monkeypatch.setattr("views.why.Explainer.load", lambda *_: pytest.fail("looked inside"))
    app, _ = page(*NUMBER)
    assert not app.exception


def test_without_an_index_only_the_kin_are_missing(page, monkeypatch):
    def missing(model):
        raise ModelError("There is no index here.")

    monkeypatch.setattr("recognizer.explain.explainer.KinIndex.load", missing)
    app, _ = page(*sent_of((4, {})))
    app.session_state["tab"] = "Why"
    app.run()
    assert not app.exception and [info.value for info in app.info] == ["There is no index here."]
    assert any("Inside the model" in part.value for part in app.markdown)


def test_what_tensorflow_brought_is_kept_out_of_garbage_collection(page):
    gc.unfreeze()
    page()
    assert gc.get_freeze_count() > 100_000


def test_an_empty_picture_is_an_empty_canvas(page):
    app, _ = page(ONE_STROKE, data_url(np.zeros_like(on_transparency(drawn(0)))))
    assert "Draw a digit, or a whole number." in text(app)


def test_ink_in_the_strip_out_of_sight_does_not_count(page):
    pixels = on_transparency(drawn(0))
    pixels[: canvas.STRIP_PX] = 255
    app, _ = page(ONE_STROKE, data_url(pixels))
    assert re.search(r"0 (> 99|\d\d) %", text(app))


def test_the_page_is_there_before_the_model(page, monkeypatch):
    monkeypatch.setattr(loading.Recognizer, "load", lambda path: loading.Future().result())  # never comes back
    app, sent = page(*sent_of((3, {})), wait=False)
    assert "The model is waking up" in text(app)
    assert sent["calls"], "the canvas is shown meanwhile"


def test_every_stroke_is_read_in_a_thread_that_stays(page, monkeypatch):
    read, threads = Recognizer.read, []

    def noting(*arguments):
        threads.append(threading.current_thread())
        return read(*arguments)

    monkeypatch.setattr(Recognizer, "read", noting)
    app, sent = page(*sent_of((3, {})))
    sent["json"], sent["image"] = sent_of((4, {}))
    app.run()
    assert len(threads) == 2 and all(thread.is_alive() for thread in threads)


def test_what_the_page_is_made_of_does_not_wait_for_tensorflow():
    code = "import sys, recognizer, views.answer, views.loading, views.model; print('tensorflow' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=PAGE.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_a_missing_model_is_one_sentence_and_found_once_it_is_there(page, monkeypatch, tmp_path):
    monkeypatch.setenv("DIGITS_MODEL", str(tmp_path / "none.keras"))
    app, _ = page(*sent_of((3, {})))
    assert "There is no model" in text(app) and "python -m train" in text(app)
    monkeypatch.undo()
    assert loading.recognizer().result(timeout=60)


def test_a_model_that_fails_slowly_is_one_sentence_and_does_not_load_again_by_itself(page, monkeypatch):
    loads, go_on = [], threading.Event()

    def slowly(path):
        loads.append(path)
        go_on.wait(60)
        raise ModelError("broken for good")

    monkeypatch.setattr(loading.Recognizer, "load", slowly)
    app, _ = page(wait=False)
    assert "waking up" in text(app)
    future = loading.recognizer()
    go_on.set()
    future.exception(timeout=60)
    assert loading.is_settled() and loading.is_settled()
    app.run()
    assert "broken for good" in text(app) and len(loads) == 1


def test_a_reader_that_cannot_start_is_one_sentence(page, monkeypatch, caplog):
    def broken(path):
        raise ImportError("no tensorflow here")

    monkeypatch.setattr(loading.Recognizer, "load", broken)
    app, _ = page(*sent_of((3, {})))
    assert "could not start" in text(app)
    assert "no tensorflow here" in caplog.text and "no tensorflow here" not in text(app)


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


def test_the_width_reaches_the_canvas_and_nothing_else_changes(page):
    app, sent = page(*sent_of((4, {})))
    app.slider(key="stroke_width").set_value(31).run()
    before, after = sent["calls"][0], sent["calls"][-1]
    assert after.pop("stroke_width") == 31 != before.pop("stroke_width")
    assert after == before


def test_the_model_tab_costs_nothing_until_it_is_opened(page):
    app, _ = page()
    assert not app.markdown
    app.session_state["tab"] = "The model"
    app.run()
    assert any("test digits read right" in element.value for element in app.markdown)
    assert "Draw a digit, or a whole number." in text(app), "the drawing tab is kept"


def test_a_missing_or_broken_card_is_one_sentence(page, monkeypatch, tmp_path):
    monkeypatch.setenv("DIGITS_MODEL", str(tmp_path / "digits.keras"))
    for content in (None, "not json", "[]", "{}", '{"test": {}}'):
        if content is not None:
            (tmp_path / "digits.json").write_text(content)
        app, _ = page()
        app.session_state["tab"] = "The model"
        app.run()
        assert not app.exception and "no card" in app.info[0].value


def prediction(digit, confidence):
    probabilities = always(digit, confidence)(np.zeros((1, 28, 28)))[0]
    return Prediction(digit, confidence, probabilities, True, np.eye(28, dtype=np.float32))


def test_ten_bars_stand_on_one_axis_and_the_winner_is_marked():
    html = answer.bars_html(prediction(4, 0.73))
    assert html.count('class="bar"') + html.count('class="bar winner"') == 10
    assert re.findall(r'winner"><span class="name">(\d)', html) == ["4"]
    assert re.findall(r"width:([\d.]+)%", html) == ["3.0"] * 4 + ["73.0"] + ["3.0"] * 5
    assert "winner" not in answer.bars_html(None)


def test_the_labels_of_boxes_stay_on_the_paper():
    def at(left, top, height=80):
        return replace(prediction(4, 0.9), box=(left, top, left + 40, top + height))

    reading = Reading(((at(100, 100), at(270, 100), at(100, 5), at(100, 5, 290)),))
    html = answer.boxes_html(reading, (300, 300))
    assert re.findall(r'class="(box[^"]*)"', html) == ["boxes", "box", "box right", "box under", "box inside"]


@pytest.mark.parametrize("model", [always(4, 0.4), always(4, 0.97, none=0.9)], ids=["unsure", "sure of none"])
def test_what_is_no_digit_has_no_winner_and_no_confident_number(model):
    refused = Recognizer(model).predict(drawn(4))
    bars, shown = answer.bars_html(refused), answer.prediction_html(refused)
    assert "winner" not in bars and re.findall(r'value">([^<]*)<', bars) == [""] * 10
    assert "does not look like a digit" in shown and "Nearest: 4" in shown and "%" not in shown


def test_a_near_tie_names_both():
    tied = np.full(10, 0.01, np.float32)
    tied[[4, 9]] = 0.52, 0.40
    prediction = Recognizer(lambda digits: np.tile(tied, (len(digits), 1))).predict(drawn(4))
    assert (
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.prediction_html(prediction))).strip()
        == "4 or 9 52 % and 40 %"
    )
    assert re.findall(r'winner"><span class="name">(\d)', answer.bars_html(prediction)) == ["4", "9"]
    assert " or " not in answer.prediction_html(Recognizer(always(4, 0.7)).predict(drawn(4)))


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "> 99 %"), (0.995, "> 99 %"), (0.9949, "99 %"), (0.98, "98 %"), (0.004, "0 %")]
)
def test_nothing_is_ever_certain(share, shown):
    assert percent(share) == shown


def test_the_preview_shows_the_models_input_dark_on_light():
    source = re.search(r'base64,([^"]+)"', answer.preview_html(prediction(1, 0.9)))[1]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
    np.testing.assert_array_equal(shown, np.uint8(255 * (1 - np.eye(28))))


def test_sentences_are_escaped():
    assert "<script>" not in answer.hint_html("<script>alert(1)</script>")


def test_a_canvas_of_another_size_is_refused_before_decoding(monkeypatch):
    def never(*_):
        raise AssertionError("decoded")

    result = CanvasResult({}, data_url(np.zeros((3000, 3000, 4), np.uint8)), return_image_data=True)
    monkeypatch.setattr(Image.Image, "load", never)
    with pytest.raises(InvalidImageError):
        canvas._picture(result)
