"""What is written of a finished model, and written again without training."""

import json

import keras
import numpy as np
import pytest

from recognizer.prediction import Outputs, to_predictions
from recognizer.runtimes.loader import sha256_of
from train.errors import TrainError
from train.report import __main__ as command
from train.report.metrics import Results, confusion_matrix, with_interval
from train.report.misread import misread_path, write_misread

BIN = {"confidence": 0.81, "accuracy": 0.9, "count": 10}


def results(labels, answers, confidences):
    probabilities = np.full((len(labels), 10), 0.01, np.float32)
    probabilities[np.arange(len(labels)), answers] = confidences
    probabilities /= probabilities.sum(1, keepdims=True)
    inputs = [np.full((28, 28), label / 10, np.float32) for label in labels]
    outputs = Outputs(probabilities, np.zeros((len(labels), 0), np.float32), np.zeros(len(labels), bool))
    return Results(np.array(labels, np.uint8), to_predictions(inputs, outputs))


def test_the_confusion_matrix_has_a_row_for_what_a_digit_is_and_a_column_for_its_answer():
    matrix = confusion_matrix(results([4, 4, 4, 7], [9, 9, 4, 1], [0.9] * 4))
    assert (matrix[4][9], matrix[4][4], matrix[7][1], matrix[9][4]) == (2, 1, 1, 0)
    assert np.sum(matrix) == 4


def test_the_misread_digits_are_written_the_surest_first_and_no_more_than_fit(tmp_path, monkeypatch):
    monkeypatch.setattr("train.report.misread.MAX_MISREAD", 2)
    write_misread(results([4, 5, 6, 7], [9, 5, 1, 2], [0.5, 0.9, 0.95, 0.8]), tmp_path / "some_misread.npz")
    with np.load(tmp_path / "some_misread.npz") as file:
        assert file["labels"].tolist() == [6, 7] and file["answers"].tolist() == [1, 2]
        assert file["pictures"][:, 0, 0].tolist() == [153, 178]
        assert (np.diff(file["confidences"]) < 0).all()


@pytest.fixture
def model(tmp_path, mnist_sample, monkeypatch):
    """A model that was not trained, with a card from before there was a confusion matrix."""
    monkeypatch.setattr(command, "load_mnist", lambda _: mnist_sample)
    path = tmp_path / "small.keras"
    layers = [keras.layers.Flatten(), keras.layers.Dense(11, activation="softmax")]
    keras.Sequential([keras.Input((28, 28, 1)), *layers]).save(path)
    card = {"sha256": sha256_of(path), "drawings": {"ece": 0.1, "reliability": [BIN]}, "benchmarks": {"some": 1}}
    path.with_suffix(".json").write_text(json.dumps(card))
    return path


def test_a_card_is_brought_up_to_date_without_training_and_the_rest_of_it_stays(model, mnist_sample):
    command.main([str(model)])
    card, of = json.loads(model.with_suffix(".json").read_text()), len(mnist_sample["y_test"])
    assert card["benchmarks"] == {"some": 1} and card["sha256"] == sha256_of(model)
    assert card["drawings"] == {"ece": 0.1, "reliability": [with_interval(BIN)]}
    assert card["drawings"]["reliability"][0]["interval_95"] == pytest.approx([0.5958, 0.9821], abs=1e-3)
    matrix = np.array(card["test_confusion"])
    assert matrix.sum() == card["test"]["of"] == of and np.trace(matrix) == card["test"]["right"]
    with np.load(misread_path(model)) as file:
        assert len(file["labels"]) == of - np.trace(matrix)


@pytest.mark.parametrize("content", ["[]", "{}", '{"sha256": "0", "drawings": {"reliability": []}}'])
def test_the_card_of_another_model_is_left_alone(model, content):
    model.with_suffix(".json").write_text(content)
    with pytest.raises(TrainError, match=r"is (not the card of a|the card of another) model"):
        command.refresh(model, None)
    assert model.with_suffix(".json").read_text() == content and not misread_path(model).exists()
