"""Keeping corrections, in SQLite and in a real PostgreSQL."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
import sqlalchemy as sa

from corrections import CorrectionError
from corrections.correction import MAX_STROKES, MAX_STROKES_BYTES
from corrections.database import open_engine, transaction
from corrections.store import CorrectionStore, open_existing
from recognizer import Stroke
from tests.helpers import correction

WRITERS = 50


def change(url, statement):
    with transaction(open_engine(url), writes=True) as connection:
        connection.execute(sa.text(statement))


def assert_same(one, other):
    """Two corrections are equal, to the last bit of the picture."""
    np.testing.assert_array_equal(one.picture, other.picture)
    for mine, yours in zip(one.strokes, other.strokes, strict=True):
        np.testing.assert_array_equal(mine.points, yours.points)
        assert mine.width == yours.width
    assert replace(one, picture=None, strokes=()).__dict__ == replace(other, picture=None, strokes=()).__dict__


def test_corrections_come_back_as_they_were_the_oldest_first(store):
    first, second = correction(1), correction(2, answer=10, label=10, confidence=1.0, box=(-3, 0, 640, 300))
    for each in (second, first):
        store.keep(each)
    kept = store.all()
    assert_same(kept[0], first)
    assert_same(kept[1], second)


def test_another_label_replaces_the_first_and_a_repetition_adds_no_row(store):
    first = correction(label=7)
    for each in (first, first, replace(first, label=2, made_at=first.made_at + timedelta(minutes=1))):
        store.keep(each)
    (kept,) = store.all()
    assert kept.label == 2 and kept.made_at == first.made_at + timedelta(minutes=1)


def test_each_digit_of_a_number_is_a_correction_and_can_be_accepted_or_deleted(store):
    for position, label in enumerate((4, 0, 7)):
        store.keep(correction(position=position, label=label))
    keys = [(correction().drawing, position) for position in range(3)]
    assert store.ids() == keys
    assert store.accept([keys[1], ("f" * 32, 0)]) == 1
    assert [(each.label, each.accepted) for each in store.all()] == [(4, False), (0, True), (7, False)]
    assert store.delete([keys[0], keys[2]]) == 2
    assert store.ids() == [keys[1]]


def test_accepting_one_label_does_not_accept_another(store):
    store.keep(correction(label=7))
    store.accept(store.ids())
    store.keep(correction(label=7))
    assert store.all()[0].accepted
    store.keep(correction(label=2))
    assert not store.all()[0].accepted


def test_a_full_store_takes_no_new_digit_but_another_label_for_an_old_one(url):
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
    "a position that is too high": {"position": 10_000},
    "a label that is too high": {"label": 11},
    "a label of text": {"label": "7"},
    "true for a label": {"label": True},
    "a negative answer": {"answer": -1},
    "a confidence above one": {"confidence": 1.5},
    "no confidence": {"confidence": float("nan")},
    "a picture of another size": {"picture": np.zeros((28, 29), np.uint8)},
    "a picture of floats": {"picture": np.zeros((28, 28), np.float32)},
    "a model that is no hash": {"model": "digits.keras"},
    "a box of three": {"box": (1, 2, 3)},
    "a box far away": {"box": (1, 2, 3, 10**9)},
    "a time without a zone": {"made_at": datetime(2026, 1, 1)},
    "a time in another zone": {"made_at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))},
    "too many strokes": {"strokes": correction().strokes[:1] * (MAX_STROKES + 1)},
    "strokes that are too long": {"strokes": (Stroke(np.full((MAX_STROKES_BYTES // 8, 2), 123.4), 4.0),)},
    "a stroke that is not a number": {"strokes": (Stroke(NAN, 4.0),)},
    "a stroke without points": {"strokes": (Stroke(np.zeros((0, 2)), 4.0),)},
    "a stroke of infinite width": {"strokes": (Stroke(np.zeros((1, 2)), float("inf")),)},
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_page_sends_is_refused_before_it_reaches_the_database(name, tmp_path):
    with pytest.raises(CorrectionError, match="Clear the canvas and draw again"):
        CorrectionStore(open_engine(f"sqlite:///{tmp_path / 'none.db'}")).keep(correction(**BAD[name]))
    assert not (tmp_path / "none.db").exists()


def test_the_database_itself_refuses_values_out_of_range(store, url):
    store.keep(correction())
    for changed in ("picture = ''", "label = 11", "answer = -1", "confidence = 2"):
        with pytest.raises(CorrectionError):
            change(url, f"UPDATE corrections SET {changed}")


def test_a_damaged_row_is_named_and_locks_nobody_out(store, url):
    for number in range(2):
        store.keep(correction(number))
    change(url, "UPDATE corrections SET strokes = '[1]'")
    with pytest.raises(CorrectionError, match=r"000000000000-0 is damaged\. Delete it") as error:
        store.all()
    store.keep(correction(2))
    assert error.value, "held until here, and with it all that its traceback refers to"
    assert store.delete(store.ids()) == 3


def test_fifty_threads_that_make_the_table_and_write_at_once_lose_nothing(store):
    """Two threads write each digit, and one row of it remains."""
    numbers = [number // 2 for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda number: store.keep(correction(number)), numbers))
    assert [drawing for drawing, _ in store.ids()] == sorted({correction(number).drawing for number in numbers})


@pytest.mark.parametrize("columns", ["DROP COLUMN accepted", "ADD COLUMN mood TEXT"])
def test_a_table_with_other_columns_is_an_error_and_keeps_its_rows(store, url, columns):
    store.keep(correction())
    change(url, f"ALTER TABLE corrections {columns}")
    for use in (store.all, lambda: store.keep(correction(1)), lambda: open_existing(url)):
        with pytest.raises(CorrectionError, match=r"with other columns\..* rename that table"):
            use()
    with transaction(open_engine(url)) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM corrections")) == 1


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
    assert open_engine(address).url.render_as_string(hide_password=False) == used


@pytest.mark.parametrize(
    "address",
    ["", "hello", "mysql://u:hush@h/d", "sqlite://", "sqlite:///:memory:", "postgresql://u:hush@h:port/d", "://u:hush"],
)
def test_an_address_that_cannot_be_used_is_an_error_that_does_not_show_it(address):
    with pytest.raises(CorrectionError, match="has to look like") as error:
        open_engine(address)
    assert "hush" not in "".join(traceback.format_exception(error.value))
