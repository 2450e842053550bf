"""Counters of knocks in a file, so that all web processes of one machine count together.

A database of its own beside the queue's: counting never waits for the product's writers, and
what is lost with the file is at most a quarter of an hour of counts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from limits.storage import Storage

from lms.clock import utcnow

BUSY_SECONDS = 2.0
_TABLE = """
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID
"""
_COUNT = """
INSERT INTO counter (key, count, expires_at) VALUES (:key, :amount, :expires_at)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN expires_at <= :now THEN excluded.count ELSE count + excluded.count END,
    expires_at = CASE WHEN expires_at <= :now THEN excluded.expires_at ELSE expires_at END
RETURNING count
"""


class FileStorage(Storage):
    """Fixed-window counters in SQLite; safe between threads and processes."""

    STORAGE_SCHEME = None

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; the window begins with the first one. Old counters are removed now and then."""
        now = _now()
        with self._open() as database:
            values = {"key": key, "amount": amount, "expires_at": now + expiry, "now": now}
            [(count,)] = database.execute(_COUNT, values).fetchall()
            if count == 1:
                database.execute("DELETE FROM counter WHERE expires_at <= ?", (now,))
        return int(count)

    def get(self, key: str) -> int:
        """How many in the present window."""
        row = self._row(key)
        return row[0] if row else 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970."""
        row = self._row(key)
        return row[1] if row else _now()

    def check(self) -> bool:
        """Whether the file can be used."""
        self._row("")
        return True

    def reset(self) -> int | None:
        """Forget all counters; returns how many there were."""
        with self._open() as database:
            return database.execute("DELETE FROM counter").rowcount

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._open() as database:
            database.execute("DELETE FROM counter WHERE key = ?", (key,))

    def _row(self, key: str) -> tuple[int, float] | None:
        asked = "SELECT count, expires_at FROM counter WHERE key = ? AND expires_at > ?"
        with self._open() as database:
            found: tuple[int, float] | None = database.execute(asked, (key, _now())).fetchone()
        return found

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction. People knock seldom: a connection for each costs less than keeping some for all threads."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        with closing(sqlite3.connect(self._file, timeout=BUSY_SECONDS)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=OFF")
            database.execute(_TABLE)
            with database:
                yield database


def _now() -> float:
    return utcnow().timestamp()
