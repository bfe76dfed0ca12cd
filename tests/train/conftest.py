from itertools import count

import keras
import pytest

from tests.train.tiny import TINY, CrashError
from train import pipeline
from train.data.mnist import split_and_prepare
from train.network.architecture import build


@pytest.fixture(scope="session")
def mnist(mnist_sample):
    return split_and_prepare(mnist_sample, TINY.validation_size, TINY.seed)


@pytest.fixture
def crash(monkeypatch):
    """Let the `call`th call of a function raise `CrashError`, after `first` has had its arguments."""

    def arm(owner, name, call=1, first=lambda *_, **__: None):
        original, calls = getattr(owner, name), count(1)

        def crashing(*arguments, **options):
            if next(calls) == call:
                first(*arguments, **options)
                raise CrashError
            return original(*arguments, **options)

        monkeypatch.setattr(owner, name, crashing)

    return arm


@pytest.fixture
def untrained(monkeypatch):
    """Let training end at once, with the weights that the network starts with."""
    epoch = {"loss": 2.3, "accuracy": 0.1, "validation_accuracy": 0.1, "drawn_accuracy": 0.1, "seconds": 1.0}

    def fit(config, *_):
        keras.utils.set_random_seed(config.seed)
        return build(config), [epoch]

    monkeypatch.setattr(pipeline, "fit", fit)
