"""Which dots of a picture speak for a digit, and which against it.

Integrated gradients (Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks"): the gradient of the
answer is summed on the path from blank paper to the drawing. Unlike the gradient at the drawing itself it does not
vanish where the model is confident, and unlike occlusion it adds up: together, the dots' shares are how much more
the model believes in the digit than on blank paper. Blank paper is no arbitrary start: a dot without ink says nothing.

What is explained are the log odds of the digit against everything else; or, for "why not 9?", of a 9 against the answer
(a contrast, as in Prabhushankar et al. 2020, "Contrastive explanations in neural networks").
"""

from typing import Any

import numpy as np

STEPS = 24  # from blank paper to the drawing; 100 give the same picture
LEAST = 1e-20  # of a probability that is divided by, or whose logarithm is taken


def attribution(network: Any, picture: np.ndarray, digit: int, instead_of: int | None = None) -> np.ndarray:
    """Return how much each dot speaks for `digit`, or for it instead of another: float32 (28, 28), in nats of log odds.

    `network`: a keras.Model; `picture`: float32 (28, 28), 0-1. Below 0, a dot speaks against the digit.
    """
    import tensorflow as tf

    shares = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS  # the middle of each step
    path = tf.constant(shares[:, None, None, None] * picture[None, ..., None])
    with tf.GradientTape() as tape:
        tape.watch(path)
        probabilities = network(path, training=False)
        if instead_of is None:
            against = tf.reduce_sum(probabilities * (1 - tf.one_hot(digit, probabilities.shape[1])), axis=1)
        else:
            against = probabilities[:, instead_of]
        log_odds = tf.math.log(tf.maximum(probabilities[:, digit], LEAST) / tf.maximum(against, LEAST))
    gradients = tape.gradient(log_odds, path).numpy()[..., 0]
    return (picture * gradients.mean(0)).astype(np.float32)
