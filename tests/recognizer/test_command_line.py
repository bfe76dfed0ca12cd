import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from benchmarks.support.drawing import STROKES, drawn, looped_seven, render
from recognizer import Hand, ModelError, Recognizer
from recognizer.__main__ import main, parser
from recognizer.output.formatting import COLUMNS
from recognizer.runtimes.loader import DEFAULT_MODEL, MODEL_VARIABLE

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "recognizer")
DIGITS = [f"{digit}.png" for digit in STROKES]
REST = ("blank.png", "text.png", "none.png")  # what a folder holds besides digits, and a file that is missing
FULL = Path("/dev/full")  # a disk without any space left


@pytest.fixture(autouse=True)
def _model(light, monkeypatch):
    monkeypatch.setenv(MODEL_VARIABLE, str(light.model.path))


@pytest.fixture
def folder(tmp_path):
    """A folder with a picture of every digit, 0.png to 9.png, a blank one, and two files that are not pictures."""
    for digit in STROKES:
        Image.fromarray(drawn(digit)).save(tmp_path / f"{digit}.png")
    Image.new("RGB", (50, 50), "white").save(tmp_path / "blank.png")
    for name in ("text.png", "notes.txt"):  # the latter is not a picture by its name either
        (tmp_path / name).write_text("hello")
    return tmp_path


def run(*arguments, capsys):
    """Run the program -> its exit status, and the lines of its answers and of its messages."""
    status = main([str(each) for each in arguments])
    printed = capsys.readouterr()
    return status, printed.out.splitlines(), printed.err.splitlines()


def test_every_picture_is_answered_on_its_line_and_a_bad_one_does_not_stop_the_others(folder, capsys):
    files = [folder / name for name in ("3.png", "text.png", "none.png", "7.png", "blank.png")]
    status, answers, messages = run(*files, capsys=capsys)
    assert status == 1
    assert [answer.split(" (")[0] for answer in answers] == [
        f"{files[0]}: 3",
        f"{files[3]}: 7",
        f"{files[4]}: no digits found",
    ]
    for file, message, sentence in zip(files[1:3], messages, ("not a picture", "cannot be read"), strict=True):
        assert message.startswith(f"{file}: ") and sentence in message


def test_for_one_picture_only_its_text_is_printed(folder, capsys):
    assert run(folder / "4.png", capsys=capsys) == (0, ["4"], [])
    assert run(folder / "blank.png", capsys=capsys) == (0, ["no digits found"], [])


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_an_empty_name_and_a_folder_without_pictures_cannot_be_read(form, folder, capsys):
    empty = folder / "empty"
    empty.mkdir()
    for name, sentence in (("", "this name is empty"), (empty, "there are no pictures in this folder")):
        status, _, (message,) = run(*form, name, capsys=capsys)
        assert status == 1 and sentence in message and str(name) in message
    status, answers, _ = run(*form, empty, folder / "7.png", capsys=capsys)
    assert status == 1 and "7" in answers[-1]


def test_json_has_an_object_for_each_file_with_its_digits_or_its_error(folder, capsys):
    status, answers, _ = run("--json", folder, folder / "none.png", capsys=capsys)
    answers = [json.loads(answer) for answer in answers]
    assert status == 1 and [Path(answer["file"]).name for answer in answers] == [*DIGITS, *REST]
    assert [answer.get("text") for answer in answers] == [*"0123456789", "", None, None]
    assert "not a picture" in answers[-2]["error"] and "cannot be read" in answers[-1]["error"]
    (digit,) = answers[5]["digits"]
    assert digit["digit"] == 5 and digit["is_digit"] is True and len(digit["box"]) == 4
    assert len(digit["probabilities"]) == 10 and sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert answers[5]["left_out"] == 0


def test_csv_has_a_row_that_says_why_for_each_file_without_digits(folder, capsys):
    status, answers, _ = run("--csv", folder, folder / "none.png", capsys=capsys)
    table = list(csv.DictReader(answers))
    assert status == 1 and [Path(row["file"]).name for row in table] == [*DIGITS, *REST]
    assert [row["digit"] for row in table] == [*"0123456789", "", "", ""]
    assert [row["remark"] for row in table[:10]] == [""] * 10
    for row, reason in zip(table[10:], ("no digits found", "not a picture", "cannot be read"), strict=True):
        assert reason in row["remark"] and not any(row[name] for name in COLUMNS)


def test_csv_has_a_row_for_each_digit(folder, capsys):
    upper, lower = [drawn(2), drawn(7)], [drawn(5), np.full((300, 300, 3), 255, np.uint8)]
    Image.fromarray(np.vstack([np.hstack(upper), np.hstack(lower)])).save(folder / "lines, two.png")
    table = list(csv.DictReader(run("--csv", folder / "lines, two.png", capsys=capsys)[1]))
    assert [(row["line"], row["digit"]) for row in table] == [("1", "2"), ("1", "7"), ("2", "5")]
    assert all(row["file"].endswith("lines, two.png") and 0 < float(row["confidence"]) <= 1 for row in table)
    assert int(table[1]["left"]) > 300 and int(table[2]["top"]) > 300


def test_standard_input_is_a_file_too(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((folder / "9.png").read_bytes())))
    assert run("-", capsys=capsys) == (0, ["9"], [])
    monkeypatch.setattr("sys.stdin", None)
    assert run("-", capsys=capsys) == (1, [], ["-: This cannot be read (standard input is closed)."])


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no names for open files")
def test_a_pipe_that_a_shell_has_opened_is_a_file_too(folder, capsys):
    reader, writer = os.pipe()
    os.write(writer, (folder / "8.png").read_bytes())
    os.close(writer)
    assert run(f"/dev/fd/{reader}", capsys=capsys) == (0, ["8"], [])
    os.close(reader)


def test_when_nobody_reads_the_answers_the_program_ends_silently(folder, capsys, monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        assert run(folder, capsys=capsys) == (128 + 13, [], [])  # as if SIGPIPE had ended it


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_one_sentence_even_if_nothing_is_written_before_the_end(folder):
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    for argument in ("--help", folder):
        with FULL.open("w") as disk:
            ended = subprocess.run(
                [*PROGRAM, argument], cwd=ROOT, env=buffered, stdout=disk, stderr=subprocess.PIPE, text=True
            )
        sentence = "python -m recognizer: the answers cannot be written (No space left on device).\n"
        assert (ended.returncode, ended.stderr) == (1, sentence)


INTERRUPTIBLE = """
import signal
from recognizer import ModelError, Recognizer
from recognizer.__main__ import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a program in the background does not have
"""
INTERRUPTED_WHILE_LOADING = """
def interrupted(path):
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise ModelError("This runtime is not installed.")

Recognizer.load = interrupted
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("loading", [False, True])
def test_ctrl_c_leaves_whole_lines_and_one_sentence(loading, folder):
    program = f"{INTERRUPTIBLE}{INTERRUPTED_WHILE_LOADING if loading else ''}\nraise SystemExit(main())"
    many = [folder / "3.png"] * 2000  # more answers than fit into the pipe: it cannot have finished
    with subprocess.Popen(
        [sys.executable, "-c", program, *many], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        answers, messages = process.communicate()
    assert process.returncode == 128 + signal.SIGINT and messages == "python -m recognizer: stopped.\n"
    assert set(answers.splitlines(keepends=True)) <= {first}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize(("name", "many"), [("read.csv", 1000), ("read.jsonl", 2), ("read.parquet", 1000)])
def test_after_ctrl_c_the_answers_are_there_and_the_same_command_goes_on_with_them(name, many, folder, capsys):
    for number in range(400):
        (folder / f"more{number}.png").hardlink_to(folder / "3.png")
    (folder / "0 broken.png").write_text("hello")
    out = folder / name
    program = (
        f"{INTERRUPTIBLE}\nimport recognizer.__main__\nrecognizer.__main__.MANY = {many}\nraise SystemExit(main())"
    )
    command = [sys.executable, "-c", program, "--out", out, folder]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        process.stderr.readline()  # of the broken one; there are hundreds of others left
        process.send_signal(signal.SIGINT)
        messages = process.communicate()[1].splitlines()
    sentence = f"python -m recognizer: stopped. {out} has what was read; with --resume, too, it goes on."
    assert process.returncode == 128 + signal.SIGINT and messages == [sentence]
    before = files_of(out)
    assert 1 <= len(before) < 400
    assert main(["--resume", "--out", str(out), str(folder)]) == 1
    assert sorted(files_of(out)) == sorted(str(path) for path in folder.glob("*.png"))
    capsys.readouterr()


def files_of(answers):
    """The names in a file or folder of answers, each as often as it is there."""
    if answers.suffix == ".csv":
        return [row["file"] for row in csv.DictReader(answers.read_text().splitlines())]
    if answers.suffix == ".jsonl":
        return [json.loads(line)["file"] for line in answers.read_text().splitlines()]
    return pq.read_table(answers)["file"].to_pylist()


def test_answers_that_are_there_are_neither_overwritten_nor_added_to_without_being_told(folder, capsys):
    out = folder / "read.csv"
    out.write_text("what somebody wrote\n")
    for options, sentence in (([], "is there already"), (["--resume"], "holds something else than answers")):
        status, _, (message,) = run(*options, "--out", out, folder / "3.png", capsys=capsys)
        assert status == 1 and sentence in message and out.read_text() == "what somebody wrote\n"
    status, _, (message,) = run("--out", folder / "read.txt", folder / "3.png", capsys=capsys)
    assert status == 1 and message.endswith("ends in .csv, .jsonl or .parquet.")
    status, _, (message,) = run("--resume", folder / "3.png", capsys=capsys)
    assert status == 1 and message.endswith("say which with --out.")


def test_a_picture_of_one_digit_has_one_digit_whatever_it_looks_like(folder, capsys):
    Image.fromarray(np.hstack([drawn(3), drawn(7)])).save(folder / "two.png")
    answers = run("--json", "--single", folder, capsys=capsys)[1]
    answers = {Path(answer["file"]).name: answer for answer in map(json.loads, answers)}
    assert [answers[name]["text"] for name in DIGITS] == [*"0123456789"]
    assert len(answers["two.png"]["digits"]) == 1 and answers["blank.png"]["digits"] == []


@pytest.mark.parametrize(("answers", "has_bar"), [("answers.txt", True), (os.devnull, False)])
def test_a_bar_is_drawn_only_if_the_answers_go_to_a_file(answers, has_bar, folder, monkeypatch):
    names = [str(folder / name) for name in ("1.png", "text.png", "2.png")]
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    with (folder / answers).open("w") as stdout:
        monkeypatch.setattr("sys.stdout", stdout)
        monkeypatch.setattr("sys.stderr", terminal)
        assert main(names) == 1
    shown = terminal.getvalue().replace("\r", "\n").splitlines()
    assert any("0/3" in line for line in shown) is has_bar
    assert any(line.startswith(names[1]) and line.endswith("whatever its name says.") for line in shown)


def test_a_process_that_ends_too_early_is_one_sentence_and_what_was_read_is_kept(folder, capsys, monkeypatch):
    def read_many(recognizer, pictures, *_, **__):
        yield recognizer.read(next(pictures))
        raise ModelError("A process that reads pictures has ended.")

    monkeypatch.setattr(Recognizer, "read_many", read_many)
    out = folder / "read.csv"
    status, _, messages = run("--out", out, folder / "3.png", folder / "7.png", capsys=capsys)
    assert status == 1 and messages == ["python -m recognizer: A process that reads pictures has ended."]
    assert files_of(out) == [str(folder / "3.png")]


def test_a_missing_model_is_one_sentence(folder, capsys):
    status, answers, (message,) = run("--model", folder / "none.keras", folder / "1.png", capsys=capsys)
    assert status == 1 and answers == [] and "There is no model" in message


def test_a_hand_changes_the_answers_and_says_where(folder, light, capsys):
    Image.fromarray(render(looped_seven())).save(folder / "looped.png")
    hand = Hand()
    hand.learn(light.predict(folder / "looped.png"), 7)
    hand.save(folder / "mine.npz")
    arguments = [str(folder / "looped.png"), str(folder / "2.png")]
    main(arguments)
    assert ["looped.png: 2 (" in line for line in capsys.readouterr().out.splitlines()] == [True, False]
    assert main(["--json", "--hand", str(folder / "mine.npz"), *arguments]) == 0
    answers = [json.loads(line)["digits"][0] for line in capsys.readouterr().out.splitlines()]
    assert [(each["digit"], each["taught"]) for each in answers] == [(7, True), (2, False)]


@pytest.mark.parametrize("name", ["none.npz", "notes.txt", ""])
def test_a_hand_that_cannot_be_used_is_one_sentence(name, folder, capsys):
    assert main(["--hand", str(folder / name), str(folder / "3.png")]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and re.fullmatch(
        r"python -m recognizer: .*(cannot be read|not the file of a hand).*\n", captured.err
    )


def test_with_keras_too_the_program_prints_only_answers(folder):
    command = [*PROGRAM, "--model", DEFAULT_MODEL, folder / "2.png"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("2\n", "")


def test_the_help_shows_every_option_in_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    options = {option for action in parser()._actions for option in action.option_strings} - {"-h", "--help"}
    assert options == {"--json", "--csv", "--out", "--resume", "--processes", "--single", "--model", "--hand"}
    assert all(f"python -m recognizer {option} " in text for option in options)
