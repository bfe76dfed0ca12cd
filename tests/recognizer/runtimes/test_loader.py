import gc
import json
import threading
import weakref
import zipfile
from concurrent.futures import ThreadPoolExecutor

import h5py
import keras
import pytest
from keras import layers

from recognizer import ModelError
from recognizer.runtimes import loader
from recognizer.runtimes.keras_check import MAX_CONFIG_BYTES
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE, default_model, load_model, sha256_of


def softmax():
    return [layers.Flatten(), layers.Dense(10, activation="softmax")]


@pytest.fixture
def saved(tmp_path):
    """Save a small model made of the given layers, and return its path."""

    def save(*inner, suffix=".keras"):
        path = tmp_path / f"model{suffix}"
        keras.Sequential([keras.Input((28, 28, 1)), *inner]).save(path)
        return path

    return save


def replace_in_config(path, before, after):
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = files["config.json"].decode()
    files["config.json"] = config.replace(before, after)
    assert files["config.json"] != config
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def test_a_path_without_a_model_says_how_to_get_one():
    with pytest.raises(ModelError, match="python -m train"):
        load_model(DEFAULT_MODEL.with_name("none.keras"))
    with pytest.raises(ModelError, match=r"ends in \.keras, \.h5, \.onnx or \.tflite"):
        load_model(DEFAULT_MODEL.with_name("digits.json"))


@pytest.mark.parametrize(
    ("config", "sentence"),
    [('{"hello": "world"}', "names no layers"), ("0" * (MAX_CONFIG_BYTES + 1), "configuration is far too large")],
)
def test_a_zip_of_something_else_or_of_too_much_is_refused(tmp_path, config, sentence):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
    assert path.stat().st_size < 100_000
    with pytest.raises(ModelError, match=sentence):
        load_model(path)


def test_weights_without_a_model_are_refused(tmp_path):
    path = tmp_path / "only.weights.h5"
    keras.Sequential([keras.Input((28, 28, 1)), *softmax()]).save_weights(path)
    with pytest.raises(ModelError, match="only weights"):
        load_model(path)


def test_weights_that_unpack_to_far_too_much_are_refused(tmp_path):
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": []}})
        file.create_dataset("w", (2**28,), "f4", chunks=(2**20,), compression="gzip")
    assert path.stat().st_size < 100_000
    with pytest.raises(ModelError, match="weights are far too large"):
        load_model(path)


@pytest.fixture
def _keras_must_not_see_it(monkeypatch):
    monkeypatch.setattr("keras.saving.load_model", lambda *_, **__: pytest.fail("Keras saw it"))


@pytest.mark.usefixtures("_keras_must_not_see_it")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: inner,
        layers.TimeDistributed,
        lambda inner: keras.Sequential([keras.Input((28, 28, 1)), inner]),
    ],
    ids=["outside", "in a layer", "in a model"],
)
def test_a_lambda_layer_is_refused_before_keras_sees_it(saved, wrap, suffix):
    path = saved(wrap(layers.Lambda(lambda x: x * 1.0)), *softmax(), suffix=suffix)
    with pytest.raises(ModelError, match="is not one of the standard"):
        load_model(path)


CRAFTED = {
    "a custom class": ('"module": "keras.layers"', '"module": "os.path"'),
    "code as an activation": (
        '"activation": "softmax"',
        '"activation": {"class_name": "__lambda__", "config": {"value": "4wEAAA=="}}',
    ),
    "a function as an activation": (
        '"activation": "softmax"',
        '"activation": {"module": "keras.utils", "class_name": "function", "config": "get_file", '
        '"registered_name": "get_file"}',
    ),
    "a nested model compiled with code": (
        '"layers": [',
        '"layers": [{"class_name": "Sequential", "module": "keras", "config": {"layers": []}, '
        '"compile_config": {"loss": {"class_name": "__lambda__", "module": "os"}}}, ',
    ),
    "a layer in an initialiser's place": ('"class_name": "Zeros"', '"class_name": "TFSMLayer"'),
    "names that are lists": ('"class_name": "Flatten"', '"class_name": ["Flatten"]'),
    "a module that is a list": ('"module": "keras.layers"', '"module": ["keras.layers"]'),
    "a layer that would fill the memory": ('"units": 10', '"units": 50000000'),
    "a number that is none": ('"units": 10', '"units": 1e99'),
}


@pytest.mark.usefixtures("_keras_must_not_see_it")
@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_configuration_is_refused_before_keras_sees_it(saved, name):
    path = saved(*softmax())
    replace_in_config(path, *CRAFTED[name])
    with pytest.raises(ModelError, match="is not one of the standard"):
        load_model(path)


def test_a_model_that_cannot_run_here_is_refused(saved):
    path = saved(layers.Reshape((1, 28, 28)), *softmax())
    replace_in_config(path, '"target_shape": [1, 28, 28]', '"target_shape": [1, 28, 27]')
    with pytest.raises(ModelError, match="cannot"):
        load_model(path)


def test_threads_asking_at_once_share_one_model(saved, monkeypatch):
    path = saved(*softmax())
    loads, together = [], threading.Barrier(8)
    load = loader._load
    monkeypatch.setattr(loader, "_load", lambda *arguments: loads.append(1) or load(*arguments))
    with ThreadPoolExecutor(8) as threads:
        models = list(threads.map(lambda _: (together.wait(), load_model(path))[1], range(8)))
    assert len(loads) == 1 and len(set(map(id, models))) == 1


def test_a_model_is_freed_when_nothing_uses_it(saved):
    path = saved(*softmax())
    used, reference = load_model(path), weakref.ref(load_model(path))
    gc.collect()
    assert reference() is used
    del used
    gc.collect()
    assert reference() is None


def test_a_replaced_file_is_loaded_again_and_the_old_model_knows_its_own_file(saved):
    path = saved(*softmax())
    before, first = sha256_of(path), load_model(path)
    assert load_model(path) is first
    saved(layers.Conv2D(2, 3), *softmax())
    assert load_model(path) is not first
    assert first.path == path and first.sha256 == before != sha256_of(path)


def test_the_shipped_model_is_small_and_has_no_state_of_training():
    assert DEFAULT_MODEL.stat().st_size < 8 * 2**20
    assert getattr(keras.models.load_model(DEFAULT_MODEL), "optimizer", None) is None


@pytest.mark.parametrize(
    ("missing", "named", "expected"),
    [
        (None, "", DEFAULT_MODEL),
        ("tensorflow", "", DEFAULT_MODEL.with_suffix(".onnx")),
        ("h5py", "", DEFAULT_MODEL.with_suffix(".onnx")),
        ("tensorflow", "my.keras", "my.keras"),
    ],
)
def test_the_default_is_the_one_that_is_named_or_can_be_opened_here(missing, named, expected, monkeypatch):
    monkeypatch.setattr(loader, "find_spec", lambda name: None if name == missing else name)
    monkeypatch.setenv(MODEL_VARIABLE, named)
    assert str(default_model()) == str(expected)


def test_an_installed_package_has_its_models_inside(tmp_path):
    assert loader.models_beside(tmp_path / "recognizer") == tmp_path / "models"
    (tmp_path / "recognizer" / "models").mkdir(parents=True)
    assert loader.models_beside(tmp_path / "recognizer") == tmp_path / "recognizer" / "models"
