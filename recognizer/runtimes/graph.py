"""What reaches into the graph of a Keras model: its layers, and what these compute."""

from itertools import zip_longest
from typing import Any

import numpy as np

ACTIVATIONS = ("ReLU", "Activation", "LeakyReLU", "PReLU", "ELU")


def output_layer(network: Any) -> Any:
    """Return the last dense layer with a unit for each class, which gives the logits; None where there is none."""
    classes = network.output_shape[-1]
    dense = [layer for layer in network.layers if type(layer).__name__ == "Dense" and layer.units == classes]
    return dense[-1] if dense else None


def with_features(network: Any) -> Any:
    """Return a network with a second output, its features: what its output layer is given, (n, d).

    It is returned as it is where it has no such layer.
    """
    import keras

    last = output_layer(network)
    if last is None:
        return network
    inputs = network.inputs[0] if len(network.inputs) == 1 else network.inputs
    return keras.Model(inputs, [*network.outputs, last.input])


def feature_maps(network: Any, pictures: np.ndarray) -> list[np.ndarray]:
    """Return what each convolution of one network gives, after its activation: float32 (n, h, w, maps) each."""
    return _compute(network, [layer.output for layer in _activated_convolutions(network)], pictures)


def _compute(network: Any, tensors: list, pictures: np.ndarray) -> list[np.ndarray]:
    """The values of tensors in the graph of `network`, for float32 (n, 28, 28)."""
    import keras
    import tensorflow as tf

    values = keras.Model(network.inputs, tensors)(tf.constant(pictures[..., None], tf.float32), training=False)
    return [value.numpy() for value in (values if isinstance(values, list) else [values])]


def _activated_convolutions(network: Any) -> list[Any]:
    """The activation of each convolution, or the convolution itself where that includes its activation."""
    layers = [each for each in network.layers if _is_convolution(each) or type(each).__name__ in ACTIVATIONS]
    return [
        layer if following is None or _is_convolution(following) else following
        for layer, following in zip_longest(layers, layers[1:])
        if _is_convolution(layer)
    ]


def _is_convolution(layer: Any) -> bool:
    return type(layer).__name__.endswith("Conv2D")
