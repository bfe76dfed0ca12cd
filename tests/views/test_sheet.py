"""What is on the canvas, and what undo, clear, a reload and the browser make of it."""

from uuid import UUID

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.support.canvas import paths
from benchmarks.support.drawing import placed
from tests.views.sent import BARS, FOUR
from views.canvas.fabric import MAX_STROKES
from views.canvas.sheet import Sheet

STROKES = BARS[0]["objects"]
VISIT = UUID(int=7)


@pytest.fixture
def sheet():
    """A sheet with three strokes on it."""
    sheet = Sheet(VISIT)
    sheet.receive(BARS[0])
    return sheet


def asked(sheet):
    return sheet.initial["objects"]


def test_undo_and_clear_ask_the_canvas_for_fewer_strokes(page):
    page.open(FOUR).click("undo")
    assert page.asked["objects"] == FOUR[0]["objects"][:1]
    page.click("clear")
    before = page.asked
    assert before["objects"] == []
    page.click("clear")
    assert page.asked != before, "the same value again would not reach the canvas"


def test_undo_on_an_empty_canvas_brings_back_what_was_cleared_once(sheet):
    sheet.clear()
    sheet.receive({"objects": []})
    sheet.clear()  # a second one loses nothing
    sheet.undo()
    assert asked(sheet) == STROKES
    sheet.undo(4)
    assert asked(sheet) == []


def test_undo_before_the_canvas_has_answered_the_last_undo_takes_the_next_stroke(sheet):
    for left in (2, 1, 0):
        sheet.undo()
        assert asked(sheet) == STROKES[:left]
    for late in (2, 1, 0):  # what the canvas was asked for on the way is not the drawing
        sheet.receive({"objects": STROKES[:late]})
        sheet.undo()
        assert asked(sheet) == []
    sheet.receive(paths(placed(4)))
    sheet.undo()
    assert asked(sheet) == paths(placed(4))["objects"][:1]


def test_a_canvas_that_does_not_answer_an_undo_is_asked_again_after_a_second_until_it_does(page, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("views.canvas.sheet.time.monotonic", lambda: now[0])
    fewer = FOUR[0]["objects"][:1]
    page.open(FOUR).click("undo")
    assert page.asked == {"objects": fewer, "number": 1}
    page.run()
    assert page.asked["number"] == 1, "it has a second"
    now[0] += 1.5
    page.run()
    assert page.asked == {"objects": fewer, "number": 2}
    page.draw(({"objects": fewer}, FOUR[1]))
    now[0] += 1.5
    page.run()
    assert page.asked["number"] == 2


def test_the_same_strokes_are_the_same_drawing_in_one_visit_only(sheet):
    first = sheet.drawing_id(sheet.strokes)
    sheet.undo()
    assert sheet.drawing_id(sheet.strokes) != first
    sheet.receive(BARS[0])
    sheet.receive({"objects": []})
    sheet.receive(BARS[0])
    assert sheet.drawing_id(sheet.strokes) == first
    other = Sheet()
    other.receive(BARS[0])
    assert other.drawing_id(other.strokes) != first


@pytest.fixture
def send(sheet, monkeypatch):
    """Send what the browser's script sends -> how many strokes are on the sheet then."""
    AppTest.from_string("import views.browser").run()  # registers itself where Streamlit runs
    from views import browser

    monkeypatch.setattr(st, "session_state", {"sheet": sheet})

    def send(name, message):
        st.session_state["browser"] = {name: message}
        browser._undo() if name == "undos" else browser._restore()
        return len(sheet.strokes.objects)

    return send


def test_each_click_on_undo_takes_back_one_stroke_once(send):
    assert [send("undos", {"visit": VISIT.hex, "clicks": clicks}) for clicks in (2, 2, 3)] == [1, 1, 0]


@pytest.mark.parametrize("objects", [STROKES[:1], STROKES])
def test_a_stored_drawing_comes_under_what_has_been_drawn_since(send, sheet, objects):
    assert send("stored", {"visit": VISIT.hex, "objects": objects}) == len(objects) + 3
    assert asked(sheet)[: len(objects)] == objects


@pytest.mark.parametrize("visit", ["another", None, 7])
def test_what_was_sent_to_a_server_before_this_one_is_not_done_again(send, visit):
    assert send("undos", {"visit": visit, "clicks": 2}) == send("stored", {"visit": visit, "objects": STROKES}) == 3


@pytest.mark.parametrize("value", [None, "2", 2.0, -1, 0, MAX_STROKES + 1, [1], {}, [{"type": "Rect"}], STROKES * 200])
def test_what_the_script_never_sends_changes_nothing(send, value):
    for name, field in (("undos", "clicks"), ("stored", "objects")):
        assert send(name, {"visit": VISIT.hex, field: value}) == send(name, value) == 3
