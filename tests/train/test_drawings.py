from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from recognizer.prediction import NO_DIGIT
from recognizer.preprocess import MIN_INK, prepare
from train.config import DIGITS as CONFIG
from train.data.mnist import Split
from train.report.metrics import read_split
from train.synthetic.drawings import (
    OTHER_HABITS,
    drawn_digits,
    report_drawings,
    restyled_digits,
    training_drawings,
    validation_digits,
)
from train.synthetic.glyphs import DIGITS, NEGATIVES, parse
from train.synthetic.negatives import MIRRORED, SIDEWAYS, _pair, _struck_out, _upset
from train.synthetic.numbers import write_number
from train.synthetic.pen import enlarged, inked
from train.synthetic.restyled import PENS, restyled
from train.synthetic.writer import EXTREME, Habits, Writer, _warped

SMALL = replace(CONFIG, drawn_digits=20, negatives=24, pool=2, validation_drawings=30)
GLYPHS = [(digit, glyph) for digit, glyphs in DIGITS.items() for glyph in glyphs]
NONE = replace(Habits(**dict.fromkeys(Habits.__dataclass_fields__, 0)), thinnest=8, thickest=8)  # what is meant
SEVEN, NAUGHT = "4,2 56,2! 26,98 / 14,52 54,48", "o 30,0 8,18 2,50 9,84 30,100 51,84 58,50 52,18"


def lines(glyph, seed=0, **habits):
    return Writer(np.random.default_rng(seed), replace(NONE, **habits)).write(glyph)


def length(line):
    return np.hypot(*np.diff(line, axis=0).T).sum()


def turned(line):
    """How far a line turns in all, in degrees."""
    headings = np.unwrap(np.arctan2(*np.diff(line, axis=0).T))
    return np.degrees(abs(headings[-1] - headings[0]))


def written(glyph, count, seed=7):
    """`count` prepared pictures of a glyph, each by another writer, from a seed that training does not use."""
    rng = np.random.default_rng([CONFIG.seed, 1000, seed])
    return np.stack([prepare(Writer(rng, OTHER_HABITS).draw(glyph)) for _ in range(count)])


def test_every_glyph_can_be_written_and_is_in_the_tables_once():
    every = [glyph for _, glyph in GLYPHS] + list(NEGATIVES)
    assert len(set(every)) == len(every)
    for glyph in every:
        points = np.concatenate([stroke.points for stroke in parse(glyph)])
        assert points.min() >= -30 and points.max() <= 140, glyph
        assert (Writer(np.random.default_rng(0), NONE).draw(glyph) == 255).any(), glyph


def test_one_seed_gives_one_writer_and_another_seed_another():
    first, again, other = (Writer(np.random.default_rng(seed)).draw(DIGITS[4][0]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


@pytest.mark.parametrize("width", [2.0, 4.0, 11.0, 24.0])
def test_the_pen_is_as_wide_as_asked(width):
    picture = inked([np.array([(30.0, 0.0), (30.0, 100.0)])], width)
    assert picture[len(picture) // 2].sum() / 255 == pytest.approx(width, abs=1)


@pytest.mark.parametrize("width", [4.0, 24.0])
def test_a_writer_takes_a_pen_of_the_width_in_the_habits(width):
    writer = Writer(np.random.default_rng(1), replace(NONE, thinnest=width, thickest=width))
    assert writer.pen == pytest.approx(width)


def test_there_is_paper_on_all_sides_of_the_ink():
    """A stem along an edge hid that the paper is paper, and one drawing in 100,000 passed for blank."""
    for width in np.arange(2, 25, 0.3):
        picture = inked([np.array([(30.2, 0.1), (30.7, 100.4)])], width)
        edges = (picture[0], picture[-1], picture[:, 0], picture[:, -1])
        assert max(edge.max() for edge in edges) < 255 * MIN_INK, width


def test_without_habits_a_writer_writes_what_is_meant():
    bar_and_stem, across = lines(SEVEN)
    np.testing.assert_allclose(bar_and_stem[[0, -1]], [[4, 2], [26, 98]])
    assert (np.hypot(*(bar_and_stem - [56, 2]).T)).min() < 2, "the corner is there"
    np.testing.assert_allclose(across[[0, -1]], [[14, 52], [54, 48]])
    (ring,) = lines(NAUGHT)
    assert 330 <= turned(ring) < 420


def test_a_fast_hand_cuts_corners():
    cut = [np.hypot(*(lines(SEVEN, seed, speed=8)[0] - [56, 2]).T).min() for seed in range(20)]
    assert max(cut) > 5


def test_a_pen_that_stays_down_joins_strokes_and_one_that_is_lifted_parts_them():
    assert [len(lines(SEVEN, joins=share)) for share in (0, 1)] == [2, 1]
    assert [len(lines(SEVEN, lifts=share)) for share in (0, 1)] == [2, 3]
    apart = SEVEN.replace("/", "|")
    assert all(len(lines(apart, seed, joins=1, order=1)) == 2 for seed in range(20)), "nobody joins these"


def test_a_sharp_turn_becomes_a_loop():
    (plain, _), *looped = (lines(SEVEN, seed, loops=min(seed, 1), loop=15) for seed in range(20))
    assert all(length(line) > length(plain) for line, _ in looped)
    far = [length(line) > length(plain) + 5 and turned(line) > turned(plain) + 90 for line, _ in looped]
    assert np.mean(far) > 0.5


def test_hooks_make_lines_longer_and_bends_bend_their_ends():
    stem, hooked = (lines("30,0 30,100", seed=5, hooks=share, hook=8)[0] for share in (0, 1))
    assert length(hooked) > length(stem) + 2
    bent = [turned(lines("30,0 30,50 30,100", seed, bends=40)[0]) for seed in range(20)]
    assert max(bent) > 20 and turned(stem) < 1


def test_a_ring_starts_anywhere_turns_either_way_and_may_stay_open_or_spiral():
    rings = [lines(NAUGHT, seed, starts=0.5, rings=0.1)[0] for seed in range(20)]
    starts = np.array([ring[0] for ring in rings])
    assert np.ptp(starts, axis=0).min() > 30
    assert {np.sign(np.sum(ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1])) for ring in rings} == {-1, 1}
    gaps = [np.hypot(*(ring[0] - ring[-1])) for ring in rings]
    assert max(gaps) > 10 > min(gaps)


def test_no_drawing_is_huge():
    """One in millions was, and filled the memory."""
    writer = Writer(np.random.default_rng(0), replace(Habits(), wild=0))
    assert 2 < np.abs(writer._some(1.0, 10**6)).max() <= EXTREME
    far = np.array([(30.0, 50.0), (3000.0, 5000.0)])
    assert np.abs(_warped(far, np.full((5, 2), 9.0)) - far).max() < 200


def test_the_parts_are_drawn_in_another_order():
    first = {tuple(np.rint(lines(SEVEN, seed, order=1)[0][0])) for seed in range(40)}
    assert first == {(4, 2), (26, 98), (14, 52), (54, 48)}


@pytest.mark.parametrize("habit", [name for name in Habits.__dataclass_fields__ if name not in ("wild", "loop")])
def test_every_habit_shows(habit):
    glyph = NAUGHT + " / " + SEVEN.replace("4,2", "4,2*").replace("14,52", "~ 14,52")
    base = replace(NONE, hooks=habit == "hook", thickest=20, points=habit == "unsteady")
    some, others = (
        Writer(np.random.default_rng(3), replace(base, **{habit: getattr(base, habit) + more})).draw(glyph)
        for more in (0, 5 if habit == "speed" else 1)
    )
    assert some.shape != others.shape or (some != others).any()


def test_a_writer_always_writes_alike_but_for_what_is_unsteady():
    rng = np.random.default_rng(0)
    writer = Writer(rng, replace(Habits(), unsteady=0, tremor=0, slant=0, proportions=0, rotation=0))
    assert writer.glyph(7) == writer.glyph(7)
    for first, again in zip(writer.write(SEVEN), writer.write(SEVEN), strict=True):
        np.testing.assert_array_equal(first, again)


def test_a_number_is_written_from_left_to_right_with_the_gaps_asked_for():
    writer = Writer(np.random.default_rng(2))
    digits = [np.concatenate(digit) for digit in write_number(writer, [4, 0, 7, 1], (10, 20))]
    gaps = [right[:, 0].min() - left[:, 0].max() for left, right in pairwise(digits)]
    assert len(digits) == 4 and digits[0][:, 0].min() == pytest.approx(0) and min(gaps) >= 10 and max(gaps) <= 20


def test_every_glyph_of_every_digit_is_legible(light):
    """What is drawn is what the model reads: a glyph that nobody can read would teach it nonsense."""
    for digit, glyph in GLYPHS:
        right = [p.digit == digit for p in light.predict_prepared(written(glyph, 100))]  # 20 leave 9 points to chance
        assert np.mean(right) >= 0.8, (digit, glyph)


def test_what_is_no_digit_is_refused_glyph_by_glyph(light):
    refused = {
        glyph: np.mean([not p.is_digit for p in light.predict_prepared(written(glyph, 10))]) for glyph in NEGATIVES
    }
    assert np.mean(list(refused.values())) >= 0.9
    assert min(refused.values()) >= 0.3, min(refused, key=refused.get)


def test_the_sets_are_as_large_as_asked_hold_what_they_say_and_share_no_drawing(mnist):
    training = training_drawings(SMALL, mnist.train)
    assert (len(training.digits), len(training.negatives)) == (40, 48)
    np.testing.assert_array_equal(training.digits.labels[:30], np.arange(30) % 10)
    assert (training.negatives.labels == NO_DIGIT).all()
    for split in (training.digits, training.negatives):
        assert split.digits.dtype == np.float32 and split.digits.shape[1:] == (28, 28)
        assert split.digits.min() >= 0 and split.digits.max() <= 1 and (split.digits.max((1, 2)) > 0.5).all()
    reported, chosen_on = report_drawings(SMALL, mnist.validation), validation_digits(SMALL)
    by_writers = training.digits[np.arange(30)]
    for splits in ([by_writers, reported.digits, chosen_on], [training.negatives, reported.negatives]):
        pictures = [picture.tobytes() for split in splits for picture in split.digits]
        assert len(set(pictures)) == len(pictures)
    held_out = {picture.tobytes() for split in (reported.digits, chosen_on) for picture in split.digits}
    assert held_out.isdisjoint(picture.tobytes() for picture in training.digits.digits)


def test_restyled_digits_have_the_labels_of_what_is_drawn(light, mnist):
    many = restyled_digits(mnist.train, 200, [1])
    assert set(many.labels.tolist()) == set(range(10)) and read_split(light, many).right.mean() > 0.9


@pytest.mark.parametrize(("digit", "added"), [(0, True), (1, True), (3, False), (7, True)])
def test_zeros_ones_and_sevens_get_the_strokes_that_mnist_lacks(mnist, monkeypatch, digit, added):
    monkeypatch.setattr("train.synthetic.restyled.PENS", (0, 0, 0, 0, 0))
    monkeypatch.setattr("train.synthetic.restyled.SHARE", 1)
    picture = mnist.train.digits[mnist.train.labels == digit][0]
    before = enlarged(picture).astype(int)
    changes = [restyled(picture, digit, np.random.default_rng(seed)).astype(int) - before for seed in range(10)]
    assert np.min(changes) == 0
    assert (np.median([(change > 127).sum() for change in changes]) > 100) == added


def test_restyled_digits_have_thinner_and_thicker_pens(mnist):
    picture = mnist.train.digits[mnist.train.labels == 3][0]
    inks = {int(restyled(picture, 3, np.random.default_rng(seed)).sum()) for seed in range(40)}
    assert len(inks) == len({*PENS}) and min(inks) < int(enlarged(picture).sum()) < max(inks)


@pytest.mark.parametrize("digit", [0, 4, 8])
def test_spoilt_digits_are_digits_no_longer(mnist, digit):
    source = mnist.train[np.flatnonzero(mnist.train.labels == digit)[:1]]
    (original,) = (enlarged(picture) for picture in source.digits)
    rng = np.random.default_rng(0)
    for _ in range(5):
        assert cv2.connectedComponents(np.uint8(_pair(source, rng) > 127))[0] > 2
        assert (_struck_out(source, rng) > 127).sum() > 1.2 * (original > 127).sum()


def test_only_digits_that_are_none_then_are_turned_or_mirrored():
    pictures = np.zeros((10, 28, 28), np.float32)
    for digit, picture in enumerate(pictures):
        picture[5 : 7 + digit, 5:15] = 1  # as tall as its label says
    source, rng = Split(pictures, np.arange(10, dtype=np.uint8)), np.random.default_rng(0)
    ink = [int(enlarged(picture).sum()) for picture in pictures]
    assert {ink.index(int(_upset(source, rng).sum())) for _ in range(200)} == {*SIDEWAYS, *MIRRORED}


def test_more_than_256_digits_have_the_labels_of_what_is_drawn(light):
    many = drawn_digits(400, [1], Habits(thinnest=6, thickest=10))
    assert read_split(light, many).right.mean() > 0.9


def test_none_are_drawn_where_none_are_asked_for(mnist):
    none = training_drawings(replace(SMALL, drawn_digits=0, negatives=0), mnist.train)
    assert [part.digits.shape for part in (none.digits, none.negatives)] == [(0, 28, 28)] * 2
