"""Archives for tests: made by the product, then bent."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.plugin import World, office_scope, session
from plugins.portfolio.moving import jobs, service
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.tables import CARRIED

Members = dict[str, bytes]
JOBS: dict[str, Callable[[Any], None]] = {
    "pack": jobs.pack,
    "examine": jobs.examine_brought,
    "unpack": jobs.unpack,
}


@dataclass
class Run:
    """What a job's function is handed, without a worker."""

    payload: dict[str, str]
    is_last_attempt: bool = False
    seen: list[tuple[int, int]] = field(default_factory=list)

    def progress(self, done: int, total: int) -> None:
        """Remember how far it is."""
        self.seen.append((done, total))

    def stop_if_cancelled(self) -> None:
        """Nobody cancels it."""


def work(app: Flask, world: World, name: str, transfer_id: uuid.UUID, office: str) -> Run:
    """Do the work of a transfer, as a worker would."""
    run = Run({"transfer_id": str(transfer_id)})
    with app.app_context(), office_scope(world.office(office).id):
        JOBS[name](run)
    return run


def pack(app: Flask, world: World, key: str = "trainee", office: str = "siena") -> bytes:
    """The archive of somebody, as they download it."""
    with app.app_context(), world.inside(office):
        transfer_id = service.ask_archive(world.actor(key)).id
    work(app, world, "pack", transfer_id, office)
    with app.app_context(), world.inside(office):
        return service.archive_path(world.actor(key), transfer_id).read_bytes()


def bring(app: Flask, world: World, body: bytes, key: str, office: str) -> uuid.UUID:
    """Bring an archive and have it examined; returns the transfer."""
    with app.app_context(), world.inside(office):
        actor = world.actor(key)
        path = service.new_brought_path()
        path.write_bytes(body)
        transfer_id = service.bring_archive(actor, path, "portfolio.zip").id
    work(app, world, "examine", transfer_id, office)
    return transfer_id


def take(
    app: Flask, world: World, transfer_id: uuid.UUID, key: str, office: str, *, person: bool = True
) -> None:
    """Take over what was brought."""
    with app.app_context(), world.inside(office):
        service.start_import(world.actor(key), transfer_id, {"person": person})
    work(app, world, "unpack", transfer_id, office)


def outcome(app: Flask, world: World, transfer_id: uuid.UUID, office: str) -> tuple[str, str]:
    """State and problem of a transfer."""
    with app.app_context(), world.inside(office):
        row = session().get_one(Transfer, transfer_id)
        return row.state, row.problem


def members_of(body: bytes) -> Members:
    """All members."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {each.filename: archive.read(each) for each in archive.infolist()}


def zipped(members: Members, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with exactly these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return made.getvalue()


def bent(
    body: bytes, change: Callable[[Members], None], *, told: Callable[[dict[str, Any]], None] | None = None
) -> bytes:
    """An archive whose members were changed by somebody who also knows how to write a fitting manifest.

    ``told`` changes what the manifest says, as the last thing.
    """
    members = members_of(body)
    manifest = json.loads(members.pop("manifest.json"))
    change(members)
    manifest["members"] = {
        name: {"size": len(each), "sha256": hashlib.sha256(each).hexdigest()}
        for name, each in members.items()
    }
    manifest["rows"] = {
        name.removeprefix("data/").removesuffix(".jsonl"): each.count(b"\n")
        for name, each in members.items()
        if name.startswith("data/")
    }
    if told:
        told(manifest)
    return zipped(members | {"manifest.json": json.dumps(manifest).encode()})


def with_line(table: str, **values: Any) -> Callable[[Members], None]:
    """Change the first line of a table."""

    def change(members: Members) -> None:
        name = f"data/{table}.jsonl"
        first, _newline, rest = members[name].partition(b"\n")
        members[name] = json.dumps(json.loads(first) | values).encode() + b"\n" + rest

    return change


def count_rows(app: Flask, world: World, key: str, office: str) -> dict[str, int]:
    """How many rows of each carried table a person has."""
    with app.app_context(), world.inside(office):
        owner = world.people[key].id
        return {
            each.name: len(list(session().scalars(select(each.model.id).where(each.model.id.in_(each.owned_by(owner))))))
            for each in CARRIED
        }  # fmt: skip


def newcomer(world: World) -> str:
    """Somebody in Vienna who has written nothing yet."""
    return world.trainees("vienna")[0].key
