"""The networks: (28, 28, 1) in 0-1 -> probabilities of the ten digits, and of "none of these" as the eleventh class."""

import keras
from keras import layers

from train.config import TrainConfig


def classic(classes: int = 10, width: float = 1.0) -> keras.Model:
    """The convolutional network of the Keras tutorials; 2.4 million parameters."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(round(32 * width), 3, activation="relu"),  # 26x26x32
            layers.Conv2D(round(64 * width), 3, activation="relu"),  # 24x24x64
            layers.MaxPooling2D(2),  # 12x12x64
            layers.Dropout(0.25),
            layers.Flatten(),  # 9216
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="classic",
    )


def digits(classes: int = 11, width: float = 1.0) -> keras.Model:
    """Seven 3x3 convolutions in the manner of VGG (Simonyan & Zisserman 2015), each with batch normalisation.

    0.32 million parameters, 22 million multiplications. Averaging over the last 7x7 field, instead of a large dense
    layer, makes the answer depend less on where a stroke lies, and keeps the file small. The first stage, which has
    the largest maps, keeps 16 filters at any width. Multiples of 16 are the fastest.
    """
    inputs = keras.Input((28, 28, 1))
    x = inputs
    wide = ([round(width * filters) for filters in stage] for stage in ((48, 48), (96, 96, 192)))
    for stage in ([16, 16], *wide):  # 28x28, 14x14, 7x7
        if x is not inputs:
            x = layers.MaxPooling2D(2)(x)
        for filters in stage:
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
            x = layers.BatchNormalization(momentum=0.98)(x)
            x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)  # 192
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(classes, "softmax", dtype="float32")(x)  # bfloat16 has nothing between 0.996 and 1
    return keras.Model(inputs, outputs, name="digits")


def build(config: TrainConfig, precision: str = "float32") -> keras.Model:
    """Return the network of `config` with fresh weights, float32; it calculates with `precision`, a Keras policy."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        return ARCHITECTURES[config.architecture](config.classes, config.width)
    finally:
        keras.config.set_dtype_policy(policy)


ARCHITECTURES = {"classic": classic, "digits": digits}
