"""The networks: (28, 28, 1) in 0-1 -> ten probabilities."""


def classic():
    """The convolutional network of the Keras tutorials; 2.4 million parameters."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),  # 26x26x32
            layers.Conv2D(64, 3, activation="relu"),  # 24x24x64
            layers.MaxPooling2D(2),  # 12x12x64
            layers.Dropout(0.25),
            layers.Flatten(),  # 9216
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="classic",
    )


def digits():
    """Seven 3x3 convolutions in the manner of VGG (Simonyan & Zisserman 2015), each with batch normalisation.

    0.5 million parameters. The mean over the last 7x7 field, in place of a large dense layer, lets a stroke be where
    it likes and keeps the file small.
    """
    import keras
    from keras import layers

    inputs = keras.Input((28, 28, 1))
    x = inputs
    for widths in ((32, 32), (64, 64), (128, 128, 192)):  # 28x28, 14x14, 7x7
        if x is not inputs:
            x = layers.MaxPooling2D(2)(x)
        for width in widths:
            x = layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
            x = layers.BatchNormalization(momentum=0.98)(x)
            x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)  # 192
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    return keras.Model(inputs, outputs, name="digits")


ARCHITECTURES = {"classic": classic, "digits": digits}
