"""Which corrections somebody has to look at before a model learns from them."""

from dataclasses import replace

import numpy as np

from corrections.quarantine import quarantine
from tests.helpers import correction

CONFIDENT = {"answer": 1, "confidence": 0.97}


def test_a_label_against_a_confident_model_is_in_quarantine():
    reason = "the model reads 1 with 97 % confidence"
    assert quarantine([correction(0, label=7, **CONFIDENT), correction(1, label=7, answer=1, confidence=0.89)]) == {
        0: reason
    }
    assert quarantine([correction(0, label=10, **CONFIDENT)]) == {0: reason}
    assert quarantine([correction(0, label=1, **CONFIDENT), correction(1, answer=10, confidence=1.0)]) == {}


def test_of_equal_drawings_the_first_stays_out_unless_their_labels_differ():
    first = correction(0)
    noise = np.random.default_rng(0).integers(-5, 6, (28, 28))
    nearly = np.uint8(np.clip(first.picture + noise, 0, 255))
    assert (nearly != first.picture).any()
    again = correction(1, picture=nearly)
    assert quarantine([first, again, correction(2)]) == {1: "the same drawing as 000000000000-0"}
    different = quarantine([first, replace(again, label=2), correction(2)])
    assert different == {0: "the same drawing is also called 2", 1: "the same drawing is also called 7"}


def test_different_digits_of_mnist_are_never_taken_for_one(mnist_sample):
    pictures = mnist_sample["x_train"]
    assert quarantine([correction(number, picture=picture) for number, picture in enumerate(pictures)]) == {}


def test_an_accepted_correction_stays_out_and_its_twins_do_not():
    assert quarantine([correction(0, label=7, accepted=True, **CONFIDENT)]) == {}
    assert list(quarantine([correction(0), replace(correction(0), drawing="f" * 32, accepted=True)])) == [0]


def test_twins_are_found_across_blocks():
    many = [correction(number) for number in range(2100)]
    many[2050] = replace(many[2050], picture=many[20].picture)
    assert list(quarantine(many)) == [2050]
