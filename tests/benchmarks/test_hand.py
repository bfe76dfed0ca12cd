"""The benchmark of hands: its made-up hands are hands, and each digit is put right as a person would."""

from pkgutil import resolve_name

import numpy as np
import pytest

from benchmarks.hand import OTHERS, learned, measure, seen
from benchmarks.support.handwriting import made_up_hand
from recognizer.runtimes.open_model import OpenModel
from train.data.mnist import Split
from train.synthetic.writer import Habits

PICTURES = np.zeros((10, 28, 28), np.float32)  # one for each digit, no two of them alike
for digit, picture in enumerate(PICTURES):
    row, column = 8 * (digit // 4), 7 * (digit % 4)
    picture[row : row + 5, column : column + 5] = 1


def refused_zeros(digits):
    return np.tile(np.float32([0.3, *[0.01] * 9, 0.61]), (len(digits), 1))


def writer(drawn, labels):
    return seen(OpenModel.of(refused_zeros), Split(PICTURES[drawn], np.array(labels, np.uint8)))


def hands(*seeds):
    return [made_up_hand(np.random.default_rng(seed), Habits(), count=100) for seed in seeds]


def test_a_made_up_hand_is_the_same_for_the_same_seed():
    first, again, other = hands(1, 1, 2)
    assert np.array_equal(first.digits, again.digits) and np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.digits, other.digits)


def test_two_digits_by_one_hand_are_more_alike_than_by_two_hands():
    first, second = hands(1, 2)

    def alike(some, others):
        vectors, other_vectors = (
            each.digits.reshape(100, -1) / np.linalg.norm(each.digits, axis=(1, 2))[:, None] for each in (some, others)
        )
        same_digit = some.labels[:, None] == others.labels
        if some is others:
            np.fill_diagonal(same_digit, False)  # a picture is like itself
        return (vectors @ other_vectors.T)[same_digit].mean()

    assert min(alike(first, first), alike(second, second)) > alike(first, second) + 0.05


def test_each_misread_digit_is_put_right_once_and_not_before_it_is_read():
    drawn = [0, 3, 3, 5, 3, 5]
    results, hand = learned(writer(drawn, drawn))
    assert results.answers.tolist() == [0, 0, 3, 0, 3, 5]
    assert [each.label for each in hand] == [3, 5]  # and not the zero, which was refused, but read right


def test_a_hand_is_tried_on_its_writers_later_digits_and_on_the_next_writers():
    figures = measure([writer([3] * 8, [3] * 8), writer([3] * 8, [0] * 8)])  # the second one's zeros look like threes
    assert (figures["without"]["count"], figures["with"]["count"], figures["with"]["of"]) == (7, 14, 14)
    assert (figures["worst_without_percent"], figures["worst_with_percent"]) == (0, 100)
    assert figures["taps"] == 0.5
    assert (figures["alien_points"], figures["alien_most_points"]) == (50, 100)


@pytest.mark.parametrize("constant", OTHERS)
def test_choose_compares_constants_that_there_are_with_other_values(constant):
    assert resolve_name(constant) not in OTHERS[constant]
