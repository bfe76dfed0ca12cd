"""Whole numbers: pieces of ink, lines, and what is joined to a digit."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from benchmarks.hostile import drawn_ink, scribbles
from benchmarks.support.drawing import arc, placed, render
from recognizer import Recognizer
from recognizer.formatting import unread_note
from recognizer.images.ink import Sheet
from recognizer.numbers.candidates import MAX_WORK, Budget, Candidate
from recognizer.numbers.path import best_path
from recognizer.numbers.pieces import MAX_PIECES, find_pieces
from recognizer.numbers.segment import cut_line, segment
from recognizer.preprocess import find_ink
from tests.helpers import always


def written(*digits, size=(640, 200), width=8):
    """A picture of digits; each (digit, left, top, height), or a list of polylines in px."""
    polylines = [
        mark if isinstance(mark, list) else placed(mark[0], left=mark[1], top=mark[2], height=mark[3])
        for mark in digits
    ]
    return render([line for mark in polylines for line in mark], width=width, size=size)


def test_a_number_is_read_left_to_right_with_a_box_for_each_digit(light):
    reading = light.read(written((2, 30, 40, 100), (0, 150, 50, 110), (2, 270, 30, 90), (6, 380, 45, 100)))
    assert reading.text == "2026" and reading.left_out == 0
    for digit, expected in zip(reading.digits, (30, 150, 270, 380), strict=True):
        left, top, right, bottom = digit.box
        assert left == pytest.approx(expected, abs=8) and right > left + 40 and bottom > top + 80


def test_lines_are_read_from_top_to_bottom(light):
    lower = [(7, 150, 160, 90), (1, 230, 165, 90)]
    upper = [(4, 40, 20, 90), (0, 130, 30, 90), (7, 220, 40, 90)]  # sinks as it goes
    reading = light.read(written(*lower, *upper, size=(400, 300)))
    assert reading.text == "407\n71"


SEVEN_OVER_ONE = [[(20, 30), (150, 30), (60, 170)]], [[(150, 80), (105, 175)]]
FIVE = [[(60, 40), (52, 90), (80, 82), (100, 105), (95, 140), (70, 155), (45, 145)]], [[(78, 34), (118, 34)]]
FOUR = [[(40, 40), (30, 100), (85, 100)], [(97, 60), (97, 160)]]


def halves(left):
    """A three in two parts, one above the other."""
    return [arc(left + 30, 65, 30, 24, -150, 75)], [arc(left + 30, 125, 34, 28, -70, 150)]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        pytest.param("382", [(3, 30, 20, 150), (8, 160, 90, 70), (2, 240, 40, 110)], id="unequal digits on one line"),
        pytest.param("71", SEVEN_OVER_ONE, id="two digits that share columns"),
        pytest.param("51", [*FIVE, (1, 200, 30, 120)], id="a five whose roof is apart"),
        pytest.param("4", [FOUR], id="an open four"),
        pytest.param("37", [*halves(40), (7, 120, 40, 110)], id="two halves on the left"),
        pytest.param("73", [*halves(200), (7, 120, 40, 110)], id="two halves on the right"),
        pytest.param("", [[[(60, 150), (62, 40), (120, 148), (124, 42)]]], id="an N, which is not two ones"),
    ],
)
def test_parts_of_a_digit_are_joined_and_digits_are_told_apart(light, text, marks):
    assert light.read(written(*marks)).text == text


def test_all_parts_of_a_digit_are_in_its_box(light):
    assert light.read(written(*FIVE, (1, 200, 30, 120))).digits[0].box[2] > 115


def test_only_what_is_doubtful_is_cut():
    (line,) = segment(Sheet(written((8, 60, 40, 110)))).lines
    assert len(line.candidates) == 1 and cut_line(line, np.array([0.0]), Budget()) == (line, 0)
    cut, uncut = cut_line(line, np.array([-9.0]), Budget())
    assert len(cut.candidates) > 1 and uncut == 0
    assert cut_line(line, np.array([-9.0]), Budget(0)) == (line, 1)


def test_a_line_is_read_as_far_as_the_budget_suffices():
    numbers = segment(Sheet(written(*((1, 30 + 60 * i, 40, 110) for i in range(6)))), work=3)
    assert [len(line.candidates) for line in numbers.lines] == [3] and numbers.left_out == 3


def test_an_odd_mark_is_a_digit_beside_plain_digits_but_not_beside_other_odd_marks():
    bar, block = [[(0, 60), (0, 140)]], [[(x, 60), (x, 140)] for x in range(0, 60, 5)]

    def picture(*marks):
        return written(*([[(x + 80 * i + 40, y) for x, y in line] for line in m] for i, m in enumerate(marks)))

    def reading(none, *marks):
        def model(digits):  # bars are plain ones, blocks odd eights
            odd = digits.sum((1, 2)) > 150
            answers = np.where(odd[:, None], always(8, none=none)(digits), always(1, none=0.01)(digits))
            return np.float32(answers)

        return Recognizer(model).read(picture(*marks)).text

    assert reading(0.9, bar, block) == "18"
    assert reading(0.9, bar, block, block) == "1"
    assert reading(0.99, bar, block) == "1"


@pytest.mark.parametrize(("left", "right"), [(5, 6), (3, 7), (2, 3), (8, 2)])
def test_digits_that_touch_lightly_are_cut(light, left, right):
    pictures = (written((left, 60, 40, 110), (right, x, 40, 110)) for x in range(150, 60, -1))
    picture = next(each for each in pictures if len(find_pieces(find_ink(each))[0]) == 1)
    assert light.read(picture).text == f"{left}{right}"


def test_specks_are_no_part_of_a_number(light):
    picture = written((2, 60, 40, 110), (7, 200, 40, 110))
    picture[20:25, 400:405] = 0
    assert light.read(picture).text == "27" and len(light.read(picture).digits) == 2


def test_a_page_full_of_pieces_is_read_in_part_and_the_rest_counted():
    dashes = np.arange(900) % 20 < 8
    picture = np.full((900, 900), 255, np.uint8)
    picture[20:880, 20:880][dashes[:860], ::20] = 0
    reading = Recognizer(always(1)).read(picture)
    assert len(reading.digits) == MAX_PIECES and reading.left_out == 43 * 43 - MAX_PIECES
    assert f"{reading.left_out:,} more" in unread_note(reading)


HOSTILE = {name: (255 - ink, []) for name, ink in drawn_ink(np.random.default_rng(1))}
HOSTILE |= {name: (picture, strokes) for name, picture, strokes in scribbles(np.random.default_rng(1))}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_drawn_the_model_is_shown_no_more_than_the_budget_allows(name):
    shown = []
    doubting = always(3, 0.2, none=0.9)  # so that everything is taken apart
    reading = Recognizer(lambda digits: shown.append(len(digits)) or doubting(digits)).read(*HOSTILE[name])
    assert sum(shown) <= reading.work <= MAX_WORK


def test_the_path_takes_what_the_classifier_believes():
    line = [Candidate(first, end, (), (0, 0, 9, 9), 0.0) for first, end in ((0, 1), (1, 2), (0, 2))]
    assert best_path(line, np.log([0.9, 0.9, 0.5])) == [0, 1]
    assert best_path(line, np.log([0.9, 0.1, 0.5])) == [2]


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(np.uint8, some.tuples(*[some.integers(4, 60)] * 2), elements=some.sampled_from([0, 255])))
def test_every_picture_falls_into_candidates_that_make_up_its_lines(pixels):
    pixels[0, 0] = 0
    sheet = Sheet(np.pad(pixels, 1, constant_values=255))
    lines = segment(sheet).lines
    assert lines
    for line in lines:
        chosen = [line.candidates[i] for i in best_path(line.candidates, np.zeros(len(line.candidates)))]
        assert chosen[0].first == 0 and chosen[-1].end == max(candidate.end for candidate in line.candidates)
        assert all(a.end == b.first for a, b in pairwise(chosen))
        for candidate in line.candidates:
            left, top, right, bottom = candidate.box
            assert 0 <= left < right <= sheet.ink.shape[1] and 0 <= top < bottom <= sheet.ink.shape[0]
            assert candidate.ink.shape == (bottom - top, right - left) and candidate.ink.max() > 0
