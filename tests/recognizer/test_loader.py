import gc
import json
import threading
import weakref
import zipfile

import h5py
import numpy as np
import pytest

from recognizer import ModelError
from recognizer.runtimes import loader as model_module
from recognizer.runtimes.keras_check import MAX_CONFIG_BYTES
from recognizer.runtimes.loader import DEFAULT_MODEL, load_model, sha256_of


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


@pytest.fixture
def saved(keras, tmp_path):
    """Save a small model made of the given layers, and return its path."""

    def save(*layers, shape=(28, 28, 1), suffix=".keras"):
        path = tmp_path / f"model{suffix}"
        keras.Sequential([keras.Input(shape), *layers]).save(path)
        return path

    return save


def softmax(keras, units=10):
    return [keras.layers.Flatten(), keras.layers.Dense(units, activation="softmax")]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_good_model_answers_as_keras_does(keras, saved, suffix):
    path = saved(keras.layers.Conv2D(4, 3, activation="relu"), *softmax(keras), suffix=suffix)
    digits = np.random.default_rng(0).random((3, 28, 28), np.float32)
    answer = load_model(path)(digits)
    assert answer.shape == (3, 10) and answer.dtype == np.float32
    expected = keras.models.load_model(path, compile=False).predict(digits[..., None], verbose=0)
    np.testing.assert_allclose(answer, expected, atol=1e-5)
    assert answer.std() > 1e-3


def test_a_missing_model_says_how_to_get_one(tmp_path):
    with pytest.raises(ModelError, match="python -m train"):
        load_model(tmp_path / "none.keras")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_model_is_refused(keras, saved, suffix, share):
    path = saved(*softmax(keras), suffix=suffix)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelError, match=r"damaged|cannot open"):
        load_model(path)


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_a_foreign_file_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"This is a letter to my aunt." * 100)
    with pytest.raises(ModelError, match="damaged or not a Keras model"):
        load_model(path)


def test_a_zip_of_something_else_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"hello": "world"}))
    with pytest.raises(ModelError, match="names no layers"):
        load_model(path)


def test_weights_without_a_model_are_refused(keras, tmp_path):
    path = tmp_path / "only.weights.h5"
    keras.Sequential([keras.Input((28, 28, 1)), *softmax(keras)]).save_weights(path)
    with pytest.raises(ModelError, match="weights alone"):
        load_model(path)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_lambda_layer_is_refused_before_it_can_run(keras, saved, suffix, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = keras.layers.Lambda(lambda x: (__import__("pathlib").Path("the code ran").touch(), x)[1])
    path = saved(code, *softmax(keras), suffix=suffix)
    witness = tmp_path / "the code ran"
    witness.unlink()
    keras.models.load_model(path, compile=False, safe_mode=False)
    assert witness.exists()
    witness.unlink()
    with pytest.raises(ModelError, match="Lambda is not one of the standard"):
        load_model(path)
    assert not witness.exists()


@pytest.mark.parametrize("wrap", ["TimeDistributed", "Model"])
def test_a_lambda_layer_deep_inside_is_refused(keras, tmp_path, wrap):
    inner = keras.layers.Lambda(lambda x: x * 1.0)
    if wrap == "TimeDistributed":
        layer = keras.layers.TimeDistributed(inner)
    else:
        layer = keras.Sequential([keras.Input((28, 28, 1)), inner])
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((28, 28, 1)), layer, *softmax(keras)]).save(path)
    with pytest.raises(ModelError, match="is not one of the standard"):
        load_model(path)


def test_a_custom_class_is_refused(keras, saved):
    path = saved(*softmax(keras))
    _rewrite_config(path, lambda text: text.replace('"module": "keras.layers"', '"module": "os.path"'))
    with pytest.raises(ModelError, match="is not one of the standard"):
        load_model(path)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ('{"class_name": "__lambda__", "config": {"value": "4wEAAA=="}}', "__lambda__"),
        (
            '{"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}',
            "get_file",
        ),
    ],
)
def test_code_in_an_activations_place_is_refused(keras, saved, code, name):
    path = saved(*softmax(keras))
    _rewrite_config(path, lambda text: text.replace('"activation": "softmax"', f'"activation": {code}'))
    with pytest.raises(ModelError, match=f"{name} is not one of the standard"):
        load_model(path)


CRAFTED = {
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


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_configuration_is_refused_before_keras_sees_it(keras, saved, name, monkeypatch):
    path = saved(*softmax(keras))
    _rewrite_config(path, lambda text: text.replace(*CRAFTED[name]))

    def never(*_, **__):
        raise AssertionError("Keras saw it")

    monkeypatch.setattr("keras.saving.load_model", never)
    with pytest.raises(ModelError):
        load_model(path)


def test_weights_that_unpack_to_far_too_much_are_refused(tmp_path):
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": []}})
        file.create_dataset("w", (2**28,), "f4", chunks=(2**20,), compression="gzip")
    assert path.stat().st_size < 100_000
    with pytest.raises(ModelError, match="weights are far too large"):
        load_model(path)


def test_a_model_that_cannot_run_here_is_refused(keras, saved):
    path = saved(keras.layers.Reshape((1, 28, 28)), *softmax(keras))
    before = '"target_shape": [1, 28, 28]'
    _rewrite_config(path, lambda text: text.replace(before, '"target_shape": [1, 28, 27]'))
    with pytest.raises(ModelError, match="cannot"):
        load_model(path)


def _rewrite_config(path, change):
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    before = files["config.json"].decode()
    files["config.json"] = change(before)
    assert files["config.json"] != before
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(("shape", "units"), [((32, 32, 1), 10), ((28, 28, 3), 10), ((784,), 10), ((28, 28, 1), 12)])
def test_another_shape_is_refused(keras, saved, shape, units):
    with pytest.raises(ModelError, match="a digit model takes"):
        load_model(saved(*softmax(keras, units), shape=shape))


@pytest.mark.parametrize("units", [10, 11])
def test_ten_digits_or_ten_and_none_of_these_are_taken(keras, saved, units):
    outputs = load_model(saved(*softmax(keras, units)))(np.zeros((2, 28, 28), np.float32))
    assert outputs.shape == (2, units)


def test_outputs_that_are_no_probabilities_are_refused(keras, saved):
    path = saved(keras.layers.Flatten(), keras.layers.Dense(10, bias_initializer="ones"))
    with pytest.raises(ModelError, match="softmax"):
        load_model(path)


def test_another_ending_is_refused(tmp_path):
    path = tmp_path / "model.pkl"
    path.write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelError, match=r"ends in \.keras, \.h5, \.onnx or \.tflite"):
        load_model(path)


def test_a_bloated_file_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b"0" * (MAX_CONFIG_BYTES + 1))
    assert path.stat().st_size < 100_000
    with pytest.raises(ModelError, match="far too large"):
        load_model(path)


def test_threads_asking_at_once_share_one_model(keras, saved, monkeypatch):
    path = saved(*softmax(keras))
    loads, answers, together = [], [], threading.Barrier(8)
    load = model_module._load
    monkeypatch.setattr(model_module, "_load", lambda *arguments: loads.append(1) or load(*arguments))

    def ask():
        together.wait()
        answers.append(load_model(path))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1 and len(answers) == 8 and len(set(map(id, answers))) == 1


def test_a_model_that_nobody_uses_any_more_is_let_go(keras, saved):
    path = saved(*softmax(keras))
    used, let_go = load_model(path), weakref.ref(load_model(path))
    gc.collect()
    assert let_go() is used
    del used
    gc.collect()
    assert let_go() is None


def test_an_opened_model_knows_its_file_whatever_lies_there_by_then(keras, saved):
    path = saved(*softmax(keras))
    before, model = sha256_of(path), load_model(path)
    saved(keras.layers.Conv2D(2, 3), *softmax(keras))
    assert model.path == path and model.sha256 == before != sha256_of(path)


def test_a_replaced_file_is_loaded_anew(keras, saved):
    path = saved(*softmax(keras))
    first = load_model(path)
    assert load_model(path) is first
    saved(keras.layers.Conv2D(2, 3), *softmax(keras))
    assert load_model(path) is not first


def test_the_shipped_model_is_small_and_free_of_training_state(keras):
    assert DEFAULT_MODEL.stat().st_size < 8 * 2**20
    assert getattr(keras.models.load_model(DEFAULT_MODEL), "optimizer", None) is None
