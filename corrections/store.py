"""Where corrections are kept: `CorrectionStore(open_engine(url))`. The table is made where it is missing."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from corrections.correction import Correction, CorrectionError, checked, strokes_from_json, strokes_to_json
from corrections.database import open_engine, transaction
from recognizer.prediction import NO_DIGIT

MAX_KEPT = 10_000  # 40 MiB of ordinary corrections; 700 MiB of the largest that are possible
TOO_MANY = "There are {} corrections already, and there is no room for more. Thank you all the same."
NONE_YET = "There are no corrections in this database yet."
OTHER_SHAPE = (
    'This database has a table "corrections" with other columns. Its rows were left as they are: rename that table, or '
    "name another database."
)
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}  # alike, but of no common type
POSTGRES_LOCK = 0x64696769  # any number that no other program uses

Key = tuple[str, int]  # a correction's drawing and position

# The columns are the fields of `Correction`, but for the box, which has a column for each edge.
BOX = ("box_left", "box_top", "box_right", "box_bottom")
table = sa.Table(
    "corrections",
    sa.MetaData(),
    sa.Column("drawing", sa.String(32), primary_key=True),
    sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("picture", sa.LargeBinary, nullable=False),  # 28 x 28 bytes, row by row
    sa.Column("strokes", sa.Text, nullable=False),  # JSON
    *(sa.Column(edge, sa.SmallInteger, nullable=False) for edge in BOX),
    sa.Column("answer", sa.SmallInteger, nullable=False),
    sa.Column("confidence", sa.Float(53), nullable=False),
    sa.Column("label", sa.SmallInteger, nullable=False),
    sa.Column("model", sa.String(64), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),  # UTC
    sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("length(picture) = 784", "picture_is_28x28"),
    sa.CheckConstraint(f"answer BETWEEN 0 AND {NO_DIGIT}", "answer_is_known"),
    sa.CheckConstraint(f"label BETWEEN 0 AND {NO_DIGIT}", "label_is_known"),
    sa.CheckConstraint("confidence BETWEEN 0 AND 1", "confidence_is_a_share"),
)


class CorrectionStore:
    """The corrections in one database; safe to share between threads.

    Each method makes the table where it is missing, is one transaction, and raises `CorrectionError`.
    """

    def __init__(self, engine: sa.Engine, most: int = MAX_KEPT):
        """Use an engine of `corrections.database`; this does not connect yet."""
        self._engine = engine
        self._most = most

    def keep(self, correction: Correction) -> None:
        """Keep a correction, in place of an earlier one of the same digit; once this returns, it is on the disk."""
        row = _row(correction)
        insert = INSERT[self._engine.dialect.name](table).values(row)
        new = insert.excluded
        replaced = {name: new[name] for name in row if name not in ("drawing", "position", "accepted")}
        # Whoever accepted another label has not accepted this one.
        replaced["accepted"] = sa.and_(table.c.accepted, table.c.label == new.label)
        with self._transaction(writes=True) as connection:
            self._check_room(connection, row)
            connection.execute(insert.on_conflict_do_update(index_elements=["drawing", "position"], set_=replaced))

    def all(self) -> list[Correction]:
        """Return all corrections, the oldest first."""
        with self._transaction() as connection:
            query = sa.select(table).order_by(table.c.made_at, table.c.drawing, table.c.position)
            rows = connection.execute(query).all()
        return [_correction(row) for row in rows]  # outside: an error here would keep SQLite locked

    def ids(self) -> list[Key]:
        """Return the key of each correction, without reading the rest of it."""
        key = table.c.drawing, table.c.position
        with self._transaction() as connection:
            return [(row.drawing, row.position) for row in connection.execute(sa.select(*key).order_by(*key))]

    def accept(self, keys: Iterable[Key]) -> int:
        """Mark these as reviewed and right; return how many there are."""
        return self._change(sa.update(table).values(accepted=True), keys)

    def delete(self, keys: Iterable[Key]) -> int:
        """Delete these; return how many there were."""
        return self._change(sa.delete(table), keys)

    def _change(self, statement: sa.Update | sa.Delete, keys: Iterable[Key]) -> int:
        with self._transaction(writes=True) as connection:
            return sum(connection.execute(statement.where(_has_key(*key))).rowcount for key in keys)

    def _check_room(self, connection: sa.Connection, row: dict[str, Any]) -> None:
        """Refuse one correction too many. In PostgreSQL, several at the same moment may pass together."""
        if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() < self._most:
            return
        if connection.scalar(sa.select(table.c.label).where(_has_key(row["drawing"], row["position"]))) is None:
            raise CorrectionError(TOO_MANY.format(f"{self._most:,}"))

    def _transaction(self, writes: bool = False) -> AbstractContextManager[sa.Connection]:
        _make_table(self._engine)
        return transaction(self._engine, writes)


def open_existing(url: str) -> CorrectionStore:
    """Return the store of a database that has the table already; make nothing. Raises `CorrectionError`."""
    engine = open_engine(url)
    file, options = engine.url.database, engine.url.query  # with options, it need not be the name of a file
    if engine.dialect.name == "sqlite" and not options and not Path(file or "").exists():
        raise CorrectionError(f"There is no database at {file}: no correction has been kept there yet.")
    with transaction(engine) as connection:
        if not _has_table(connection):
            raise CorrectionError(NONE_YET)
    return CorrectionStore(engine)


def _make_table(engine: sa.Engine) -> None:
    """Make the table where it is missing, even if others do so at the same moment."""
    with transaction(engine) as connection:
        if _has_table(connection):
            return
    with transaction(engine, writes=True) as connection:
        if engine.dialect.name == "postgresql":  # where two that make the same table at the same moment would fail
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRES_LOCK)))
        table.create(connection, checkfirst=True)


def _has_table(connection: sa.Connection) -> bool:
    """Return whether the table is there; `CorrectionError` if it has other columns."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(table.name):
        return False
    if {column["name"] for column in inspector.get_columns(table.name)} != set(table.columns.keys()):
        raise CorrectionError(OTHER_SHAPE)
    return True


def _has_key(drawing: str, position: int) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.drawing == drawing, table.c.position == position)


def _row(correction: Correction) -> dict[str, Any]:
    row = vars(checked(correction)) | {
        "picture": correction.picture.tobytes(),
        "strokes": strokes_to_json(correction.strokes),
        "made_at": correction.made_at.replace(tzinfo=None),
    }
    return row | dict(zip(BOX, row.pop("box"), strict=True))


def _correction(row: sa.Row[Any]) -> Correction:
    values = row._asdict()
    try:
        values |= {
            "picture": np.frombuffer(row.picture, np.uint8).reshape(28, 28),
            "strokes": strokes_from_json(row.strokes),
            "box": tuple(values.pop(edge) for edge in BOX),
            "made_at": row.made_at.replace(tzinfo=UTC),
        }
        return checked(Correction(**values))
    except (CorrectionError, ValueError) as error:  # somebody has edited the database
        name = f"{row.drawing[:12]}-{row.position}"
        raise CorrectionError(f"{name} is damaged. Delete it with `python -m corrections delete {name}`.") from error
