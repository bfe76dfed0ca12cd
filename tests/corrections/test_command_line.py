"""`python -m corrections`."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from corrections import __main__ as program
from corrections.__main__ import main
from corrections.database import open_engine
from corrections.store import CorrectionStore
from tests.helpers import correction

ROOT = Path(__file__).parents[2]
CONFIDENT = {"answer": 1, "confidence": 0.97}


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'corrections.db'}"


@pytest.fixture
def run(url, capsys):
    """Run a command on the database -> its exit status, what it printed, and its complaint."""

    def run(*arguments):
        status = main(["--database", url, *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def with_name(digits, **changes):
    """A correction whose drawing's id begins with `digits`."""
    return correction(int(digits, 16), drawing=digits.ljust(32, "0"), **changes)


def test_list_shows_each_correction_and_why_it_is_in_quarantine(store, run):
    store.keep(correction(0))
    store.keep(correction(1, label=10, **CONFIDENT))
    assert run("list") == (
        0,
        "000000000000-0  2026-01-02 03:04:05  read as 1    (  50 %)  is 7\n"
        "000000000000-0  2026-01-02 03:04:06  read as 1    (  97 %)  is none  "
        "quarantine: the model reads 1 with 97 % confidence\n"
        "2 corrections, 1 of them in quarantine\n",
        "",
    )


def arrays_in(path):
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def test_export_writes_what_is_not_in_quarantine(store, run, tmp_path):
    store.keep(with_name("a", label=10))
    store.keep(with_name("b", label=7, **CONFIDENT))
    store.keep(with_name("c", position=3))
    assert "2 corrections; 1 in quarantine left out" in run("export", tmp_path / "out.npz")[1]
    arrays = arrays_in(tmp_path / "out.npz")
    pictures, labels, drawings = arrays["pictures"], arrays["labels"], arrays["drawings"]
    assert len(arrays) == 3 and pictures.dtype == labels.dtype == np.uint8 and drawings.dtype.kind == "U"
    assert list(zip(drawings, labels, strict=True)) == [("a".ljust(32, "0"), 10), ("c".ljust(32, "0"), 7)]
    np.testing.assert_array_equal(pictures, [with_name("a").picture, with_name("c").picture])


def test_an_accepted_correction_is_exported_and_without_any_the_export_has_the_same_form(store, run, tmp_path):
    store.keep(with_name("b1b1b1", label=7, **CONFIDENT))
    run("export", tmp_path / "none.npz")
    assert run("accept", "b1b1b1000000-0") == (0, "1 correction accepted\n", "")
    assert "accepted" in run("list")[1]
    run("export", tmp_path / "one.npz")
    none, one = arrays_in(tmp_path / "none.npz"), arrays_in(tmp_path / "one.npz")
    assert one["labels"].tolist() == [7]
    assert none["pictures"].shape == (0, 28, 28)
    assert [each.dtype for each in none.values()] == [each.dtype for each in one.values()]


def test_an_export_that_fails_leaves_the_older_file_as_it_was(store, run, tmp_path, monkeypatch):
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
def test_an_id_that_is_unknown_or_too_short_deletes_nothing(store, run, names, sentence):
    store.keep(with_name("abcdef1"))
    store.keep(with_name("abcdef2"))
    status, printed, complaint = run("delete", *names)
    assert status == 1 and printed == "" and sentence in complaint
    assert len(store.ids()) == 2


def test_the_sheet_shows_what_is_in_quarantine(store, run, tmp_path):
    store.keep(correction(0))
    assert run("sheet", tmp_path / "sheet.png")[1] == "Nothing is in quarantine.\n"
    for number in range(1, 4):
        store.keep(correction(number, **CONFIDENT))
    status, printed, _ = run("sheet", tmp_path / "sheet.png")
    assert status == 0 and "3 in quarantine" in printed
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 500 and np.asarray(sheet.convert("L")).std() > 5


def test_a_file_name_with_another_ending_is_an_error(store, run, tmp_path):
    store.keep(correction(0, **CONFIDENT))
    for command in ("sheet", "export"):
        status, _, complaint = run(command, tmp_path / "out.txt")
        assert status == 1 and "has to end in" in complaint and not (tmp_path / "out.txt").exists()


def test_a_missing_database_is_an_error_and_is_not_made(run, tmp_path):
    status, _, complaint = run("list")
    assert status == 1 and "no correction has been kept there yet" in complaint
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_something_else_is_an_error_and_stays_as_it_was(run, tmp_path):
    file = tmp_path / "corrections.db"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    before = file.read_bytes()
    status, _, complaint = run("list")
    assert status == 1 and "There are no corrections in this database" in complaint
    assert file.read_bytes() == before


def test_the_database_is_the_pages_unless_another_is_named(url, tmp_path, monkeypatch, capsys):
    (tmp_path / "secrets.toml").write_text(f'[connections.corrections]\nurl = "{url}"\n')
    CorrectionStore(open_engine(url)).keep(correction())
    monkeypatch.setattr(program, "SECRETS", (tmp_path / "missing.toml", tmp_path / "secrets.toml"))
    assert main(["list"]) == 0
    assert "1 correction, 0 of them" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["hello", "postgresql://u:hush@127.0.0.1:1/d"])
def test_a_database_that_cannot_be_used_is_one_sentence(run):
    complaint = run("list")[2]
    assert complaint.count("\n") == 1 and "hush" not in complaint


def test_the_help_has_an_example_of_every_command_and_needs_nothing_of_training():
    code = (
        "import contextlib, sys; from corrections.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "assert not {'train', 'matplotlib', 'streamlit', 'tensorflow'} & set(sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    for command in ("list", "sheet", "export", "accept", "delete", "--database"):
        assert f"python -m corrections {command} " in run.stdout
