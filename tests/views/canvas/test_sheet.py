"""What is on the canvas, and what undo, clear, a reload and the browser make of it."""

from uuid import UUID

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.support.canvas import sent
from benchmarks.support.drawing import placed
from tests.views.sent import BARS, FOUR
from views.canvas.fabric import MAX_STROKES, as_sent
from views.canvas.sheet import OVERDUE_S, Sheet

STROKES = BARS["objects"]
VISIT = UUID(int=7)


@pytest.fixture
def sheet():
    """A sheet with three strokes on it."""
    sheet = Sheet(VISIT)
    sheet.receive(BARS)
    return sheet


def asked(sheet):
    return sheet.initial["objects"]


def test_undo_and_clear_ask_the_canvas_for_fewer_strokes(page):
    page.open(FOUR).click("undo")
    assert page.asked["objects"] == FOUR["objects"][:1]
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
    for _ in range(4):
        sheet.undo()
    assert asked(sheet) == []


def test_redo_brings_back_what_undo_took_until_somebody_draws_on(sheet):
    sheet.undo()
    sheet.undo()
    sheet.redo()
    assert asked(sheet) == STROKES[:2]
    sheet.receive({"objects": STROKES[:2]})
    sheet.redo()
    sheet.redo()
    assert asked(sheet) == STROKES, "there is nothing left to redo"
    sheet.undo()
    sheet.receive({"objects": STROKES[:2]})
    sheet.receive({"objects": [*STROKES[:2], *sent(placed(1))["objects"]]})
    sheet.redo()
    assert len(sheet.strokes) == 3


@pytest.mark.parametrize("overtaking", ["undo", "clear"])
def test_a_stroke_that_was_drawn_before_the_canvas_heard_of_an_undo_or_clear_is_kept(sheet, overtaking):
    left = STROKES[:2] if overtaking == "undo" else []
    new = sent(placed(1))["objects"]
    getattr(sheet, overtaking)()
    sheet.receive({"objects": [*STROKES, *new]})
    assert asked(sheet) == [*left, *new]
    sheet.receive({"objects": left})  # what the canvas answers to the undo
    sheet.receive({"objects": [*STROKES, *new]})
    assert list(sheet.strokes.objects) == asked(sheet) == [*left, *new]
    sheet.receive({"objects": [*left, *new]})
    assert not sheet.is_waiting()
    sheet.receive({"objects": [*left, *new, *new]})
    assert len(sheet.strokes) == len(left) + 2 and not sheet.is_waiting()


def test_undo_before_the_canvas_has_answered_the_last_undo_takes_the_next_stroke(sheet):
    for left in (2, 1, 0):
        sheet.undo()
        assert asked(sheet) == STROKES[:left]
    for late in (2, 1, 0):  # what the canvas was asked for on the way is not the drawing
        sheet.receive({"objects": STROKES[:late]})
        sheet.undo()
        assert asked(sheet) == []
    sheet.receive(sent(placed(4)))
    sheet.undo()
    assert asked(sheet) == sent(placed(4))["objects"][:1]


def test_a_canvas_that_does_not_answer_an_undo_is_asked_again_after_a_second_until_it_does(page, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("views.canvas.sheet.time.monotonic", lambda: now[0])
    fewer = FOUR["objects"][:1]
    page.open(FOUR).click("undo")
    assert page.asked == {"objects": fewer, "number": 1}
    page.run()
    assert page.asked["number"] == 1, "it has a second"
    now[0] += 1.5
    page.run()
    assert page.asked == {"objects": fewer, "number": 2}
    page.draw({"objects": fewer})
    now[0] += 1.5
    page.run()
    assert page.asked["number"] == 2


def test_the_same_strokes_are_the_same_drawing_in_one_visit_only(sheet):
    first = sheet.drawing
    sheet.undo()
    assert sheet.drawing != first
    sheet.receive({"objects": STROKES[:2]})
    sheet.receive(BARS)
    assert sheet.drawing == first
    other = Sheet()
    other.receive(BARS)
    assert other.drawing != first


@pytest.fixture
def send(sheet, monkeypatch):
    """Send what the browser's script sends -> how many strokes are on the sheet then."""
    AppTest.from_string("import views.canvas.browser").run()  # registers itself where Streamlit runs
    from views.canvas import browser

    monkeypatch.setattr(st, "session_state", {"sheet": sheet})

    def send(name, message):
        st.session_state["browser"] = {name: message}
        browser._carry_out() if name == "commands" else browser._restore()
        return len(sheet.strokes)

    return send


def commands(names, start=0, visit=VISIT.hex, seen=None):
    """What the script sends for clicks by somebody who has `seen` so many strokes; None: all."""
    listed = [[name, seen] for name in names] if isinstance(names, list) else names
    return {"visit": visit, "from": start, "commands": listed}


def test_each_command_is_carried_out_once_and_in_order(send):
    sent_ = [
        commands(["undo"]),
        commands(["undo", "undo"]),
        commands(["undo"], 1),
        commands(["redo", "clear", "undo"], 2),
    ]
    assert [send("commands", each) for each in sent_] == [2, 1, 1, 2]


@pytest.mark.parametrize(
    ("command", "seen", "left"),
    [("undo", 1, [1, 2]), ("undo", 2, [0, 2]), ("undo", 3, [0, 1]), ("undo", 9, [0, 1]), ("clear", 2, [2])],
)
def test_strokes_that_arrive_with_a_click_but_were_drawn_after_it_stay(send, sheet, command, seen, left):
    send("commands", commands([command], seen=seen))
    assert asked(sheet) == list(sheet.strokes.objects) == [STROKES[i] for i in left]
    new = sent(placed(1))["objects"]
    sheet.receive({"objects": [*STROKES, *new]})
    assert asked(sheet) == [*(STROKES[i] for i in left), *new]


def test_the_canvas_is_asked_once_for_however_many_commands_come_at_once(send, sheet):
    assert send("commands", commands(["undo", "redo"] * (MAX_STROKES // 2), seen=2)) == 3
    assert sheet.initial["number"] == 1 and len(sheet.outdated) <= 2
    for x in range(MAX_STROKES):
        sheet.put([as_sent([(x, 7)], 20)])
    assert len(sheet.outdated) <= MAX_STROKES


@pytest.mark.parametrize("objects", [STROKES[:1], STROKES])
def test_a_stored_drawing_comes_under_what_has_been_drawn_since(send, sheet, objects):
    assert send("stored", {"visit": VISIT.hex, "objects": objects}) == len(objects) + 3
    assert asked(sheet)[: len(objects)] == objects


@pytest.mark.parametrize("visit", ["another", None, 7])
def test_what_was_sent_to_a_server_before_this_one_is_not_done_again(send, visit):
    assert send("commands", commands(["undo"], 0, visit)) == 3
    assert send("stored", {"visit": visit, "objects": STROKES}) == 3


@pytest.mark.parametrize("value", [None, "redone", 2.0, 7, [1], {}, [{"type": "Rect"}], ["undo"] * (MAX_STROKES + 1)])
def test_what_the_script_never_sends_changes_nothing(send, value):
    for message in (
        value,
        commands(value),
        commands(["drawing", "__init__", 7, value] * 9, -9),
        commands("undo", value),
        commands(["undo"], seen=[value]),
    ):
        assert send("commands", message) == 3
    for message in (value, {"visit": VISIT.hex, "objects": value}, {"visit": VISIT.hex, "objects": STROKES * 200}):
        assert send("stored", message) == 3


def test_a_canvas_that_does_not_confirm_an_undo_is_asked_again_after_twice_as_long_each_time(sheet, monkeypatch):
    now = 100.0
    monkeypatch.setattr("views.canvas.sheet.time.monotonic", lambda: now)
    sheet.undo()
    for patience in (OVERDUE_S, 2 * OVERDUE_S, 4 * OVERDUE_S):
        now += patience
        assert not sheet.is_overdue()
        now += 0.01
        assert sheet.is_overdue()
        sheet.ask_again()
    sheet.undo()
    now += OVERDUE_S + 0.01
    assert sheet.is_overdue()
