"""What is accepted as a file, and what is refused with which words."""

from __future__ import annotations

import io
import resource
import uuid
from typing import NamedTuple

import pytest
from PIL import Image
from sqlalchemy import func, select

from lms.access.actor import Actor
from lms.config import FileSettings
from lms.demo import World
from lms.errors import Invalid, NotFound, Unavailable
from lms.files import service
from lms.files.accepting import (
    EVERYTHING,
    accept_stream,
    file_store,
    files_directory,
    prepare_stream,
    record,
)
from lms.files.kinds import Family
from lms.store.base import session
from lms.store.files import StoredFile
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from tests.lms.files import samples


class Kept(NamedTuple):
    """What is known of a stored file after the unit of work."""

    id: uuid.UUID
    name: str
    media_type: str
    size: int
    sha256: str


def send(world: World, data: bytes, name: str, *, allowed: frozenset[Family] = EVERYTHING) -> Kept:
    with world.inside("siena"):
        file = accept_stream(world.actor("trainee"), io.BytesIO(data), name, allowed=allowed)
        return Kept(file.id, file.name, file.media_type, file.size, file.sha256)


def refusal(world: World, data: bytes, name: str, **options: frozenset[Family]) -> str:
    before = sorted(path.name for path in files_directory().rglob("*") if path.is_file())
    with pytest.raises(Invalid) as caught:
        send(world, data, name, **options)
    assert sorted(path.name for path in files_directory().rglob("*") if path.is_file()) == before
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.png", samples.picture(), "image/png"),
        ("a.jpg", samples.picture(form="JPEG"), "image/jpeg"),
        ("a.txt", b"Buongiorno, mondo", "text/plain"),
        ("a.csv", "nome;età\nLucía;30\n".encode("latin-1"), "text/csv"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\n", "application/pdf"),
        ("a.zip", samples.archive({"a.txt": b"a"}), "application/zip"),
        ("a.docx", samples.archive({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("BMW.txt", b"BMW and other makers", "text/plain"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_what_is_inside(world: World, name: str, data: bytes, media_type: str) -> None:
    assert send(world, data, name).media_type == media_type


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("holiday.jpg", b"%PDF-1.7\n", "disguised"),
        ("notes.txt", b"<!DOCTYPE html><script>alert(1)</script>", "disguised"),
        ("logo.png", b"<?xml version='1.0'?><!-- x --><svg xmlns='http://www.w3.org/2000/svg'/>", "disguised"),
        ("cv.docx", samples.archive({"a.txt": b"a"}), "disguised"),
        ("game.exe", b"MZ\x90\x00" + b"\x00" * 100, "wrong_type"),
        ("holiday.jpg", b"\x7fELF\x02\x01\x01\x00" + b"\x00" * 100, "wrong_type"),
        ("broken.png", samples.picture()[:60], "damaged"),
        ("empty.txt", b"", "empty"),
        ("bomb.png", samples.pixel_bomb(), "pixel_bomb"),
        ("bomb.zip", samples.archive({"zeros": b"\0" * 70_000_000}), "zip_bomb"),
        ("many.zip", samples.archive({f"{number}": b"" for number in range(10_001)}), "zip_bomb"),
        ("slip.zip", samples.archive({"../../etc/passwd": b"x"}), "zip_bomb"),
        ("russian-doll.zip", samples.archive({"a.zip": samples.archive({"b.zip": samples.archive({"c.zip": samples.archive({"d": b"d"})})})}), "zip_bomb"),
    ],
)  # fmt: skip
def test_a_dangerous_or_disguised_file_is_refused_and_leaves_nothing(
    world: World, name: str, data: bytes, code: str
) -> None:
    assert refusal(world, data, name) == code


def test_a_refusal_names_what_would_be_accepted(world: World) -> None:
    with pytest.raises(Invalid, match="JPEG, PNG"):
        send(world, b"only words", "a.txt", allowed=frozenset({"image"}))


def test_a_photo_loses_place_and_maker_and_is_turned(world: World) -> None:
    file = send(world, samples.photo_with_place(), "foto.jpg")
    with file_store().open(file.sha256) as stored, Image.open(stored) as image:
        assert image.size == (40, 60)
        assert not image.getexif()


def test_a_name_cannot_lead_out_of_its_folder_or_hide_its_kind(world: World) -> None:
    assert send(world, b"hello", "../../etc/run.bat").name == "run.bat.txt"
    assert send(world, samples.picture(), "C:\\photos\\me.jpg").name == "me.png"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_upload_mb": 1}, "too_large"),
        ({"user_quota_mb": 1}, "quota_user"),
        ({"office_quota_mb": 1}, "quota_office"),
    ],
)
def test_nobody_stores_more_than_there_is_room_for(
    world: World, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int], code: str
) -> None:
    monkeypatch.setitem(settings().__dict__, "files", FileSettings(**limits))
    assert refusal(world, b"x" * 1_100_000, "large.txt") == code


def test_a_full_disk_is_said_plainly_and_leaves_nothing_half_done(world: World) -> None:
    database = settings().sqlite_path.stat().st_size if settings().is_sqlite else 0
    limit = max(database, 4_000_000) + 1_000_000
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(Unavailable, match="no room left"):
            send(world, b"x" * (limit + 2_000_000), "large.txt")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((files_directory() / "uploads").glob("*"))
    assert send(world, b"small", "small.txt").size == 5


def test_only_the_owner_reads_a_file_that_is_attached_to_nothing(world: World) -> None:
    file = send(world, b"mine", "mine.txt")
    with world.inside("siena"):
        assert service.get_file(world.actor("trainee"), file.id).name == "mine.txt"
        for other in ("trainee2", "head"):
            with pytest.raises(NotFound):
                service.get_file(world.actor(other), file.id)


def test_equal_files_share_their_bytes_until_the_last_one_goes(world: World) -> None:
    first, second = send(world, b"same", "a.txt"), send(world, b"same", "b.txt")
    assert first.sha256 == second.sha256
    with unit_of_work():
        assert service.remove_unreferenced([first.sha256]) == 0
    with world.inside("siena"):
        for file in (first, second):
            session().delete(session().get_one(StoredFile, file.id))
    with unit_of_work():
        assert service.remove_unreferenced([first.sha256]) == 1
    assert file_store().size(first.sha256) is None


def test_the_old_logo_goes_when_a_new_one_comes(world: World) -> None:
    class Sent:
        filename, mimetype = "logo.png", "image/png"

        def __init__(self) -> None:
            self.stream = io.BytesIO(samples.picture())

    with world.inside("siena"):
        head: Actor = world.actor("head")
        first, second = service.store_logo(head, Sent()), service.store_logo(head, Sent())
        assert first.deleted_at is not None
        assert service.get_file(None, second.id).id == second.id


def test_files_that_must_come_together_are_prepared_first_and_get_the_ids_they_were_promised(
    world: World,
) -> None:
    wanted = uuid.uuid4()
    with world.inside("siena"):
        actor = world.actor("trainee")
        before = session().scalar(select(func.count()).select_from(StoredFile))
        prepared = prepare_stream(actor, io.BytesIO(b"Buongiorno, mondo"), "a.txt")
        assert session().scalar(select(func.count()).select_from(StoredFile)) == before
        row = record(actor, prepared, file_id=wanted)
        assert (row.id, row.name, row.sha256) == (wanted, "a.txt", prepared.sha256)
