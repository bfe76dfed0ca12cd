"""A training on several devices, or on several machines, ends as it does on one."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from recognizer import Recognizer
from tests.train.training.crash import CrashError
from tests.train.training.devices import UNEVEN, errors_of, free_ports, start
from train.__main__ import main
from train.errors import TrainError
from train.network import devices
from train.network import fit as fit_module
from train.pipeline import train_and_evaluate
from train.state import states

# Sums in another order differ by 1e-7 of their size, and Adam divides the gradients by their own size, also those near
# 0. In 40 steps that came to 1e-6; a step is up to 2e-3 long.
ROUNDING = 1e-4


@pytest.fixture(scope="module")
def alone(mnist, tmp_path_factory):
    """The folder of a model, with its teacher, that one device trained."""
    out = tmp_path_factory.mktemp("alone")
    train_and_evaluate(UNEVEN, mnist, out)
    return out


def assert_same(out, expected):
    models = [keras.models.load_model(folder / "digits.keras") for folder in (out, expected)]
    for weights, wanted in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(weights, wanted, rtol=0, atol=ROUNDING)
    layers = [[{**layer.get_config(), "name": type(layer)} for layer in model.layers] for model in models]
    assert layers[0] == layers[1]
    histories = (json.loads((folder / "digits.json").read_text())["history"] for folder in (out, expected))
    for epoch, wanted in zip(*histories, strict=True):
        assert epoch.pop("network") == wanted.pop("network")
        assert epoch == pytest.approx({**wanted, "seconds": epoch["seconds"]}, abs=ROUNDING)


def test_two_devices_end_with_the_weights_the_history_and_the_file_of_one(alone, tmp_path):
    status, errors = errors_of(start(2, ["--out", tmp_path]))
    assert status == 0 and "Training on 2 devices" in errors
    assert_same(tmp_path, alone)
    assert Recognizer.load(tmp_path / "digits.keras")


def test_a_run_goes_on_on_another_number_of_devices(alone, mnist, tmp_path, monkeypatch, crash):
    """One device trains an epoch of the teacher, three devices another and one of the student, and one the last."""
    with monkeypatch.context():
        crash(fit_module, "run_epoch", call=2)
        with pytest.raises(CrashError):
            train_and_evaluate(UNEVEN, mnist, tmp_path)
        monkeypatch.undo()
    assert list(states(tmp_path, "digits")) == [1]
    status, errors = errors_of(start(3, ["--out", tmp_path, "--resume"], crash=2))
    assert status == 1 and errors.endswith("CrashError\n") and list(states(tmp_path, "digits")) == [1, 2]
    crash(fit_module, "run_epoch", call=2)
    train_and_evaluate(UNEVEN, mnist, tmp_path, resume=True)
    assert_same(tmp_path, alone)


def test_several_machines_go_on_with_the_state_of_the_first_which_writes_the_model(
    alone, mnist, tmp_path, monkeypatch, crash
):
    first, second = tmp_path / "first", tmp_path / "second"
    with monkeypatch.context():
        crash(fit_module, "run_epoch", call=2)
        with pytest.raises(CrashError):
            train_and_evaluate(UNEVEN, mnist, first)
    ports = free_ports(2)
    folders = enumerate((first, second))
    machines = [start(1, ["--out", out, "--resume"], machine=number, ports=ports) for number, out in folders]
    (status, errors), (other_status, other_errors) = map(errors_of, machines)
    assert status == other_status == 0, errors + other_errors
    assert "Training on 2 devices" in errors and "this one helps" in other_errors
    assert_same(first, alone)
    assert not second.exists()


def test_a_machine_with_other_options_than_the_first_is_refused(monkeypatch):
    monkeypatch.setattr(devices, "_text_of_the_first", lambda _, text: text.replace("2026", "2027"))
    with pytest.raises(TrainError, match="other options"):
        devices.check_options(None, UNEVEN)


@pytest.mark.parametrize("config", ["worker 0", '{"cluster": {"worker": ["127.0.0.1:1", "127.0.0.1:2"]}}'])
def test_machines_that_cannot_be_understood_are_one_sentence(monkeypatch, tmp_path, no_data, config):
    monkeypatch.setattr(devices, "several_devices", devices.several_devices.__wrapped__)
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(SystemExit, match=r"^python -m train: TF_CONFIG does not say which .*leave it unset\.$"):
        main(["--out", str(tmp_path)])


def test_a_machine_that_is_lost_is_one_sentence_that_says_how_to_go_on(monkeypatch, tmp_path):
    two = SimpleNamespace(num_replicas_in_sync=2, extended=SimpleNamespace(should_checkpoint=True))
    monkeypatch.setattr(devices, "several_devices", lambda: two)
    lost = tf.errors.UnavailableError(None, None, "connection refused")
    with pytest.raises(TrainError, match="--resume"), devices.joined_by_all_machines(tmp_path):
        raise lost
