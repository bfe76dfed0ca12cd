"""What each layer of a network makes of a drawing: its feature maps."""

from dataclasses import dataclass

import numpy as np

from recognizer.runtimes.graph import networks

MAPS_END = ("ReLU", "Activation", "LeakyReLU", "PReLU", "ELU")  # layers that close a convolution


@dataclass(frozen=True, eq=False)
class Layer:
    """The feature maps of one convolution, after its activation: float32 (h, w, maps); network: counted from 1."""

    network: int
    maps: np.ndarray


def feature_maps(network, picture: np.ndarray) -> list[Layer]:
    """Return the feature maps of each convolution of each network for `picture`, float32 (28, 28), first to last."""
    import keras
    import tensorflow as tf

    found = []
    for number, member in enumerate(networks(network), 1):
        outputs = [layer.output for layer in _closing_layers(member)]
        maps = keras.Model(member.inputs, outputs)(tf.constant(picture[None, ..., None]), training=False)
        found += [Layer(number, each.numpy()[0]) for each in (maps if isinstance(maps, list) else [maps])]
    return found


def _closing_layers(network) -> list:
    """Of each convolution its activation, or the convolution itself where that is a part of it."""
    closing, open_convolution = [], None
    for layer in network.layers:
        kind = type(layer).__name__
        if kind.endswith("Conv2D"):
            if open_convolution is not None:
                closing.append(open_convolution)
            open_convolution = layer
        elif kind in MAPS_END and open_convolution is not None:
            closing.append(layer)
            open_convolution = None
    return [*closing, open_convolution] if open_convolution is not None else closing
