"""Killed with SIGKILL at any moment, a training leaves nothing half-written in use, and goes on where it was."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import pytest
from train.finetune import finetune

from recognizer import Recognizer
from recognizer.explain.neighbours import NeighbourIndex
from recognizer.runtimes.loader import sha256_of
from tests.train.tiny import FINETUNE, TINY, corrections
from train.errors import TrainError
from train.files import finish_moving
from train.state import state_path

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory):
    """A folder in which a training was left in peace; by a child, too, for the same threads add up the same sums."""
    out = tmp_path_factory.mktemp("never stopped")
    leave_in_peace(out)
    return out


def leave_in_peace(out):
    """Train in a child process, and return the lines that it prints."""
    command = [sys.executable, "-m", "tests.train.killed_child", "train", out, "never"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def kill(module, *arguments):
    """Run a module in a child process, and kill it when it says on standard output where it is."""
    moment = str(arguments[-1] if not str(arguments[-1]).isdigit() else arguments[-2])
    with subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        said = []
        for line in child.stdout:
            said.append(line.strip())
            if said[-1] == moment:
                break
        else:
            pytest.fail("\n".join([f"The child was never at {moment}:", *said]))
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL


def hashes(folder):
    """Of every file in a folder that is no leftover."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(".") and "unfinished" not in path.name
    }


def contents(folder):
    """Of every file, also those in folders."""
    return {path.name: path.read_text() for path in folder.rglob("*") if path.is_file()}


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def weights(path):
    return keras.models.load_model(path).get_weights()


def test_a_training_killed_again_and_again_ends_as_one_that_was_never_stopped(never_stopped, tmp_path):
    """Each child goes on with what the one before it left."""
    out = tmp_path / "models"
    out.mkdir()
    old = out / "digits.keras"
    shutil.copy(never_stopped / "digits.keras", old)
    old.write_bytes(old.read_bytes() + b" and a difference")
    before = hashes(out)
    state = state_path(TINY, out, 1)

    kill("tests.train.killed_child", "train", out, "before_an_epoch", 2)
    assert hashes(out) == before and state.exists()
    first_epoch = state.read_bytes()

    kill("tests.train.killed_child", "train", out, "within_a_state")
    assert hashes(out) == before and state.read_bytes() == first_epoch
    assert len(leftovers(out)) == 1, "half of a state"

    kill("tests.train.killed_child", "train", out, "within_the_model")
    assert hashes(out) == before and state.read_bytes() != first_epoch
    assert leftovers(out) == [".digits.making"], "what the child before it left is gone"

    kill("tests.train.killed_child", "train", out, "between_moves", 2)
    assert leftovers(out) == [".digits.finished"]
    assert Recognizer.load(old) and sha256_of(old) != before["digits.keras"], "the new model is there as a whole"

    assert not any(line.startswith("epoch") for line in leave_in_peace(out)), "every epoch is done"
    card = json.loads((out / "digits.json").read_text())
    assert all((a == b).all() for a, b in zip(weights(old), weights(never_stopped / "digits.keras"), strict=True))
    assert card["sha256"] == sha256_of(old) and NeighbourIndex.load(old)
    assert {path.name for path in out.iterdir()} == {path.name for path in never_stopped.iterdir()}


def test_a_fine_tuning_killed_anywhere_leaves_the_old_model_or_the_new_one(never_stopped, mnist_sample, tmp_path):
    out = shutil.copytree(never_stopped, tmp_path / "models")
    before = hashes(out)
    kill("tests.train.killed_child", "finetune", out, "within_the_model")
    assert hashes(out) == before and leftovers(out) == [".digits.making"]

    kill("tests.train.killed_child", "finetune", out, "between_moves", 4)
    assert leftovers(out) == [".digits.finished"]
    assert hashes(out) != before, "some of it is new"
    assert json.loads((out / "digits.json").read_text())["sha256"] == before["digits.keras"], "the card comes last"

    with pytest.raises(TrainError, match="at least 20"):  # whatever comes next ends the moves first
        finetune(FINETUNE, corrections(10), mnist_sample, out)
    assert leftovers(out) == []
    card = json.loads((out / "digits.json").read_text())
    assert card["sha256"] == sha256_of(out / "digits.keras") != before["digits.keras"]
    assert card["finetuned"][0]["from_sha256"] == before["digits.keras"]
    assert NeighbourIndex.load(out / "digits.keras") and Recognizer.load(out / "digits.keras")
    previous = hashes(out / "previous")
    assert previous == {name: before[name] for name in previous}
    again = finetune(replace(FINETUNE, epochs=1, learning_rate=1e-9), corrections(), mnist_sample, out)
    assert len(again["finetuned"]) == 2


@pytest.mark.parametrize("move", range(1, 7))
def test_files_killed_before_any_move_are_all_old_or_all_new_in_the_end(tmp_path, move):
    """Four files and a folder, after the move that finishes them together."""
    for name in ("a.json", "b.keras", "c.npz"):
        (tmp_path / name).write_text("old")
    (tmp_path / "previous").mkdir()
    (tmp_path / "previous" / "older.keras").write_text("older")
    before = contents(tmp_path)
    kill("tests.train.killed_moves", tmp_path, "before_a_move", move)
    there = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    moved = [0, 0, 1, 2, 3, 3][move - 1]  # the first move finishes them together, the fifth is the folder's
    assert list(there.values()).count("new") == moved
    assert there["a.json"] == "old", "the card comes last"
    finish_moving(tmp_path, "digits")
    new = {**dict.fromkeys(("a.json", "b.keras", "c.npz", "d.png"), "new"), "old.keras": "old"}
    assert contents(tmp_path) == (before if move == 1 else new)
    assert leftovers(tmp_path) == []


def test_files_killed_while_they_are_written_are_never_moved(tmp_path):
    (tmp_path / "b.keras").write_text("old")
    kill("tests.train.killed_moves", tmp_path, "while_writing")
    assert leftovers(tmp_path) == [".digits.making"]
    finish_moving(tmp_path, "digits")
    assert [path.name for path in tmp_path.iterdir()] == ["b.keras"] and (tmp_path / "b.keras").read_text() == "old"


def test_what_other_programs_are_writing_is_left_alone(tmp_path):
    for name in (".12.digits.onnx", ".quick.making", ".12.quick.unfinished-1.npz", "digits.unfinished-1.npz"):
        (tmp_path / name).write_text("mine")
    (tmp_path / ".12.digits.unfinished-1.npz").write_text("half of a state")
    finish_moving(tmp_path, "digits")
    assert len(list(tmp_path.iterdir())) == 4
