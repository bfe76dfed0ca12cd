"""The judge of the load benchmark: an answer that is wrong, or that belongs to another visitor, must not pass."""

from itertools import islice

import pytest

from benchmarks.many.load import Drawing, answers_alone, drawings_of, is_error
from benchmarks.support.visitor import Answer
from tests.helpers import awaited


def answer(digit, picture):
    return Answer(f'<span class="digit">{digit}</span>', "", f"<img {picture}>", 0.1)


@pytest.mark.parametrize(
    ("shown", "error"),
    [
        (answer(4, "four"), False),
        (answer(9, "four"), True),
        (answer(4, "another four"), True),
        (answer(7, "seven"), True),
    ],
)
def test_only_the_digit_and_the_picture_that_one_visitor_alone_got_pass(shown, error):
    assert is_error(shown, answer(4, "four")) == error


@pytest.mark.parametrize(
    ("seven", "message"), [(answer(7, "four"), "look the same"), (answer(1, "seven"), r"misread \[7\]")]
)
def test_drawings_that_cannot_be_judged_are_refused(seven, message):
    class Visitor:
        async def draw(self, sheet):
            return {"a four": answer(4, "four"), "a seven": seven}[sheet]

        async def clear(self):
            pass

    with pytest.raises(ValueError, match=message):
        awaited(answers_alone(Visitor(), [Drawing(4, "a four"), Drawing(7, "a seven")]))


def test_visitors_begin_with_different_digits_and_no_two_drawings_are_alike():
    drawings = [list(islice(drawings_of(number), 6)) for number in range(12)]
    assert [each[0].digit for each in drawings] == [*range(10), 0, 1]
    assert len({drawing.sheet for each in drawings for drawing in each}) == 12 * 6
