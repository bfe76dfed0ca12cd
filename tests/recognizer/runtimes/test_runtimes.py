"""What every runtime does with a model file, each with a small model."""

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
from recognizer.runtimes.loader import MODEL_VARIABLE, RUNTIMES, load_model
from train.export.runtimes import FORMATS, write

ROOT = Path(__file__).parents[3]
PACKAGES = {"keras": "tensorflow", "h5": "tensorflow", "onnx": "onnxruntime", "tflite": "ai_edge_litert"}

without_keras = pytest.mark.parametrize("ending", list(FORMATS), indirect=True)


def save(path, shape=(28, 28, 1), units=10, activation="softmax"):
    """Write a small model in the format of the path's ending, and return it."""
    layers = [keras.layers.Flatten(), keras.layers.Dense(units, activation=activation)]
    model = keras.Sequential([keras.Input(shape=shape), *layers])
    ending = path.suffix[1:]
    write(model, path, ending) if ending in FORMATS else model.save(path)
    return model


@pytest.fixture(scope="module", params=list(PACKAGES))
def ending(request):
    return request.param


@pytest.fixture(scope="module")
def exported(ending, tmp_path_factory):
    """A small Keras model, and the path of its export."""
    path = tmp_path_factory.mktemp("exported") / f"small.{ending}"
    return save(path), path


def test_it_answers_as_keras_does_for_any_number_of_pictures(exported):
    model, path = exported
    digits = np.random.default_rng(0).random((150, 28, 28), np.float32)
    expected = model.predict(digits[..., None], verbose=0)
    assert expected.std() > 1e-3
    for count in (150, 1, 64, 3):
        answer = load_model(path)(digits[:count])
        assert answer.dtype == np.float32
        np.testing.assert_allclose(answer, expected[:count], atol=1e-5)
        features = load_model(path).run(digits[:count])[1]  # of this model, the pixels themselves
        np.testing.assert_allclose(features, digits[:count].reshape(count, -1), atol=1e-6)


def test_a_file_that_does_not_give_the_features_has_none(ending, tmp_path):
    path = tmp_path / f"small.{ending}"
    pooled = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *(keras.layers.Conv2D(10, 3), keras.layers.GlobalAveragePooling2D(), keras.layers.Softmax()),
        ]
    )
    write(pooled, path, ending) if ending in FORMATS else pooled.save(path)
    probabilities, features = load_model(path).run(np.zeros((3, 28, 28), np.float32))
    assert probabilities.shape == (3, 10) and features.shape == (3, 0)


def test_each_of_several_threads_gets_its_own_answers(exported):
    model, path = exported
    probabilities = load_model(path)
    batches = [np.random.default_rng(i).random((1 + i % 5, 28, 28), np.float32) for i in range(200)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(probabilities, batches))
    expected = model.predict_on_batch(np.concatenate(batches)[..., None])
    np.testing.assert_allclose(np.concatenate(answers), expected, atol=1e-5)


@without_keras
def test_it_needs_its_own_runtime_and_no_other(exported, ending):
    others = {*PACKAGES.values()} - {PACKAGES[ending]}
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({others}))  # none of these can be imported\n"
        "from recognizer import Recognizer; Recognizer.load(sys.argv[1])\n"
        f"print([name for name in {sorted(set(PACKAGES.values()))} if sys.modules.get(name)])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, exported[1]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{[PACKAGES[ending]]}\n"


def test_without_its_runtime_a_sentence_says_what_to_install(exported, ending, monkeypatch, tmp_path):
    copy = tmp_path / exported[1].name  # under another path it is not loaded yet
    copy.write_bytes(exported[1].read_bytes())
    monkeypatch.delitem(sys.modules, f"recognizer.runtimes.{RUNTIMES[copy.suffix][0]}", raising=False)
    for name in (PACKAGES[ending], "ai_edge_litert.interpreter"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModelError, match=r"not installed: pip install"):
        load_model(copy)


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[: len(whole) // 2], lambda whole: whole[:-99], lambda _: b"", lambda _: b"Hello"]
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
        ({"shape": (28, 28, 3)}, r"takes \(28, 28, 1\)"),
        ({"shape": (784,)}, r"takes \(28, 28, 1\)"),
        ({"units": 12}, "gives 10 probabilities"),
        ({"activation": "linear"}, "not probabilities"),
    ],
)
def test_a_model_of_something_else_is_refused(ending, options, sentence, tmp_path):
    path = tmp_path / f"other.{ending}"
    save(path, **options)
    with pytest.raises(ModelError, match=sentence):
        load_model(path)


@without_keras
def test_the_explainer_says_what_it_cannot_show(exported):
    explainer = Explainer.load(exported[1])
    assert not explainer.looks_inside
    ink = np.pad(np.ones((20, 6), np.float32), 4)
    assert len(explainer.steps(ink)) > 2
    for ask in (lambda: explainer.attribution(ink, 1), lambda: explainer.layers(np.eye(28, dtype=np.float32))):
        with pytest.raises(ModelError, match="only gives answers: to look inside, use a Keras model"):
            ask()


@without_keras
def test_the_model_that_the_environment_names_is_loaded_by_default(exported, monkeypatch):
    monkeypatch.setenv(MODEL_VARIABLE, str(exported[1]))
    prediction = Recognizer.load().predict(drawn(3))
    expected = exported[0].predict(prediction.input[None, ..., None], verbose=0)[0]
    np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-5)
