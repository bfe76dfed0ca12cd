"""The judge of the load benchmark: an answer that is not the visitor's own, or not right, must not pass."""

import math

import pytest

from benchmarks.load import Drawing, Judge, Outcome, drawings_of
from benchmarks.support.visitor import Answer


def answer(digit, picture):
    return Answer(f'<span class="digit">{digit}</span>', "", f"<img {picture}>", 0.1)


DRAWINGS = [Drawing(4, ("half a four", "a four")), Drawing(7, ("a seven",))]
SHOWN = {"half a four": answer(6, "half"), "a four": answer(4, "four"), "a seven": answer(7, "seven")}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer(4, "four"), None),
        (answer(7, "seven"), "another's answer"),
        (answer(4, "seven"), "another's answer"),
        (answer(6, "half"), "another's answer"),
        (answer(9, "four"), "a wrong digit"),
        (answer(4, "nothing like it"), "a picture that nobody drew"),
    ],
)
def test_only_the_visitors_own_right_answer_passes(given, error):
    assert Judge(DRAWINGS, SHOWN).error("a four", given) == error


def test_what_is_unfinished_may_be_read_as_anything_but_always_as_the_same():
    judge = Judge(DRAWINGS, SHOWN)
    assert judge.error("half a four", answer(6, "half")) is None
    assert judge.error("half a four", answer(5, "half")) == "a wrong digit"


def test_drawings_that_cannot_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="look the same"):
        Judge(DRAWINGS, {**SHOWN, "a seven": answer(7, "four")})


def test_a_digit_that_one_visitor_alone_is_not_told_is_refused():
    with pytest.raises(ValueError, match=r"\[7\]"):
        Judge(DRAWINGS, {**SHOWN, "a seven": answer(1, "seven")})


def test_visitors_draw_other_digits_at_the_same_moment_and_no_two_drawings_are_alike():
    many = [list(drawings_of(number, 6)) for number in range(12)]
    assert [drawings[0].digit for drawings in many] == [*range(10), 0, 1]
    assert all(sum(len(drawing.sheets) for drawing in drawings) >= 6 for drawings in many)
    sheets = [sheet for drawings in many for drawing in drawings for sheet in drawing.sheets]
    assert len(set(sheets)) == len(sheets)


def test_a_part_without_answers_has_no_percentiles():
    assert math.isnan(Outcome().percentile(95)) and Outcome([1.0, 3.0]).percentile(50) == 2
