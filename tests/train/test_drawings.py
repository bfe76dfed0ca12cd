from dataclasses import replace

import numpy as np
import pytest

from recognizer.prediction import NO_DIGIT
from recognizer.preprocess import prepare
from train.config import DIGITS as CONFIG
from train.synthetic.drawings import CLUMSY_HAND, REPORT, VALIDATION, held_out_drawings, training_drawings, variants
from train.synthetic.glyphs import DIGITS, NEGATIVES
from train.synthetic.pen import Hand, draw, parse

SMALL = replace(CONFIG, drawn_digits=20, variants=13, negatives=24, pool=2, validation_drawings=30)
STYLES = [(digit, glyph) for digit, glyphs in DIGITS.items() for glyph in glyphs]
STILL = Hand(0, 0, 0, 0, 0, 0, 0, 0, thinnest=8, thickest=8)  # writes every glyph as it stands in the table


def written(glyph, count, seed=7, hand=CLUMSY_HAND):
    """`count` prepared pictures of a glyph, by a seed that training does not use."""
    rng = np.random.default_rng([CONFIG.seed, 1000, seed])
    return np.stack([prepare(draw(glyph, rng, hand)) for _ in range(count)])


def test_every_glyph_can_be_written_and_is_in_the_tables_once():
    every = [glyph for _, glyph in STYLES] + list(NEGATIVES)
    assert len(set(every)) == len(every)
    for glyph in every:
        strokes = parse(glyph)
        points = np.concatenate([points for points, _, _ in strokes])
        assert all(len(points) >= 2 for points, _, _ in strokes), glyph
        assert points.min() >= -30 and points.max() <= 140, glyph
        assert (draw(glyph, np.random.default_rng(0), STILL) == 255).any(), glyph


def test_one_seed_writes_one_glyph_and_another_seed_another():
    first, again, other = (draw(DIGITS[4][0], np.random.default_rng(seed), Hand()) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


@pytest.mark.parametrize("width", [4.0, 12.0, 24.0])
def test_the_pen_is_as_wide_as_asked(width):
    picture = draw("30,0 30,100", np.random.default_rng(0), replace(STILL, thinnest=width, thickest=width))
    assert (picture[len(picture) // 2] > 0).sum() == pytest.approx(width, abs=1)


def test_a_sharp_turn_is_sharper_than_a_smooth_one():
    rng = np.random.default_rng(0)
    sharp, smooth = (draw(f"0,0 60,0{mark} 60,60", rng, STILL) for mark in ("!", ""))
    assert sharp.shape != smooth.shape, "the smooth curve leaves the corner"


def test_every_style_of_every_digit_is_legible(light):
    """What is drawn is what the model reads: a style that nobody can read would teach it nonsense."""
    for digit, glyph in STYLES:
        right = [p.digit == digit for p in light.predict_prepared(written(glyph, 20))]
        assert np.mean(right) >= 0.8, (digit, glyph)


def test_what_is_no_digit_is_refused_glyph_by_glyph(light):
    refused = {
        glyph: np.mean([not p.is_digit for p in light.predict_prepared(written(glyph, 10))]) for glyph in NEGATIVES
    }
    assert np.mean(list(refused.values())) >= 0.9
    assert min(refused.values()) >= 0.3, min(refused, key=refused.get)


def test_the_sets_are_as_large_as_asked_hold_what_they_say_and_share_no_drawing(mnist):
    training = training_drawings(SMALL, mnist.train)
    assert (len(training.digits), len(training.variants), len(training.negatives)) == (40, 26, 48)
    np.testing.assert_array_equal(np.bincount(training.digits.labels), [4] * 10)
    assert (training.negatives.labels == NO_DIGIT).all() and (training.only_digits().labels < 10).all()
    for split in (training.digits, training.variants, training.negatives):
        assert split.digits.dtype == np.float32 and split.digits.shape[1:] == (28, 28)
        assert split.digits.min() >= 0 and split.digits.max() <= 1 and (split.digits.max((1, 2)) > 0.5).all()
    sets = [training, *(held_out_drawings(SMALL, mnist.validation, purpose) for purpose in (VALIDATION, REPORT))]
    for kind in ("digits", "negatives"):
        pictures = [picture.tobytes() for drawings in sets for picture in getattr(drawings, kind).digits]
        assert len(set(pictures)) == len(pictures)


def test_none_are_drawn_where_none_are_asked_for(mnist):
    none = training_drawings(replace(SMALL, drawn_digits=0, variants=0, negatives=0), mnist.train)
    assert [part.digits.shape for part in (none.digits, none.variants, none.negatives)] == [(0, 28, 28)] * 3


@pytest.mark.parametrize("label", [0, 1, 7])
def test_a_variant_has_more_strokes_than_the_digit_it_is_made_of(mnist, label):
    """Zeros have more ink in their middle, the others anywhere."""
    originals = mnist.train[mnist.train.labels == label].digits
    drawings = variants(mnist.train, 200, [1])
    changed = drawings[drawings.labels == label].digits
    middle = (slice(None), slice(10, 18), slice(10, 18)) if label == 0 else (slice(None),) * 3
    assert changed[middle].mean() > 1.15 * originals[middle].mean()
