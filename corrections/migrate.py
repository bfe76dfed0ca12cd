"""Bring a database to the form that this version of the program knows; safe when many do it at once."""

from functools import cache
from pathlib import Path
from threading import Lock

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from corrections.database import reading, writing
from corrections.errors import CorrectionError

FOLDER = Path(__file__).parent / "migrations"
TIMEOUT_S = 60  # it may have to wait for another that migrates
POSTGRES_LOCK = 0x64696769  # any number that nobody else takes
NEWER = "This database belongs to a newer version of the program. Update the program, or name another database."

_alembic = Lock()  # what Alembic runs finds its connection in global variables


def migrate(engine: sa.Engine, target: str = "head") -> None:
    """Bring the database to revision `target`, all or nothing; at once where it is the newest already.

    One migrates at a time: others wait, and then find nothing left to do. Raises `CorrectionError`.
    """
    with reading(engine) as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    known = _revisions()
    if present is not None and present not in known:
        raise CorrectionError(NEWER)
    if present == known[0]:
        return
    with _alembic, writing(engine, TIMEOUT_S) as connection:
        if engine.dialect.name == "postgresql":  # SQLite lets only one write as it is
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRES_LOCK)))
        command.upgrade(_config(connection), target)


@cache
def _revisions() -> tuple[str, ...]:
    """All revisions, the newest first."""
    return tuple(script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions())


def _config(connection: sa.Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
