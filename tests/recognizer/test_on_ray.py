"""What `python -m recognizer.on_ray` says where it cannot begin; tests/ray has it read."""

import socket
import sys

import pytest
from pyarrow import parquet

from recognizer.on_ray import main
from recognizer.output.parquet import to_table
from recognizer.runtimes.loader import DEFAULT_MODEL

MODEL = ["--model", str(DEFAULT_MODEL.with_suffix(".onnx"))]


@pytest.fixture
def folder(tmp_path):
    """A folder of two files, which nobody gets to read."""
    for name in ("1.png", "2.png"):
        (tmp_path / name).touch()
    return tmp_path


def sentence(*arguments):
    """Run the program, which must end at once -> its message."""
    with pytest.raises(SystemExit) as ended:
        main([*MODEL, *map(str, arguments)])
    return str(ended.value.code)


def test_without_ray_it_says_how_to_install_it(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "pip install '.[ray]'" in sentence(folder, folder / "readings")


def test_a_folder_without_pictures_is_one_sentence(tmp_path):
    assert "There are no pictures in" in sentence(tmp_path, tmp_path / "readings")
    assert "No such file or directory" in sentence(tmp_path / "none", tmp_path / "readings")


def test_a_model_that_cannot_be_used_is_one_sentence(folder):
    assert "There is no model" in sentence("--model", "none.onnx", folder, folder / "readings")


def test_where_no_cluster_answers_it_says_so(folder):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    assert "no Ray cluster answers" in sentence("--address", address, folder, folder / "readings")


def test_there_is_no_reading_with_fewer_workers_than_one(folder, capsys):
    assert sentence("--workers", 0, folder, folder / "readings") == "2"
    assert "--workers has to be at least 1" in capsys.readouterr().err


def test_where_all_has_been_read_before_no_cluster_is_needed(folder, capsys):
    (folder / "readings").mkdir()
    rows = to_table([{"file": str(path), "error": "unread"} for path in sorted(folder.glob("*.png"))])
    parquet.write_table(rows, folder / "readings" / "all.parquet")
    main([*MODEL, "--address", "127.0.0.1:1", str(folder), str(folder / "readings")])
    assert capsys.readouterr().out == "0 pictures to read; 2 have been read before.\n"
