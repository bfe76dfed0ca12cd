"""The runtimes that do without TensorFlow, each with a small model that Keras has exported."""

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
from recognizer.runtimes.loader import MODEL_VARIABLE, default_model, load_model, load_network
from train.export.runtimes import FORMATS, write

ROOT = Path(__file__).parents[2]
PACKAGES = {"onnx": "onnxruntime", "tflite": "ai_edge_litert"}


def network(shape=(28, 28, 1), units=10, activation="softmax"):
    layers = [keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten()]
    return keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(units, activation=activation)])


@pytest.fixture(scope="module", params=list(FORMATS))
def ending(request):
    return request.param


@pytest.fixture(scope="module")
def exported(ending, tmp_path_factory):
    """A small Keras model, and the path of its export."""
    model, path = network(), tmp_path_factory.mktemp("exported") / f"small.{ending}"
    write(model, path, ending)
    return model, path


def test_it_answers_as_keras_does_however_many_are_asked(exported):
    model, path = exported
    digits = np.random.default_rng(0).random((150, 28, 28), np.float32)
    expected = model.predict(digits[..., None], verbose=0)
    probabilities = load_model(path)
    for count in (150, 1, 64, 3):
        answer = probabilities(digits[:count])
        assert answer.dtype == np.float32
        np.testing.assert_allclose(answer, expected[:count], atol=1e-5)
    assert expected.std() > 1e-3


def test_threads_at_once_get_each_their_own_answers(exported):
    model, path = exported
    probabilities = load_model(path)
    batches = [np.random.default_rng(i).random((1 + i % 5, 28, 28), np.float32) for i in range(200)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(probabilities, batches))
    expected = [model.predict_on_batch(batch[..., None]) for batch in batches]
    for answer, right in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer, right, atol=1e-5)


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
    for name in (PACKAGES[ending], "ai_edge_litert.interpreter"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModelError, match=r"not installed: pip install"):
        load_model(copy)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_a_truncated_file_is_refused(exported, ending, share, tmp_path):
    path, whole = tmp_path / f"cut.{ending}", exported[1].read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelError, match="damaged or not a"):
        load_model(path)


def test_a_foreign_file_is_refused(ending, tmp_path):
    path = tmp_path / f"letter.{ending}"
    path.write_bytes(b"This is a letter to my aunt." * 100)
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
def test_what_is_no_digit_model_is_refused(ending, options, sentence, tmp_path):
    path = tmp_path / f"other.{ending}"
    write(network(**options), path, ending)
    with pytest.raises(ModelError, match=sentence):
        load_model(path)


def test_of_what_it_cannot_show_the_explainer_says_so(exported):
    explainer = Explainer.load(exported[1])
    assert load_network(exported[1]) is None and not explainer.looks_inside
    ink = np.pad(np.ones((20, 6), np.float32), 4)
    assert len(explainer.steps(ink)) > 2
    for ask in (lambda: explainer.attribution(ink, 1), lambda: explainer.layers(np.eye(28, dtype=np.float32))):
        with pytest.raises(ModelError, match="use a Keras model"):
            ask()


def test_the_environment_names_the_model_that_is_used_by_default(exported, monkeypatch):
    monkeypatch.setenv(MODEL_VARIABLE, str(exported[1]))
    assert default_model() == exported[1]
    expected = exported[0].predict(Recognizer.load().predict(drawn(3)).input[None, ..., None], verbose=0)[0]
    np.testing.assert_allclose(Recognizer.load().predict(drawn(3)).probabilities, expected, atol=1e-5)
