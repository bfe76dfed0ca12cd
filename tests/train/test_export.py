import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from recognizer.runtimes.loader import DEFAULT_MODEL, load_model, sha256_of
from train.errors import TrainError
from train.export import runtimes as export_module
from train.export.runtimes import FORMATS, MAX_DIFFERENCE, compare, export, main

ROOT = Path(__file__).parents[2]
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
def test_an_export_gives_the_answers_of_the_model_and_stands_in_its_card(model, ending):
    assert "the same answer to all 40" in export(model, ending, DIGITS)
    found = compare(load_model(model), load_model(model.with_suffix(f".{ending}")), DIGITS)
    assert found.other_answers == 0 and found.largest_difference <= MAX_DIFFERENCE
    noted = json.loads(model.with_suffix(".json").read_text())["exports"][f"small.{ending}"]
    assert noted["of"] == sha256_of(model) and noted["sha256"] == sha256_of(model.with_suffix(f".{ending}"))


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

    load_network = export_module.load_network
    monkeypatch.setattr(export_module, "load_network", lambda path: Differing(load_network(path)))
    with pytest.raises(TrainError, match="was not written"):
        export(model, ending, DIGITS)
    assert model.with_suffix(f".{ending}").read_bytes() == b"the export of an older model"
    assert model.with_suffix(".json").read_text() == "{}"
    assert len(list(model.parent.iterdir())) == 4


def test_only_a_keras_model_is_exported(model):
    export(model, "onnx", DIGITS)
    with pytest.raises(TrainError, match="no Keras model"):
        export(model.with_suffix(".onnx"), "tflite", DIGITS)


@pytest.mark.parametrize("arguments", [["none.keras"], ["--data", "none.npz"]])
def test_what_is_missing_is_one_sentence(arguments, capsys, monkeypatch, mnist_sample):
    if "--data" not in arguments:
        monkeypatch.setattr(export_module, "load_mnist", lambda path: mnist_sample)
    assert main(arguments) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("python -m train.export: There is no ") and "Traceback" not in printed


STOPPING = """
import sys
from pathlib import Path
import numpy as np
from train import export

def compare(*_):
    print("written, and not yet in place", flush=True)
    sys.stdin.read()

export.compare = compare
export.export(Path(sys.argv[1]), sys.argv[2], np.zeros((1, 28, 28), np.float32))
"""


@pytest.mark.parametrize("ending", FORMATS)
def test_killed_before_it_has_compared_the_older_one_stays(model, ending):
    command = [sys.executable, "-c", STOPPING, str(model), ending]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert any("not yet in place" in line for line in child.stdout)
        os.kill(child.pid, signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert model.with_suffix(f".{ending}").read_bytes() == b"the export of an older model"
    assert "the same answer" in export(model, ending, DIGITS), "and it can be made once more"


def test_the_shipped_exports_are_those_of_the_shipped_model():
    exports = json.loads(DEFAULT_MODEL.with_suffix(".json").read_text())["exports"]
    shipped = [path.name for path in DEFAULT_MODEL.parent.iterdir() if path.suffix[1:] in FORMATS]
    assert shipped and set(shipped) <= set(exports)
    for name in shipped:
        assert exports[name]["of"] == sha256_of(DEFAULT_MODEL)
        assert exports[name]["sha256"] == sha256_of(DEFAULT_MODEL.with_name(name))
        assert exports[name]["largest_difference"] <= MAX_DIFFERENCE
