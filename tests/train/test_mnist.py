import numpy as np
import pytest

from train.data import mnist as data
from train.data.mnist import ARRAYS, load_mnist, sha256, split_and_prepare
from train.errors import TrainError


@pytest.fixture
def no_environment(monkeypatch):
    monkeypatch.delenv("MNIST_NPZ", raising=False)


@pytest.fixture
def sample_is_mnist(monkeypatch, mnist_sample):
    """Let the small sample pass for MNIST."""
    monkeypatch.setattr(data, "ARRAYS", {name: (a.shape, sha256(a)) for name, a in mnist_sample.items()})


@pytest.fixture
def file(tmp_path, mnist_sample):
    path = tmp_path / "mnist.npz"
    np.savez(path, **mnist_sample)
    return path


def test_a_good_file_is_read(file, sample_is_mnist, mnist_sample):
    loaded = load_mnist(file)
    assert all((loaded[name] == mnist_sample[name]).all() for name in ARRAYS)


def test_the_environment_names_the_file(file, sample_is_mnist, monkeypatch, mnist_sample):
    monkeypatch.setenv("MNIST_NPZ", str(file))
    assert (load_mnist()["y_test"] == mnist_sample["y_test"]).all()


def test_one_changed_pixel_is_found(file, sample_is_mnist, mnist_sample):
    changed = {**mnist_sample, "x_test": mnist_sample["x_test"].copy()}
    changed["x_test"][3, 14, 14] ^= 1
    np.savez(file, **changed)
    with pytest.raises(TrainError, match=r"the bytes of x_test are not MNIST's"):
        load_mnist(file)


def test_other_shapes_types_and_labels_are_found(file, sample_is_mnist, mnist_sample):
    labels = np.where(mnist_sample["y_train"] == 9, 10, mnist_sample["y_train"]).astype(np.uint8)
    for name, array, sentence in (
        ("x_train", mnist_sample["x_train"][:5], r"x_train is uint8 \(5, 28, 28\)"),
        ("y_test", mnist_sample["y_test"].astype(np.int64), "y_test is int64"),
        ("y_train", labels, "labels above 9"),
    ):
        np.savez(file, **{**mnist_sample, name: array})
        with pytest.raises(TrainError, match=sentence):
            load_mnist(file)


def test_the_sample_itself_is_not_mnist(file):
    with pytest.raises(TrainError, match=r"MNIST's is uint8 \(60000, 28, 28\)"):
        load_mnist(file)


def test_files_that_are_no_npz_are_refused(tmp_path, mnist_sample):
    text, lacking = tmp_path / "text.npz", tmp_path / "lacking.npz"
    text.write_text("hello")
    np.savez(lacking, x_train=mnist_sample["x_train"])
    for path, sentence in ((tmp_path / "none.npz", "no file"), (text, "cannot be read"), (lacking, "lacks the arrays")):
        with pytest.raises(TrainError, match=f"{sentence}.*--data FILE.npz"):
            load_mnist(path)


def test_without_a_network_one_sentence_says_how_to_get_it(monkeypatch, no_environment):
    def offline(*_, **__):
        raise Exception("URL fetch failure")

    monkeypatch.setattr("keras.datasets.mnist.load_data", offline)
    with pytest.raises(TrainError, match=r"could not be downloaded.*--data FILE\.npz.*MNIST_NPZ"):
        load_mnist()


def test_the_split_depends_on_the_seed_and_loses_nothing(mnist_sample):
    first, again, other = (split_and_prepare(mnist_sample, 60, seed) for seed in (1, 1, 2))
    assert (first.validation.digits == again.validation.digits).all()
    assert (first.validation.digits != other.validation.digits).any()
    assert len(first.train) == 240 and len(first.validation) == 60
    labels = np.concatenate([first.train.labels, first.validation.labels])
    assert (np.bincount(labels) == 30).all()
