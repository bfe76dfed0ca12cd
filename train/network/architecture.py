"""The networks: (28, 28, 1) in 0-1 -> probabilities of the ten digits, and of "none of these" as the eleventh class."""

import keras
from keras import layers

from recognizer.runtimes.graph import output_layers
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

    0.5 million parameters. Averaging over the last 7x7 field, instead of a large dense layer, makes the answer depend
    less on where a stroke lies, and keeps the file small.
    """
    inputs = keras.Input((28, 28, 1))
    x = inputs
    for widths in ((32, 32), (64, 64), (128, 128, 192)):  # 28x28, 14x14, 7x7
        if x is not inputs:
            x = layers.MaxPooling2D(2)(x)
        for filters in widths:
            x = layers.Conv2D(
                round(filters * width), 3, padding="same", use_bias=False, kernel_initializer="he_normal"
            )(x)
            x = layers.BatchNormalization(momentum=0.98)(x)
            x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)  # 192
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="digits")


def build(config: TrainConfig) -> keras.Model:
    """Return the network of `config` with fresh weights: one member, if it is an ensemble."""
    return ARCHITECTURES[config.architecture](config.classes, config.width)


def ensemble(members: list[keras.Model]) -> keras.Model:
    """Return one network that averages the logits of `members`, each of which ends in a softmax.

    Logits, not probabilities, so that calibration can change the members' last layers. A single member is returned as
    it is.
    """
    if len(members) == 1:
        return members[0]
    inputs = keras.Input((28, 28, 1))
    logits = []
    for number, member in enumerate(members, 1):
        last = output_layers(member)[0]
        features = keras.Model(member.inputs[0], last.input, name=f"member_{number}")
        linear = layers.Dense(last.units, name=f"logits_{number}")
        logits.append(linear(features(inputs)))
        linear.set_weights(last.get_weights())
    return keras.Model(inputs, layers.Softmax()(layers.Average()(logits)), name="ensemble")


ARCHITECTURES = {"classic": classic, "digits": digits}
