"""Whole numbers: which ink belongs together, in which order, and how much work that may be."""

import sys

import numpy as np
import pytest

from benchmarks.hostile import drawn_ink, scribbles
from benchmarks.support.drawing import arc, placed, render
from recognizer import ModelError, Recognizer
from recognizer.images.ink import Sheet
from recognizer.numbers import finder
from recognizer.numbers.doubts import Doubts
from recognizer.numbers.parts import MARK_PX, group
from recognizer.numbers.reading import LEAST_ROOM, SHARE, WORK_PX
from recognizer.output.formatting import unread_note
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


def test_a_column_is_one_digit_below_the_other_and_two_columns_are_rows_of_two(light):
    column = [(digit, 100, 20 + 120 * row, 80) for row, digit in enumerate((1, 2, 3, 4))]
    beside = [(digit, 300, 24 + 120 * row, 80) for row, digit in enumerate((5, 6, 7, 8))]
    assert light.read(written(*column, size=(400, 520))).text == "1\n2\n3\n4"
    assert light.read(written(*column, *beside, size=(400, 520))).text == "15\n26\n37\n48"


LEANING = [[(20, 30), (110, 30), (40, 170)]], [[(150, 30), (90, 170)]]
FIVE = [[(60, 40), (52, 90), (80, 82), (100, 105), (95, 140), (70, 155), (45, 145)]], [[(78, 34), (118, 34)]]
FOUR = [[(40, 40), (30, 100), (88, 100)], [(97, 60), (97, 160)]]


def halves(left):
    """A three in two parts, one above the other."""
    return [arc(left + 30, 65, 30, 24, -150, 75), arc(left + 30, 125, 34, 28, -70, 150)]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        pytest.param("382", [(3, 30, 20, 150), (8, 160, 90, 70), (2, 240, 40, 110)], id="unequal digits on one line"),
        pytest.param("71", LEANING, id="two digits that share columns"),
        pytest.param("51", [*FIVE, (1, 200, 30, 120)], id="a five whose roof is apart"),
        pytest.param("4", [FOUR], id="an open four"),
        pytest.param("37", [halves(40), (7, 120, 40, 110)], id="two halves on the left"),
        pytest.param("73", [halves(200), (7, 120, 40, 110)], id="two halves on the right"),
        pytest.param("", [[[(60, 150), (62, 40), (120, 148), (124, 42)]]], id="an N, which is not two ones"),
    ],
)
def test_parts_of_a_digit_are_joined_and_digits_are_told_apart(light, text, marks):
    assert light.read(written(*marks)).text == text


def test_all_parts_of_a_digit_are_in_its_box(light):
    assert light.read(written(*FIVE, (1, 200, 30, 120))).digits[0].box[2] > 110


@pytest.mark.parametrize("text", ["56", "37", "23", "82", "2026"])
def test_digits_that_touch_are_told_apart_and_each_has_its_own_ink(light, text):
    picture = written(*((int(digit), 60 + 66 * i, 40, 110) for i, digit in enumerate(text)))
    reading = light.read(picture)
    assert reading.text == text
    ink = Sheet(picture).ink
    assert sum(digit.ink.sum() for digit in reading.digits) == pytest.approx(ink.sum(), rel=0.1)


def test_specks_are_no_part_of_a_number(light):
    picture = written((2, 60, 40, 110), (7, 200, 40, 110))
    picture[20:25, 400:405] = 0
    assert light.read(picture).text == "27" and len(light.read(picture).digits) == 2


def test_large_and_small_digits_are_read_on_one_page(light):
    small = [(digit, 40 + 30 * i, 230, 24) for i, digit in enumerate((4, 0, 7))]
    assert light.read(written((3, 40, 20, 190), *small, size=(400, 300), width=4)).text == "3\n407"


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


def test_the_model_decides_where_the_finder_is_in_doubt():
    sheet = Sheet(written((5, 60, 40, 110), (6, 126, 40, 110)))
    found = group(finder.load_finder(), sheet, 100_000)[0]
    found[0][0].strengths[:] = 0.4  # unsure of all
    doubts = Doubts(found)
    widths = [mark.box[2] - mark.box[0] for mark in doubts.candidates]
    assert len(doubts.candidates) > 2
    assert len(doubts.choose([0.0 if width > 100 else -9.0 for width in widths])) == 1, "a wide one is better"
    assert len(doubts.choose([-9.0 if width > 100 else 0.0 for width in widths])) == 2


def test_a_page_full_of_marks_is_read_in_part_and_the_rest_counted():
    picture = written(*((2, 20 + 40 * (i % 22), 20 + 40 * (i // 22), 28) for i in range(484)), size=(900, 900), width=4)
    reading = Recognizer(always(1)).read(picture)
    assert len(reading.digits) > 50 and len(reading.digits) + reading.left_out == 484
    assert f"{reading.left_out:,} more" in unread_note(reading)


HOSTILE = {name: (255 - ink, []) for name, ink in drawn_ink(np.random.default_rng(1))}
HOSTILE |= {name: (picture, strokes) for name, picture, strokes in scribbles(np.random.default_rng(1))}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_drawn_is_no_more_work_than_its_area_allows(name, monkeypatch):
    looked, shown = [], []
    network, doubting = finder.load_finder(), always(3, 0.2, none=0.9)
    monkeypatch.setattr("recognizer.recognizer.load_finder", lambda: lambda px: looked.append(px.size) or network(px))
    picture, strokes = HOSTILE[name]
    reading = Recognizer(lambda digits: shown.append(len(digits)) or doubting(digits)).read(picture, strokes)
    room = LEAST_ROOM + SHARE * picture.size
    assert sum(looked) < 1.3 * room and sum(shown) <= room // MARK_PX + 120
    assert reading.work >= sum(shown) + sum(looked) // WORK_PX


def test_opencv_says_the_same_of_a_number_where_onnx_runtime_is_not_installed(monkeypatch):
    ink = Sheet(written((7, 30, 40, 60), (4, 90, 50, 66))).ink
    with_runtime = finder.look(finder.load_finder(), ink)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with_opencv = finder.look(finder.load_finder.__wrapped__(finder.FINDER), ink)
    np.testing.assert_allclose(with_opencv.answers, with_runtime.answers, atol=1e-3)


def test_a_finder_that_is_missing_or_damaged_is_an_error_that_says_how_to_get_another(tmp_path):
    (tmp_path / "finder.onnx").write_bytes(finder.FINDER.read_bytes()[:5000])
    for path in (tmp_path / "finder.onnx", tmp_path / "none.onnx"):
        with pytest.raises(ModelError, match=r"python -m train\.finder"):
            finder.load_finder(path)
