"""A database's address -> transactions that read or write, and every failure as a sentence.

SQLite keeps everything in one file that can be copied as it is: it uses the rollback journal, not the write-ahead log.
Each transaction opens the file anew. With a connection held open, the page would go on writing to a file that was moved
away, and nobody would see those rows again. A confirmed write is on the disk: PostgreSQL waits for it, and SQLite does
with `synchronous=EXTRA`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from corrections.correction import CorrectionError

BUSY_S = 15  # SQLite: how long to wait while others write; fifty at once take two seconds on a slow disk
CONNECT_S = 3  # PostgreSQL: how long a visitor waits to hear that there is no server
STATEMENT_S = 5
POOL_S = 10  # how long to wait for one of the connections that a process shares

ADDRESS = (
    'The address of the database has to look like "sqlite:///corrections.db" or "postgresql://user:password@host/name".'
)
NO_DRIVER = "The database's driver is missing: pip install -r requirements.txt"
UNREACHABLE = "The database cannot be reached. Try again in a moment."
BUSY = "The database is too busy. Try again in a moment."
FULL = "The database's disk is full. Try again once there is room."
READ_ONLY = "The database can only be read at the moment. Try again later."
DAMAGED = "The database is damaged, or holds something else. Put a copy of it in its place, or name another."
BROKEN = "Something is wrong with the database; the program's log says what."
SENTENCES = {  # by the start of PostgreSQL's or SQLite's code; the first that fits
    "53100": FULL,
    "SQLITE_FULL": FULL,
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "SQLITE_READONLY": READ_ONLY,
    "57014": BUSY,
    "55P03": BUSY,
    "SQLITE_BUSY": BUSY,
    "SQLITE_CANTOPEN": UNREACHABLE,
    "SQLITE_IOERR": UNREACHABLE,
    "SQLITE_": DAMAGED,
}


def open_engine(url: str) -> sa.Engine:
    """Return an engine for `transaction`; it does not connect yet. Raises `CorrectionError`."""
    address = _address(url)
    options: dict[str, Any]
    if address.drivername == "sqlite":
        # No isolation level: Python's own BEGIN would come too late, and two writers would wait for each other.
        options = {"poolclass": NullPool, "connect_args": {"timeout": BUSY_S, "isolation_level": None}}
    else:
        # No prepared statements: a pooler in front of the server may not know them. The TCP timeout: a host can vanish.
        connect = {"connect_timeout": CONNECT_S, "tcp_user_timeout": 1000 * POOL_S, "prepare_threshold": None}
        options = {"pool_pre_ping": True, "pool_timeout": POOL_S, "connect_args": connect}
    with _in_sentences():
        return sa.create_engine(address, **options)


@contextmanager
def transaction(engine: sa.Engine, writes: bool = False) -> Iterator[sa.Connection]:
    """Give a connection in a transaction, committed unless the block raises; `CorrectionError` when the database fails.

    With `writes`, it is the only writer in SQLite: nothing changes between what the block reads and what it writes.
    """
    with _in_sentences(), engine.connect() as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA synchronous=EXTRA")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        else:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {1000 * STATEMENT_S}")
        yield connection


def _address(url: str) -> sa.URL:
    """Return the address with the driver that this program uses; `CorrectionError` if it cannot be used."""
    try:
        address = sa.make_url(url)
    except (SQLAlchemyError, ValueError):
        raise CorrectionError(ADDRESS) from None  # the exception would show the address
    kind = address.drivername.partition("+")[0]
    if kind in ("postgresql", "postgres") and address.host:
        return address.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and address.database and ":memory:" not in address.database:
        return address.set(drivername="sqlite")
    raise CorrectionError(ADDRESS)


@contextmanager
def _in_sentences() -> Iterator[None]:
    """Turn what the database or its driver raises into a `CorrectionError`; log its type and code, not its message.

    A driver's message can hold part of the password if the address was mistyped.
    """
    try:
        yield
    except (SQLAlchemyError, ImportError) as error:
        cause = getattr(error, "orig", None) or error
        code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or ""
        kind = f"{type(cause).__module__}.{type(cause).__name__}"
        logging.getLogger(__name__).warning("The database of corrections failed: %s, code %s", kind, code or "none")
        raise CorrectionError(_sentence(error, code)) from None


def _sentence(error: Exception, code: str) -> str:
    for start, sentence in SENTENCES.items():
        if code.startswith(start):
            return sentence
    if isinstance(error, ImportError):
        return NO_DRIVER
    if isinstance(error, sa.exc.TimeoutError):  # of the pool
        return BUSY
    return UNREACHABLE if isinstance(error, OperationalError | InterfaceError) else BROKEN
