"""A training that ends in the middle leaves nothing half-written in use, and goes on where it was."""

import errno
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from recognizer import Recognizer
from recognizer.runtimes.loader import sha256_of
from tests.train.tiny import TINY
from tests.train.training.crash import NEW, CrashError, write_new
from train import files, pipeline, state
from train.__main__ import main
from train.config import CONFIGS
from train.files import finish_moving
from train.network import fit
from train.network.architecture import build
from train.pipeline import train_and_evaluate
from train.state import states

ROOT = Path(__file__).parents[3]
OLD = b"the model that was there before"


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def run_until_it_kills_itself(work, folder):
    child = subprocess.run(
        [sys.executable, "-m", "tests.train.training.crash", work, folder], cwd=ROOT, capture_output=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()


def test_a_training_killed_while_it_writes_a_state_goes_on_with_the_state_before(mnist, tmp_path, crash):
    model = tmp_path / "digits.keras"
    model.write_bytes(OLD)
    run_until_it_kills_itself("train", tmp_path)
    (half,) = leftovers(tmp_path)
    assert half.endswith(".digits.unfinished-1.npz") and list(states(tmp_path, "digits")) == [1]
    crash(fit, "run_epoch", call=2)  # only the second epoch is left to run
    card = train_and_evaluate(TINY, mnist, tmp_path, resume=True)
    assert model.read_bytes() != OLD and card["sha256"] == sha256_of(model) and Recognizer.load(model)
    assert leftovers(tmp_path) == [] and states(tmp_path, "digits") == {} and len(card["history"]) == 2


def test_files_whose_moving_is_killed_are_moved_later(tmp_path):
    (tmp_path / "b.keras").write_text("old")
    run_until_it_kills_itself("move", tmp_path)
    assert leftovers(tmp_path) == [".digits.finished"] and (tmp_path / "b.keras").read_text() == "new"
    assert not (tmp_path / "a.json").exists()
    finish_moving(tmp_path, "digits")
    assert contents(tmp_path) == NEW


def contents(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("move", range(1, 6))
def test_files_whose_moving_crashes_are_all_old_or_all_new_in_the_end(tmp_path, crash, move):
    """The first move finishes the folder that they were written to, and the others are the files', the card last."""
    before = {"a.json": "old", "b.keras": "old", "candidate/older.keras": "old"}
    (tmp_path / "candidate").mkdir()
    for name in before:
        (tmp_path / name).write_text("old")
    if move == 1:
        crash(files.Path, "rename")
    else:
        crash(files.Path, "replace", call=move - 1)
    with pytest.raises(CrashError):
        write_new(tmp_path)
    if move == 1:
        assert contents(tmp_path) == before
        return
    assert (tmp_path / "a.json").read_text() == "old", "the card comes last"
    assert [path.exists() for path in map(tmp_path.joinpath, ("c.npz", "candidate/d.keras"))] == [move > 3, move > 4]
    write_new(tmp_path)
    assert contents(tmp_path) == {**before, **NEW} and leftovers(tmp_path) == []


def test_files_that_were_not_finished_are_removed_and_those_of_other_programs_left_alone(tmp_path):
    mine = [".12.digits.onnx", ".quick.making", ".12.quick.unfinished-1.npz", "digits.unfinished-1.npz", "b.keras"]
    (tmp_path / ".digits.making").mkdir()
    for name in (*mine, ".12.digits.unfinished-1.npz", ".digits.making/b.keras"):
        (tmp_path / name).write_text(name)
    finish_moving(tmp_path, "digits")
    assert contents(tmp_path) == {name: name for name in mine}


def refuse(code):
    def refused(*_, **__):
        raise OSError(code, os.strerror(code))

    return refused


def test_a_disk_without_room_is_one_sentence_at_once(tmp_path, monkeypatch, no_data):
    monkeypatch.setattr(files.os, "fsync", refuse(errno.ENOSPC))
    with pytest.raises(SystemExit, match=r"^.*No space left on device.* MiB there.*$"):
        main(["--out", str(tmp_path)])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        ("file/models", "another folder with --out"),
        ("file", "--out is a folder"),
        ("digits.keras", "--out is a folder"),
    ],
)
def test_what_cannot_be_the_folder_is_one_sentence_at_once(tmp_path, no_data, folder, sentence):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SystemExit, match=f"^.*{sentence}.*$"):
        main(["--out", str(tmp_path / folder)])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("owner", "name"), [(state.np, "savez"), (pipeline, "_save")])
def test_a_disk_that_is_full_in_the_middle_is_one_sentence_even_where_nothing_can_be_removed(
    mnist_sample, tmp_path, monkeypatch, untrained, owner, name
):
    old = tmp_path / "digits.keras"
    old.write_bytes(OLD)
    monkeypatch.setattr("train.data.mnist.load_mnist", lambda _: mnist_sample)
    monkeypatch.setitem(CONFIGS, "digits", replace(TINY, epochs=1))

    def fill_up(*_, **__):
        for removal in ("unlink", "rmdir"):
            monkeypatch.setattr(os, removal, refuse(errno.EROFS))
        refuse(errno.ENOSPC)()

    monkeypatch.setattr(owner, name, fill_up)
    with pytest.raises(SystemExit, match=f"^python -m train: {tmp_path} cannot be written to .No space left on device"):
        main(["--out", str(tmp_path)])
    assert old.read_bytes() == OLD


def test_an_h5_file_is_not_begun_on_a_full_disk_where_hdf5_would_end_the_process(tmp_path, monkeypatch):
    monkeypatch.setattr(files.os, "fsync", refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left"):
        pipeline._save(build(TINY), tmp_path / "digits.h5")
