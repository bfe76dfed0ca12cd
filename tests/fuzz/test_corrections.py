"""Whatever a correction holds, it comes back from the database as it was, or is refused in one sentence."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from corrections import CorrectionError
from corrections.database import open_engine, transaction
from corrections.store import CorrectionStore
from recognizer import Stroke
from tests.helpers import correction

GOOD = correction()
SQL = some.sampled_from(["'; DROP TABLE corrections; --", "\0", "%s", ":label", '"', "\ud800", "0" * 32, "g" * 64])
ANYTHING = some.one_of(
    SQL,
    some.text(max_size=70),
    some.integers(),
    some.integers(-1, 11),
    some.floats(),
    some.none(),
    some.booleans(),
    some.binary(max_size=10),
    some.datetimes(),
    some.datetimes(timezones=some.just(UTC)),
    some.datetimes(timezones=some.just(timezone(timedelta(hours=1)))),
    some.tuples(*[some.integers(-20_000, 20_000)] * 4),
    arrays.arrays(np.uint8, some.sampled_from([(28, 28), (28, 29), (0,)])),
    some.from_regex("[0-9a-f]{32}", fullmatch=True),
)
NUMBERS = some.floats() | some.floats(-11_000, 11_000)
STROKES = some.lists(
    some.builds(
        Stroke, arrays.arrays(np.float64, some.tuples(some.integers(0, 5), some.just(2)), elements=NUMBERS), NUMBERS
    ),
    max_size=4,
).map(tuple)
CHANGES = some.fixed_dictionaries(
    {}, optional={name: STROKES if name == "strokes" else ANYTHING for name in vars(GOOD) if name != "accepted"}
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return CorrectionStore(open_engine(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'corrections.db'}"))


@given(CHANGES)
@example({"strokes": (Stroke(np.array([[1.0, 2.0]]), 0.01),)})  # thinner than what is kept of a width
def test_any_value_instead_of_another(store, changes):
    changed = replace(GOOD, **changes)
    try:
        store.keep(changed)
    except CorrectionError:
        assert store.all() == []
        return
    (kept,) = store.all()
    for name in set(vars(GOOD)) - {"picture", "strokes"}:
        assert getattr(kept, name) == getattr(changed, name)
    assert (kept.picture == changed.picture).all()
    for ours, theirs in zip(kept.strokes, changed.strokes, strict=True):
        np.testing.assert_allclose(ours.points, theirs.points, atol=0.051)
    assert store.delete([(kept.drawing, kept.position)]) == 1


JSON = some.recursive(
    some.one_of(some.none(), some.booleans(), NUMBERS, some.just(10**400), some.text(max_size=5)),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["width", "points", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(some.text(max_size=30) | SQL | JSON.map(json.dumps) | some.lists(JSON, max_size=2).map(json.dumps))
def test_strokes_that_somebody_has_changed_in_the_database(store, text):
    store.keep(GOOD)
    with transaction(store._engine, writes=True) as connection:
        encodable = text.encode("utf-8", "replace").decode()
        connection.execute(sa.text("UPDATE corrections SET strokes = :text").bindparams(text=encodable))
    with suppress(CorrectionError):
        (kept,) = store.all()
        assert all(isinstance(stroke, Stroke) for stroke in kept.strokes)
    assert store.delete([(GOOD.drawing, 0)]) == 1
