"""Backups: what is saved comes back whole, and a damaged one touches nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.accounts.models import User
from lms.demo import World
from lms.ops.backup import MANIFEST, BackupBroken, make_backup, restore_backup, verify_backup
from lms.store.base import db, session
from lms.store.runtime import settings
from lms.store.uow import unit_of_work


def _rename(email: str, name: str) -> None:
    with unit_of_work():
        session().scalars(select(User).filter_by(email=email)).one().name = name


def _name(email: str) -> str:
    session().rollback()
    return session().scalars(select(User.name).filter_by(email=email)).one()


def _disconnect() -> None:
    session().rollback()
    session().close()
    db.engine.dispose()


def test_what_is_saved_comes_back_after_it_was_changed_and_files_were_lost(world: World) -> None:
    stored = settings().instance_dir / "files" / "ab" / "letter"
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(b"a letter")
    info = make_backup(settings())
    _rename("trainee@example.org", "Somebody else")
    stored.unlink()
    _disconnect()
    restore_backup(settings(), info.path)
    assert _name("trainee@example.org") == "Aïcha Benali"
    assert stored.read_bytes() == b"a letter"


def test_a_backup_is_for_its_owner_only_and_leaves_out_what_is_on_its_way(world: World) -> None:
    coming = settings().instance_dir / "files" / "uploads" / "0.upload"
    coming.parent.mkdir(parents=True, exist_ok=True)
    coming.write_bytes(b"half a letter")
    info = make_backup(settings())
    assert info.path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(info.path) as archive:
        assert not [name for name in archive.namelist() if "uploads" in name]


def test_a_damaged_backup_is_refused_and_nothing_is_touched(world: World, tmp_path: Path) -> None:
    info = make_backup(settings())
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(info.path) as source, zipfile.ZipFile(damaged, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            out.writestr(name, data if name == MANIFEST else data[:-1] + bytes([data[-1] ^ 1]))
    _rename("trainee@example.org", "Changed since")
    with pytest.raises(BackupBroken, match="is damaged"):
        restore_backup(settings(), damaged)
    assert _name("trainee@example.org") == "Changed since"


def test_a_cut_backup_is_recognised(world: World, tmp_path: Path) -> None:
    info = make_backup(settings())
    cut = tmp_path / "cut.zip"
    cut.write_bytes(info.path.read_bytes()[: info.size // 2])
    with pytest.raises(BackupBroken, match="not a whole backup"):
        verify_backup(cut)


def test_only_the_newest_backups_are_kept(world: World) -> None:
    kept = settings().backup.keep
    for _number in range(kept + 2):
        newest = make_backup(settings()).path
    files = sorted((settings().instance_dir / "backups").glob("contrada-*.zip"))
    assert len(files) == kept
    assert files[-1] == newest
