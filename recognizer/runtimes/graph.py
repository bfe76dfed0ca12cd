"""What reaches into the graph of a Keras model: its networks, their layers, and what these compute."""

from itertools import zip_longest
from typing import Any

import numpy as np

ACTIVATIONS = ("ReLU", "Activation", "LeakyReLU", "PReLU", "ELU")


def networks(network: Any) -> list[Any]:
    """Return the members of an ensemble, or the one network there is."""
    return [layer for layer in network.layers if hasattr(layer, "layers")] or [network]


def output_layers(network: Any) -> list[Any]:
    """Return the dense layers whose outputs are the logits: one of a network, one of each member of an ensemble."""
    classes = network.output_shape[-1]
    return [layer for layer in network.layers if type(layer).__name__ == "Dense" and layer.units == classes]


def last_inputs(network: Any, pictures: np.ndarray) -> np.ndarray:
    """Return the inputs of the last layers, side by side: float32 (n, d), for float32 (n, 28, 28)."""
    return np.concatenate(_compute(network, [layer.input for layer in output_layers(network)], pictures), axis=1)


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
