"""`python -m train.finder`, from end to end on a few pages."""

import json

import keras
import numpy as np
import pytest

from recognizer.numbers.finder import FINDER, load_finder
from tests.train.tiny import TINY as DIGITS
from train.finder import fit as fit_module
from train.finder.__main__ import main
from train.finder.fit import FinderConfig, fit, make_pages
from train.finder.network import finder
from train.finder.report import found_marks, overlap, total
from train.finder.views import viewed
from train.synthetic.drawings import OTHER_HABITS
from train.synthetic.writer import Habits

TINY = FinderConfig(pages=12, validation_pages=6, epochs=2, batch_size=2, precision="float32")
FILES = {"finder.keras", "finder.onnx", "finder.json", "finder_curves.png", "finder_misread.png"}


def test_a_run_leaves_the_finder_its_card_and_its_pictures_and_nothing_else(mnist_sample, tmp_path, monkeypatch):
    monkeypatch.setattr("train.data.mnist.load_mnist", lambda _: mnist_sample)
    monkeypatch.setattr("train.config.DIGITS", DIGITS)
    few = ["--pages", "12", "--validation-pages", "6", "--epochs", "1", "--batch-size", "2"]
    main([*few, "--out", str(tmp_path)])
    assert {path.name for path in tmp_path.iterdir()} == FILES
    card = json.loads((tmp_path / "finder.json").read_text())
    assert 0 <= card["panoptic_quality"] <= 1 and card["config"]["pages"] == 12 and len(card["history"]) == 1
    network = keras.models.load_model(tmp_path / "finder.keras", compile=False)
    ink = np.random.default_rng(1).random((1, 48, 96, 1), np.float32)
    assert load_finder(tmp_path / "finder.onnx")(ink) == pytest.approx(network.predict(ink, verbose=0), abs=1e-4)


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path):
    pages, others = (make_pages(6, habits, [], [seed]) for seed, habits in enumerate((Habits(), OTHER_HABITS)))
    whole, history = fit(TINY, pages, others, made(tmp_path / "whole"))

    class Stopped(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    state = made(tmp_path / "stopped")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_module.keras.callbacks, "LambdaCallback", lambda **_: Stopped())
        _, rows = fit(TINY, pages, others, state)
    assert len(rows) == 1
    resumed, rows = fit(TINY, pages, others, state)
    assert len(rows) == len(history) == 2
    for mine, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-4)


def made(path):
    path.mkdir()
    return path


def test_the_shipped_finder_is_what_its_card_says():
    card = json.loads(FINDER.with_suffix(".json").read_text())
    assert FINDER.stat().st_size < 2**20 and FINDER.with_suffix(".keras").stat().st_size < 2**20
    assert card["parameters"] == finder().count_params()
    network = load_finder()
    pages = viewed(make_pages(60, OTHER_HABITS, [], [9]), 9)
    quality = total([overlap(page, found_marks(network, page)) for page in pages]).quality
    assert card["panoptic_quality"] - 0.15 < quality < 1, "by writers who do not exist, which is harder"
