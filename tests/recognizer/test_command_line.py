import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.support.drawing import STROKES, drawn
from recognizer.__main__ import main, parser
from recognizer.formatting import COLUMNS

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "recognizer", "--model", "models/digits.onnx")
REST = ("blank.png", "text.png", "none.png")  # what a folder holds besides digits, and a file that is not there
FULL = Path("/dev/full")  # a disk on which no room is left

on_linux = pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")


class Terminal(io.TextIOWrapper):
    """A stream that takes itself for a terminal, and keeps what is written to it."""

    def __init__(self):
        super().__init__(io.BytesIO(), write_through=True)

    def isatty(self):
        return True


@pytest.fixture
def folder(tmp_path):
    """A folder with a picture of every digit, 0.png to 9.png, a blank one, and one that is none."""
    for digit in STROKES:
        Image.fromarray(drawn(digit)).save(tmp_path / f"{digit}.png")
    Image.new("RGB", (50, 50), "white").save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("hello")
    return tmp_path


def test_every_file_is_answered_on_its_line(folder, capsys):
    files = [str(folder / f"{digit}.png") for digit in STROKES]
    assert main(files) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in lines] == [f"{file}: {digit}" for digit, file in enumerate(files)]


def test_a_bad_file_does_not_stop_the_others(folder, capsys):
    files = [str(folder / name) for name in ("3.png", "text.png", "none.png", "7.png")]
    assert main(files) == 1
    printed = capsys.readouterr()
    assert [line.rsplit(": ", 1)[1][0] for line in printed.out.splitlines()] == ["3", "7"]
    for file, sentence in zip(files[1:3], ("not a picture", "cannot be read"), strict=True):
        assert any(line.startswith(file) and sentence in line for line in printed.err.splitlines())


def test_of_one_file_the_text_alone_is_printed(folder, capsys):
    assert main([str(folder / "4.png")]) == 0
    assert capsys.readouterr().out == "4\n"
    assert main([str(folder / "blank.png")]) == 0
    assert capsys.readouterr().out == "no digits found\n"


def test_a_folder_is_answered_picture_by_picture(folder, capsys):
    (folder / "text.png").unlink()
    (folder / "notes.txt").write_text("no picture, and not looked at")
    assert main([str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [Path(line.split(": ")[0]).name for line in lines] == [*(f"{d}.png" for d in range(10)), "blank.png"]
    assert lines[-1].endswith("blank.png: no digits found")


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_an_empty_name_and_a_folder_without_pictures_cannot_be_read(form, folder, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    for given, sentence in (("", "An empty name was given"), (str(empty), "There are no pictures in this folder")):
        assert main([*form, given]) == 1
        (printed,) = capsys.readouterr().err.splitlines()
        assert sentence in printed and given in printed
    assert main([*form, str(empty), str(folder / "7.png")]) == 1
    assert "7" in capsys.readouterr().out


def test_json_holds_all_ten_probabilities_and_the_box(folder, capsys):
    assert main(["--json", str(folder / "5.png")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["text"] == "5" and answer["file"].endswith("5.png") and answer["left_out"] == 0
    (digit,) = answer["digits"]
    assert digit["digit"] == 5 and digit["is_digit"] is True and len(digit["box"]) == 4
    assert len(digit["probabilities"]) == 10 and sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)


def test_json_says_of_each_file_what_is_in_it_or_what_is_wrong_with_it(folder, capsys):
    assert main(["--json", str(folder), str(folder / "none.png")]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(a["file"]).name for a in answers] == [*(f"{d}.png" for d in range(10)), *REST]
    assert [a.get("text") for a in answers] == [*map(str, range(10)), "", None, None]
    assert "not a picture" in answers[-2]["error"] and "cannot be read" in answers[-1]["error"]


def test_csv_has_a_row_for_each_file_in_which_nothing_is_read_that_says_why(folder, capsys):
    assert main(["--csv", str(folder), str(folder / "none.png")]) == 1
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [Path(row["file"]).name for row in table] == [*(f"{d}.png" for d in range(10)), *REST]
    assert [row["digit"] for row in table] == [*map(str, range(10)), "", "", ""]
    assert [row["remark"] for row in table[:10]] == [""] * 10
    for row, remark in zip(table[10:], ("no digits found", "not a picture", "cannot be read"), strict=True):
        assert remark in row["remark"] and not any(row[name] for name in COLUMNS)


def test_csv_has_a_row_for_each_digit(folder, capsys):
    two = np.hstack([drawn(2), drawn(7)])
    lower = np.hstack([drawn(5), np.full((300, 300, 3), 255, np.uint8)])
    Image.fromarray(np.vstack([two, lower])).save(folder / "lines, two.png")
    assert main(["--csv", str(folder / "lines, two.png")]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["line"], row["digit"]) for row in table] == [("1", "2"), ("1", "7"), ("2", "5")]
    assert all(row["file"].endswith("lines, two.png") and 0 < float(row["confidence"]) <= 1 for row in table)
    assert int(table[1]["left"]) > 300 and int(table[2]["top"]) > 300


def test_standard_input_is_a_file_too(folder, capsys, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO((folder / "9.png").read_bytes()))
    monkeypatch.setattr("sys.stdin", stream)
    assert main(["-"]) == 0
    assert capsys.readouterr().out == "9\n"


def test_closed_standard_input_is_one_sentence(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    assert main(["-"]) == 1
    assert capsys.readouterr() == ("", "-: Standard input is closed.\n")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no names for open files")
def test_what_a_shell_writes_into_a_pipe_is_a_file_too(folder, capsys):
    reader, writer = os.pipe()
    os.write(writer, (folder / "8.png").read_bytes())
    os.close(writer)
    assert main([f"/dev/fd/{reader}"]) == 0
    os.close(reader)
    assert capsys.readouterr().out == "8\n"


def test_nothing_is_said_where_nobody_reads_on(folder, capsys, monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        assert main([str(folder)]) == 128 + 13  # SIGPIPE, as of a program that it ends
    assert capsys.readouterr().err == ""


@on_linux
def test_a_full_disk_is_one_sentence_also_where_nothing_is_written_before_the_end(capsys, monkeypatch):
    with FULL.open("w") as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        assert main(["--help"]) == 1
    assert capsys.readouterr().err == "python -m recognizer: the answers cannot be written (No space left on device).\n"


@on_linux
def test_a_full_disk_is_not_mentioned_again_when_the_program_ends(folder):
    with FULL.open("w") as stdout:
        run = subprocess.run([*COMMAND, folder], cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 1 and run.stderr.count("\n") == 1 and "No space left" in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_leaves_whole_lines_and_one_sentence(folder):
    endless = [folder / "3.png"] * 5000  # their answers do not fit into the pipe: it cannot be through with them
    with subprocess.Popen(
        [*COMMAND, *endless], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    assert said == "python -m recognizer: stopped.\n"
    assert set(printed.splitlines(keepends=True)) <= {first}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_while_the_model_is_loaded_is_not_taken_for_a_missing_library():
    program = """
import signal
from recognizer import ModelError, Recognizer
from recognizer.__main__ import main

def interrupted(path):
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise ModelError("This runtime is not installed.")

Recognizer.load = interrupted
raise SystemExit(main(["seven.png"]))
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 128 + signal.SIGINT
    assert run.stdout == "" and run.stderr == "python -m recognizer: stopped.\n"


@pytest.mark.parametrize(("answers", "bar"), [("answers.txt", True), (os.devnull, False)])
def test_a_bar_is_drawn_where_answers_go_to_a_file_and_over_nothing_else(answers, bar, folder, monkeypatch):
    names = [str(folder / name) for name in ("1.png", "text.png", "2.png")]
    terminal = Terminal()
    with (folder / answers).open("w") as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        monkeypatch.setattr("sys.stderr", terminal)
        assert main(names) == 1
    shown = terminal.buffer.getvalue().decode().replace("\r", "\n").splitlines()
    assert any("0/3" in line for line in shown) is bar
    assert any(line.startswith(names[1]) and line.endswith("whatever its name says.") for line in shown)


def test_a_missing_model_is_one_sentence(folder, capsys):
    assert main(["--model", str(folder / "none.keras"), str(folder / "1.png")]) == 1
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and "There is no model" in printed.err


def test_the_program_runs_as_a_module_and_prints_nothing_else(folder):
    run = subprocess.run(
        [sys.executable, "-m", "recognizer", folder / "2.png"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "2\n"
    assert run.stderr == ""


def test_the_help_shows_every_option_in_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for action in parser()._actions:
        for option in action.option_strings:
            if option not in ("-h", "--help"):
                assert f"python -m recognizer {option} " in text
