"""The runtimes that need no TensorFlow, each with a small model that Keras has exported."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

from benchmarks.support.drawing import drawn
from recognizer import ModelError, Recognizer
from recognizer.explain import Explainer
from recognizer.runtimes import loader
from recognizer.runtimes.loader import MODEL_VARIABLE, load_model, load_network
from train.export.runtimes import FORMATS, write

ROOT = Path(__file__).parents[2]
PACKAGES = {"onnx": "onnxruntime", "tflite": "ai_edge_litert"}


def network(shape=(28, 28, 1), units=10, activation="softmax"):
    layers = [keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten()]
    return keras.Sequential([keras.Input(shape=shape), *layers, keras.layers.Dense(units, activation=activation)])


@pytest.fixture(scope="module", params=list(FORMATS))
def ending(request):
    return request.param


@pytest.fixture(scope="module")
def exported(ending, tmp_path_factory):
    """A small Keras model, and the path of its export."""
    model, path = network(), tmp_path_factory.mktemp("exported") / f"small.{ending}"
    write(model, path, ending)
    return model, path


def test_it_answers_as_keras_does_for_any_number_of_pictures(exported):
    model, path = exported
    digits = np.random.default_rng(0).random((150, 28, 28), np.float32)
    expected = model.predict(digits[..., None], verbose=0)
    assert expected.std() > 1e-3
    for count in (150, 1, 64, 3):
        answer = load_model(path)(digits[:count])
        assert answer.dtype == np.float32
        np.testing.assert_allclose(answer, expected[:count], atol=1e-5)


def test_each_of_several_threads_gets_its_own_answers(exported):
    model, path = exported
    probabilities = load_model(path)
    batches = [np.random.default_rng(i).random((1 + i % 5, 28, 28), np.float32) for i in range(200)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(probabilities, batches))
    expected = model.predict_on_batch(np.concatenate(batches)[..., None])
    np.testing.assert_allclose(np.concatenate(answers), expected, atol=1e-5)


def test_it_imports_its_own_runtime_and_no_other(exported, ending):
    code = (
        "import sys; from recognizer import Recognizer; Recognizer.load(sys.argv[1])\n"
        f"print([name for name in {['tensorflow', 'keras', *PACKAGES.values()]} if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, exported[1]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{[PACKAGES[ending]]}\n"


def test_without_its_runtime_a_sentence_says_what_to_install(exported, ending, monkeypatch, tmp_path):
    copy = tmp_path / exported[1].name  # under another path it is not loaded yet
    copy.write_bytes(exported[1].read_bytes())
    monkeypatch.delitem(sys.modules, f"recognizer.runtimes.{loader.RUNTIMES[copy.suffix][0]}")
    for name in (PACKAGES[ending], "ai_edge_litert.interpreter"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModelError, match=r"not installed: pip install"):
        load_model(copy)


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[: len(whole) // 2], lambda whole: whole[:-99], lambda _: b"Hello"]
)
def test_a_damaged_or_foreign_file_is_refused(exported, ending, damage, tmp_path):
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(damage(exported[1].read_bytes()))
    with pytest.raises(ModelError, match="damaged or not a"):
        load_model(path)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"shape": (14, 14, 1)}, r"takes \(28, 28, 1\)"),
        ({"units": 12}, "gives 10 probabilities"),
        ({"activation": "linear"}, "not probabilities"),
    ],
)
def test_a_model_of_something_else_is_refused(ending, options, sentence, tmp_path):
    path = tmp_path / f"other.{ending}"
    write(network(**options), path, ending)
    with pytest.raises(ModelError, match=sentence):
        load_model(path)


def test_the_explainer_says_what_it_cannot_show(exported):
    explainer = Explainer.load(exported[1])
    assert load_network(exported[1]) is None and not explainer.looks_inside
    ink = np.pad(np.ones((20, 6), np.float32), 4)
    assert len(explainer.steps(ink)) > 2
    for ask in (lambda: explainer.attribution(ink, 1), lambda: explainer.layers(np.eye(28, dtype=np.float32))):
        with pytest.raises(ModelError, match="only gives answers: to look inside, use a Keras model"):
            ask()


def test_the_model_that_the_environment_names_is_loaded_by_default(exported, monkeypatch):
    monkeypatch.setenv(MODEL_VARIABLE, str(exported[1]))
    prediction = Recognizer.load().predict(drawn(3))
    expected = exported[0].predict(prediction.input[None, ..., None], verbose=0)[0]
    np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-5)
