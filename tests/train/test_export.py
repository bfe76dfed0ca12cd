import errno
import json

import keras
import numpy as np
import pytest

from recognizer.runtimes.loader import DEFAULT_MODEL, load_model, sha256_of
from tests.train.tiny import TINY, CrashError
from train.config import CONFIGS
from train.errors import TrainError
from train.export import __main__ as command
from train.export import neighbours, runtimes
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
    comparison = compare(load_model(model), load_model(model.with_suffix(f".{ending}")), DIGITS)
    assert comparison.other_answers == 0 and comparison.largest_difference <= MAX_DIFFERENCE
    entry = json.loads(model.with_suffix(".json").read_text())["exports"][f"small.{ending}"]
    assert entry["of"] == sha256_of(model) and entry["sha256"] == sha256_of(model.with_suffix(f".{ending}"))


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("off", [0.2, 2 * MAX_DIFFERENCE], ids=["another answer", "the same answers, less exactly"])
def test_one_that_differs_is_not_written_and_the_older_one_stays(model, ending, off, monkeypatch):
    class Differing:
        input_shape = (None, 28, 28, 1)

        def __init__(self, network):
            self.network = network

        def __call__(self, pictures):
            return self.network(pictures)

        def export(self, path, **options):
            kernel, bias = self.network.layers[-1].get_weights()
            bias[3] += off / 0.09 if off < 0.1 else 5.0  # the probability of a 3 is about 1 in 11
            other = keras.models.clone_model(self.network)
            other.set_weights([kernel, bias])
            other(np.zeros((1, 28, 28, 1)))
            other.export(path, **options)

    load_network = runtimes.load_network
    monkeypatch.setattr(runtimes, "load_network", lambda path: Differing(load_network(path)))
    with pytest.raises(TrainError, match="was not written"):
        export(model, ending, DIGITS)
    assert model.with_suffix(f".{ending}").read_bytes() == b"the export of an older model"
    assert model.with_suffix(".json").read_text() == "{}"
    assert len(list(model.parent.iterdir())) == 4


def test_only_a_keras_model_is_exported(model):
    export(model, "onnx", DIGITS)
    with pytest.raises(TrainError, match="not a Keras model"):
        export(model.with_suffix(".onnx"), "tflite", DIGITS)


def test_a_crash_before_it_has_been_compared_leaves_the_older_one(model, crash):
    crash(runtimes, "compare")
    with pytest.raises(CrashError):
        export(model, "onnx", DIGITS)
    assert model.with_suffix(".onnx").read_bytes() == b"the export of an older model"
    assert len(list(model.parent.iterdir())) == 4


@pytest.fixture
def sample_is_mnist(monkeypatch, mnist_sample):
    for module in (command, neighbours):
        monkeypatch.setattr(module, "load_mnist", lambda path: mnist_sample)


@pytest.mark.parametrize("program", [command, neighbours])
def test_what_is_missing_is_one_sentence(program, capsys, sample_is_mnist, monkeypatch):
    assert program.main(["none.keras"]) == 1
    monkeypatch.undo()
    assert program.main(["--data", "none.npz"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all("There is no " in line and line.startswith("python -m train.exp") for line in lines)


@pytest.mark.parametrize("program", [command, neighbours])
def test_a_full_disk_is_one_sentence(program, model, capsys, sample_is_mnist, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("train.files.os.fsync", full)
    monkeypatch.setitem(CONFIGS, "digits", TINY)
    assert program.main([str(model)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written to (No space left on device). Make room" in line


def test_the_shipped_exports_are_those_of_the_shipped_model():
    exports = json.loads(DEFAULT_MODEL.with_suffix(".json").read_text())["exports"]
    shipped = [path.name for path in DEFAULT_MODEL.parent.iterdir() if path.suffix[1:] in FORMATS]
    assert shipped and set(shipped) <= set(exports)
    for name in shipped:
        assert exports[name]["of"] == sha256_of(DEFAULT_MODEL)
        assert exports[name]["sha256"] == sha256_of(DEFAULT_MODEL.with_name(name))
        assert exports[name]["largest_difference"] <= MAX_DIFFERENCE
