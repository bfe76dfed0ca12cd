"""The Draw tab, run by Streamlit's AppTest with a stand-in for the canvas."""

import re
import threading

import numpy as np
import pytest

from benchmarks.support.drawing import drawn, placed, render
from recognizer import Recognizer
from tests.views.sent import NUMBER, ONE_STROKE, data_url, on_transparency, paths, sent_of, text
from views import canvas
from views.limits import LIMITS


def test_an_empty_canvas_is_asked_to_be_drawn_on(page):
    app, _ = page()
    assert "Draw a digit, or a whole number." in text(app)


@pytest.mark.parametrize("digit", [0, 4, 7])
def test_a_drawing_is_read(page, digit):
    app, _ = page(*sent_of((digit, {})))
    assert re.search(rf"{digit} (> 99|\d\d) %", text(app))


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


def test_of_equal_digits_each_can_be_picked(page):
    app, _ = page(*sent_of(*((digit, {"left": 40 + 180 * i, "top": 60}) for i, digit in enumerate((7, 2, 7)))))
    assert app.segmented_control[0].options == ["7₁", "2", "7₂"]
    for position in (0, 1, 2):
        app.segmented_control[0].set_value(position).run()
        assert app.session_state["picked"] == position


def test_a_pick_that_an_undo_has_made_void_is_the_last_digit(page, monkeypatch):
    app, _ = page(*NUMBER)
    monkeypatch.setattr("views.draw.st.segmented_control", lambda *_, **__: None)  # as seen after fast undos
    app.run()
    html = "".join(element.proto.body for element in app.get("html"))
    assert not app.exception and re.findall(r'winner"><span class="name">(\d)', html) == ["7"]


def test_a_reading_is_charged_for_its_work(page, monkeypatch):
    monkeypatch.setattr("views.limits.time.monotonic", lambda: 7.0)
    app, _ = page(*NUMBER)
    limit, reading = LIMITS["reading"], app.session_state["drawn"][0]
    assert reading.work > 3 and app.session_state["buckets"]["reading"].tokens == limit.burst - reading.work


def test_what_is_no_digit_in_a_number_is_a_question_mark(page):
    letter = [[(300, 60), (300, 240)], [(400, 60), (400, 240)], [(300, 150), (400, 150)]]
    strokes = [*placed(2, left=60), *letter]
    app, _ = page(paths(strokes, 12), data_url(on_transparency(render(strokes, 12, (640, 300)))))
    assert "2 ? ? does not look like a digit." in text(app)
    assert app.segmented_control[0].options == ["2", "?"]


def test_an_empty_picture_is_an_empty_canvas(page):
    app, _ = page(ONE_STROKE, data_url(np.zeros_like(on_transparency(drawn(0)))))
    assert "Draw a digit, or a whole number." in text(app)


def test_ink_in_the_strip_out_of_sight_does_not_count(page):
    pixels = on_transparency(drawn(0))
    pixels[: canvas.STRIP_PX] = 255
    app, _ = page(ONE_STROKE, data_url(pixels))
    assert re.search(r"0 (> 99|\d\d) %", text(app))


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
