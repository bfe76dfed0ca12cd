"""Made-up pages, and what the finder should answer on them."""

import numpy as np
import pytest

from recognizer.numbers.finder import CELL, DOWN, HOME, MIDDLE, OWNED, RIGHT, SHARED, SIZE
from recognizer.numbers.marks import Mark
from recognizer.prediction import NO_DIGIT
from train.finder.fit import make_pages
from train.finder.network import IS_INK
from train.finder.report import Overlap, overlap, total
from train.finder.views import SHAPES, Views, answers_of, view
from train.synthetic.pages import Author, Page, beside, laid, turned, write_page
from train.synthetic.writer import Habits


def blot(label, size=(40, 20)):
    ink = np.full(size, 255, np.uint8)
    middle = np.array([[size[1] / 2, size[0] / 2]])
    return Page(ink, np.ones_like(ink), np.zeros_like(ink), middle, np.array([float(size[0])]), np.array([label]))


@pytest.mark.parametrize("seed", range(12))
def test_every_dot_of_ink_belongs_to_a_mark_whose_middle_is_in_its_box(seed):
    page = write_page(np.random.default_rng([5, seed]), Habits())
    assert page.ink.shape == page.owner.shape == page.shared.shape
    owners = set(np.unique(page.owner).tolist()) - {0}
    assert max(owners) <= len(page.labels) == len(page.middles) == len(page.sizes)
    assert (page.owner[page.ink > 128] > 0).mean() > 0.95 and set(page.labels.tolist()) <= {*range(10), NO_DIGIT}
    for owner in owners:
        rows, columns = np.nonzero((page.owner == owner) | ((page.shared > 0) & (page.owner > 0)))
        (x, y) = page.middles[owner - 1]
        assert columns.min() - 2 <= x <= columns.max() + 2 and rows.min() - 2 <= y <= rows.max() + 2


def test_marks_are_laid_as_far_apart_as_they_should_be():
    for apart in (-6, 0, 9):
        page = beside(blot(1), blot(2), apart, 3)
        assert page.ink.shape == (43, 40 + apart) and page.labels.tolist() == [1, 2]
        assert page.shared.sum() == max(0, -apart) * 37, "of the 40 rows they have 37 in common"
        below = turned(beside(turned(blot(1)), turned(blot(2)), apart, 0))
        assert below.ink.shape == (80 + apart, 20)


def test_where_two_marks_overlap_the_nearer_one_has_the_dot():
    page = laid([(blot(1), 0, 0), (blot(2), 12, 0)])
    assert page.owner[20].tolist() == [1] * 17 + [2] * 15 and page.shared[20].sum() == 8


def test_a_pair_in_one_go_is_one_piece_of_ink_and_two_marks():
    author = Author(np.random.default_rng(3), Habits(), others=0)
    author._pairs = 1.0
    page = author.mark()
    assert len(page.labels) == 2 and set(np.unique(page.owner)) == {0, 1, 2}


def test_the_answers_point_from_each_cell_of_ink_to_the_middle_of_its_mark():
    page = laid([(blot(1), 20, 30), (blot(2), 80, 30)])
    paper = (30, 26), (20, 40)
    ink, owner, shared = (np.pad(each, paper) for each in (page.ink, page.owner, page.shared))
    page = Page(ink, owner, shared, page.middles + np.array((20, 30)), page.sizes, page.labels)
    answers = answers_of(page)
    owned = answers[..., OWNED] > 0
    rows, columns = np.nonzero(owned)
    x = CELL * columns + 0.5 + HOME * answers[owned][:, RIGHT]
    y = CELL * rows + 0.5 + HOME * answers[owned][:, DOWN]
    assert x == pytest.approx(np.where(columns < 30, page.middles[0, 0], page.middles[1, 0]), abs=0.01)
    assert y == pytest.approx(page.middles[0, 1], abs=0.01)
    assert answers[owned][:, SIZE] == pytest.approx(np.log2(40 / HOME)) and not answers[..., SHARED].any()
    assert np.array_equal(owned, answers[..., IS_INK] > 0)
    peaks = np.argwhere(answers[..., MIDDLE] > 0.95)
    assert len(peaks) >= 2 and answers[..., MIDDLE].max() <= 1


def test_views_follow_from_the_seed_and_the_epoch_and_come_in_every_shape():
    pages = make_pages(7, Habits(), [], [1])
    views, again = Views(pages, 2, 5), Views(pages, 2, 5)
    assert len(views) == 3
    first = [views[i] for i in range(3)]
    assert [pictures.shape for pictures, _ in first] == [(2, *shape, 1) for shape in SHAPES]
    for (pictures, targets), number in zip(first, range(3), strict=True):
        assert np.array_equal(again[number][0], pictures) and np.array_equal(again[number][1], targets)
    again.begin(1)
    assert not np.array_equal(again[0][0], first[0][0])


def test_a_view_is_between_paper_and_ink_and_some_have_no_mark():
    pages = make_pages(4, Habits(), [], [2])
    views = [view(pages[i % 4], SHAPES[0], np.random.default_rng(i)) for i in range(80)]
    assert all(picture.min() >= 0 and picture.max() <= 1 for picture, _ in views)
    empty = [targets for _, targets in views if not targets[..., OWNED].any()]
    assert 0 < len(empty) < 12


def test_the_quality_is_one_for_marks_that_are_all_found_and_falls_with_what_is_missing():
    page = laid([(blot(1), 0, 0), (blot(2), 40, 0)])
    first, second = (Mark((x, 0, x + 20, 40), np.ones((40, 20), np.float32)) for x in (0, 40))
    assert overlap(page, [first, second]).quality == 1
    assert overlap(page, [first]).quality == pytest.approx(1 / 1.5)
    assert Overlap(0, 0, 0).quality == 1, "an empty page"
    assert total([overlap(page, [first]), overlap(page, [first, second])]).quality == pytest.approx(3 / 3.5)
