import pytest

from tests.train.tiny import TINY
from tests.train.training.crash import crashing
from train.data.mnist import split_and_prepare


@pytest.fixture(scope="session")
def mnist(mnist_sample):
    return split_and_prepare(mnist_sample, TINY.validation_size, TINY.seed)


@pytest.fixture
def crash(monkeypatch):
    """Let a call of a function of `owner` crash; the options are those of `crashing`."""
    return lambda owner, name, **how: monkeypatch.setattr(owner, name, crashing(getattr(owner, name), **how))


@pytest.fixture
def no_data(monkeypatch):
    """Fail where MNIST is read, which takes long."""
    monkeypatch.setattr("train.data.mnist.load_mnist", lambda _: pytest.fail("MNIST was read first"))


@pytest.fixture
def untrained(monkeypatch):
    """Let each epoch end at once, with the weights that the network starts with."""
    epoch = {"loss": 2.3, "accuracy": 0.1, "validation_accuracy": 0.1, "drawn_accuracy": 0.1, "seconds": 1.0}
    monkeypatch.setattr("train.network.fit.run_epoch", lambda *_: epoch)
