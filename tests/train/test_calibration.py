from dataclasses import replace

import keras
import numpy as np
import pytest

from recognizer import Recognizer
from recognizer.prediction import NO_DIGIT
from tests.helpers import always
from train.config import DIGITS as CONFIG
from train.data.mnist import Split, split_and_prepare
from train.network.calibration import MAX_REFUSED, calibrate
from train.report.metrics import (
    equal_mass_calibration_error,
    expected_calibration_error,
    figures_on_drawings,
    read_split,
    reliability,
)
from train.synthetic.drawings import report_drawings


def network(classes=11):
    """Reads the first pixels of a picture as logits."""
    inputs = keras.Input((28, 28, 1))
    outputs = keras.layers.Dense(classes, activation="softmax")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, outputs)
    model.layers[-1].set_weights([np.eye(784, classes), np.zeros(classes)])
    return model


def split(logits, labels):
    digits = np.zeros((len(logits), 784), np.float32)
    digits[:, : logits.shape[1]] = logits
    return Split(digits.reshape(-1, 28, 28), labels)


def sampled(rng, count, sharpness, none=-3.0):
    """Digits with labels drawn from the softmax of logits that the network sees `sharpness` times as large."""
    logits = rng.normal(0, 2, (count, 11))
    logits[:, NO_DIGIT] = none + rng.normal(0, 1, count)
    p = np.exp(logits[:, :10])
    labels = (p.cumsum(1) > rng.random((count, 1)) * p.sum(1, keepdims=True)).argmax(1)
    return split(sharpness * logits, labels)


def outputs(model, digits):
    p = model.predict(digits.digits[..., None], verbose=0)
    return p[:, :10] / p[:, :10].sum(1, keepdims=True), p[:, NO_DIGIT]


@pytest.mark.parametrize("sharpness", [0.6, 3.0])
def test_calibration_removes_the_error_keeps_every_answer_and_refuses_as_many_digits_as_it_may(sharpness):
    rng = np.random.default_rng(1)
    model, digits = network(), sampled(rng, 4000, sharpness)
    unseen = sampled(rng, 4000, sharpness)

    def error():
        p, _ = outputs(model, unseen)
        return expected_calibration_error(p.max(1), p.argmax(1) == unseen.labels)

    error_before, (before, refused_before) = error(), outputs(model, digits)
    calibration = calibrate(model, digits)
    assert calibration["temperature"] == pytest.approx(sharpness, rel=0.1)
    assert error() < 0.03 < error_before
    after, refused = outputs(model, digits)
    np.testing.assert_array_equal(before.argmax(1), after.argmax(1))
    assert (refused > 0.5).mean() == pytest.approx(MAX_REFUSED, abs=1e-3)
    assert (refused > 0.5).mean() != pytest.approx((refused_before > 0.5).mean(), abs=1e-3)


def test_a_network_of_ten_outputs_only_gets_a_temperature():
    rng = np.random.default_rng(3)
    digits = sampled(rng, 2000, 2.0)
    digits.digits.reshape(-1, 784)[:, NO_DIGIT] = 0
    assert set(calibrate(network(10), digits)) == {"temperature"}


def test_the_error_is_the_distance_of_confidence_from_accuracy():
    confidences, right = np.array([0.9] * 10 + [0.5] * 10), np.array([True] * 9 + [False] + [True] * 5 + [False] * 5)
    assert expected_calibration_error(confidences, right) == pytest.approx(0)
    assert expected_calibration_error(confidences, np.zeros(20, bool)) == pytest.approx(0.7)
    rows = reliability(confidences, right)
    assert [row["count"] for row in rows] == [10, 10]
    assert [row["accuracy"] for row in rows] == pytest.approx([0.5, 0.9])


def test_bins_of_equal_mass_see_what_cancels_out_within_one_bin_of_equal_width():
    """A hundred answers of 95 % that are all right, and a hundred of 99 % of which 94 are."""
    confidences, right = np.repeat([0.95, 0.99], 100), np.arange(200) < 194
    assert expected_calibration_error(confidences, right) == pytest.approx(0)
    assert equal_mass_calibration_error(confidences, right, bins=2) == pytest.approx(0.05)
    assert equal_mass_calibration_error(confidences[::-1], right[::-1], bins=2) == pytest.approx(0.05)
    assert equal_mass_calibration_error(confidences[:3], right[:3]) == pytest.approx(0.05), "fewer answers than bins"


def test_the_figures_on_drawings_are_those_of_their_labels():
    """A model that answers 7 with 91 % and refuses nothing reads a 7, a 2 and what is no digit."""
    digits, negatives = (
        read_split(Recognizer(always(7, 0.91, none=0.1)), split(np.zeros((len(labels), 11)), np.array(labels)))
        for labels in ([7, 2], [NO_DIGIT])
    )
    figures = figures_on_drawings(digits, negatives)
    assert figures["digits"]["right"] == 1 and figures["digits"]["of"] == 2
    assert [figures[name]["count"] for name in ("digits_refused", "negatives_refused")] == [0, 0]
    assert figures["log_loss"] == pytest.approx(-(np.log(0.91) + np.log(0.01)) / 2, abs=1e-4)
    assert figures["ece"] == pytest.approx(0.41)
    (row,) = figures["reliability"]
    assert (row["confidence"], row["accuracy"], row["count"]) == (pytest.approx(0.91), 0.5, 2)


def test_the_shipped_model_is_as_right_as_it_is_confident_and_refuses_what_is_no_digit(light, mnist_sample):
    """On drawings of a seed that neither training nor calibration has seen."""
    config = replace(CONFIG, seed=CONFIG.seed + 1, validation_size=200, validation_drawings=500)
    mnist = split_and_prepare(mnist_sample, config.validation_size, config.seed)
    drawings = report_drawings(config, mnist.validation)
    digits, negatives = (read_split(light, part) for part in (drawings.digits, drawings.negatives))
    assert digits.right.mean() > 0.97
    assert expected_calibration_error(digits.confidences, digits.right) < 0.02
    assert digits.refused.mean() < 0.02 and negatives.refused.mean() > 0.9
