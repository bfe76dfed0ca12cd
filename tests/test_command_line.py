import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recognizer.__main__ import main, parser
from tests.helpers import STROKES, drawn

ROOT = Path(__file__).parent.parent


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


def test_json_holds_all_ten_probabilities_and_the_box(folder, capsys):
    assert main(["--json", str(folder / "5.png")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["text"] == "5" and answer["file"].endswith("5.png") and answer["left_out"] == 0
    (digit,) = answer["digits"]
    assert digit["digit"] == 5 and digit["is_digit"] is True and len(digit["box"]) == 4
    assert len(digit["probabilities"]) == 10 and sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)


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
