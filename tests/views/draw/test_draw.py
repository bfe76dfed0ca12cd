"""The Draw tab, run by Streamlit's AppTest with a stand-in for the canvas."""

import re
import threading

import numpy as np

from benchmarks.support.canvas import sent
from benchmarks.support.drawing import placed
from recognizer import Recognizer
from tests.views.sent import FOUR, NUMBER, SEVEN, number
from views.draw.tab import DRAW_HINT
from views.limits import LIMITS


def test_an_empty_canvas_asks_for_a_drawing_which_is_read(page):
    assert DRAW_HINT in page.open().text
    assert re.search(r"4 (> 99|\d\d) %", page.draw(FOUR).text)


def test_a_number_is_read_with_an_outline_of_each_digit_and_the_bars_of_the_one_that_is_picked(page):
    page.open(NUMBER)
    assert "4 0 7" in page.text  # a tag between the digits is a space here
    assert len(re.findall('class="mark[" ]', page.html)) == 3
    (picker,) = page.app.segmented_control
    assert picker.options == ["4", "0", "7"] and page.winners == ["7"], "the last one at first"
    picker.set_value(0)
    assert page.run().winners == ["4"]
    assert page.draw(number("40")).winners == ["0"], "another stroke"


def test_a_digit_is_where_it_was_drawn(page):
    page.open(sent(placed(7, height=100, left=400, top=300), 10))
    (digit,) = page.app.session_state["drawn"][0].digits
    assert np.abs(np.array(digit.box) - (397, 296, 466, 405)).max() <= 6


def test_of_equal_digits_each_can_be_picked(page):
    page.open(number("727"))
    assert page.app.segmented_control[0].options == ["7₁", "2", "7₂"]
    for position in (0, 1, 2):
        page.app.segmented_control[0].set_value(position)
        assert page.run().app.session_state["picked"] == position


def test_a_pick_that_an_undo_has_made_void_is_the_last_digit(page, monkeypatch):
    page.open(NUMBER)
    monkeypatch.setattr("views.draw.tab.st.segmented_control", lambda *_, **__: None)  # as seen after fast undos
    assert page.run().winners == ["7"]


def test_a_reading_is_charged_for_its_work(page, monkeypatch):
    monkeypatch.setattr("views.limits.time.monotonic", lambda: 7.0)
    state = page.open(NUMBER).app.session_state
    work = state["drawn"][0].work
    assert work > 3 and state["buckets"]["reading"].tokens == LIMITS["reading"].burst - work


def test_what_is_not_a_digit_in_a_number_is_a_question_mark(page):
    letter = [[(300, 60), (300, 240)], [(400, 60), (400, 240)], [(300, 150), (400, 150)]]
    page.open(sent([*placed(2, left=60), *letter], 12))
    assert "2 ? A ? marks ink that does not look like a digit." in page.text
    assert page.app.segmented_control[0].options == ["2", "?"]


def test_ink_in_the_strip_out_of_sight_does_not_count(page):
    assert DRAW_HINT in page.open(sent([[(50, -20), (250, -20)]])).text
    assert re.search(r"4 (> 99|\d\d) %", page.draw(sent([*placed(4), [(50, -20), (250, -20)]])).text)


def test_every_stroke_is_read_in_a_thread_that_stays(page, monkeypatch):
    read, threads = Recognizer.read, []

    def noting(*arguments):
        threads.append(threading.current_thread())
        return read(*arguments)

    monkeypatch.setattr(Recognizer, "read", noting)
    page.open(SEVEN).draw(FOUR)
    assert len(threads) == 2 and all(thread.is_alive() for thread in threads)


def test_nothing_is_read_twice_until_the_drawing_or_the_hand_changes(page, monkeypatch):
    read, times = Recognizer.read, []
    monkeypatch.setattr(Recognizer, "read", lambda *arguments: times.append(1) or read(*arguments))
    page.open(FOUR).run()
    assert len(times) == 1
    page.click("tap_9")
    assert len(times) == 2 and page.winners == ["9"]
    page.draw(SEVEN).run()
    assert len(times) == 3


def test_the_frame_shows_the_square_until_there_is_ink_near_its_edge_or_below_it(page):
    page.open(FOUR)
    seen = []
    for strokes in ([[(360, 50), (360, 250)]], [[(380, 50), (380, 250)]], [[(50, 300), (50, 430)]]):
        page.draw(sent(strokes, 16))
        styles = " ".join(each.proto.body for each in page.app.get("html"))
        seen.append(re.findall(r"--across: (\d+)px; --down: (\d+)px", styles))
    assert seen == [[("420", "420")], [("640", "420")], [("420", "640")]]
