"""An address -> a database to read from and write to, and whatever goes wrong with it -> a sentence.

SQLite keeps everything in one file, which can be copied as it is: the rollback journal, not the write-ahead log. Each
transaction opens the file anew, or one that was moved away while the page ran would be written to unseen, and lost.
A confirmed write is on the disk, for SQLite waits for it (`synchronous=EXTRA`), as PostgreSQL does by itself.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from corrections.errors import CorrectionError

BUSY_S = 15  # that a writer waits for the others; fifty at once take two seconds on a slow disk
CONNECT_S = 3  # before a visitor reads that it cannot be reached
STATEMENT_S = 5
POOL_S = 10  # to wait for one of the connections that a process shares
WRITES = "corrections_write"  # marks a transaction that writes

ADDRESS = (
    'The address of the database has to look like "sqlite:///corrections.db" or "postgresql://user:password@host/name".'
)
UNREACHABLE = "The database cannot be reached. Try again in a moment."
FULL = "There is no room left on the database's disk. Try again when there is."
READ_ONLY = "The database can only be read at the moment. Try again later."
BUSY = "The database is too busy. Try again in a moment."
DAMAGED = "The database is damaged, or is not one of corrections. Put a copy of it in its place, or name another."
BROKEN = "Something is wrong with the database; the program's log says what."
NO_DRIVER = "The database's driver is missing: pip install -r requirements.txt"


def normalized(url: str) -> str:
    """Return the address with the driver that this program uses; `CorrectionError` for what is none that it knows."""
    try:
        parsed = sa.make_url(url)
    except (SQLAlchemyError, ValueError):
        raise CorrectionError(ADDRESS) from None  # the exception has the address in it
    kind = parsed.drivername.partition("+")[0]
    if kind in ("postgresql", "postgres") and parsed.host:
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if kind == "sqlite" and parsed.database and ":memory:" not in parsed.database:
        return parsed.set(drivername="sqlite").render_as_string(hide_password=False)
    raise CorrectionError(ADDRESS)


def engine_options(url: str) -> dict:
    """Return what `create_engine` is to be given with a `normalized` address."""
    if url.startswith("sqlite"):
        return {"poolclass": NullPool, "connect_args": {"timeout": BUSY_S}}
    # No prepared statements: a pooler between here and the server may not know them. And no waiting for hosts that
    # have gone without a word.
    connect = {"connect_timeout": CONNECT_S, "tcp_user_timeout": 1000 * POOL_S, "prepare_threshold": None}
    return {"pool_pre_ping": True, "pool_timeout": POOL_S, "connect_args": connect}


def open_engine(url: str) -> sa.Engine:
    """Return an engine for an address, ready for `reading` and `writing`; nothing is connected to yet."""
    url = normalized(url)
    with in_sentences():
        engine = sa.create_engine(url, **engine_options(url))
    event.listen(engine, "begin", _begin)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return engine


def sqlite_file(url: str) -> Path | None:
    """Return the file that an address names, None where it is a server's or has more to it than a path."""
    parsed = sa.make_url(normalized(url))
    return Path(parsed.database) if parsed.drivername == "sqlite" and parsed.database and not parsed.query else None


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection in a transaction that reads; `CorrectionError` where the database fails."""
    with in_sentences(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: sa.Engine, timeout_s: float = STATEMENT_S) -> Iterator[sa.Connection]:
    """Give a connection in a transaction that writes, committed if the block ends well; errors as for `reading`.

    Nothing in SQLite can change between what the block reads and what it writes: it is the only writer.
    """
    with in_sentences(), engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: timeout_s})
        with connection.begin():
            yield connection


@contextmanager
def in_sentences() -> Iterator[None]:
    """Turn what the database or its driver raises into a `CorrectionError`, and log the kind of it alone.

    The messages of drivers are not logged: a mistyped address can put a part of the password into them.
    """
    try:
        yield
    except (SQLAlchemyError, ImportError) as error:
        cause = getattr(error, "orig", None) or error
        code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
        kind = f"{type(cause).__module__}.{type(cause).__name__}"
        logging.getLogger(__name__).warning("The database of corrections failed: %s, code %s", kind, code)
        raise CorrectionError(_sentence(error, cause, code)) from None


def _sentence(error: Exception, cause: Exception, code: str | None) -> str:
    message = str(cause)
    if isinstance(error, ImportError):
        return NO_DRIVER
    if code == "53100" or "disk is full" in message:
        return FULL
    if code in ("25006", "42501") or "readonly database" in message:
        return READ_ONLY
    if code in ("57014", "55P03") or "is locked" in message or isinstance(error, sa.exc.TimeoutError):
        return BUSY
    if isinstance(cause, sqlite3.Error):
        is_away = "unable to open" in message or "disk I/O error" in message
        if isinstance(cause, sqlite3.DatabaseError) and not is_away:
            return DAMAGED
    else:
        is_away = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return UNREACHABLE if is_away else BROKEN


def _set_up_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # Python's own BEGIN would come too late, and let two writers wait for each other
    connection.execute("PRAGMA synchronous=EXTRA")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    else:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {round(1000 * (writes or STATEMENT_S))}")
