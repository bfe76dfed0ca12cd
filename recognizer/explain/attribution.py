"""Which dots of the picture spoke for a digit, and which against it.

Integrated gradients (Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks"): the gradient of the
answer is added up on the way from blank paper to the drawing. Unlike the gradient at the drawing alone it does not
vanish where the model is sure, and unlike occlusion it adds up: the dots' shares together are how much more the model
believes in the digit than on blank paper. Blank paper is no arbitrary start here: a dot without ink says nothing.

What is explained are the log odds of the digit against all else; or, for "why not 9?", of a 9 against what the model
said (a contrast, as in Prabhushankar et al. 2020, "Contrastive explanations in neural networks").
"""

import numpy as np

STEPS = 24  # on the way from blank paper; 100 give the same picture
LEAST = 1e-20  # of a probability, before it is divided by or its logarithm is taken


def attribution(network, picture: np.ndarray, digit: int, instead_of: int | None = None) -> np.ndarray:
    """Return how much each dot speaks for `digit`, or for it instead of another: float32 (28, 28), in nats of log odds.

    `network`: a keras.Model; `picture`: float32 (28, 28), 0-1. Below 0, a dot speaks against the digit.
    """
    import tensorflow as tf

    shares = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS  # the middle of each step
    way = tf.constant(shares[:, None, None, None] * picture[None, ..., None])
    with tf.GradientTape() as tape:
        tape.watch(way)
        probabilities = network(way, training=False)
        if instead_of is None:
            against = tf.reduce_sum(probabilities * (1 - tf.one_hot(digit, probabilities.shape[1])), axis=1)
        else:
            against = probabilities[:, instead_of]
        odds = tf.maximum(probabilities[:, digit], LEAST) / tf.maximum(against, LEAST)
        log_odds = tf.math.log(odds)
    gradients = tape.gradient(log_odds, way).numpy()[..., 0]
    return (picture * gradients.mean(0)).astype(np.float32)
