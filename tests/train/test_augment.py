from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from recognizer.preprocess import stroke_width
from train.config import DIGITS
from train.data.augment import augment, sample

NOTHING = replace(DIGITS, rotation=0, shear=0, scale=0, shift=0, elastic=0, thin=0, thicken=0, contrast=1.0)


@pytest.fixture(scope="module")
def digits(mnist_sample):
    return np.float32(mnist_sample["x_train"][::10] / 255)


def test_no_change_asked_is_no_change_made(digits):
    np.testing.assert_allclose(augment(digits, [1, 2], NOTHING), digits / digits.max((1, 2), keepdims=True), atol=1e-5)


def test_the_same_seed_gives_the_same_digits_which_are_pictures_still(digits):
    first, again, other = (augment(digits, seed, DIGITS).numpy() for seed in ([1, 2], [1, 2], [1, 3]))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.01
    assert first.shape == digits.shape and first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1 and (first.max((1, 2)) > 0.9).all()


def test_strokes_become_thinner_and_thicker(digits):
    widths = np.array([stroke_width(digit) for digit in digits])
    thick = augment(digits, [0, 0], replace(NOTHING, thin=-0.7, thicken=0.7)).numpy()
    thin = augment(digits, [0, 0], replace(NOTHING, thin=0.3, thicken=-0.3)).numpy()
    assert (np.array([stroke_width(digit) for digit in thick]) > widths + 0.3).all()
    assert np.mean(np.array([stroke_width(digit) for digit in thin]) < widths) > 0.9


def test_sampling_shifts_by_whole_and_half_pixels(digits):
    grid = tf.stack(tf.meshgrid(tf.range(28.0), tf.range(28.0), indexing="ij"), -1)[None]
    points = tf.repeat(grid, len(digits), 0)
    np.testing.assert_allclose(sample(digits, points + np.float32([2.0, 0.0]))[:, :-2], digits[:, 2:], atol=1e-6)
    halfway = (digits[:, :, 1:] + digits[:, :, :-1]) / 2
    np.testing.assert_allclose(sample(digits, points + np.float32([0.0, 0.5]))[:, :, :-1], halfway, atol=1e-5)
    assert np.abs(sample(digits, points + np.float32([50.0, 50.0]))).max() == 0
