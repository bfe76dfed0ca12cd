"""Pictures in a folder as the workers of a cluster read them, and the Parquet files that are there already."""

import os
import re
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import fs, parquet

from benchmarks.support.drawing import drawn
from recognizer.images.opening import MAX_FILE_BYTES
from recognizer.output.formatting import to_record
from recognizer.output.parquet import files_read, to_table
from recognizer.output.storage import AHEAD, StorageReader, open_folder, pictures_in
from recognizer.runtimes.loader import DEFAULT_MODEL

LOCAL = fs.LocalFileSystem()
MODEL = DEFAULT_MODEL.with_suffix(".onnx")


@pytest.fixture
def folder(tmp_path):
    """A folder with a picture of every digit, 0.png to 9.png."""
    for digit in range(10):
        Image.fromarray(drawn(digit)).save(tmp_path / f"{digit}.png")
    return tmp_path


@pytest.fixture
def reader(folder):
    return StorageReader(LOCAL, str(folder), MODEL)


def read(reader, *paths):
    """The rows that `reader` gives for these paths."""
    return reader(pa.table({"file": [str(path) for path in paths]})).to_pylist()


def written(path, *names):
    """Write a Parquet file with a row for each name."""
    parquet.write_table(to_table([{"file": name, "error": "unread"} for name in names]), path)


def test_a_path_and_a_uri_of_a_folder_lead_to_the_same_place(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    for address in (folder.name, f"./{folder.name}/", str(folder), folder.as_uri()):
        assert open_folder(address) == (LOCAL, str(folder))


@pytest.mark.parametrize("address", ["", "none://here"])
def test_an_address_that_leads_nowhere_is_refused(address):
    with pytest.raises(ValueError, match="URI"):
        open_folder(address)


def test_pictures_are_found_by_their_names_endings_also_in_folders_within(folder):
    (folder / "notes.txt").touch()
    (folder / "folder.png").mkdir()
    (folder / "folder.png" / "PHOTO.JPG").touch()
    if hasattr(os, "mkfifo"):  # Windows has none
        os.mkfifo(folder / "pipe.png")
    names = [*(f"{digit}.png" for digit in range(10)), "folder.png/PHOTO.JPG"]
    assert pictures_in(LOCAL, str(folder)) == [str(folder / name) for name in names]


def test_a_folder_without_pictures_and_a_missing_one_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no pictures in .*; their names end in \.png"):
        pictures_in(LOCAL, str(tmp_path))
    with pytest.raises(OSError, match="none"):
        pictures_in(LOCAL, str(tmp_path / "none"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_text_is_one_sentence(folder):
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).touch()
    with pytest.raises(ValueError, match=r"xff\.png' is not UTF-8.*rename"):
        pictures_in(LOCAL, str(folder))


def test_pictures_get_the_same_rows_in_their_order_as_read_many_gives(folder, reader, light):
    paths = [folder / f"{digit}.png" for digit in (*range(10), *range(9, -1, -1))] * 3
    assert len(paths) % AHEAD and len(paths) > AHEAD
    outcomes = light.read_many(paths)
    expected = to_table([to_record(str(path), outcome) for path, outcome in zip(paths, outcomes, strict=True)])
    assert read(reader, *paths) == expected.to_pylist()


def test_a_picture_that_cannot_be_read_is_a_row_with_the_reason_among_the_others(folder, reader):
    (folder / "text.png").write_text("hello")
    (folder / "large.png").touch()
    os.truncate(folder / "large.png", MAX_FILE_BYTES + 1)
    names = ["1.png", "text.png", "none.png", "large.png", ".", "2.png"]
    rows = read(reader, *(f"{folder}/{name}" for name in names))
    assert [Path(row["file"]).name for row in rows] == [Path(folder, name).name for name in names]
    assert [row["text"] for row in rows] == ["1", None, None, None, None, "2"]
    sentences = (
        "not a picture",
        "cannot be read .*No such file",
        "more than 64 MiB",
        "cannot be read .*is a directory",
    )
    for row, sentence in zip(rows[1:-1], sentences, strict=True):
        assert re.search(sentence, row["error"])


def test_a_machine_that_does_not_see_the_folder_does_not_begin_to_read(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"does not see .*all machines have to"):
        StorageReader(LOCAL, str(tmp_path / "none"), MODEL)


def test_all_files_that_have_a_row_are_found_and_none_where_there_is_no_folder(tmp_path):
    assert files_read(LOCAL, str(tmp_path / "none")) == set()
    written(tmp_path / "one.parquet", "1.png", "2.png")
    written(tmp_path / "two.parquet", "3.png")
    (tmp_path / "notes.txt").write_text("hello")
    assert files_read(LOCAL, str(tmp_path)) == {"1.png", "2.png", "3.png"}


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_an_unfinished_file_has_no_rows_and_is_put_out_of_the_way(share, tmp_path):
    written(tmp_path / "one.parquet", "1.png")
    written(tmp_path / "two.parquet", "2.png")
    os.truncate(tmp_path / "two.parquet", int(share * (tmp_path / "two.parquet").stat().st_size))
    assert files_read(LOCAL, str(tmp_path)) == {"1.png"}
    assert parquet.read_table(tmp_path)["file"].to_pylist() == ["1.png"]
    assert [path.name for path in tmp_path.glob("_*")] == ["_unfinished-two.parquet.part"]


def test_parquet_files_of_something_else_are_left_alone(tmp_path):
    parquet.write_table(pa.table({"city": ["Ulm"]}), tmp_path / "cities.parquet")
    with pytest.raises(ValueError, match=r"cities\.parquet does not hold readings"):
        files_read(LOCAL, str(tmp_path))
    assert parquet.read_table(tmp_path)["city"].to_pylist() == ["Ulm"]
