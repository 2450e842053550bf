"""Knocks are counted over all processes of a machine."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from limits.storage import MemoryStorage, Storage

from lms.accounts import counters
from lms.accounts.counters import FileStorage


def knock_often(file: Path, times: int) -> int:
    """In a process of its own."""
    storage = FileStorage(file)
    return max(storage.incr("door", 60) for _time in range(times))


def test_processes_lose_no_knock(tmp_path: Path) -> None:
    file = tmp_path / "run" / "doors.db"
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        highest = max(pool.map(knock_often, [file] * 4, [25] * 4))
    assert highest == FileStorage(file).get("door") == 100


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_it_counts_as_the_storage_that_it_replaces(tmp_path: Path, kind: str) -> None:
    storage: Storage = FileStorage(tmp_path / "doors.db") if kind == "file" else MemoryStorage()
    assert [storage.incr("a", 60), storage.incr("a", 60, 3), storage.incr("b", 60)] == [1, 4, 1]
    storage.clear("a")
    assert (storage.get("a"), storage.get("b"), storage.get("c")) == (0, 1, 0)
    assert storage.check()
    assert storage.reset() == 1
    assert storage.get("b") == 0


def test_a_window_ends_at_its_time_and_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage, now = FileStorage(tmp_path / "doors.db"), [1_000.0]
    monkeypatch.setattr(counters, "_now", lambda: now[0])
    storage.incr("a", 60)
    now[0] += 59
    assert (storage.incr("a", 60), storage.get_expiry("a")) == (2, 1_060)
    now[0] += 2
    assert (storage.get("a"), storage.incr("a", 60), storage.get_expiry("a")) == (0, 1, 1_121)
