"""Weights averaged over the steps of training, which read better than those of any one step.

An exponential moving average (Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging") of the
weights and of the batch statistics that belong to them. Keras' optimisers can average too, but leave the batch
statistics out, and `fit` puts their average in the place of the weights whenever it returns.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf


class ExponentialMovingAverage:
    """The moving average of a model's weights; `variables` is all of its state."""

    def __init__(self, model, momentum: float):
        """Start with the weights that `model` has; `momentum` 0 keeps the last weights alone."""
        self.momentum = momentum
        self.steps = tf.Variable(0, dtype=tf.int64)
        self.weights = [weight.value for weight in model.weights]
        self.averages = [tf.Variable(weight) for weight in self.weights]

    @property
    def variables(self) -> list[tf.Variable]:
        return [self.steps, *self.averages]

    @tf.function
    def update(self) -> None:
        """Take the model's present weights into the average, which forgets faster in its first steps."""
        self.steps.assign_add(1)
        step = tf.cast(self.steps, tf.float32)
        momentum = tf.minimum(self.momentum, (1 + step) / (10 + step))
        for average, weight in zip(self.averages, self.weights, strict=True):
            average.assign(momentum * average + (1 - momentum) * weight)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the model have the averaged weights within the block."""
        own = [weight.numpy() for weight in self.weights]
        self.apply()
        try:
            yield
        finally:
            for weight, value in zip(self.weights, own, strict=True):
                weight.assign(value)

    def apply(self) -> None:
        """Give the model the averaged weights for good."""
        for weight, average in zip(self.weights, self.averages, strict=True):
            weight.assign(average)
