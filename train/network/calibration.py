"""Make a trained network's probabilities mean what they say, and its "none of these" come when it should.

Temperature scaling (Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks"): one number
divides the logits, so that confidence is as high as accuracy on digits that look like drawings. Then the logit of "none
of these" is shifted, so that its probability passes one half for `MAX_REFUSED` of those digits. Both go into the
weights of the last layer: whoever opens the file has calibrated probabilities, without another number to know.
"""

import numpy as np

from recognizer.prediction import NO_DIGIT
from recognizer.runtimes.graph import output_layers
from train.data.mnist import Split

MAX_REFUSED = 0.003  # of the digits; people draw worse than the generator, and no more than 1 in 100 may be turned away
TEMPERATURES = np.geomspace(0.25, 8, 401)


def calibrate(model, digits: Split, negatives: Split | None) -> dict[str, float]:
    """Calibrate `model`, a network with a softmax at its end, in place; return what was found.

    `digits` and `negatives` are validation data that look like drawings; None where the network has ten outputs.
    """
    log = _log_probabilities(model, digits)
    losses = [_loss(log[:, :NO_DIGIT] / temperature, digits.labels) for temperature in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    found = {"temperature": round(temperature, 4)}
    shift = 0.0
    if negatives is not None:
        margins = none_margin(log / temperature)
        shift = -float(np.quantile(margins, 1 - MAX_REFUSED))
        found["none_shift"] = round(shift, 4)
    for layer in output_layers(model):
        kernel, bias = (weights / temperature for weights in layer.get_weights())
        bias[NO_DIGIT:] += shift
        layer.set_weights([kernel, bias])
    return found


def none_margin(log: np.ndarray) -> np.ndarray:
    """How far the log-odds of "none of these" are above those of any digit: float (n,), from logits (n, 11)."""
    digits = log[:, :NO_DIGIT]
    top = digits.max(1)
    return log[:, NO_DIGIT] - top - np.log(np.exp(digits - top[:, None]).sum(1))


def _log_probabilities(model, split: Split) -> np.ndarray:
    """The logits of a network that ends in a softmax, but for a constant a row: float64 (n, classes)."""
    probabilities = model.predict(split.digits[..., None], batch_size=512, verbose=0)
    return np.log(np.maximum(probabilities.astype(np.float64), 1e-30))


def _loss(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative log-likelihood of the labels."""
    top = logits.max(1, keepdims=True)
    return float((np.log(np.exp(logits - top).sum(1)) - (logits - top)[np.arange(len(labels)), labels]).mean())
