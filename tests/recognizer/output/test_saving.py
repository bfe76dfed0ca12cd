import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.support.drawing import drawn
from recognizer import InvalidImageError, Reading, Recognizer
from recognizer.output import saving
from recognizer.output.saving import OutputError, open_output
from tests.helpers import always

SEVEN = Recognizer(always(7)).read(drawn(7))
TWO = Reading((SEVEN.digits * 2, SEVEN.digits))
OUTCOMES = {
    "=2+3.png": TWO,
    'a "quoted", name\nof two lines.png': TWO,
    "no\udcffutf-8.png": SEVEN,
    "blank.png": Reading(),
    "broken.png": InvalidImageError("This is no picture."),
    "last.png": TWO,
}


def written(path, resume=False):
    """Write all answers that are not there yet -> what the file holds then."""
    output = open_output(path, resume)
    for name, outcome in OUTCOMES.items():
        if not output.has(name):
            output.write(name, outcome)
    output.close()
    return path.read_bytes()


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_a_file_that_is_cut_anywhere_is_gone_on_with_to_the_same_end(ending, tmp_path):
    whole, cut = written(tmp_path / f"whole{ending}"), tmp_path / f"cut{ending}"
    header = whole.index(b"\n") + 1 if ending == ".csv" else 0
    for length in (0, *range(header, len(whole) + 1)):
        cut.write_bytes(whole[:length])
        assert written(cut, resume=True) == whole


def test_a_table_is_read_back_with_a_row_for_each_digit_or_reason(tmp_path):
    rows = list(csv.DictReader(io.StringIO(written(tmp_path / "read.csv").decode(), newline="")))
    assert [row["digit"] for row in rows] == [*"777777", "7", "", "", *"777"]
    assert rows[8]["remark"] == "This is no picture."


def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path):
    for name, line in (("read.csv", b'"a"b,c\n'), ("read.jsonl", b"{}\n"), ("list.jsonl", b"[]\n")):
        path = tmp_path / name
        before = line + written(path)
        if name == "read.csv":
            header, rest = path.read_bytes().split(b"\n", 1)
            before = header + b"\n\n" + rest
        path.write_bytes(before)
        with pytest.raises(OutputError, match="damaged"):
            open_output(path, resume=True)
        assert path.read_bytes() == before


def test_a_folder_of_parquet_has_every_picture_once_and_only_whole_files(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "PART", 2)
    folder = tmp_path / "read.parquet"
    output = open_output(folder, resume=False)
    for name in [*OUTCOMES][:3]:
        output.write(name, OUTCOMES[name])
    output = open_output(folder, resume=True)  # as after a crash, which lost what was not in a whole file
    (folder / ".unfinished").write_bytes(b"PAR1")
    assert [output.has(name) for name in OUTCOMES] == [True, True, False, False, False, False]
    for name, outcome in OUTCOMES.items():
        if not output.has(name):
            output.write(name, outcome)
    output.close()
    table = {row["file"]: row for row in pq.read_table(folder).to_pylist()}
    assert len(table) == pq.read_table(folder).num_rows == len(OUTCOMES)
    assert table["last.png"]["text"] == "77\n7" and table["last.png"]["error"] is None
    assert table["last.png"]["digits"][0]["box"] == list(SEVEN.digits[0].box)
    assert table["broken.png"] == {
        "file": "broken.png",
        "error": "This is no picture.",
        "text": None,
        "digits": None,
        "left_out": None,
    }
    assert json.dumps([*table]) == json.dumps([name.replace("\udcff", "\\udcff") for name in OUTCOMES])


def test_a_folder_of_something_else_is_refused(tmp_path):
    folder = tmp_path / "read.parquet"
    folder.mkdir()
    pq.write_table(pa.table({"x": [1]}), folder / "other.parquet")
    with pytest.raises(OutputError, match=r"other\.parquet does not hold readings"):
        open_output(folder, resume=True)
