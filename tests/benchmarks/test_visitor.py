"""The visitor without a browser: it sends what the canvas sends, and tells from the page's HTML what a person sees."""

import json

import numpy as np
import pytest

from benchmarks.support import canvas, visitor
from benchmarks.support.drawing import drawn, placed
from benchmarks.support.visitor import Answer, sheets
from recognizer import Reading, Recognizer
from tests.helpers import always
from views import answer
from views.canvas import fabric
from views.canvas.sheet import Sheet
from views.draw import tab as draw


def test_what_the_visitor_knows_of_the_page_is_true():
    assert canvas.STRIP_PX == fabric.STRIP_PX
    assert visitor.LOADING in draw.LOADING_HINT


def strokes_of(message):
    """What the page makes of what a visitor sends."""
    sheet = Sheet()
    sheet.receive(json.loads(message)["drawing"]["raw"])
    return sheet.strokes.lines


def test_each_sheet_holds_one_stroke_more_than_the_one_before():
    strokes = placed(4)
    for count, message in enumerate(sheets(strokes), 1):
        sent = strokes_of(message)
        assert len(sent) == count
        for stroke, points in zip(sent, strokes, strict=False):
            np.testing.assert_allclose(stroke.points, points, atol=1e-3)
            assert stroke.width == 16
    assert not strokes_of(visitor.BLANK)


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
