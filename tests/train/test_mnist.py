import numpy as np
import pytest

from recognizer.preprocess import prepare
from train.data import mnist as data
from train.data.mnist import ARRAYS, WRITERS, load_mnist, sha256, split_and_prepare
from train.errors import TrainError


@pytest.fixture
def sample_is_mnist(monkeypatch, mnist_sample):
    """Let the small sample pass for MNIST."""
    monkeypatch.setattr(
        data, "ARRAYS", {name: (mnist_sample[name].shape, sha256(mnist_sample[name])) for name in ARRAYS}
    )


@pytest.fixture
def file(tmp_path, mnist_sample):
    path = tmp_path / "mnist.npz"
    np.savez(path, **mnist_sample)
    return path


def test_the_file_is_read_that_is_given_or_that_the_environment_names(file, sample_is_mnist, monkeypatch, mnist_sample):
    monkeypatch.setenv("MNIST_NPZ", "none.npz")
    from_the_file = load_mnist(file)
    monkeypatch.setenv("MNIST_NPZ", str(file))
    for arrays in (from_the_file, load_mnist()):
        assert all((arrays[name] == mnist_sample[name]).all() for name in ARRAYS)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("x_test", lambda array: array ^ (np.arange(array.size).reshape(array.shape) == 999), "bytes of x_test"),
        ("x_train", lambda array: array[:5], r"x_train is uint8 \(5, 28, 28\), MNIST's is uint8 \(300, 28, 28\)"),
        ("y_test", lambda array: array.astype(np.int64), "y_test is int64"),
    ],
    ids=["one pixel", "another shape", "another type"],
)
def test_arrays_that_are_not_mnists_are_refused(file, sample_is_mnist, mnist_sample, name, change, sentence):
    np.savez(file, **{**mnist_sample, name: change(mnist_sample[name])})
    with pytest.raises(TrainError, match=sentence):
        load_mnist(file)


def test_files_that_are_no_npz_are_refused(tmp_path, mnist_sample):
    text, lacking = tmp_path / "text.npz", tmp_path / "lacking.npz"
    text.write_text("hello")
    np.savez(lacking, x_train=mnist_sample["x_train"])
    for path, sentence in (
        (tmp_path / "none.npz", "no file"),
        (text, "cannot be read"),
        (lacking, "is not a file"),
    ):
        with pytest.raises(TrainError, match=f"{sentence}.*--data FILE.npz"):
            load_mnist(path)


def test_without_a_network_one_sentence_says_how_to_get_it(monkeypatch):
    def offline(*_, **__):
        raise Exception("URL fetch failure")

    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setattr("keras.datasets.mnist.load_data", offline)
    with pytest.raises(TrainError, match=r"could not be downloaded.*--data FILE\.npz.*MNIST_NPZ"):
        load_mnist()


def test_the_split_depends_on_the_seed_loses_nothing_and_parts_no_writers_digits(mnist_sample):
    first, again, other = (split_and_prepare(mnist_sample, 60, seed) for seed in (1, 1, 2))
    assert (first.validation.digits == again.validation.digits).all()
    assert (first.validation.digits[:60] != other.validation.digits[:60]).any()
    assert len(first.train) + len(first.validation) == 300 and 60 <= len(first.validation) < 70
    labels = np.concatenate([first.train.labels, first.validation.labels])
    assert (np.bincount(labels) == 30).all()
    held_out = {picture.tobytes() for picture in first.validation.digits}
    sides = [prepare(picture).tobytes() in held_out for picture in mnist_sample["x_train"]]
    for writer in np.unique(mnist_sample["train_writers"]):
        assert len(set(np.array(sides)[mnist_sample["train_writers"] == writer])) == 1


def test_some_writer_is_left_to_train_on(mnist_sample):
    with pytest.raises(TrainError, match="--validation-size is 300: this leaves no writer"):
        split_and_prepare(mnist_sample, 300, 1)


def test_the_writers_of_all_digits_are_known():
    with np.load(WRITERS) as file:
        assert [(file[name].dtype, len(file[name]), len(np.unique(file[name]))) for name in ("train", "test")] == [
            (np.uint16, 60_000, 539),
            (np.uint16, 10_000, 297),
        ]
        assert sha256(file["train"]).startswith("10804de73fa65ca4") and sha256(file["test"]).startswith(
            "0d0942e0273f6e34"
        )
