"""A real Ray cluster of two nodes on this machine: one is lost while both read, and a worker while it writes."""

import os
import select
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE, Popen

import pyarrow.parquet
import pytest

from benchmarks.many.batch import draw_canvases
from benchmarks.support.cluster import add_node, ray_cluster
from recognizer import Recognizer
from recognizer.output.formatting import to_record
from recognizer.output.parquet import to_table
from recognizer.runtimes.loader import DEFAULT_MODEL

ROOT = Path(__file__).parents[2]
DYING = f"{Path(__file__).parent / 'dying'}{os.pathsep}{ROOT}"
MODEL = DEFAULT_MODEL.with_suffix(".onnx")
PATIENCE_S = 90  # then the test fails


@pytest.fixture
def cluster(tmp_path):
    """A Ray cluster with its first node; without Ray the test is skipped, or fails where REQUIRE_RAY is set."""
    if not find_spec("ray"):
        if os.environ.get("REQUIRE_RAY"):
            pytest.fail("REQUIRE_RAY is set, and there is no Ray: pip install -r requirements-ray.txt")
        pytest.skip("no Ray: `make test-ray` installs it and runs this")
    with ray_cluster(1, PYTHONPATH=DYING, FIRST_FILE=str(tmp_path / "first file")) as cluster:
        yield cluster


@pytest.fixture
def folder(tmp_path):
    """300 pictures of digits and a file that is none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    draw_canvases(folder, 300)
    (folder / "broken.png").write_text("hello")
    return folder


@pytest.fixture
def start():
    """Start the program with these arguments, as often as wanted; none outlives the test."""
    programs = []

    def start(*arguments):
        command = [sys.executable, "-m", "recognizer.on_ray", *map(str, arguments)]
        programs.append(Popen(command, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True))
        return programs[-1]

    yield start
    for program in programs:
        with program:
            program.kill()


def answers(program):
    """What the program prints until its end, which must come, and be a good one."""
    printed, messages = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == 0, messages
    return printed


def rows(folder):
    """The rows of all Parquet files in a folder, sorted by the pictures' names."""
    return sorted(pyarrow.parquet.read_table(folder).to_pylist(), key=lambda row: row["file"])


def answered(rows):
    """Rows without what may differ a little between calls of the model."""
    return [{**row, "digits": [(each["digit"], each["box"]) for each in row["digits"] or ()]} for row in rows]


def confidences(rows):
    return [each["confidence"] for row in rows for each in row["digits"] or ()]


def test_with_a_node_and_a_worker_lost_each_picture_has_one_row_and_is_not_read_again(cluster, start, folder, tmp_path):
    os.mkfifo(tmp_path / "lost")
    pipe = os.open(tmp_path / "lost", os.O_RDONLY | os.O_NONBLOCK)
    environment = {"PYTHONPATH": DYING, "FIRST_FILE": str(tmp_path / "first file"), "LOST": str(tmp_path / "lost")}
    lost = add_node(cluster, 1, **environment)
    options = ["--address", cluster.address, "--model", MODEL, folder, tmp_path / "readings"]
    program = start(*options)
    assert select.select([pipe], [], [], PATIENCE_S)[0], "no worker of the second node has begun its third task"
    worker = int(os.read(pipe, 100))
    os.close(pipe)
    os.kill(worker, signal.SIGKILL)
    cluster.remove_node(lost, allow_graceful=False)
    assert "301 pictures to read" in answers(program) and (tmp_path / "first file").exists()

    names = sorted(map(str, folder.iterdir()))
    outcomes = Recognizer.load(MODEL).read_many(names)
    expected = to_table([to_record(name, outcome) for name, outcome in zip(names, outcomes, strict=True)])
    found = rows(tmp_path / "readings")
    assert answered(found) == answered(expected.to_pylist())
    assert confidences(found) == pytest.approx(confidences(expected.to_pylist()), abs=1e-4)
    assert "not a picture" in found[-1]["error"]

    for name in names:
        Path(name).write_text("It is not read again.")
    for added in ("x.png", "y.png", "z.png"):
        (folder / added).write_text("But this is read.")
    assert "3 pictures to read; 301 have been read before" in answers(start(*options))
    again = rows(tmp_path / "readings")
    assert again[:-3] == found
    assert [Path(row["file"]).name for row in again[-3:]] == ["x.png", "y.png", "z.png"]
