import errno
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from tqdm import tqdm
from train.portable import save_portable

from benchmarks import calibration
from recognizer import Recognizer
from recognizer.runtimes.loader import sha256_of
from tests.train.tiny import TINY
from train import files, pipeline
from train.__main__ import config_from, main, parser
from train.config import CLASSIC, CONFIGS, DIGITS, PRESETS
from train.data.mnist import split_and_prepare
from train.errors import TrainError
from train.network import fit as fit_module
from train.network.architecture import build, ensemble
from train.network.ema import ExponentialMovingAverage
from train.pipeline import train_and_evaluate
from train.state import save_state, state_path

ROOT = Path(__file__).parents[2]
QUICK = replace(TINY, epochs=3, pool=2, validation_drawings=60, width=0.5)


@pytest.fixture(scope="module")
def mnist(mnist_sample):
    return split_and_prepare(mnist_sample, QUICK.validation_size, QUICK.seed)


@pytest.fixture(scope="module")
def trained(mnist, tmp_path_factory):
    """A folder with a model trained on 240 digits, and its card."""
    out = tmp_path_factory.mktemp("trained")
    return out, train_and_evaluate(QUICK, mnist, out)


class InterruptedRunError(Exception):
    pass


@pytest.fixture
def interrupt(monkeypatch):
    """Make training stop at the beginning of epoch `at` (counted from 0)."""

    def arm(at):
        run_epoch = fit_module._run_epoch

        def stop(model, ema, config, rows, checks, epoch, bar):
            if epoch == at:
                raise InterruptedRunError
            return run_epoch(model, ema, config, rows, checks, epoch, bar)

        monkeypatch.setattr(fit_module, "_run_epoch", stop)

    return arm


def weights(path):
    return keras.models.load_model(path).get_weights()


def test_training_learns_and_the_model_reads_through_the_recogniser(mnist, tmp_path):
    config = replace(CLASSIC, epochs=8, batch_size=32, validation_drawings=20)
    card = train_and_evaluate(config, mnist, tmp_path)
    assert card["test"]["accuracy"] > 0.7
    predictions = Recognizer.load(tmp_path / "mnist.h5").predict_many(list(mnist.test_pictures))
    right = sum(p.digit == label for p, label in zip(predictions, mnist.test_labels, strict=True))
    assert right == card["test"]["right"]


def test_a_run_leaves_model_card_and_pictures_and_nothing_else(trained):
    out, _ = trained
    names = {path.name for path in out.iterdir()}
    assert names == {
        "digits.keras",
        "digits.json",
        "digits_neighbours.npz",
        "digits_curves.png",
        "digits_confusion.png",
        "digits_misread.png",
        "digits_reliability.png",
        "digits_drawn_digits.png",
        "digits_drawn_variants.png",
        "digits_drawn_negatives.png",
    }


def test_the_card_says_how_the_model_came_about(trained, mnist):
    out, card = trained
    assert json.loads((out / "digits.json").read_text()) == json.loads(json.dumps(card))
    assert card["config"]["seed"] == QUICK.seed and card["data_sha256"] == mnist.hashes
    assert card["bytes"] == (out / "digits.keras").stat().st_size
    low, high = card["test"]["interval_95"]
    assert low < card["test"]["accuracy"] < high
    assert len(card["history"]) == 3 and set(card["test_per_digit"]) == set("0123456789")
    assert card["training_digits"] == 240 and "keras" in card["versions"]
    assert set(card["calibration"]) == {"temperature", "none_shift"}
    drawings = card["drawings"]
    assert drawings["digits"]["of"] == drawings["variants"]["of"] == drawings["negatives_refused"]["of"] == 60
    assert 0 <= drawings["ece_equal_mass"] <= 1 and drawings["log_loss"] > 0
    assert sum(row["count"] for row in drawings["reliability"]) == drawings["digits_refused"]["of"] == 120


def test_the_figures_on_drawings_can_be_measured_again_from_the_card(trained, mnist_sample, tmp_path, monkeypatch):
    out, card = trained
    model = Path(shutil.copy(out / "digits.keras", tmp_path))
    older = {**card, "drawings": {"ece": 1.0}}
    model.with_suffix(".json").write_text(json.dumps(older))
    monkeypatch.setattr(calibration, "load_mnist", lambda _: mnist_sample)
    monkeypatch.setattr("sys.argv", ["calibration", "--model", str(model), "--record"])
    calibration.main()
    assert json.loads(model.with_suffix(".json").read_text()) == json.loads(json.dumps(card))


def test_the_same_seed_trains_the_same_weights_and_another_seed_does_not(trained, mnist, tmp_path):
    out, _ = trained
    train_and_evaluate(QUICK, mnist, tmp_path / "again")
    train_and_evaluate(replace(QUICK, seed=1), mnist, tmp_path / "other")
    first, again, other = (weights(path / "digits.keras") for path in (out, tmp_path / "again", tmp_path / "other"))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_a_resumed_run_ends_as_one_that_was_never_stopped(trained, mnist, tmp_path, interrupt, monkeypatch):
    out, _ = trained
    before = tmp_path / "digits.keras"
    before.write_bytes(b"the model that was there before")
    with monkeypatch.context():
        interrupt(at=2)
        with pytest.raises(InterruptedRunError):
            train_and_evaluate(QUICK, mnist, tmp_path)
    monkeypatch.undo()
    assert before.read_bytes() == b"the model that was there before"
    assert {path.name for path in tmp_path.iterdir()} == {"digits.keras", state_path(QUICK, tmp_path, 1).name}

    epochs = []
    run_epoch = fit_module._run_epoch
    monkeypatch.setattr(fit_module, "_run_epoch", lambda *a: epochs.append(a[5]) or run_epoch(*a))
    train_and_evaluate(QUICK, mnist, tmp_path, resume=True)
    assert epochs == [2]
    assert all((a == b).all() for a, b in zip(weights(before), weights(out / "digits.keras"), strict=True))
    assert not state_path(QUICK, tmp_path, 1).exists()


def test_an_ensemble_goes_on_with_the_member_that_was_stopped(mnist, tmp_path, monkeypatch):
    config = replace(QUICK, ensemble_size=2, epochs=1)
    run_epoch, seeds = fit_module._run_epoch, []

    def stop_at_the_second(model, ema, config, *rest):
        seeds.append(config.seed)
        if len(seeds) == 2:
            raise InterruptedRunError
        return run_epoch(model, ema, config, *rest)

    monkeypatch.setattr(fit_module, "_run_epoch", stop_at_the_second)
    with pytest.raises(InterruptedRunError):
        train_and_evaluate(config, mnist, tmp_path)
    card = train_and_evaluate(config, mnist, tmp_path, resume=True)
    assert seeds == [QUICK.seed, QUICK.seed + 1, QUICK.seed + 1]
    assert [row["member"] for row in card["history"]] == [1, 2]
    assert card["parameters"] == 2 * build(config).count_params()
    assert not list(tmp_path.glob("*unfinished*"))
    assert Recognizer.load(tmp_path / "digits.keras").predict_many(list(mnist.test_pictures))


def test_an_ensemble_averages_the_logits_of_its_members(mnist):
    members = [build(QUICK), build(QUICK)]
    logits = [np.log(member.predict(mnist.test_pictures[..., None] / 255, verbose=0)) for member in members]
    mean = np.exp(np.mean(logits, 0))
    averaged = ensemble(members).predict(mnist.test_pictures[..., None] / 255, verbose=0)
    np.testing.assert_allclose(averaged, mean / mean.sum(1, keepdims=True), atol=1e-5)
    assert np.abs(averaged - np.exp(logits[0])).max() > 0.01
    assert ensemble(members[:1]) is members[0]


def test_resuming_with_other_settings_or_a_damaged_state_is_refused(mnist, tmp_path, interrupt):
    interrupt(at=1)
    with pytest.raises(InterruptedRunError):
        train_and_evaluate(QUICK, mnist, tmp_path)
    with pytest.raises(TrainError, match=r"other settings \(learning_rate\)"):
        train_and_evaluate(replace(QUICK, learning_rate=0.1), mnist, tmp_path, resume=True)
    state = state_path(QUICK, tmp_path, 1)
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(TrainError, match="is damaged"):
        train_and_evaluate(QUICK, mnist, tmp_path, resume=True)


@pytest.mark.parametrize(
    ("number", "changes", "sentence"),
    [
        (2, {}, "member 1 is not trained yet"),
        (2, {"learning_rate": 0.1}, r"unfinished-2.npz .* other settings \(learning_rate\)"),
        (3, {"ensemble_size": 3}, r"unfinished-3.npz .* other settings \(members\)"),
        (2, None, "unfinished-2.npz is damaged"),
    ],
)
def test_resuming_beside_a_state_of_another_run_is_refused_before_any_epoch(
    mnist, tmp_path, interrupt, number, changes, sentence
):
    config = replace(QUICK, ensemble_size=2)
    interrupt(at=1)
    with pytest.raises(InterruptedRunError):
        train_and_evaluate(config, mnist, tmp_path)
    other = state_path(config, tmp_path, number)
    if changes is None:
        other.write_bytes(b"half of a state")
    else:
        save_state(other, [], replace(config, **changes).member(number), [])
    with pytest.raises(TrainError, match=sentence):
        train_and_evaluate(config, mnist, tmp_path, resume=True)


def test_a_start_without_resume_removes_the_states_of_all_earlier_runs_of_that_name(mnist, tmp_path, interrupt):
    for name in ("digits.unfinished-1.npz", "digits.unfinished-2.npz", "digits.unfinished-10.npz"):
        (tmp_path / name).write_bytes(b"a state")
    other = tmp_path / "quick.unfinished-2.npz"
    other.write_bytes(b"a state of another model")
    interrupt(at=0)
    with pytest.raises(InterruptedRunError):
        train_and_evaluate(QUICK, mnist, tmp_path)
    assert list(tmp_path.iterdir()) == [other]


@pytest.mark.skipif(not (shutil.which("git") and (ROOT / ".git").exists()), reason="needs git and its repository")
def test_git_ignores_what_training_leaves_besides_the_shipped_model_and_the_cards():
    left = ["digits.unfinished-1.npz", "mnist.unfinished-1.npz", "quick.unfinished-2.npz", ".digits.making"]
    left += ["mnist.keras", "mnist.h5", "quick.keras", "quick_neighbours.npz", "quick_curves.png", "quick.onnx"]
    kept = ["digits.keras", "digits_neighbours.npz", "digits.json", "mnist.json", "quick.json"]
    check = ["git", "check-ignore", "--no-index", *(f"models/{name}" for name in left + kept)]
    ignored = subprocess.run(check, cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert ignored == [f"models/{name}" for name in left]


def refuse(code):
    def refused(*_, **__):
        raise OSError(code, os.strerror(code))

    return refused


def no_data(*_):
    raise AssertionError("MNIST was read first")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_is_full_or_read_only_is_one_sentence_before_anything_else(code, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("train.data.mnist.load_mnist", no_data)
    monkeypatch.setattr(files.os, "fsync", refuse(code))
    assert main(["--out", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert os.strerror(code) in error and "MiB there" in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_one_sentence_before_anything_else(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("train.data.mnist.load_mnist", no_data)
    (tmp_path / "file").write_text("no folder")
    assert main(["--out", str(tmp_path / "file" / "models")]) == 1
    error = capsys.readouterr().err
    assert "another folder with --out" in error and error.count("\n") == 1


@pytest.mark.parametrize("name", ["digits.keras", "digits.h5", "file"])
def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path, monkeypatch, capsys, name):
    monkeypatch.setattr("train.data.mnist.load_mnist", no_data)
    (tmp_path / "file").write_text("no folder")
    assert main(["--out", str(tmp_path / name)]) == 1
    assert "--out is a folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("where", ["a state", "the model"])
def test_a_disk_that_is_full_in_the_middle_is_one_sentence_even_where_nothing_can_be_removed(
    mnist_sample, tmp_path, monkeypatch, capsys, where
):
    old = tmp_path / "digits.keras"
    old.write_bytes(b"the model that was there before")
    monkeypatch.setattr("train.data.mnist.load_mnist", lambda _: mnist_sample)
    monkeypatch.setitem(CONFIGS, "digits", replace(TINY, epochs=1))

    def fill_up(*_, **__):
        for removal in ("unlink", "rmdir"):
            monkeypatch.setattr(os, removal, refuse(errno.EROFS))
        refuse(errno.ENOSPC)()

    monkeypatch.setattr(*((np, "savez") if where == "a state" else (pipeline, "save_portable")), fill_up)
    assert main(["--out", str(tmp_path)]) == 1
    assert old.read_bytes() == b"the model that was there before"
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .startswith(f"python -m train: {tmp_path} cannot be written to (No space left on device).")
    )


def test_an_h5_file_is_not_begun_on_a_full_disk_where_hdf5_would_end_the_process(tmp_path, monkeypatch):
    monkeypatch.setattr(files.os, "fsync", refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left"):
        save_portable(build(TINY), tmp_path / "digits.h5")


def test_a_crash_while_scoring_leaves_the_old_model(mnist, tmp_path, monkeypatch):
    before = tmp_path / "digits.keras"
    before.write_bytes(b"the model that was there before")

    def crash(*_):
        raise InterruptedRunError

    monkeypatch.setattr("train.pipeline.read_test_set", crash)
    with pytest.raises(InterruptedRunError):
        train_and_evaluate(replace(QUICK, epochs=1), mnist, tmp_path)
    assert before.read_bytes() == b"the model that was there before"
    monkeypatch.undo()

    monkeypatch.setattr(fit_module, "_run_epoch", crash)  # every epoch is done: none may run again
    card = train_and_evaluate(replace(QUICK, epochs=1), mnist, tmp_path, resume=True)
    assert card["sha256"] == sha256_of(before)


@pytest.mark.parametrize(
    "bad",
    [
        {"epochs": 0},
        {"batch_size": -1},
        {"validation_size": 0},
        {"schedule": "cosin"},
        {"ema": 1.0},
        {"negatives": -1},
    ],
)
def test_settings_that_cannot_work_are_refused(bad):
    with pytest.raises(TrainError, match=f"--{next(iter(bad)).replace('_', '-')} is"):
        replace(DIGITS, **bad)


def test_every_hyper_parameter_is_an_option():
    options = parser().parse_args(["--architecture", "classic", "--epochs", "2", "--augment", "--formats", "keras"])
    assert config_from(options) == replace(CLASSIC, epochs=2, augment=True, formats=("keras",))
    assert config_from(parser().parse_args([])) == DIGITS
    assert config_from(parser().parse_args(["--preset", "quick", "--epochs", "1"])) == replace(
        PRESETS["quick"], epochs=1
    )


def test_the_command_says_in_one_sentence_what_is_wrong(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "none.npz"), "--out", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("python -m train: There is no file") and error.count("\n") == 1


def test_ctrl_c_says_how_to_go_on(monkeypatch, capsys, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("train.data.mnist.load_mnist", stop)
    assert main(["--out", str(tmp_path)]) == 130
    assert "--resume goes on" in capsys.readouterr().err


def test_the_interval_is_wilsons():
    from train.report.metrics import accuracy_with_interval

    # Computed by hand for 9 of 10: (0.9 + 0.19207 +- 1.96 * sqrt(0.009 + 0.0096036)) / 1.38415
    assert accuracy_with_interval(9, 10)["interval_95"] == pytest.approx([0.5958, 0.9821], abs=1e-3)
    assert np.diff(accuracy_with_interval(9970, 10_000)["interval_95"])[0] < 0.003


def test_averaging_leaves_training_alone(mnist):
    """The weights that training goes on with are its own, not their average."""
    ends = []
    for momentum in (0.9, 0.0):
        keras.utils.set_random_seed(1)
        model = fit_module._compiled(QUICK, 8)
        start = model.get_weights()
        fit_module._run_epoch(
            model, ExponentialMovingAverage(model, momentum), QUICK, mnist.train, {}, 0, tqdm(disable=True)
        )
        assert any((a != b).any() for a, b in zip(start, model.get_weights(), strict=True))
        ends.append(model.get_weights())
    assert all((a == b).all() for a, b in zip(*ends, strict=True))
