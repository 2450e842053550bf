"""How the two databases are opened.

SQLite: WAL, foreign keys, a patient busy time-out, and a transaction that says at
its beginning whether it will write (``BEGIN IMMEDIATE``) or only read (``BEGIN``).
A reader that turns writer half-way would fail with "database is locked" under load
and lose updates; declaring the intent first makes writers queue instead.

PostgreSQL: the office scope of a transaction is told to the server, where row
security is the second wall behind the ORM's filter.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from lms.config import Settings
from lms.store.scope import current_scope

BUSY_TIMEOUT_SECONDS = 15.0
LOCKED = "database is locked"
LOOK_AGAIN_SECONDS = 0.001
"""How soon a writer looks whether another process has finished; SQLite itself would wait up to 0.1 s each time."""
PATIENT_SECONDS = 0.01
"""How long a writer lets those of other processes go by before it is the next."""


class _Turn:
    """One writer's place in the queue of its process; it is given back when the block ends."""

    def __init__(self) -> None:
        self._held: threading.Lock | None = None

    def take(self, queue: threading.Lock) -> bool:
        """Wait until it is this writer's turn; False if that took too long. Taking it again changes nothing."""
        if self._held is None and queue.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            self._held = queue
        return self._held is not None

    def give_back(self) -> None:
        """Let the next one write."""
        if self._held is not None:
            self._held.release()
            self._held = None


class _Door:
    """Before the write lock: whoever stands in it is the next to write, and writers of other processes wait behind (POSIX locks).

    A process that writes without pause is back before one that looks only now and then: without a
    door it would keep all others out for seconds. ``database`` None: it is in memory, all its writers are here.
    """

    def __init__(self, database: str | None) -> None:
        self._path = Path(f"{database}-door") if database and database != ":memory:" else None
        self._file: int | None = None

    def enter(self) -> bool:
        """Stand in it; False if another process does. Only for one at a time of this process."""
        if self._path is None:
            return True
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            weakref.finalize(self, os.close, self._file)  # not before: closing it would end the lock
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leave(self) -> None:
        """Let others through."""
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN)


_writing: ContextVar[_Turn | None] = ContextVar("lms_writing", default=None)


@contextmanager
def write_intent() -> Iterator[None]:
    """Transactions begun inside the block take the write lock at once."""
    turn = _Turn()
    token = _writing.set(turn)
    try:
        yield
    finally:
        _writing.reset(token)
        turn.give_back()


def is_writing() -> bool:
    """True inside ``write_intent``."""
    return _writing.get() is not None


MOST_CONNECTIONS = 30
"""That a process keeps open with PostgreSQL."""


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options of ``create_engine`` that fit the database of ``settings``."""
    if settings.is_sqlite:
        return {
            "connect_args": {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            "pool_size": 24,
            "max_overflow": settings.web.threads,
        }
    return {
        # No more than that for a moment: when many write at once, opening another costs more than waiting for one.
        "pool_size": MOST_CONNECTIONS,
        "max_overflow": 0,
        "pool_pre_ping": True,
        "pool_timeout": 10,
    }


def install_listeners(engine: Engine) -> None:
    """Attach the behaviour described at the top of this module to ``engine``."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", partial(_begin_sqlite, threading.Lock(), _Door(engine.url.database)))
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


def _begin_sqlite(queue: threading.Lock, door: _Door, connection: Connection) -> None:
    """Begin; writers of this process come one after another, and only the first of them waits for other processes.

    SQLite knows no queue: left to itself, each writer sleeps ever longer, and whoever comes by when
    the lock is free takes it, so that a few wait for seconds while the database is idle.
    """
    turn = _writing.get()
    if turn is None:
        connection.exec_driver_sql("BEGIN")
        return
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # sqlite here
    if not turn.take(queue):
        raise _locked()
    driver.execute("PRAGMA busy_timeout=0")
    try:
        _wait_for_write_lock(driver, door, deadline)
    finally:
        door.leave()
        driver.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_SECONDS * 1000)}")


def _wait_for_write_lock(driver: sqlite3.Connection, door: _Door, deadline: float) -> None:
    """Let others go by at first, for changing the process with each write costs more than it gives; then be the next."""
    patient_until = time.monotonic() + PATIENT_SECONDS
    while not (door.enter() and _has_begun(driver, deadline)):
        now = time.monotonic()
        if now < patient_until:
            door.leave()
        elif now > deadline:
            raise _locked()
        time.sleep(LOOK_AGAIN_SECONDS)


def _locked() -> OperationalError:
    return OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError(LOCKED))


def _has_begun(driver: sqlite3.Connection, deadline: float) -> bool:
    """True if the write lock is held now; False to try again. Raises OperationalError after the deadline."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as problem:
        if not str(problem).startswith(LOCKED) or time.monotonic() > deadline:
            raise OperationalError("BEGIN IMMEDIATE", None, problem) from problem
        return False
    return True


def may_turn_to_writing(connection: Connection) -> bool:
    """Whether a transaction that has read may write, too: PostgreSQL looks anew with each statement, SQLite's reader keeps its view."""
    return connection.dialect.name == "postgresql"


def _begin_postgresql(connection: Connection) -> None:
    scope = current_scope()
    if scope.is_set:  # a transaction begins without one: what was set in another was true for that alone
        connection.execute(
            text("SELECT set_config('lms.office', :scope, true)"), {"scope": scope.as_setting()}
        )
