"""`python -m corrections`, and what goes to quarantine."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from corrections import __main__ as program
from corrections.__main__ import main
from corrections.database import open_engine
from corrections.quarantine import quarantine
from corrections.store import CorrectionStore
from tests.helpers import correction

ROOT = Path(__file__).parents[2]
SURE = {"answer": 1, "confidence": 0.97}


@pytest.fixture
def store(url):
    return CorrectionStore(open_engine(url))


@pytest.fixture
def run(url, capsys):
    """Run a command on the database -> its exit status, what it printed, and its complaint."""

    def run(*arguments):
        status = main(["--database", url, *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def name(number, position=0):
    return f"{number:032x}"[:12] + f"-{position}"


def with_name(digits, **changes):
    """A correction whose drawing's id begins with `digits`."""
    return correction(int(digits, 16), drawing=digits.ljust(32, "0"), **changes)


def test_a_label_against_a_sure_model_is_to_be_looked_at():
    assert quarantine([correction(0, label=7, **SURE), correction(1, label=7, answer=1, confidence=0.89)]) == {
        0: "the model is sure of 1 (97 %)"
    }
    assert quarantine([correction(0, label=10, **SURE)]) == {0: "the model is sure of 1 (97 %)"}
    assert quarantine([correction(0, label=1, **SURE), correction(1, answer=10, confidence=1.0)]) == {}


def test_of_the_same_drawing_only_the_first_stays_and_of_another_label_none():
    first = correction(0)
    noise = np.random.default_rng(0).integers(-5, 6, (28, 28))
    nearly = np.uint8(np.clip(first.picture + noise, 0, 255))
    assert (nearly != first.picture).any()
    again = correction(1, picture=nearly)
    assert list(quarantine([first, again, correction(2)])) == [1]
    other = quarantine([first, replace(again, label=2), correction(2)])
    assert other == {0: "the same drawing is also called 2", 1: "the same drawing is also called 7"}


def test_another_digit_by_the_same_hand_is_no_duplicate(mnist_sample):
    pictures = mnist_sample["x_train"]
    assert quarantine([correction(i, picture=picture) for i, picture in enumerate(pictures)]) == {}


def test_what_was_accepted_is_in_no_quarantine_and_stays_before_its_twins():
    assert quarantine([correction(0, label=7, accepted=True, **SURE)]) == {}
    twins = [correction(0), replace(correction(0), drawing="f" * 32, accepted=True)]
    assert list(quarantine(twins)) == [0]


def test_many_are_compared_block_by_block():
    many = [correction(number) for number in range(2100)]
    many[2050] = replace(many[2050], picture=many[20].picture)
    assert list(quarantine(many)) == [2050]


def test_list_says_of_each_what_it_is_and_why_it_is_in_quarantine(store, run):
    store.keep(correction(0))
    store.keep(correction(1, label=10, **SURE))
    status, printed, _ = run("list")
    lines = printed.splitlines()
    assert status == 0 and len(lines) == 3
    assert lines[0].startswith(name(0)) and "2026-01-02 03:04:05" in lines[0]
    assert "read as 1" in lines[0] and "50 %" in lines[0] and lines[0].endswith("is 7")
    assert "is none" in lines[1] and "quarantine: the model is sure of 1 (97 %)" in lines[1]
    assert lines[2] == "2 corrections, 1 of them in quarantine"


def test_export_writes_what_is_not_in_quarantine(store, run, tmp_path):
    store.keep(with_name("a", label=10))
    store.keep(with_name("b", label=7, **SURE))
    store.keep(with_name("c", position=3))
    status, printed, _ = run("export", tmp_path / "out.npz")
    assert status == 0 and "2 corrections; 1 left out" in printed
    with np.load(tmp_path / "out.npz", allow_pickle=False) as file:
        assert sorted(file.files) == ["drawings", "labels", "pictures"]
        pictures, labels, drawings = file["pictures"], file["labels"], file["drawings"]
    assert pictures.dtype == labels.dtype == np.uint8 and drawings.dtype.kind == "U"
    assert list(zip(drawings, labels, strict=True)) == [("a".ljust(32, "0"), 10), ("c".ljust(32, "0"), 7)]
    np.testing.assert_array_equal(pictures, [with_name("a").picture, with_name("c").picture])


def test_what_is_accepted_is_exported(store, run, tmp_path):
    store.keep(with_name("b1b1b1", label=7, **SURE))
    assert run("accept", "b1b1b1000000-0") == (0, "1 correction accepted\n", "")
    assert "accepted" in run("list")[1]
    run("export", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as file:
        assert file["labels"].tolist() == [7]


def test_nothing_to_export_is_an_empty_file_of_the_same_form(store, run, tmp_path):
    store.ids()
    assert run("export", tmp_path / "out.npz")[0] == 0
    with np.load(tmp_path / "out.npz") as file:
        assert file["pictures"].shape == (0, 28, 28) and file["labels"].dtype == np.uint8


def test_an_export_that_fails_leaves_the_file_as_it_was(store, run, tmp_path, monkeypatch):
    (tmp_path / "out.npz").write_bytes(b"the last export")
    store.keep(correction())

    def fail(file, **_):
        file.write(b"half of")
        raise OSError("No space left on device")

    monkeypatch.setattr(program.np, "savez_compressed", fail)
    status, _, complaint = run("export", tmp_path / "out.npz")
    assert status == 1 and "No space left" in complaint
    assert (tmp_path / "out.npz").read_bytes() == b"the last export" and len(list(tmp_path.glob("*.npz"))) == 1


def test_delete_takes_one_digit_or_the_whole_drawing(store, run):
    for position in range(3):
        store.keep(with_name("abcdef", position=position))
    store.keep(with_name("123456"))
    assert run("delete", "abcdef000000-1", "abcdef000000-1") == (0, "1 correction deleted\n", "")
    assert run("delete", "abcdef") == (0, "2 corrections deleted\n", "")
    assert store.ids() == [("123456".ljust(32, "0"), 0)]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["abcdef"], "ids of 2 drawings begin like this"),
        (["abcdef1", "9999999"], "9999999: there is no such correction"),
        (["abcdef1-5"], "no such correction"),
        (["abc"], "no such correction"),
        (["%"], "no such correction"),
    ],
)
def test_a_name_that_is_unknown_or_too_short_deletes_nothing(store, run, names, sentence):
    store.keep(with_name("abcdef1"))
    store.keep(with_name("abcdef2"))
    status, printed, complaint = run("delete", *names)
    assert status == 1 and printed == "" and sentence in complaint
    assert len(store.ids()) == 2


def test_the_sheet_shows_what_is_in_quarantine(store, run, tmp_path):
    store.keep(correction(0))
    assert run("sheet", tmp_path / "sheet.png")[1] == "Nothing is in quarantine.\n"
    for number in range(1, 4):
        store.keep(correction(number, **SURE))
    status, printed, _ = run("sheet", tmp_path / "sheet.png")
    assert status == 0 and "3 in quarantine" in printed
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 500 and np.asarray(sheet.convert("L")).std() > 5


@pytest.mark.parametrize("command", ["sheet", "export"])
def test_a_file_of_another_kind_is_a_sentence(store, run, tmp_path, command):
    store.keep(correction(0, **SURE))
    status, _, complaint = run(command, tmp_path / "out.txt")
    assert status == 1 and "has to end in" in complaint and not (tmp_path / "out.txt").exists()


def test_a_database_that_is_not_there_is_a_sentence_and_not_made(tmp_path, capsys):
    assert main(["--database", f"sqlite:///{tmp_path / 'none.db'}", "list"]) == 1
    assert "no correction has been kept there yet" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()


def test_a_database_of_something_else_is_a_sentence_and_stays_as_it_is(tmp_path, capsys):
    file = tmp_path / "customers.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    before = file.read_bytes()
    assert main(["--database", f"sqlite:///{file}", "list"]) == 1
    assert "There are no corrections in this database" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_the_database_is_the_pages_unless_another_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "secrets.toml").write_text(f'[connections.corrections]\nurl = "sqlite:///{tmp_path / "c.db"}"\n')
    CorrectionStore(open_engine(f"sqlite:///{tmp_path / 'c.db'}")).keep(correction())
    monkeypatch.setattr(program, "SECRETS", (tmp_path / "missing.toml", tmp_path / "secrets.toml"))
    assert main(["list"]) == 0
    assert "1 correction, 0 of them" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["hello", "postgresql://u:hush@127.0.0.1:1/d"])
def test_a_database_that_cannot_be_used_is_one_sentence(url, capsys):
    assert main(["--database", url, "list"]) == 1
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1 and "hush" not in complaint


def test_the_help_shows_every_command_in_an_example(capsys):
    run = subprocess.run(
        [sys.executable, "-m", "corrections", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for command in ("list", "sheet", "export", "accept", "delete", "--database"):
        assert f"python -m corrections {command} " in run.stdout
