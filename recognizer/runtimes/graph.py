"""What reaches into the graph of a Keras model: its networks, their last layers, and what these are given."""

import numpy as np


def networks(network) -> list:
    """The networks that an ensemble averages, or the one there is."""
    return [layer for layer in network.layers if hasattr(layer, "layers")] or [network]


def last_inputs(network, pictures: np.ndarray) -> np.ndarray:
    """Return what the last layer is given, of all networks side by side: float32 (n, d) for float32 (n, 28, 28)."""
    import keras
    import tensorflow as tf

    features = keras.Model(network.inputs, [layer.input for layer in output_layers(network)])
    found = features(tf.constant(pictures[..., None], tf.float32), training=False)
    return np.concatenate([each.numpy() for each in (found if isinstance(found, list) else [found])], axis=1)


def output_layers(model) -> list:
    """The dense layers whose outputs are the logits: of a network one, of an ensemble one a member."""
    classes = model.output_shape[-1]
    return [layer for layer in model.layers if type(layer).__name__ == "Dense" and layer.units == classes]
