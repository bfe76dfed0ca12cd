"""What the browser may send beside the canvas: it is checked, and done once."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.views.sent import paths
from views import canvas

STROKES = paths([[(50 * n, 50), (50 * n, 250)] for n in (1, 2, 3)])["objects"]


@pytest.fixture
def visit(monkeypatch):
    """A visit with three strokes, and what the browser sends then."""
    AppTest.from_string("import views.browser").run()  # registers itself where Streamlit runs
    from views import browser

    state = {"visit": "this", "drawing": {"drawing": {"raw": {"objects": STROKES}}}}
    monkeypatch.setattr(st, "session_state", state)

    def send(**sent):
        state["browser"] = sent
        browser._undo() if "undos" in sent else browser._restore()
        return len(canvas.newest().objects)

    return send


def test_clicks_are_counted_and_each_takes_back_one_stroke_once(visit):
    assert visit(undos={"visit": "this", "clicks": 2}) == 1
    assert visit(undos={"visit": "this", "clicks": 2}) == 1
    assert visit(undos={"visit": "this", "clicks": 3}) == 0


@pytest.mark.parametrize("objects", [STROKES[:1], STROKES])
def test_a_stored_drawing_comes_under_what_has_been_drawn_since(visit, objects):
    assert visit(stored={"visit": "this", "objects": objects}) == len(objects) + 3
    assert st.session_state["start_drawing"]["objects"][: len(objects)] == objects


@pytest.mark.parametrize("visited", ["another", None, 7])
def test_what_was_sent_to_a_server_before_this_one_is_not_done_again(visit, visited):
    assert visit(undos={"visit": visited, "clicks": 2}) == 3
    assert visit(stored={"visit": visited, "objects": STROKES}) == 3


@pytest.mark.parametrize("clicks", [None, "2", 2.0, -1, 0, canvas.MAX_STROKES + 1, [1], {"clicks": 1}])
def test_what_no_number_of_clicks_is_takes_nothing_back(visit, clicks):
    assert visit(undos={"visit": "this", "clicks": clicks}) == 3
    assert visit(undos=clicks) == 3


@pytest.mark.parametrize("objects", [None, "many", [1], [{}] * 600, [{"type": "Rect"}], STROKES * 200])
def test_what_is_no_drawing_is_not_restored(visit, objects):
    assert visit(stored={"visit": "this", "objects": objects}) == 3
    assert visit(stored=objects) == 3
