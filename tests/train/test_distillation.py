"""A network learns what its teachers answer, in bfloat16 where that is faster, and is saved in float32."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.train.tiny import TINY
from train import pipeline
from train.config import DIGITS
from train.network.architecture import ARCHITECTURES, build
from train.network.fit import batches_of, fit
from train.synthetic.drawings import Drawings


def test_the_targets_are_the_labels_mixed_with_the_mean_answer_of_the_teachers_on_the_augmented_digits(mnist):
    teachers = [build(TINY), build(TINY)]
    plain, mixed = (list(batches_of(mnist.train, TINY, 3, some)) for some in ((), teachers))
    assert len(plain) == len(mixed) == -(-len(mnist.train) // TINY.batch_size)
    labels = np.concatenate([targets for _, targets in plain])
    np.testing.assert_array_equal(labels, np.eye(11)[mnist.train.labels])
    for (digits, one_hot), (same, targets) in zip(plain, mixed, strict=True):
        np.testing.assert_array_equal(digits, same)
        answers = np.mean([teacher.predict(digits, verbose=0) for teacher in teachers], 0)
        np.testing.assert_allclose(targets, 0.3 * one_hot + 0.7 * answers, atol=1e-5)


def test_the_teachers_learn_the_labels_alone_with_seeds_of_their_own_and_the_student_learns_from_all(
    mnist, tmp_path, monkeypatch
):
    runs = []

    def record(config, train, drawings, validation, state, resume, teachers):
        runs.append((config.seed, config.width, config.epochs, state.name, list(teachers)))
        return build(config), []

    monkeypatch.setattr(pipeline, "fit", record)
    config = replace(TINY, teachers=2, teacher_width=2.0, teacher_epochs=5)
    _, history = pipeline._train_networks(config, mnist.train, None, {}, tmp_path, False)
    *teachers, student = runs
    names = [f"digits.unfinished-{number}.npz" for number in (1, 2, 3)]
    assert teachers == [(2027, 2.0, 5, names[0], []), (2028, 2.0, 5, names[1], [])]
    assert student[:4] == (2026, 1.0, 2, names[2]) and len(student[4]) == 2 and history == []


def test_a_network_that_is_taught_ends_with_other_weights(mnist, tmp_path):
    config = replace(TINY, epochs=1, drawn_digits=0, negatives=0)
    drawings = Drawings(mnist.train, mnist.train)
    alone, taught = (
        fit(config, mnist.train, lambda: drawings, {}, tmp_path / "state.npz", False, teachers)[0].get_weights()
        for teachers in ([], [build(config)])
    )
    assert any((a != b).any() for a, b in zip(alone, taught, strict=True))


def test_a_trained_network_has_the_averaged_weights(mnist, tmp_path):
    config, drawings = replace(TINY, ema=0.9, epochs=1, drawn_digits=0, negatives=0), Drawings(mnist.train, mnist.train)
    network, _ = fit(config, mnist.train, lambda: drawings, {}, tmp_path / "state.npz")
    with np.load(tmp_path / "state.npz") as state:
        count = len(network.weights)
        last, averages = (
            [state[f"v{i}"] for i in range(start, start + count)] for start in (0, len(state) - 2 - count)
        )
    for weight, average in zip(network.get_weights(), averages, strict=True):
        np.testing.assert_array_equal(weight, average)
    assert any((average != weight).any() for average, weight in zip(averages, last, strict=False))


def test_a_network_that_calculates_in_bfloat16_keeps_its_weights_and_its_answers_in_float32(monkeypatch):
    network = build(DIGITS, "mixed_bfloat16")
    assert network.layers[1].compute_dtype == "bfloat16"
    assert {weight.dtype for weight in network.weights} == {"float32"}
    assert network(tf.zeros((1, 28, 28, 1))).dtype == tf.float32
    assert keras.config.dtype_policy().name == "float32"
    monkeypatch.setitem(ARCHITECTURES, "digits", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build(DIGITS, "mixed_bfloat16")
    assert keras.config.dtype_policy().name == "float32", "even after an error"


@pytest.mark.parametrize(
    ("number", "filters"), [(3, [16, 16, 48, 48, 96, 96, 192]), (1, [16, 16, 64, 64, 128, 128, 256])]
)
def test_the_student_is_small_and_its_teachers_wider(number, filters):
    network = build(DIGITS.network(number))
    assert [layer.filters for layer in network.layers if isinstance(layer, keras.layers.Conv2D)] == filters
