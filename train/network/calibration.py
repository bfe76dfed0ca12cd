"""Calibrate a trained network: its confidence, and how often it answers "none of these".

Temperature scaling (Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks"): the logits are
divided by one number, which makes confidence match accuracy on digits held out of training, MNIST's and drawn ones.
Then the logit of "none of these" is shifted, so that its probability exceeds one half for `MAX_REFUSED` of those
digits. Both changes are made to the weights of the last layer, so the model file needs no other number.
"""

import keras
import numpy as np

from recognizer.prediction import NO_DIGIT
from recognizer.runtimes.graph import output_layer
from train.data.mnist import Split

MAX_REFUSED = 0.003  # of the digits; people draw worse than the generator, and at most 1 in 100 should be refused
TEMPERATURES = np.geomspace(0.25, 8, 401)


def calibrate(model: keras.Model, digits: Split) -> dict[str, float]:
    """Calibrate `model`, which ends in a softmax, in place; return the temperature and the shift.

    digits: those held out of training, MNIST's and drawn ones. A network with ten outputs gets no shift.
    """
    probabilities = model.predict(digits.digits[..., None], batch_size=512, verbose=0)
    log = np.log(np.maximum(probabilities.astype(np.float64), 1e-30))  # the logits, up to a constant for each row
    losses = [_loss(log[:, :NO_DIGIT] / temperature, digits.labels) for temperature in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    calibration = {"temperature": round(temperature, 4)}
    shift = 0.0
    if log.shape[1] > NO_DIGIT:
        shift = -float(np.quantile(none_margin(log / temperature), 1 - MAX_REFUSED))
        calibration["none_shift"] = round(shift, 4)
    layer = output_layer(model)
    kernel, bias = (weights / temperature for weights in layer.get_weights())
    bias[NO_DIGIT:] += shift
    layer.set_weights([kernel, bias])
    return calibration


def none_margin(log: np.ndarray) -> np.ndarray:
    """Log-odds of "none of these" against any digit: float (n,), from logits (n, 11)."""
    return log[:, NO_DIGIT] - np.logaddexp.reduce(log[:, :NO_DIGIT], axis=1)


def _loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative log-likelihood of the labels."""
    return float((np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels]).mean())
