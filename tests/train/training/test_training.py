import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from tqdm import tqdm

from recognizer import Recognizer
from recognizer.neighbours import NeighbourIndex
from recognizer.runtimes.loader import load_model, sha256_of
from tests.train.tiny import TAUGHT, TINY
from tests.train.training.crash import CrashError, write_half_a_state
from train import pipeline
from train.__main__ import config_from, main, parser
from train.config import CLASSIC, DIGITS, PRESETS
from train.errors import TrainError
from train.network import fit as fit_module
from train.network.architecture import build
from train.network.ema import ExponentialMovingAverage
from train.network.fit import batches_of, compiled, fit, run_epoch
from train.pipeline import check_start, train_and_evaluate
from train.report.metrics import accuracy_with_interval
from train.state import save_state, state_path, states

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def trained(mnist, tmp_path_factory):
    """The folder and the card of a network and its teacher, trained without a break."""
    out = tmp_path_factory.mktemp("trained")
    return out, train_and_evaluate(TAUGHT, mnist, out)


def test_training_learns_and_the_model_reads_through_the_recognizer(mnist, tmp_path):
    config = replace(CLASSIC, epochs=6, batch_size=16, validation_drawings=20, width=0.25)
    card = train_and_evaluate(config, mnist, tmp_path)
    assert card["test"]["accuracy"] > 0.7 and card["calibration"] == {}
    predictions = Recognizer.load(tmp_path / "mnist.h5").predict_many(list(mnist.test_pictures))
    right = sum(p.digit == label for p, label in zip(predictions, mnist.test_labels, strict=True))
    assert right == card["test"]["right"]


def test_a_run_leaves_the_model_its_index_its_card_and_its_pictures_and_nothing_else(trained):
    beside = ["neighbours.npz", "misread.npz", "drawn_digits.png", "drawn_negatives.png"]
    names = {"digits.keras", "digits.json", *(f"digits_{name}" for name in beside)}
    assert {path.name for path in trained[0].iterdir()} == names


def test_the_card_describes_the_student_and_how_it_and_its_teacher_were_trained(trained, mnist):
    out, card = trained
    assert json.loads((out / "digits.json").read_text()) == json.loads(json.dumps(card))
    assert card["config"]["seed"] == TAUGHT.seed and card["data_sha256"] == mnist.hashes and "keras" in card["versions"]
    assert card["sha256"] == sha256_of(out / "digits.keras") and card["parameters"] == build(TAUGHT).count_params()
    assert [row["network"] for row in card["history"]] == ["teacher 1"] * 2 + ["student"] * 2
    assert card["training_digits"] == 240
    low, high = card["test"]["interval_95"]
    assert low < card["test"]["accuracy"] < high and set(card["test_per_digit"]) == set("0123456789")
    assert set(card["calibration"]) == {"temperature", "none_shift"} and "corrections" not in card
    drawings = card["drawings"]
    assert drawings["digits"]["of"] == drawings["digits_refused"]["of"] == drawings["negatives_refused"]["of"] == 40
    assert 0 <= drawings["ece_equal_mass"] <= 1 and drawings["log_loss"] > 0
    assert sum(row["count"] for row in drawings["reliability"]) == 40


def test_the_model_is_saved_in_float32_though_it_was_trained_in_bfloat16(trained):
    assert trained[1]["config"]["precision"] == "mixed_bfloat16"
    network = keras.models.load_model(trained[0] / "digits.keras")
    assert {layer.dtype_policy.name for layer in network.layers} == {"float32"}
    assert {weight.dtype for weight in network.weights} == {"float32"}
    assert keras.config.dtype_policy().name == "float32", "training leaves the policy of other networks alone"


def test_averaging_the_weights_leaves_training_alone(mnist):
    """The weights that training goes on with are not averaged."""
    weights, config = [], replace(TINY, augment=False)
    for momentum in (0.9, 0.0):
        keras.utils.set_random_seed(1)
        model = compiled(config, steps_per_epoch=2)
        start = model.get_weights()
        ema = ExponentialMovingAverage(model, momentum)
        batches = batches_of(mnist.train, config, 0)
        run_epoch(model, ema, config, batches, {"validation": mnist.validation}, 0, tqdm(disable=True))
        weights.append(model.get_weights())
        assert any((a != b).any() for a, b in zip(start, weights[-1], strict=True))
        assert all((a == b.numpy()).all() for a, b in zip(weights[-1], ema.averages, strict=True)) == (momentum == 0)
    assert all((a == b).all() for a, b in zip(*weights, strict=True))


def weights(path):
    return keras.models.load_model(path).get_weights()


def epochs_in(path):
    with np.load(path) as file:
        return len(json.loads(str(file["history"])))


def test_a_run_that_crashes_again_and_again_ends_as_one_that_never_did(trained, mnist, tmp_path, monkeypatch, crash):
    """Each run goes on with what the one before it left; the last one has nothing left to train."""
    model = tmp_path / "digits.keras"
    model.write_bytes(b"the model that was there before")

    def run_until_it_crashes(owner, name, **how):
        with monkeypatch.context():
            crash(owner, name, **how)
            with pytest.raises(CrashError):
                train_and_evaluate(TAUGHT, mnist, tmp_path, resume=True)
            monkeypatch.undo()
        return [epochs_in(path) for path in states(tmp_path, "digits").values()]

    assert run_until_it_crashes(np, "savez", call=2, first=write_half_a_state) == [1], "the older state stays"
    assert run_until_it_crashes(fit_module, "run_epoch", call=2) == [2]
    assert run_until_it_crashes(fit_module, "run_epoch", call=2) == [2, 1], "in the middle of the student"

    def write_half_a_model(model, path):
        path.write_bytes(b"half of a model")

    assert run_until_it_crashes(pipeline, "_save", first=write_half_a_model) == [2, 2]
    assert model.read_bytes() == b"the model that was there before" and not list(tmp_path.glob(".*"))

    crash(fit_module, "run_epoch")  # every epoch is done: none may run again
    card = train_and_evaluate(TAUGHT, mnist, tmp_path, resume=True)
    assert all((a == b).all() for a, b in zip(weights(model), weights(trained[0] / "digits.keras"), strict=True))
    assert card["sha256"] == sha256_of(model) and NeighbourIndex.load(load_model(model))
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in trained[0].iterdir()}


HISTORY = [{"loss": 1.0, "accuracy": 0.5, "seconds": 1.0}]
OTHER_STATES = {
    "another seed": (1, replace(TAUGHT, seed=1), r"unfinished-1.npz .* other settings \(seed\)"),
    "other corrections": (1, replace(TAUGHT, corrections="ab"), r"unfinished-1.npz .* other settings \(corrections\)"),
    "a student before its turn": (2, TAUGHT, "unfinished-2.npz .* network 1 is not trained yet"),
    "a student of another run": (2, replace(TAUGHT, epochs=9), r"unfinished-2.npz .* other settings \(epochs\)"),
    "a teacher of another run": (1, replace(TAUGHT, teacher_width=2.0), r"other settings \(teacher_width, width\)"),
    "a student of more teachers": (3, replace(TAUGHT, teachers=2), r"other settings \(teachers\)"),
    "a damaged file": (2, None, "unfinished-2.npz is damaged"),
}


@pytest.mark.parametrize(("number", "config", "sentence"), OTHER_STATES.values(), ids=OTHER_STATES)
def test_a_state_that_does_not_belong_to_the_run_is_refused_before_training(tmp_path, number, config, sentence):
    save_state(state_path(TAUGHT, tmp_path, 1), [], TAUGHT.network(1), HISTORY)
    path = state_path(TAUGHT, tmp_path, number)
    if config is None:
        path.write_bytes(b"half of a state")
    else:
        save_state(path, [], config.network(number), HISTORY)
    with pytest.raises(TrainError, match=sentence):
        check_start(TAUGHT, tmp_path, resume=True)


def test_a_state_with_other_variables_is_refused(mnist, tmp_path):
    state = state_path(TINY, tmp_path, 1)
    save_state(state, [np.zeros(3)], TINY, HISTORY)
    with pytest.raises(TrainError, match="another version of Keras"):
        fit(TINY, mnist.train, lambda: None, {}, state, resume=True)


def test_a_start_without_resume_removes_all_states_of_that_name(mnist, tmp_path, crash):
    for name in ("digits.unfinished-1.npz", "digits.unfinished-2.npz", "digits.unfinished-10.npz"):
        (tmp_path / name).write_bytes(b"a state")
    other = tmp_path / "quick.unfinished-2.npz"
    other.write_bytes(b"a state of another model")
    crash(pipeline, "fit")
    with pytest.raises(CrashError):
        train_and_evaluate(TINY, mnist, tmp_path)
    assert list(tmp_path.iterdir()) == [other]


@pytest.mark.skipif(not (shutil.which("git") and (ROOT / ".git").exists()), reason="needs git and its repository")
def test_git_ignores_what_training_leaves_besides_the_shipped_model_and_the_cards():
    ignored = ["digits.unfinished-1.npz", "mnist.unfinished-1.npz", "quick.unfinished-2.npz", ".digits.making"]
    ignored += ["mnist.keras", "mnist.h5", "quick.keras", "quick_neighbours.npz", "quick_misread.npz", "quick.onnx"]
    ignored += ["candidate/digits.keras", "candidate/digits.json"]
    kept = ["digits.keras", "digits_neighbours.npz", "digits_misread.npz", "digits.json", "mnist.json", "quick.json"]
    check = ["git", "check-ignore", "--no-index", *(f"models/{name}" for name in ignored + kept)]
    answer = subprocess.run(check, cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert answer == [f"models/{name}" for name in ignored]


@pytest.mark.parametrize(
    ("name", "bad"),
    {
        **{"epochs": 0, "batch_size": -1, "validation_size": 0, "schedule": "cosin", "ema": 1.0, "negatives": -1},
        **{"teachers": -1, "teacher_epochs": 0, "distill": 1.5, "precision": "float16"},
    }.items(),
)
def test_settings_that_cannot_work_are_refused(name, bad):
    with pytest.raises(TrainError, match=f"--{name.replace('_', '-')} is"):
        replace(DIGITS, **{name: bad})


def test_every_hyper_parameter_is_an_option():
    options = parser().parse_args(["--architecture", "classic", "--epochs", "2", "--augment", "--formats", "keras"])
    assert config_from(options) == replace(CLASSIC, epochs=2, augment=True, formats=("keras",))
    assert config_from(parser().parse_args([])) == DIGITS
    quick = parser().parse_args(["--preset", "quick", "--epochs", "1", "--corrections", "some.npz"])
    assert config_from(quick) == replace(PRESETS["quick"], epochs=1)


def test_ctrl_c_says_how_to_go_on(monkeypatch, capsys, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("train.data.mnist.load_mnist", stop)
    with pytest.raises(SystemExit, match=r"^130$"):
        main(["--out", str(tmp_path)])
    assert "with --resume to go on" in capsys.readouterr().err


def test_the_interval_is_wilsons():
    # Computed by hand for 9 of 10: (0.9 + 0.19207 +- 1.96 * sqrt(0.009 + 0.0096036)) / 1.38415
    assert accuracy_with_interval(9, 10)["interval_95"] == pytest.approx([0.5958, 0.9821], abs=1e-3)
    assert np.diff(accuracy_with_interval(9970, 10_000)["interval_95"])[0] < 0.003
