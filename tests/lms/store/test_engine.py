"""How writers of SQLite queue: one after another, none forgotten, none for ever; and how a crowd shares the connections of PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import QueuePool

from lms.config import load_settings, make_secret_file
from lms.store import engine as subject
from lms.store.engine import engine_options, install_listeners, write_intent


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'queue.db'}", connect_args={"check_same_thread": False})
    install_listeners(made)
    with write_intent(), made.begin() as connection:
        connection.execute(text("CREATE TABLE tally (n INTEGER)"))
        connection.execute(text("INSERT INTO tally VALUES (0)"))
    yield made
    made.dispose()


@pytest.fixture
def other(engine: Engine) -> Iterator[sqlite3.Connection]:
    """A connection that knows nothing of this process's queue, as that of another process."""
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as connection:
        yield connection


def _count_up(engine: Engine) -> None:
    with write_intent(), engine.begin() as connection:
        connection.execute(text("UPDATE tally SET n = n + 1"))


def _counted(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT n FROM tally")).scalar_one())


def test_a_writer_waits_until_another_process_has_finished(
    engine: Engine, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Event()
    monkeypatch.setattr(time, "sleep", lambda _seconds: looked.set())
    other.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=_count_up, args=(engine,))
    writer.start()
    looked.wait()
    assert _counted(engine) == 0
    other.execute("COMMIT")
    writer.join()
    assert _counted(engine) == 1


def test_a_writer_that_waits_too_long_gives_up_and_leaves_the_queue(
    engine: Engine, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "BUSY_TIMEOUT_SECONDS", 0.05)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="database is locked"):
        _count_up(engine)
    other.execute("ROLLBACK")
    _count_up(engine)
    assert _counted(engine) == 1


def test_a_writer_behind_one_that_does_not_end_gives_up_too(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with write_intent(), engine.begin():
            inside.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait()
    monkeypatch.setattr(subject, "BUSY_TIMEOUT_SECONDS", 0.05)
    with pytest.raises(OperationalError, match="database is locked"):
        _count_up(engine)
    done.set()
    holder.join()
    _count_up(engine)
    assert _counted(engine) == 1


def test_a_writer_that_fails_lets_the_next_one_write(engine: Engine) -> None:
    with pytest.raises(ValueError, match="stop"), write_intent(), engine.begin():
        raise ValueError("stop")
    _count_up(engine)
    assert _counted(engine) == 1


def test_readers_do_not_wait_for_a_writer(engine: Engine, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    assert _counted(engine) == 0
    other.execute("ROLLBACK")


def test_a_writer_that_has_waited_for_long_is_the_next(
    engine: Engine, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "PATIENT_SECONDS", 0.0)
    looked = threading.Event()
    monkeypatch.setattr(time, "sleep", lambda _seconds: looked.set())
    other.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=_count_up, args=(engine,))
    writer.start()
    looked.wait()
    with _standing_in_the_door(engine) as stands:
        assert not stands
    other.execute("COMMIT")
    writer.join()
    assert _counted(engine) == 1
    with _standing_in_the_door(engine) as stands:
        assert stands


def test_a_writer_lets_one_of_another_process_go_first_that_has_waited_for_long(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "BUSY_TIMEOUT_SECONDS", 0.05)
    with _standing_in_the_door(engine) as stands:
        assert stands
        with pytest.raises(OperationalError, match="database is locked"):
            _count_up(engine)
    _count_up(engine)
    assert _counted(engine) == 1


_STAND = """
import fcntl, sys
door = open(sys.argv[1], "ab")
fcntl.lockf(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("in", flush=True)
sys.stdin.read()
"""


@contextmanager
def _standing_in_the_door(engine: Engine) -> Iterator[bool]:
    """Another process that stands in the door until the block ends; False if it finds somebody there."""
    with subprocess.Popen(
        [sys.executable, "-c", _STAND, f"{engine.url.database}-door"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield process.stdout.readline() == b"in\n"
        process.communicate()


def test_many_writers_lose_nothing(engine: Engine) -> None:
    writers = [
        threading.Thread(target=lambda: [_count_up(engine) for _turn in range(25)]) for _number in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert _counted(engine) == 200


def test_a_crowd_waits_for_the_connections_that_are_open_instead_of_opening_more_for_a_moment(
    tmp_path: Path,
) -> None:
    make_secret_file(tmp_path)
    loaded = load_settings(tmp_path, {"LMS_DATABASE_URL": "postgresql+psycopg://localhost/none"})
    options = engine_options(loaded.settings) | {"pool_timeout": 0.01}
    opened: list[sqlite3.Connection] = []

    def open_one() -> sqlite3.Connection:
        opened.append(sqlite3.connect(":memory:", check_same_thread=False))
        return opened[-1]

    made = create_engine("sqlite://", creator=open_one, poolclass=QueuePool, **options)
    for _time in range(2):
        with ExitStack() as crowd:
            for _each in range(options["pool_size"]):
                crowd.enter_context(made.connect())
            with pytest.raises(NoConnectionFree):
                made.connect()
    assert len(opened) == options["pool_size"]
    made.dispose()
