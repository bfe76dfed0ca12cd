"""Keeping corrections, in SQLite and in a real PostgreSQL."""

import os
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from corrections import CorrectionError
from corrections.correction import MAX_STROKES, MAX_STROKES_BYTES
from corrections.database import engine_options, normalized, open_engine, reading, writing
from corrections.schema import POSTGRES_LOCK, make_table, table
from corrections.store import CorrectionStore, open_existing
from recognizer import Stroke
from tests.helpers import correction

ROOT = Path(__file__).parents[2]
WRITERS = 50


@pytest.fixture
def store(url):
    return CorrectionStore(open_engine(url))


def assert_same(one, other):
    """Two corrections are equal, to the last bit of the picture."""
    np.testing.assert_array_equal(one.picture, other.picture)
    for mine, yours in zip(one.strokes, other.strokes, strict=True):
        np.testing.assert_array_equal(mine.points, yours.points)
        assert mine.width == yours.width
    assert replace(one, picture=None, strokes=()).__dict__ == replace(other, picture=None, strokes=()).__dict__


def test_what_is_kept_comes_back_as_it_was(store):
    first, second = correction(1), correction(2, answer=10, label=10, confidence=1.0, box=(-3, 0, 640, 300))
    for each in (second, first):
        store.keep(each)
    kept = store.all()
    assert_same(kept[0], first)
    assert_same(kept[1], second)


def test_another_label_takes_the_place_of_the_first_and_a_second_try_makes_no_second_row(store):
    first = correction(label=7)
    for each in (first, first, replace(first, label=2, made_at=first.made_at + timedelta(minutes=1))):
        store.keep(each)
    (kept,) = store.all()
    assert kept.label == 2 and kept.made_at == first.made_at + timedelta(minutes=1)


def test_each_digit_of_a_number_is_a_correction_of_its_own(store):
    for position, label in enumerate((4, 0, 7)):
        store.keep(correction(position=position, label=label))
    assert [(each.position, each.label) for each in store.all()] == [(0, 4), (1, 0), (2, 7)]
    assert store.ids() == [(correction().drawing, position) for position in range(3)]


def test_only_what_is_named_is_accepted_and_deleted(store):
    for number in range(3):
        store.keep(correction(number))
    keys = [(correction(number).drawing, 0) for number in range(3)]
    assert store.accept([keys[1], ("f" * 32, 0)]) == 1
    assert [each.accepted for each in store.all()] == [False, True, False]
    assert store.delete([keys[0], keys[2]]) == 2
    assert store.ids() == [keys[1]]


def test_who_accepted_one_label_has_not_accepted_another(store):
    store.keep(correction(label=7))
    store.accept(store.ids())
    store.keep(correction(label=7))
    assert store.all()[0].accepted
    store.keep(correction(label=2))
    assert not store.all()[0].accepted


def test_no_more_is_kept_than_there_is_to_be_room_for(url):
    store = CorrectionStore(open_engine(url), most=2)
    for number in range(2):
        store.keep(correction(number))
    with pytest.raises(CorrectionError, match="There are 2 corrections already"):
        store.keep(correction(3))
    store.keep(correction(0, label=3))
    assert [each.label for each in store.all()] == [3, 7]


NAN = np.array([(float("nan"), 1.0)])
BAD = {
    "a drawing that is no id": {"drawing": "'; DROP TABLE corrections; --"},
    "a negative position": {"position": -1},
    "a position beyond all": {"position": 10_000},
    "a label that is none": {"label": 11},
    "a label of text": {"label": "7"},
    "true for a label": {"label": True},
    "an answer that is none": {"answer": -1},
    "a confidence above one": {"confidence": 1.5},
    "no confidence": {"confidence": float("nan")},
    "another picture": {"picture": np.zeros((28, 29), np.uint8)},
    "a picture of floats": {"picture": np.zeros((28, 28), np.float32)},
    "a model that is none": {"model": "digits.keras"},
    "a box of three": {"box": (1, 2, 3)},
    "a box far away": {"box": (1, 2, 3, 10**9)},
    "a time without a zone": {"made_at": datetime(2026, 1, 1)},
    "a time in another zone": {"made_at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))},
    "too many strokes": {"strokes": correction().strokes[:1] * (MAX_STROKES + 1)},
    "strokes too long": {"strokes": (Stroke(np.full((MAX_STROKES_BYTES // 8, 2), 123.4), 4.0),)},
    "a stroke to nowhere": {"strokes": (Stroke(NAN, 4.0),)},
    "a stroke without points": {"strokes": (Stroke(np.zeros((0, 2)), 4.0),)},
    "a stroke without a width": {"strokes": (Stroke(np.zeros((1, 2)), float("inf")),)},
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_page_makes_is_refused_before_the_database_sees_it(name, tmp_path):
    with pytest.raises(CorrectionError, match="Clear the canvas and draw again"):
        CorrectionStore(open_engine(f"sqlite:///{tmp_path / 'none.db'}")).keep(correction(**BAD[name]))
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("changed", ["picture = ''", "label = 11", "answer = -1", "confidence = 2"])
def test_the_database_itself_refuses_what_cannot_be(store, url, changed):
    store.keep(correction())
    engine = open_engine(url)
    with pytest.raises(CorrectionError), writing(engine) as connection:
        connection.execute(sa.text(f"UPDATE corrections SET {changed}"))


def test_what_was_damaged_in_the_database_is_a_sentence_that_names_it(store, url):
    store.keep(correction(5))
    with writing(open_engine(url)) as connection:
        connection.execute(sa.text("UPDATE corrections SET strokes = '[1]'"))
    with pytest.raises(CorrectionError, match=r"000000000000-0 is damaged\. Delete it"):
        store.all()
    assert store.delete(store.ids()) == 1


def test_what_was_damaged_keeps_nobody_from_writing_while_it_is_talked_about(store, url):
    for number in range(3):
        store.keep(correction(number))
    with writing(open_engine(url)) as connection:
        connection.execute(sa.text("UPDATE corrections SET strokes = '[1]'"))
    with pytest.raises(CorrectionError) as held:  # and with it all that its traceback holds on to
        store.all()
    store.keep(correction(3))
    assert held.value and len(store.ids()) == 4


def test_fifty_threads_at_once_lose_nothing(store):
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda number: store.keep(correction(number)), range(3 * WRITERS)))
    assert [drawing for drawing, _ in store.ids()] == [correction(number).drawing for number in range(3 * WRITERS)]


def test_fifty_writers_in_several_processes_make_the_table_at_once_and_lose_nothing(url):
    program = [sys.executable, "-m", "tests.corrections.writer", url]
    writers = [
        subprocess.Popen([*program, str(first), "10"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for first in range(0, WRITERS, 10)
    ]
    confirmed = [drawing for writer in writers for drawing in writer.communicate()[0].split()]
    assert [writer.returncode for writer in writers] == [0] * len(writers)
    kept = [drawing for drawing, _ in CorrectionStore(open_engine(url)).ids()]
    assert kept == sorted(confirmed) == [correction(number).drawing for number in range(WRITERS)]


def test_fifty_that_correct_the_same_digit_leave_one_row(store):
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda label: store.keep(correction(label=label % 10)), range(WRITERS)))
    assert len(store.ids()) == 1


@pytest.mark.parametrize("change", ["DROP COLUMN accepted", "ADD COLUMN mood TEXT"])
def test_a_table_of_another_shape_is_a_sentence_and_keeps_its_rows(store, url, change):
    store.keep(correction())
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(sa.text(f"ALTER TABLE corrections {change}"))
    for use in (store.all, lambda: store.keep(correction(1)), lambda: open_existing(url)):
        with pytest.raises(CorrectionError, match="of another shape"):
            use()
    with reading(engine) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM corrections")) == 1


def test_only_one_at_a_time_makes_the_table(server):
    """In PostgreSQL, where two that make the same table at the same moment would fail."""
    url = server.new_database()
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as threads:
        with writing(open_engine(url)) as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRES_LOCK)))
            other = threads.submit(make_table, open_engine(url))
            while not other.done() and not connection.scalar(waiting):
                os.sched_yield()
            assert not other.done(), "it has not waited"
            table.create(connection)
        other.result()
    assert CorrectionStore(open_engine(url)).ids() == []


@pytest.mark.parametrize(
    ("address", "used"),
    [
        ("postgresql://u:p%40ss@h/d", "postgresql+psycopg://u:p%40ss@h/d"),
        ("postgres://u@h:1/d?sslmode=require", "postgresql+psycopg://u@h:1/d?sslmode=require"),
        ("postgresql+psycopg2://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////srv/c.db", "sqlite:////srv/c.db"),
    ],
)
def test_an_address_gets_the_driver_that_is_installed(address, used):
    assert normalized(address) == used
    assert "pool_pre_ping" in engine_options(used) or used.startswith("sqlite")


@pytest.mark.parametrize(
    "address",
    ["", "hello", "mysql://u:hush@h/d", "sqlite://", "sqlite:///:memory:", "postgresql://u:hush@h:port/d", "://u:hush"],
)
def test_an_address_that_cannot_be_used_is_a_sentence_without_it(address):
    with pytest.raises(CorrectionError, match="has to look like") as caught:
        normalized(address)
    assert "hush" not in "".join(traceback.format_exception(caught.value))
