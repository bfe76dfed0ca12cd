"""The judge of the load benchmark: an answer that is wrong, or that belongs to another visitor, must not pass."""

import math

import pytest

from benchmarks.load import Drawing, Judge, Outcome, drawings_of
from benchmarks.support.visitor import Answer


def answer(digit, picture):
    return Answer(f'<span class="digit">{digit}</span>', "", f"<img {picture}>", 0.1)


DRAWINGS = [Drawing(4, ("half a four", "a four")), Drawing(7, ("a seven",))]
SHOWN = {"half a four": answer(6, "half"), "a four": answer(4, "four"), "a seven": answer(7, "seven")}


@pytest.mark.parametrize(
    ("sheet", "shown", "error"),
    [
        ("a four", answer(4, "four"), None),
        ("a four", answer(7, "seven"), "another's answer"),
        ("a four", answer(4, "seven"), "another's answer"),
        ("a four", answer(6, "half"), "another's answer"),
        ("a four", answer(9, "four"), "a wrong digit"),
        ("a four", answer(4, "nothing like it"), "a picture that nobody drew"),
        ("half a four", answer(6, "half"), None),
        ("half a four", answer(5, "half"), "a wrong digit"),
    ],
)
def test_only_the_answer_that_one_visitor_alone_got_passes(sheet, shown, error):
    assert Judge(DRAWINGS, SHOWN).error(sheet, shown) == error


@pytest.mark.parametrize(
    ("seven", "message"), [(answer(7, "four"), "look the same"), (answer(1, "seven"), r"misread \[7\]")]
)
def test_drawings_that_cannot_be_judged_are_refused(seven, message):
    with pytest.raises(ValueError, match=message):
        Judge(DRAWINGS, {**SHOWN, "a seven": seven})


def test_visitors_begin_with_different_digits_and_no_two_drawings_are_alike():
    many = [list(drawings_of(number, 6)) for number in range(12)]
    assert [drawings[0].digit for drawings in many] == [*range(10), 0, 1]
    assert all(sum(len(drawing.sheets) for drawing in drawings) >= 6 for drawings in many)
    sheets = [sheet for drawings in many for drawing in drawings for sheet in drawing.sheets]
    assert len(set(sheets)) == len(sheets)


def test_a_part_without_answers_has_no_percentiles():
    assert math.isnan(Outcome().percentile(95)) and Outcome([1.0, 3.0]).percentile(50) == 2
