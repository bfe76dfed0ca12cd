"""An exponential moving average (EMA) of a network's weights, which reads better than the weights of any one step.

Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging". It covers the statistics of batch
normalisation, too. Keras' optimizers can average weights, but leave these statistics out, and `Model.fit` replaces the
weights with their average whenever it returns.
"""

import keras
import tensorflow as tf


class ExponentialMovingAverage:
    """The EMA of a model's weights; `variables` is all of its state."""

    def __init__(self, model: keras.Model, momentum: float):
        """Start with the present weights of `model`; with `momentum` 0 the average is always the last weights."""
        self.momentum = momentum
        self.steps = tf.Variable(0, dtype=tf.int64)
        self.weights = [weight.value for weight in model.weights]
        self.averages = [tf.Variable(weight) for weight in self.weights]
        self.variables = [self.steps, *self.averages]

    @tf.function
    def update(self) -> None:
        """Add the model's present weights to the average; in the first steps the momentum is lower."""
        self.steps.assign_add(1)
        step = tf.cast(self.steps, tf.float32)
        momentum = tf.minimum(self.momentum, (1 + step) / (10 + step))
        for average, weight in zip(self.averages, self.weights, strict=True):
            average.assign(momentum * average + (1 - momentum) * weight)

    def swap(self) -> None:
        """Exchange the model's weights with the averages: once to read with these, again to go on training."""
        for weight, average in zip(self.weights, self.averages, strict=True):
            value = weight.numpy()
            weight.assign(average)
            average.assign(value)
