"""A training that takes seconds, for the tests: a small network, 240 of MNIST's digits, a few drawings."""

from dataclasses import replace

import keras
import numpy as np
from keras import layers

from tests.helpers import sample
from train.config import DIGITS
from train.data.corrections import Corrections
from train.data.mnist import Split, joined
from train.network.architecture import ARCHITECTURES
from train.synthetic.drawings import training_drawings

TINY = replace(
    DIGITS,
    architecture="small",
    note="",
    epochs=2,
    batch_size=32,
    ema=0.5,
    validation_size=60,
    drawn_digits=60,
    negatives=40,
    pool=2,
    validation_drawings=40,
    teachers=0,
    teacher_epochs=2,
)
TAUGHT = replace(TINY, teachers=1)


def small(classes, width):
    """A network with all kinds of state, batch statistics and dropout's seeds, that TensorFlow traces quickly."""
    inputs = keras.Input((28, 28, 1))
    x = layers.BatchNormalization(momentum=0.9)(layers.Conv2D(round(6 * width), 5, strides=3, use_bias=False)(inputs))
    x = layers.Dropout(0.3)(layers.Flatten()(layers.ReLU()(x)))
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="small")


ARCHITECTURES["small"] = small


def corrections() -> Corrections:
    """60 drawings of digits and 20 negatives, of a seed of their own."""
    mnist = sample()
    source = Split(np.float32(mnist["x_test"] / 255), mnist["y_test"])
    drawings = training_drawings(replace(TINY, seed=5, pool=1, drawn_digits=60, negatives=20), source)
    return Corrections(
        joined([drawings.digits, drawings.negatives]), np.array([f"drawing {number}" for number in range(80)]), "0" * 64
    )
