"""Change digits at random, so that they look like the hands and pens of more people than wrote MNIST.

In: float32 (n, 28, 28), 0 paper to 1 ink, and a seed. Out: the same shape and range; the same for the same seed.

Each digit is bent by one smooth map (rotation, shear, scale, shift and a wobble; Simard, Steinkraus & Platt 2003,
"Best practices for convolutional neural networks applied to visual document analysis"), then its strokes are made
thinner or thicker, then its edges harder.
"""

import math

import tensorflow as tf

from train.config import TrainConfig

WOBBLE_GRID = 5  # control points a side; a wobble is as long as a stroke, not as a pixel


def augment(digits: tf.Tensor, seed: tf.Tensor, config: TrainConfig) -> tf.Tensor:
    """Return `digits`, each changed at random as `config` allows; `seed` is int (2,)."""
    seeds = tf.random.split(tf.cast(seed, tf.int32), 3)  # (3, 2)
    bent = sample(digits, _source_points(tf.shape(digits)[0], seeds[0], config))
    inked = _change_strokes(bent, seeds[1], config)
    return _harden_edges(inked, seeds[2], config)


def sample(digits: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
    """Read `digits` (n, h, w) at `points` (n, h, w, 2), (row, column) in px, bilinearly; paper beyond the edge."""
    n, height, width = tf.unstack(tf.shape(digits))
    padded = tf.pad(digits, ((0, 0), (1, 1), (1, 1)))  # a frame of paper, where points beyond the edge land
    limits = tf.cast([height, width], tf.float32)
    points = tf.clip_by_value(points + 1, 0.0, limits + 0.999)
    corner = tf.floor(points)
    down, right = tf.unstack(points - corner, axis=-1)
    row, column = tf.unstack(tf.cast(corner, tf.int32), axis=-1)
    pixels = tf.reshape(padded, [n, -1])
    index = row * (width + 2) + column

    def at(offset: int) -> tf.Tensor:
        return tf.reshape(tf.gather(pixels, tf.reshape(index + offset, [n, -1]), batch_dims=1), tf.shape(index))

    upper = at(0) * (1 - right) + at(1) * right
    lower = at(width + 2) * (1 - right) + at(width + 3) * right
    return upper * (1 - down) + lower * down


def _source_points(n: tf.Tensor, seed: tf.Tensor, config: TrainConfig) -> tf.Tensor:
    """The place in the digit that each pixel of the changed digit is read at: (n, 28, 28, 2), (row, column)."""
    seeds = tf.random.split(seed, 5)
    angle = _uniform([n], seeds[0], config.rotation * math.pi / 180)
    shear = _uniform([n], seeds[1], config.shear)
    scale = tf.exp(_uniform([n, 2], seeds[2], config.scale))
    shift = _uniform([n, 1, 1, 2], seeds[3], config.shift)
    cos, sin = tf.cos(angle), tf.sin(angle)
    upper = tf.stack([cos * scale[:, 0], -sin * scale[:, 1]], -1)
    lower = tf.stack([(sin + shear * cos) * scale[:, 0], (cos - shear * sin) * scale[:, 1]], -1)
    matrix = tf.stack([upper, lower], axis=1)  # (n, 2, 2): rotation times shear, rows and columns scaled
    middle = 13.5
    axis = tf.range(28, dtype=tf.float32) - middle
    grid = tf.stack(tf.meshgrid(axis, axis, indexing="ij"), -1)  # (28, 28, 2)
    wobble = tf.random.stateless_normal([n, WOBBLE_GRID, WOBBLE_GRID, 2], seeds[4], stddev=config.elastic)
    return tf.einsum("nij,hwj->nhwi", matrix, grid) + middle + shift + tf.image.resize(wobble, [28, 28], "bicubic")


def _change_strokes(digits: tf.Tensor, seed: tf.Tensor, config: TrainConfig) -> tf.Tensor:
    """Thicken or thin the strokes: go part of the way to the digits' dilation or erosion by one pixel."""
    amount = tf.random.stateless_uniform([tf.shape(digits)[0], 1, 1, 1], seed, -config.thin, config.thicken)
    picture = digits[..., None]
    dilated = tf.nn.max_pool2d(picture, 3, 1, "SAME")
    eroded = -tf.nn.max_pool2d(-picture, 3, 1, "SAME")
    target = tf.where(amount > 0, dilated, eroded)
    return tf.squeeze(picture + tf.abs(amount) * (target - picture), -1)


def _harden_edges(digits: tf.Tensor, seed: tf.Tensor, config: TrainConfig) -> tf.Tensor:
    """Restore the full range, and steepen the step from paper to ink around mid-grey by up to `config.contrast`."""
    darkest = tf.reduce_max(digits, axis=(1, 2), keepdims=True)
    slope = tf.random.stateless_uniform([tf.shape(digits)[0], 1, 1], seed, 1.0, config.contrast)
    return tf.clip_by_value((digits / tf.maximum(darkest, 0.1) - 0.5) * slope + 0.5, 0.0, 1.0)


def _uniform(shape: list, seed: tf.Tensor, bound: float) -> tf.Tensor:
    return tf.random.stateless_uniform(shape, seed, -bound, bound)
