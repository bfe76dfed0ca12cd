"""Where corrections are kept: `CorrectionStore(open_engine(url))`."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from corrections.correction import Correction, checked, strokes_from_json, strokes_to_json
from corrections.database import open_engine, reading, sqlite_file, writing
from corrections.errors import CorrectionError
from corrections.schema import has_table, make_table, table

MAX_KEPT = 10_000  # ordinary ones take 40 MiB; the largest that `checked` allows would take 700
TOO_MANY = "There are {} corrections already, and no room for more. Thank you all the same."
NONE_YET = "There are no corrections in this database yet."
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}  # alike, but of no common type

Key = tuple[str, int]  # a correction's drawing and position


class CorrectionStore:
    """The corrections in one database; safe to share between threads.

    Each method is one transaction, makes the table where it is missing, and raises `CorrectionError`.
    """

    def __init__(self, engine: sa.Engine, most: int = MAX_KEPT):
        """Use an engine of `corrections.database`; nothing is connected to yet."""
        self._engine = engine
        self._most = most

    def keep(self, correction: Correction) -> None:
        """Keep a correction, in place of an earlier one of the same digit; when this returns, it is on the disk."""
        row = _row(correction)
        make_table(self._engine)
        insert = INSERT[self._engine.dialect.name](table).values(row)
        new = insert.excluded
        replaced = {name: new[name] for name in row if name not in ("drawing", "position", "accepted")}
        # Accepting another label did not accept this one.
        replaced["accepted"] = sa.and_(table.c.accepted, table.c.label == new.label)
        with writing(self._engine) as connection:
            self._check_room(connection, row)
            connection.execute(insert.on_conflict_do_update(index_elements=["drawing", "position"], set_=replaced))

    def all(self) -> list[Correction]:
        """Return all corrections, the oldest first."""
        make_table(self._engine)
        with reading(self._engine) as connection:
            query = sa.select(table).order_by(table.c.made_at, table.c.drawing, table.c.position)
            rows = connection.execute(query).all()  # before anything can fail, which would keep SQLite locked
        return [_correction(row) for row in rows]

    def ids(self) -> list[Key]:
        """Return the key of each correction, without reading the rest of it."""
        make_table(self._engine)
        with reading(self._engine) as connection:
            return [(row.drawing, row.position) for row in connection.execute(sa.select(*_key()).order_by(*_key()))]

    def accept(self, keys: Iterable[Key]) -> int:
        """Mark these as reviewed and right; return how many of them there are."""
        return self._change(sa.update(table).values(accepted=True), keys)

    def delete(self, keys: Iterable[Key]) -> int:
        """Delete these; return how many of them there were."""
        return self._change(sa.delete(table), keys)

    def _change(self, statement: sa.Update | sa.Delete, keys: Iterable[Key]) -> int:
        make_table(self._engine)
        with writing(self._engine) as connection:
            return sum(
                connection.execute(statement.where(table.c.drawing == drawing, table.c.position == position)).rowcount
                for drawing, position in keys
            )

    def _check_room(self, connection: sa.Connection, row: dict) -> None:
        """Refuse one correction too many. In PostgreSQL, several at the same moment may pass together."""
        if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() < self._most:
            return
        same = sa.select(table.c.label).where(table.c.drawing == row["drawing"], table.c.position == row["position"])
        if connection.scalar(same) is None:
            raise CorrectionError(TOO_MANY.format(f"{self._most:,}"))


def open_existing(url: str) -> CorrectionStore:
    """Return the store in a database that holds corrections already; nothing is made. Raises `CorrectionError`."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise CorrectionError(f"There is no database at {file}: no correction has been kept there yet.")
    engine = open_engine(url)
    with reading(engine) as connection:
        if not has_table(connection):
            raise CorrectionError(NONE_YET)
    return CorrectionStore(engine)


def _key() -> tuple[sa.Column, sa.Column]:
    return table.c.drawing, table.c.position


def _row(correction: Correction) -> dict:
    checked(correction)
    left, top, right, bottom = correction.box
    return {
        "drawing": correction.drawing,
        "position": correction.position,
        "picture": correction.picture.tobytes(),
        "strokes": strokes_to_json(correction.strokes),
        "box_left": left,
        "box_top": top,
        "box_right": right,
        "box_bottom": bottom,
        "answer": correction.answer,
        "confidence": correction.confidence,
        "label": correction.label,
        "model": correction.model,
        "made_at": correction.made_at.replace(tzinfo=None),
        "accepted": correction.accepted,
    }


def _correction(row: sa.Row) -> Correction:
    try:
        return checked(
            Correction(
                drawing=row.drawing,
                position=row.position,
                picture=np.frombuffer(row.picture, np.uint8).reshape(28, 28),
                strokes=strokes_from_json(row.strokes),
                box=(row.box_left, row.box_top, row.box_right, row.box_bottom),
                answer=row.answer,
                confidence=row.confidence,
                label=row.label,
                model=row.model,
                made_at=row.made_at.replace(tzinfo=UTC),
                accepted=row.accepted,
            )
        )
    except (CorrectionError, ValueError) as error:  # it was changed in the database
        name = f"{row.drawing[:12]}-{row.position}"
        raise CorrectionError(f"{name} is damaged. Delete it with `python -m corrections delete {name}`.") from error
