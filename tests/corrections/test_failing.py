"""The database of corrections down, full, read-only or killed: nothing that was confirmed is lost."""

import contextlib
import logging
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from corrections import CorrectionError
from corrections.database import open_engine
from corrections.store import CorrectionStore
from tests.helpers import correction

ROOT = Path(__file__).parents[2]
ROUNDS = 4  # of writing and being killed


def sqlite_store(path):
    return CorrectionStore(open_engine(f"sqlite:///{path}"))


def assert_refuses(store, sentence, number=1):
    with pytest.raises(CorrectionError, match=sentence):
        store.keep(correction(number))


def assert_works(store):
    """A correction can be kept again, and the one from before is still there."""
    store.keep(correction(1))
    assert store.ids() == [(correction(0).drawing, 0), (correction(1).drawing, 0)]


def test_a_stopped_server_is_a_sentence_and_works_again_once_it_is_started(server):
    store = CorrectionStore(open_engine(server.new_database()))
    store.keep(correction(0))
    server.stop()
    try:
        assert_refuses(store, "cannot be reached")
    finally:
        server.start()
    assert_works(store)


def test_a_server_that_crashed_has_everything_that_was_confirmed(server):
    store = CorrectionStore(open_engine(server.new_database()))
    store.keep(correction(0))
    server.stop("immediate")
    server.start()
    assert_works(store)


def test_a_folder_that_is_gone_is_a_sentence_and_not_a_file_that_nobody_sees(tmp_path):
    folder, away = tmp_path / "disk", tmp_path / "away"
    folder.mkdir()
    store = sqlite_store(folder / "corrections.db")
    store.keep(correction(0))
    folder.rename(away)
    assert_refuses(store, "cannot be reached")
    away.rename(folder)
    assert_works(store)


def test_a_file_that_is_taken_away_is_made_anew(tmp_path):
    store = sqlite_store(tmp_path / "corrections.db")
    store.keep(correction(0))
    (tmp_path / "corrections.db").rename(tmp_path / "taken.db")
    store.keep(correction(1))
    assert store.ids() == [(correction(1).drawing, 0)]


def test_a_file_that_is_no_database_is_a_sentence_and_left_alone(tmp_path):
    (tmp_path / "corrections.db").write_text("my diary, of which there is no other copy\n" * 100)
    before = (tmp_path / "corrections.db").read_bytes()
    assert_refuses(sqlite_store(tmp_path / "corrections.db"), "damaged, or is not one of corrections")
    assert (tmp_path / "corrections.db").read_bytes() == before


def test_a_full_sqlite_database_is_a_sentence_and_works_again_once_there_is_room(tmp_path):
    store = sqlite_store(tmp_path / "corrections.db")
    store.keep(correction(0))
    full = open_engine(f"sqlite:///{tmp_path / 'corrections.db'}")

    @event.listens_for(full, "connect")
    def _fill(connection, _):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill():
        for number in range(2, 50):  # the pages that are there already have room for a few
            CorrectionStore(full).keep(correction(number))

    with pytest.raises(CorrectionError, match="no room left"):
        fill()
    store.delete([name for name in store.ids() if name != (correction(0).drawing, 0)])
    assert_works(store)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the file that is always full, which Linux has")
def test_a_full_disk_under_the_server_is_a_sentence_and_works_again_once_there_is_room(server):
    """The table's file becomes a link to /dev/full, so that the server meets a disk without room when it writes."""
    url = server.new_database()
    store = CorrectionStore(open_engine(url))
    store.ids()  # makes the empty table, whose first row needs a first page
    name = url.rpartition("/")[2]
    ((path,),) = server.execute("SELECT pg_relation_filepath('corrections')", name)
    file = server.data / path
    server.stop()
    file.rename(file.with_suffix(".away"))
    file.symlink_to("/dev/full")
    server.start()
    try:
        assert_refuses(store, "no room left", 0)
    finally:
        server.stop("immediate")  # it would try to write to the link
        file.unlink()
        file.with_suffix(".away").rename(file)
        server.start()
    store.keep(correction(0))
    assert_works(store)


def test_a_server_that_only_reads_is_a_sentence_and_can_still_be_read(server):
    url = server.new_database()
    store = CorrectionStore(open_engine(url))
    store.keep(correction(0))
    name = url.rpartition("/")[2]
    server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        again = CorrectionStore(open_engine(url))  # the setting is for new connections
        assert_refuses(again, "only be read")
        assert len(again.all()) == 1
    finally:
        server.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert_works(CorrectionStore(open_engine(url)))


def test_a_sqlite_file_that_can_only_be_read_is_a_sentence_and_can_still_be_read(tmp_path):
    store = sqlite_store(tmp_path / "corrections.db")
    store.keep(correction(0))
    read_only = CorrectionStore(open_engine(f"sqlite:///file:{tmp_path / 'corrections.db'}?mode=ro&uri=true"))
    assert_refuses(read_only, "only be read")
    assert len(read_only.all()) == 1
    assert_works(store)


def test_a_database_that_another_holds_for_too_long_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("corrections.database.BUSY_S", 0.1)
    store = sqlite_store(tmp_path / "corrections.db")
    store.keep(correction(0))
    other = sa.create_engine(f"sqlite:///{tmp_path / 'corrections.db'}").raw_connection()
    other.execute("BEGIN IMMEDIATE")
    assert_refuses(store, "too busy")
    other.rollback()
    assert_works(store)


@pytest.mark.parametrize("where", ["hush@nowhere.invalid/d", "127.0.0.1:1/d"])
def test_neither_the_sentence_nor_the_log_has_the_password(where, caplog):
    caplog.set_level(logging.DEBUG)
    assert_refuses(CorrectionStore(open_engine(f"postgresql://u:hush@{where}")), "cannot be reached")
    assert "hush" not in caplog.text and "OperationalError" in caplog.text


def test_what_was_confirmed_outlives_sigkill_at_any_moment(url):
    """A process keeps corrections and is killed in the middle of one, time after time."""
    confirmed, first = [], 0
    chance = random.Random(7)
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "tests.corrections.writer", url, str(first)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            lines = [writer.stdout.readline() for _ in range(chance.randrange(1, 30))]
            # Not when it has just confirmed one, but anywhere in the next ones: after a while that only spinning takes.
            for _ in range(chance.randrange(1_000_000)):
                pass
            writer.kill()
            lines += writer.stdout.readlines()
        assert writer.returncode == -9
        assert all(len(line) == 33 for line in lines[:-1]) and lines
        confirmed += [line.strip() for line in lines if len(line) == 33]
        first += 10_000
        kept = CorrectionStore(open_engine(url)).all()
        missing = set(confirmed) - {each.drawing for each in kept}
        assert not missing
    assert len(kept) >= len(confirmed) > ROUNDS


def test_the_database_outlives_sigkill_in_its_first_moments(tmp_path):
    """Where the file and the table are being made: the next one that comes finishes it."""
    path = tmp_path / "corrections.db"
    command = [sys.executable, "-m", "tests.corrections.writer", f"sqlite:///{path}", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        while not path.exists() and writer.poll() is None:
            os.sched_yield()
        writer.kill()
    sqlite_store(path).keep(correction(10**6))
    assert (correction(10**6).drawing, 0) in sqlite_store(path).ids()
    with contextlib.closing(sa.create_engine(f"sqlite:///{path}").raw_connection()) as connection:
        assert connection.cursor().execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nothing_but_the_file_itself_has_to_be_copied(tmp_path):
    store = sqlite_store(tmp_path / "corrections.db")
    store.keep(correction(0))
    assert [path.name for path in tmp_path.iterdir()] == ["corrections.db"]
    shutil.copy(tmp_path / "corrections.db", tmp_path / "copy.db")
    assert_works(sqlite_store(tmp_path / "copy.db"))
