"""What people wrote into channels is theirs to take along."""

from __future__ import annotations

import json
import uuid
import zipfile
from pathlib import Path

from flask import Flask

from lms.clock import utcnow
from lms.hooks.callers import hooks
from lms.live.channels import append
from lms.privacy.archive import ExportArchive
from lms.store.scope import office_scope
from lms.store.uow import unit_of_work
from tests.lms.live.site import actor_for


def test_an_export_holds_what_the_person_wrote_and_nothing_of_others(
    site: Flask, ids: dict[str, uuid.UUID], tmp_path: Path
) -> None:
    with site.app_context():
        trainer, head = actor_for("trainer"), actor_for("head")
        with office_scope(ids["siena"]), unit_of_work():
            append(trainer, "lounge", "announcement.posted", {"text": "mine"}, "key-1")
            append(head, "lounge", "announcement.posted", {"text": "not mine"}, "key-2")
        archive = ExportArchive("Tommaso", utcnow())
        assert hooks().export_user(ids["trainer"], archive) == []
        archive.write(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as made:
        rows = json.loads(made.read("data/live.json"))
    assert [row["payload"] for row in rows] == [{"text": "mine"}]
