"""The visitor without a browser: it sends what the canvas sends, and tells from the page's HTML what a person sees."""

import json

import numpy as np
import pytest
from streamlit_drawable_canvas import CanvasResult

from benchmarks.support import canvas, visitor
from benchmarks.support.drawing import drawn, placed
from benchmarks.support.visitor import Answer, sheets
from recognizer import Reading, Recognizer
from tests.helpers import always
from views import answer, draw
from views.canvas.component import HEIGHT_PX, STRIP_PX, drawing_of
from views.canvas.sheet import NARROW_PX, WIDE_PX, Sheet
from views.figures import accent_rgb


def test_what_the_visitor_knows_of_the_page_is_true():
    assert (canvas.NARROW_PX, canvas.WIDE_PX, canvas.HEIGHT_PX) == (NARROW_PX, WIDE_PX, HEIGHT_PX)
    assert (STRIP_PX, accent_rgb()) == (canvas.STRIP_PX, canvas.INK)
    assert visitor.LOADING in draw.LOADING_HINT


def drawing(message):
    """What the page makes of what a visitor sends."""
    sent, sheet = json.loads(message)["drawing"], Sheet()
    sheet.receive(sent["raw"])
    return drawing_of(CanvasResult(sent["raw"], sent["data"], return_image_data=True), sheet)


def test_each_sheet_holds_one_stroke_more_than_the_one_before():
    strokes = placed(4)
    for count, message in enumerate(sheets(strokes), 1):
        sent = drawing(message)
        assert len(sent.strokes) == count
        for stroke, points in zip(sent.strokes, strokes, strict=False):
            np.testing.assert_allclose(stroke.points, points, atol=1e-3)
            assert stroke.width == 16
        assert sent.picture.size == (NARROW_PX, HEIGHT_PX)
    np.testing.assert_array_equal(np.asarray(sent.picture)[..., 3], 255 - drawn(4)[..., 0])


def test_a_blank_sheet_has_no_ink():
    sent = drawing(visitor.BLANK)
    assert not sent.strokes and not np.asarray(sent.picture)[..., 3].any()


@pytest.mark.parametrize(
    ("html", "digit", "text"),
    [
        (answer.prediction_html(Recognizer(always(4, 0.97)).predict(drawn(4))), 4, "4 97 %"),
        (answer.hint_html("Draw a <digit>."), None, "Draw a <digit>."),
        (answer.prediction_html(Recognizer(always(4, 0.4, none=0.9)).predict(drawn(4))), None, None),
        (answer.reading_html(Reading((Recognizer(always(4)).read(drawn(4)).digits * 2,))), None, "4 4"),
    ],
    ids=["a digit", "a hint", "no digit", "a number"],
)
def test_the_digit_and_the_text_are_those_on_the_page(html, digit, text):
    shown = Answer(html, "", "")
    assert shown.digit == digit
    assert text is None or shown.text == text


def test_two_answers_are_the_same_however_long_they_took():
    one = Answer("4", "bars", "picture", 0.1)
    assert one.same_as(Answer("4", "bars", "picture", 0.2))
    assert not one.same_as(Answer("4", "bars", "another", 0.1))
