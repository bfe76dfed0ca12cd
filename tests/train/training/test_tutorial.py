"""`python -m train.tutorial`, from end to end on a few digits."""

import json

import numpy as np
import pytest

from recognizer.runtimes.loader import sha256_of
from recognizer.runtimes.tutorial import MAX_BYTES, TUTORIAL, TutorialNetwork
from train import tutorial
from train.report.metrics import accuracy_with_interval


def test_a_run_learns_and_leaves_the_network_as_it_was_trained_its_card_and_nothing_else(
    mnist_sample, tmp_path, monkeypatch
):
    trained = []
    fit = tutorial.fit
    monkeypatch.setattr(tutorial, "fit", lambda *digits: trained.append(fit(*digits)) or trained[0])
    monkeypatch.setattr("train.data.mnist.load_mnist", lambda _: mnist_sample)
    monkeypatch.setattr(tutorial, "BATCH", 16)
    tutorial.main(["--epochs", "4", "--out", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == {"tutorial.onnx", "tutorial.json"}
    path, card = tmp_path / "tutorial.onnx", json.loads((tmp_path / "tutorial.json").read_text())
    expected = trained[0].predict(mnist_sample["x_test"][..., None] / np.float32(255), verbose=0)
    written = TutorialNetwork(path)
    answers = np.stack([written.predict(picture)[0] for picture in mnist_sample["x_test"]])
    np.testing.assert_allclose(answers, expected, atol=1e-4)
    right = int((expected.argmax(1) == mnist_sample["y_test"]).sum())
    assert card["test"] == accuracy_with_interval(right, 100) and right > 60
    assert card["config"]["epochs"] == 4 and card["sha256"] == sha256_of(path) and "keras" in card["versions"]


def test_training_sees_mnists_pictures_as_they_are(mnist_sample, monkeypatch):
    given = []
    monkeypatch.setattr("keras.Sequential.fit", lambda _, digits, labels, **options: given.extend((digits, labels)))
    tutorial.fit(mnist_sample["x_train"], mnist_sample["y_train"], 1)
    np.testing.assert_allclose(given[0][..., 0], mnist_sample["x_train"] / 255, atol=1e-7)
    np.testing.assert_array_equal(given[1], mnist_sample["y_train"])


def test_what_cannot_be_trained_is_one_sentence_and_leaves_the_shipped_network_alone(tmp_path):
    before = sha256_of(TUTORIAL)
    for options, sentence in (
        (["--epochs", "0"], "--epochs is 0"),
        (["--data", str(tmp_path / "none.npz")], "There is no file"),
    ):
        with pytest.raises(SystemExit, match=f"python -m train.tutorial: {sentence}"):
            tutorial.main(options)
    assert sha256_of(TUTORIAL) == before


def test_the_shipped_network_is_what_its_card_says_and_what_the_tutorials_train():
    card = json.loads(TUTORIAL.with_suffix(".json").read_text())
    assert card["parameters"] == tutorial.convnet().count_params() == 34_826
    assert card["sha256"] == sha256_of(TUTORIAL) and card["bytes"] == TUTORIAL.stat().st_size < MAX_BYTES
    assert card["config"] == {"epochs": 15, "batch_size": 128, "held_out": 0.1, "seed": 2026}
