"""An exponential moving average (EMA) of a network's weights, which reads better than the weights of any one step.

Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging". It covers the statistics of batch
normalisation, too. Keras' optimizers can average weights, but leave these statistics out, and `Model.fit` replaces the
weights with their average whenever it returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import tensorflow as tf

if TYPE_CHECKING:
    import keras


class ExponentialMovingAverage:
    """The EMA of a model's weights; `variables` is all of its state."""

    def __init__(self, model: keras.Model, momentum: float):
        """Start with the present weights of `model`; with `momentum` 0 the average is always the last weights."""
        self.momentum = momentum
        self.steps = tf.Variable(0, dtype=tf.int64)
        self.weights = [weight.value for weight in model.weights]
        self.averages = [tf.Variable(weight) for weight in self.weights]

    @property
    def variables(self) -> list[tf.Variable]:
        """The number of steps and the averages."""
        return [self.steps, *self.averages]

    @tf.function
    def update(self) -> None:
        """Add the model's present weights to the average; in the first steps the momentum is lower."""
        self.steps.assign_add(1)
        step = tf.cast(self.steps, tf.float32)
        momentum = tf.minimum(self.momentum, (1 + step) / (10 + step))
        for average, weight in zip(self.averages, self.weights, strict=True):
            average.assign(momentum * average + (1 - momentum) * weight)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the model the averaged weights within the block."""
        own_weights = [weight.numpy() for weight in self.weights]
        self.apply()
        try:
            yield
        finally:
            for weight, value in zip(self.weights, own_weights, strict=True):
                weight.assign(value)

    def apply(self) -> None:
        """Give the model the averaged weights for good."""
        for weight, average in zip(self.weights, self.averages, strict=True):
            weight.assign(average)
