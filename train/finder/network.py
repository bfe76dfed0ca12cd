"""The finder's network and its loss."""

import keras
from keras import layers, ops

from recognizer.numbers.finder import CHANNELS, DOWN, MIDDLE, OWNED, RIGHT, SHARED, SIZE

RARE = -3.0  # the logit at which middles start: one cell in twenty is one, not every second
WEIGHTS = {"offsets": 3.0, "sizes": 0.5, "owned": 1.0, "shared": 1.0}  # of the parts of the loss, against the middles'
# What a target has beside the answers, all of it 0 or 1: whether a cell is ink, and whether its mark is of a size at
# which the finder has to say where its middle is.
IS_INK, NEAR_HOME = CHANNELS, CHANNELS + 1


def finder() -> keras.Model:
    """Return a U-shaped network (Ronneberger et al. 2015): (H, W, 1) -> (H / 2, W / 2, 6), H and W multiples of 8.

    It goes down to an eighth, where dilated convolutions see some 100 px, and back up to a half; 0.19 million
    parameters, 7,000 multiplications a px.
    """
    inputs = keras.Input((None, None, 1))
    half = _convolution(_convolution(inputs, 16, strides=2), 16)
    quarter = _convolution(_convolution(half, 32, strides=2), 32)
    x = _convolution(quarter, 56, strides=2)
    for dilation in (1, 2, 1, 2):
        x = _convolution(x, 56, dilation=dilation)
    x = _convolution(layers.Concatenate()([layers.UpSampling2D(2)(x), quarter]), 40)
    x = _convolution(layers.Concatenate()([layers.UpSampling2D(2)(x), half]), 24)
    answers = layers.Conv2D(CHANNELS, 1, dtype="float32")
    network = keras.Model(inputs, answers(x), name="finder")
    kernel, bias = answers.get_weights()
    bias[MIDDLE] = RARE
    answers.set_weights([kernel, bias])
    return network


def finder_loss(targets: keras.KerasTensor, answers: keras.KerasTensor) -> keras.KerasTensor:
    """Return the loss of answers (n, h, w, 6) against targets (n, h, w, 8): a scalar.

    Middles: the focal loss with soft targets of CornerNet (Law & Deng 2018, arXiv 1808.01244). Offsets and sizes:
    absolute differences. Owned and shared: cross-entropy.
    """
    is_ink, owned, near_home = targets[..., IS_INK], targets[..., OWNED], targets[..., NEAR_HOME]
    offsets = ops.sum(ops.abs(targets[..., RIGHT : DOWN + 1] - answers[..., RIGHT : DOWN + 1]), -1)
    sizes = ops.abs(targets[..., SIZE] - answers[..., SIZE])
    parts = {
        "offsets": _mean(offsets, near_home),
        "sizes": _mean(sizes, owned),
        "owned": _mean(_cross_entropy(owned, answers[..., OWNED]), is_ink),
        "shared": _mean(_cross_entropy(targets[..., SHARED], answers[..., SHARED]), owned),
    }
    return _focal(targets[..., MIDDLE], answers[..., MIDDLE]) + sum(WEIGHTS[name] * parts[name] for name in parts)


def _convolution(x: keras.KerasTensor, filters: int, dilation: int = 1, strides: int = 1) -> keras.KerasTensor:
    """A 3x3 convolution, padded all round: what "same" means for strides differs between runtimes."""
    options = {"dilation_rate": dilation, "strides": strides, "use_bias": False, "kernel_initializer": "he_normal"}
    x = layers.Conv2D(filters, 3, **options)(layers.ZeroPadding2D(dilation)(x))
    return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))


def _focal(middle: keras.KerasTensor, logit: keras.KerasTensor) -> keras.KerasTensor:
    probability = ops.sigmoid(logit)
    is_middle = ops.cast(middle > 0.9, "float32")
    hit = -ops.log_sigmoid(logit) * (1 - probability) ** 2 * is_middle
    miss = -ops.log_sigmoid(-logit) * probability**2 * (1 - middle) ** 4 * (1 - is_middle)
    return ops.sum(hit + miss) / (ops.sum(is_middle) + 1)


def _cross_entropy(targets: keras.KerasTensor, logits: keras.KerasTensor) -> keras.KerasTensor:
    return -targets * ops.log_sigmoid(logits) - (1 - targets) * ops.log_sigmoid(-logits)


def _mean(values: keras.KerasTensor, weights: keras.KerasTensor) -> keras.KerasTensor:
    return ops.sum(values * weights) / (ops.sum(weights) + 1)
