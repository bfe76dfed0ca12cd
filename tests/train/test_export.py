import errno
import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from recognizer.neighbours import NeighbourIndex
from recognizer.runtimes.loader import DEFAULT_MODEL, load_model, sha256_of
from tests.train.tiny import TINY
from train.config import CONFIGS
from train.errors import TrainError
from train.export import __main__ as command
from train.export import runtimes
from train.export.runtimes import FORMATS, MAX_DIFFERENCE, compare, export

DIGITS = np.random.default_rng(0).random((40, 28, 28), np.float32)


@pytest.fixture
def model(tmp_path):
    """A small Keras model with an empty card, and what an export of an older one left beside it."""
    path = tmp_path / "small.keras"
    layers = [keras.layers.Flatten(), keras.layers.Dense(11, activation="softmax")]
    keras.Sequential([keras.Input((28, 28, 1)), *layers]).save(path)
    (tmp_path / "small.json").write_text("{}")
    for ending in FORMATS:
        (tmp_path / f"small.{ending}").write_bytes(b"the export of an older model")
    return path


@pytest.mark.parametrize("ending", FORMATS)
def test_an_export_gives_the_answers_of_the_model_and_is_recorded_in_its_card(model, ending):
    assert "the same answers to all 40" in export(model, ending, DIGITS)
    other_answers, difference = compare(load_model(model), load_model(model.with_suffix(f".{ending}")), DIGITS)
    assert other_answers == 0 and difference <= MAX_DIFFERENCE
    entry = json.loads(model.with_suffix(".json").read_text())["exports"][f"small.{ending}"]
    assert entry["of"] == sha256_of(model) and entry["sha256"] == sha256_of(model.with_suffix(f".{ending}"))


@pytest.mark.parametrize(
    ("off", "features_off", "answers"),
    [(0.5, 0, "[1-9]"), (2 * MAX_DIFFERENCE, 0, "0 "), (0, 2 * MAX_DIFFERENCE, "0 ")],
    ids=["answers", "probabilities", "features"],
)
def test_an_export_that_differs_is_not_written_and_the_older_one_stays(model, monkeypatch, off, features_off, answers):
    def read(path):
        opened, is_export = load_model(path), path != model

        def run(digits):
            probabilities, features = opened.run(digits)
            return probabilities + is_export * off * np.eye(11)[3], features * (1 + is_export * features_off)

        return replace(opened, run=run)

    monkeypatch.setattr(runtimes, "load_model", read)
    with pytest.raises(TrainError, match=f"was not written: it gives other answers than small.keras to {answers}"):
        export(model, "onnx", DIGITS)
    assert model.with_suffix(".onnx").read_bytes() == b"the export of an older model"
    assert model.with_suffix(".json").read_text() == "{}"
    assert len(list(model.parent.iterdir())) == 4


@pytest.fixture
def sample_is_mnist(monkeypatch, mnist_sample):
    monkeypatch.setattr(command, "load_mnist", lambda path: mnist_sample)
    monkeypatch.setitem(CONFIGS, "digits", TINY)


def test_the_index_of_neighbours_is_written_again(model, sample_is_mnist, capsys):
    command.main([str(model), "--formats", "neighbours"])
    index = NeighbourIndex.load(load_model(model))
    assert "small_neighbours.npz" in capsys.readouterr().out
    assert index.arrays["drawn"].tolist() == [False] * 240 + [True] * 120


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.keras"], "There is no model"),
        (["--data", "none.npz"], "There is no file"),
        ([str(DEFAULT_MODEL.with_suffix(".onnx")), "--formats", "neighbours"], "digits.onnx is not a Keras model"),
    ],
)
def test_what_is_missing_or_of_another_kind_is_one_sentence(arguments, sentence):
    with pytest.raises(SystemExit, match=f"^python -m train.export: {sentence}.*$"):
        command.main(arguments)


@pytest.mark.parametrize("kind", ["onnx", "neighbours"])
def test_a_full_disk_is_one_sentence(kind, model, sample_is_mnist, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("train.files.os.fsync", full)
    with pytest.raises(SystemExit, match=r"^.* cannot be written to \(No space left on device\). Make room.*$"):
        command.main([str(model), "--formats", kind])


def test_the_shipped_exports_are_those_of_the_shipped_model():
    exports = json.loads(DEFAULT_MODEL.with_suffix(".json").read_text())["exports"]
    shipped = [
        path.name for path in DEFAULT_MODEL.parent.iterdir() if path.suffix[1:] in FORMATS and path.stem == "digits"
    ]
    assert shipped and set(shipped) <= set(exports)
    for name in shipped:
        assert exports[name]["of"] == sha256_of(DEFAULT_MODEL)
        assert exports[name]["sha256"] == sha256_of(DEFAULT_MODEL.with_name(name))
        assert exports[name]["largest_difference"] <= MAX_DIFFERENCE
