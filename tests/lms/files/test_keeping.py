"""Files over time: cleaning up, what a person can take with them, and erasure."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.access.actor import system_actor
from lms.clock import utcnow
from lms.demo import World
from lms.files import hooks as area
from lms.files import service, uploads
from lms.files.accepting import file_store
from lms.files.forms import StartUpload
from lms.files.models import PendingUpload
from lms.hooks.contributions import ErasurePolicy
from lms.refs import Ref
from lms.store.base import session
from lms.store.files import StoredFile
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from lms.work.jobs import enqueue
from lms.work.worker import run_due_jobs


def all_files(world: World, key: str) -> list[StoredFile]:
    session().rollback()
    with all_offices("a test"):
        return list(session().scalars(select(StoredFile).filter_by(owner_id=world.people[key].id)))


def run(app: Flask, name: str) -> None:
    with unit_of_work():
        enqueue(name, {})
    run_due_jobs(app)


def test_a_deleted_file_goes_for_good_after_thirty_days(world: World, app: Flask) -> None:
    deleted = [file for file in all_files(world, "trainee") if file.deleted_at]
    assert deleted
    keys = [file.sha256 for file in deleted]
    run(app, "core.files.clean")
    assert [file for file in all_files(world, "trainee") if file.deleted_at]
    with world.inside("siena"):
        for file in session().scalars(select(StoredFile).where(StoredFile.deleted_at.is_not(None))):
            file.deleted_at = utcnow() - timedelta(days=31)
    for key in keys:
        with file_store().open(key) as stored:
            os.utime(stored.name, (0, 0))
    run(app, "core.files.clean")
    assert not [file for file in all_files(world, "trainee") if file.deleted_at]
    assert [file_store().size(key) for key in keys] == [None] * len(keys)


def test_an_upload_that_does_not_go_on_is_forgotten(world: World) -> None:
    with world.inside("siena"):
        state = uploads.create_upload(world.actor("trainee"), StartUpload(name="a.txt", length=10))
    part = uploads.part_path(state.id)
    with world.inside("siena"):
        assert uploads.forget_stale_uploads(utcnow() + timedelta(hours=23)) == 0
        session().get_one(PendingUpload, state.id).created_at -= timedelta(days=2)
        session().flush()
        assert uploads.forget_stale_uploads(utcnow()) == 0
        os.utime(part, (0, 0))
        assert uploads.forget_stale_uploads(utcnow()) == 1
    assert not part.exists()


class Archive:
    """Notes what is written into it."""

    def __init__(self) -> None:
        self.sections: dict[str, list[object]] = {}
        self.files: dict[str, bytes] = {}

    def add_rows(self, section: str, title: object, rows: list[object]) -> None:
        self.sections[section] = list(rows)

    def add_file(self, path: str, data: bytes) -> None:
        self.files[path] = data


def test_a_file_kept_for_a_thing_stays_when_its_owner_deletes_it(world: World, app: Flask) -> None:
    with world.inside("siena"):
        file = next(file for file in all_files(world, "trainee") if file.deleted_at)
        file.deleted_at = utcnow() - timedelta(days=31)
        service.keep_file(file, Ref.of("portfolio", "submission", uuid.uuid4()))
        kept, key = file.id, file.sha256
    run(app, "core.files.clean")
    assert kept in {file.id for file in all_files(world, "trainee")}
    assert file_store().size(key)


def test_files_kept_for_something_do_not_hold_up_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 1)
    with world.inside("siena"):
        mine = select(StoredFile).filter_by(owner_id=world.people["trainee"].id)
        files = list(session().scalars(mine.order_by(StoredFile.id)))
        assert len(files) > 1
        for file in files:
            file.deleted_at = utcnow() - timedelta(days=31)
        for file in files[:-1]:
            service.keep_file(file, Ref.of("portfolio", "submission", uuid.uuid4()))
        assert service.purge_deleted(utcnow()) == 1
        assert service.purge_deleted(utcnow()) == 0


def test_a_person_takes_their_files_along(world: World) -> None:
    archive = Archive()
    area.export_user(world.people["trainee"].id, archive)  # type: ignore[arg-type]
    assert any(path.endswith("candidature.csv") for path in archive.files)
    assert len(archive.sections["files"]) == len(archive.files)


def test_erasure_takes_rows_and_bytes(world: World, app: Flask) -> None:
    kept = {file.sha256 for key in world.people if key != "trainee" for file in all_files(world, key)}
    keys = [file.sha256 for file in all_files(world, "trainee") if file.sha256 not in kept]
    assert keys
    with unit_of_work():
        area.erase_user(world.people["trainee"].id, ErasurePolicy(system_actor().user_id, "asked for"))
    run_due_jobs(app)
    assert all_files(world, "trainee") == []
    assert [file_store().size(key) for key in keys] == [None] * len(keys)


def test_the_health_check_finds_a_folder_that_cannot_be_written(world: World) -> None:
    assert [check.status for check in area.health_checks()] != ["failed"]
    kept = service.files_directory()
    hidden = kept.with_name("files-hidden")
    kept.rename(hidden)
    kept.write_text("in the way")
    try:
        assert [check.status for check in area.health_checks()] == ["failed"]
    finally:
        kept.unlink()
        hidden.rename(kept)
