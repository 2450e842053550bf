"""The store of bytes on a disk: whole or not at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from lms.errors import Unavailable
from lms.store.files import DiskStore


def put(store: DiskStore, folder: Path, data: bytes) -> str:
    source = folder / "source"
    source.write_bytes(data)
    key = store.put(source)
    assert not source.exists()
    return key


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.binary(max_size=5000))
def test_what_was_put_is_what_is_read(tmp_path: Path, data: bytes) -> None:
    store = DiskStore(tmp_path / "files")
    key = put(store, tmp_path, data)
    with store.open(key) as stored:
        assert stored.read() == data
    assert store.size(key) == len(data)


def test_the_same_content_is_kept_once_and_counts_as_new(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "files")
    key = put(store, tmp_path, b"same")
    path = next((tmp_path / "files").rglob(key))
    os.utime(path, (0, 0))
    past = datetime.now(UTC) - timedelta(days=1)
    assert list(store.keys_before(past)) == [key]
    assert put(store, tmp_path, b"same") == key
    assert list(store.keys_before(past)) == []


def test_what_is_missing_is_said_so(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "files")
    assert store.size("0" * 64) is None
    store.delete("0" * 64)
    with pytest.raises(Unavailable):
        store.open("0" * 64)


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_key_cannot_lead_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        DiskStore(tmp_path).open(key)


def test_the_check_leaves_nothing(tmp_path: Path) -> None:
    DiskStore(tmp_path / "files").check()
    assert list((tmp_path / "files").iterdir()) == []
