"""The database of corrections is down, full, read-only, locked or killed: no confirmed correction is lost."""

import contextlib
import logging
import random
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from corrections import CorrectionError
from corrections.database import open_engine
from corrections.store import CorrectionStore
from tests.helpers import correction

ROOT = Path(__file__).parents[2]
FIRST, SECOND = ((correction(number).drawing, 0) for number in (0, 1))  # keys


@pytest.fixture
def file(tmp_path):
    """Where a SQLite database is made."""
    return tmp_path / "corrections.db"


def store_at(url):
    """A store over connections of its own."""
    return CorrectionStore(open_engine(url if "://" in str(url) else f"sqlite:///{url}"))


def with_one(url):
    """A store that holds the first correction."""
    store = store_at(url)
    store.keep(correction(0))
    return store


def assert_refuses(store, sentence):
    with pytest.raises(CorrectionError, match=sentence):
        store.keep(correction(1))


def assert_works(store):
    """The second correction can be kept now, and the first is still there."""
    store.keep(correction(1))
    assert store.ids() == [FIRST, SECOND]


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_stops_or_crashes_keeps_what_was_confirmed_and_can_be_used_again(server, mode):
    store = with_one(server.new_database())
    server.stop(mode)
    try:
        assert_refuses(store, "cannot be reached")
    finally:
        server.start()
    assert_works(store)


def test_a_folder_that_is_away_is_an_error_until_it_is_back_and_a_file_that_is_away_is_made_anew(tmp_path):
    folder, away = tmp_path / "disk", tmp_path / "away"
    folder.mkdir()
    store = with_one(folder / "corrections.db")
    folder.rename(away)
    assert_refuses(store, "cannot be reached")
    away.rename(folder)
    assert_works(store)
    (folder / "corrections.db").rename(tmp_path / "taken.db")
    store.keep(correction(1))
    assert store.ids() == [SECOND]


def test_an_empty_file_which_is_what_a_crash_can_leave_becomes_a_database(file):
    file.touch()
    assert with_one(file).ids() == [FIRST]


def test_a_file_of_something_else_is_an_error_and_stays_as_it_was(file):
    file.write_text("my diary, of which there is no other copy\n" * 100)
    before = file.read_bytes()
    assert_refuses(store_at(file), "damaged, or holds something else")
    assert file.read_bytes() == before


def test_a_full_sqlite_database_is_an_error_until_there_is_room(file):
    store = with_one(file)
    engine = open_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def _fill(connection, _):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill():
        for number in range(2, 50):  # the pages that are there already have room for a few
            CorrectionStore(engine).keep(correction(number))

    with pytest.raises(CorrectionError, match="disk is full"):
        fill()
    store.delete(key for key in store.ids() if key != FIRST)
    assert_works(store)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the file that is always full, which Linux has")
def test_a_full_disk_under_the_server_is_an_error_until_there_is_room(server):
    """The table's file becomes a link to /dev/full, so the server meets a full disk when it writes."""
    url = server.new_database()
    store = store_at(url)
    store.ids()  # makes the empty table, whose first row needs a first page
    ((path,),) = server.execute("SELECT pg_relation_filepath('corrections')", url.rpartition("/")[2])
    file = server.data / path
    server.stop()
    file.rename(file.with_suffix(".away"))
    file.symlink_to("/dev/full")
    server.start()
    try:
        assert_refuses(store, "disk is full")
    finally:
        server.stop("immediate")  # it would try to write to the link
        file.unlink()
        file.with_suffix(".away").rename(file)
        server.start()
    store.keep(correction(0))
    assert_works(store)


def test_a_database_that_can_only_be_read_is_an_error_but_can_be_read(url):
    store = with_one(url)
    if url.startswith("sqlite"):
        read_only = store_at(url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true")
    else:
        read_only = store_at(f"{url}?options=-c%20default_transaction_read_only%3Don")
    assert_refuses(read_only, "only be read")
    assert read_only.ids() == [FIRST]
    assert_works(store)


def test_a_database_that_is_locked_for_too_long_is_an_error_until_it_is_not(file, monkeypatch):
    monkeypatch.setattr("corrections.database.BUSY_S", 0.1)
    store = with_one(file)
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert_refuses(store, "too busy")
    assert_works(store)


@pytest.mark.parametrize("where", ["hush@nowhere.invalid/d", "127.0.0.1:1/d"])
def test_neither_the_error_nor_the_log_shows_the_password(where, caplog):
    caplog.set_level(logging.DEBUG)
    assert_refuses(store_at(f"postgresql://u:hush@{where}"), "cannot be reached")
    assert "hush" not in caplog.text and "OperationalError" in caplog.text


def test_confirmed_corrections_outlive_sigkill_while_another_process_writes(url):
    """A process writes together with threads of this one, from an empty database on, and is killed in the middle."""
    mine = range(10**6, 10**6 + 20)
    command = [sys.executable, "-m", "tests.corrections.writer", url]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer,
        ThreadPoolExecutor(10) as threads,
    ):
        confirmed = [writer.stdout.readline() for _ in range(3)]
        writes = threads.map(lambda number: store_at(url).keep(correction(number)), mine)
        confirmed += [writer.stdout.readline() for _ in range(3)]
        for _ in range(random.randrange(1_000_000)):  # not right after a confirmation, but anywhere in the next write
            pass
        writer.kill()
        confirmed += writer.stdout.readlines()
        list(writes)
    assert writer.returncode == -9
    whole = {line.strip() for line in confirmed if line.endswith("\n")}
    kept = {each.drawing for each in store_at(url).all()}
    assert len(whole) >= 6 and kept >= whole | {correction(number).drawing for number in mine}
    if url.startswith("sqlite"):
        with open_engine(url).connect() as connection:
            assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"


def test_nothing_but_the_sqlite_file_has_to_be_copied(file):
    with_one(file)
    assert list(file.parent.iterdir()) == [file]
    shutil.copy(file, file.with_name("copy.db"))
    assert_works(store_at(file.with_name("copy.db")))
