"""How the two databases are opened.

SQLite: WAL, foreign keys, a patient busy time-out, and a transaction that says at
its beginning whether it will write (``BEGIN IMMEDIATE``) or only read (``BEGIN``).
A reader that turns writer half-way would fail with "database is locked" under load
and lose updates; declaring the intent first makes writers queue instead.

PostgreSQL: the office scope of a transaction is told to the server, where row
security is the second wall behind the ORM's filter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from lms.config import Settings
from lms.store.scope import current_scope

BUSY_TIMEOUT_SECONDS = 15.0

_writing: ContextVar[bool] = ContextVar("lms_writing", default=False)


@contextmanager
def write_intent() -> Iterator[None]:
    """Transactions begun inside the block take the write lock at once."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def is_writing() -> bool:
    """True inside ``write_intent``."""
    return _writing.get()


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options of ``create_engine`` that fit the database of ``settings``."""
    if settings.is_sqlite:
        return {
            "connect_args": {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            "pool_size": 24,
            "max_overflow": settings.web.threads,
        }
    return {"pool_size": 20, "max_overflow": 40, "pool_pre_ping": True, "pool_timeout": 10}


def install_listeners(engine: Engine) -> None:
    """Attach the behaviour described at the top of this module to ``engine``."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={int(BUSY_TIMEOUT_SECONDS * 1000)}",
        "temp_store=MEMORY",
        "cache_size=-2000",  # KiB for each connection; the mapped file is shared by all
        "mmap_size=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    connection.execute(
        text("SELECT set_config('lms.office', :scope, true)"), {"scope": current_scope().as_setting()}
    )
