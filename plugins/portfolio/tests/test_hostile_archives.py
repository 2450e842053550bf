"""Archives that lie, grow without measure or lead out of their folder are refused with a reason, and nothing comes of them."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.plugin import Conflict, Invalid, NotFound, StoredFile, World, session
from lms.testing import TestSite
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.moving import service
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.reading import opened
from plugins.portfolio.tests.archives import (
    Members,
    bent,
    bring,
    count_rows,
    members_of,
    newcomer,
    outcome,
    pack,
    take,
    with_line,
    work,
    zipped,
)

MOVING = "/o/siena/portfolio/moving"
VIENNA = "trainee-at"


# --- hostile archives -------------------------------------------------------------------


def refused(app: Flask, site: TestSite, body: bytes) -> str:
    """Bring an archive that must be refused: what is said, and that nothing came of it."""
    world, key = site.world, newcomer(site.world)
    before = count_rows(app, world, key, "vienna")
    with app.app_context(), world.inside("vienna"):
        files = len(
            list(
                session().scalars(
                    select(StoredFile.id).where(
                        StoredFile.owner_id == world.people[key].id, StoredFile.deleted_at.is_(None)
                    )
                )
            )
        )
    transfer_id = bring(app, world, body, key, "vienna")
    state, problem = outcome(app, world, transfer_id, "vienna")
    assert state == "failed"
    with app.app_context(), world.inside("vienna"), pytest.raises(Conflict):
        service.start_import(world.actor(key), transfer_id, {})
    assert count_rows(app, world, key, "vienna") == before
    with app.app_context(), world.inside("vienna"):
        left = session().scalars(
            select(StoredFile.id).where(
                StoredFile.owner_id == world.people[key].id, StoredFile.deleted_at.is_(None)
            )
        )
        assert len(list(left)) == files
    return problem


def drop_table(name: str) -> Callable[[Members], None]:
    return lambda members: members.pop(f"data/{name}.jsonl")  # type: ignore[func-returns-value,return-value]  # only its effect is wanted


def add_member(name: str, text: bytes) -> Callable[[Members], None]:
    return lambda members: members.update({name: text})


def web_page(members: Members) -> None:
    """An SVG with a script in the place of the first file."""
    name = "data/files.jsonl"
    first = members[name].splitlines()[0]
    line = json.loads(first)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for each in [key for key in members if key == line["member"]]:
        members[each] = svg
    lines = [json.loads(each) for each in members[name].splitlines()]
    for each in lines:
        if each["member"] == line["member"]:
            each |= {"size": len(svg), "sha256": hashlib.sha256(svg).hexdigest()}
    members[name] = b"".join(json.dumps(each).encode() + b"\n" for each in lines)


def many_lines(members: Members) -> None:
    name = "data/portfolio_item.jsonl"
    line = json.loads(members[name].splitlines()[0])
    members[name] = b"".join(
        json.dumps(line | {"id": str(uuid.uuid4()), "file_id": None}).encode() + b"\n"
        for _number in range(5001)
    )
    members["data/links.jsonl"] = members["data/portfolio_link_preview.jsonl"] = b""


def two_choices(members: Members) -> None:
    name = "data/portfolio_tag.jsonl"
    first = json.loads(members[name].splitlines()[0])
    members[name] += json.dumps(first | {"id": str(uuid.uuid4())}).encode() + b"\n"


ITEM, ENTRY, BLOCK, PAGE = "portfolio_item", "portfolio_cv_entry", "portfolio_block", "portfolio_page"
DEEP: dict[str, Any] = {}
for _level in range(12):
    DEEP = {"a": DEEP}
LIES: dict[str, tuple[Callable[[Members], None], str]] = {
    "a foreign table": (add_member("data/user.jsonl", b'{"id": 1}\n'), "does not belong to a portfolio"),
    "a foreign column": (with_line(ITEM, owner_id=str(uuid.uuid4())), "other columns"),
    "an office": (with_line(ITEM, office_id=str(uuid.uuid4())), "other columns"),
    "a wrong type": (with_line(ITEM, title=7), "something impossible"),
    "a number for a truth": (with_line("portfolio_cv", is_anonymous=1), "something impossible"),
    "a text too long": (with_line(ITEM, title="x" * 300), "something impossible"),
    "a huge number": (with_line(PAGE, position=2**40), "something impossible"),
    "nothing where something must be": (with_line(ITEM, title=None), "something impossible"),
    "an unknown kind": (with_line(ITEM, kind="admin"), "something impossible"),
    "an unknown section": (with_line(ENTRY, section="crimes"), "something impossible"),
    "a script as an address": (with_line(ENTRY, url="javascript:alert(1)"), "something impossible"),
    "a date that is none": (with_line(ENTRY, starts="soon"), "something impossible"),
    "a time without a zone": (with_line(ITEM, created_at="2026-01-01T10:00:00"), "something impossible"),
    "an id that is none": (with_line(ITEM, id="../1"), "something impossible"),
    "a row of nobody": (with_line(BLOCK, page_id=str(uuid.uuid4())), "not in it"),
    "a file of somebody else": (with_line(ITEM, file_id=str(uuid.uuid4())), "not in it"),
    "a block with a text for a list": (with_line(BLOCK, kind="gallery", content={"items": "x"}), "cannot hold this"),
    "a block with an id that is none": (with_line(BLOCK, kind="image", content={"item": "zzz"}), "cannot hold this"),
    "a depth without end": (with_line(BLOCK, kind="unheard", content=DEEP), "something impossible"),
    "a former state that is none": (with_line("portfolio_version", content={"blocks": "no"}), "former state"),
    "two of one id": (lambda members: members.update({f"data/{ITEM}.jsonl": members[f"data/{ITEM}.jsonl"] + members[f"data/{ITEM}.jsonl"].splitlines()[0] + b"\n"}), "one id"),
    "two of the same thing": (two_choices, "same thing"),
    "a line that is no JSON": (lambda members: members.update({f"data/{ITEM}.jsonl": b"{broken\n"}), "cannot be read"),
    "not a number": (lambda members: members.update({f"data/{ITEM}.jsonl": b'{"level": NaN}\n'}), "cannot be read"),
    "too many things": (many_lines, "more than"),
    "a stray file": (add_member("files/stray/evil.txt", b"x"), "belongs to nothing"),
    "a missing file": (lambda members: members.pop(next(name for name in members if name.startswith("files/"))), "not in it"),  # type: ignore[dict-item,return-value]  # only its effect is wanted
    "a proof of something else": (add_member("data/links.jsonl", json.dumps({"skill": str(uuid.uuid4()), "proof": str(uuid.uuid4())}).encode() + b"\n"), "not in it"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_data_that_lies_is_refused_with_a_reason_and_nothing_comes_of_it(
    app: Flask, site: TestSite, body: bytes, lie: str
) -> None:
    change, words = LIES[lie]
    assert words in refused(app, site, bent(body, change))


def test_a_hash_or_size_that_is_not_true_is_refused(app: Flask, site: TestSite, body: bytes) -> None:
    member = next(name for name in members_of(body) if name.startswith("files/"))

    def other_hash(manifest: dict[str, Any]) -> None:
        manifest["members"][member]["sha256"] = "0" * 64

    def other_size(manifest: dict[str, Any]) -> None:
        manifest["members"]["index.html"]["size"] += 1

    def fewer_rows(manifest: dict[str, Any]) -> None:
        manifest["rows"]["portfolio_item"] -= 1

    def newer(manifest: dict[str, Any]) -> None:
        manifest["version"] = 99

    for told, words in (
        (other_hash, "not"),
        (other_size, "not as large"),
        (fewer_rows, "more or fewer"),
        (newer, "newer version"),
    ):
        assert words in refused(app, site, bent(body, lambda members: None, told=told))


def test_what_is_no_archive_of_ours_or_damaged_is_refused(app: Flask, site: TestSite, body: bytes) -> None:
    assert "no manifest" in refused(app, site, zipped({"a.txt": b"a"}))
    assert "cannot be read" in refused(app, site, zipped({"manifest.json": b"[]"}))
    members = members_of(body)
    assert "something else" in refused(
        app,
        site,
        zipped(
            members
            | {"manifest.json": members["manifest.json"].replace(b"contrada-portfolio", b"a-shopping-list")}
        ),
    )
    assert "other files" in refused(app, site, zipped(members | {"more.txt": b"x"}))


def test_a_script_in_a_picture_is_refused_and_nothing_half_done(
    app: Flask, site: TestSite, body: bytes
) -> None:
    world, key = site.world, newcomer(site.world)
    before = count_rows(app, world, key, "vienna")
    transfer_id = bring(app, world, bent(body, web_page), key, "vienna")
    assert outcome(app, world, transfer_id, "vienna")[0] == "ready"
    take(app, world, transfer_id, key, "vienna")
    state, problem = outcome(app, world, transfer_id, "vienna")
    assert state == "failed"
    assert problem
    assert count_rows(app, world, key, "vienna") == before


def test_scripts_in_texts_are_taken_out(app: Flask, site: TestSite, body: bytes) -> None:
    world, key = site.world, newcomer(site.world)
    hostile = bent(
        body, with_line("portfolio_journal_entry", body="<p onclick='x()'>Ciao<script>alert(1)</script></p>")
    )
    take(app, world, bring(app, world, hostile, key, "vienna"), key, "vienna")
    with app.app_context(), world.inside("vienna"):
        actor = world.actor(key)
        bodies = [
            entry.body
            for journal, _count in evidence.find_journals(actor)
            for entry in evidence.find_entries(actor, journal.id)
        ]
        assert any("Ciao" in each for each in bodies)
        assert not any("script" in each or "onclick" in each for each in bodies)


def test_a_file_never_becomes_one_that_everybody_reads(app: Flask, site: TestSite, body: bytes) -> None:
    world, key = site.world, newcomer(site.world)
    take(
        app,
        world,
        bring(app, world, bent(body, with_line("files", purpose="logo")), key, "vienna"),
        key,
        "vienna",
    )
    with app.app_context(), world.inside("vienna"):
        purposes = set(
            session().scalars(select(StoredFile.purpose).where(StoredFile.owner_id == world.people[key].id))
        )
        assert "logo" not in purposes


# archives that the door for uploads refuses already; here the portfolio's own door is tried without it


def outside(body: bytes) -> str:
    with pytest.raises(Invalid) as caught, opened(io.BytesIO(body)) as archive:
        archive.check_hashes()
    return caught.value.code


def raw(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, content)
    return made.getvalue()


def info(name: str, mode: int = 0o600 | stat.S_IFREG) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr, made.compress_type = mode << 16, zipfile.ZIP_DEFLATED
    return made


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:evil", "a\\..\\evil"])
def test_paths_that_lead_out_are_refused(world: World, name: str) -> None:
    assert outside(raw((info(name), b"x"))) == "path"


def test_bombs_by_ratio_by_count_and_by_total_are_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outside(raw((info("a.bin"), bytes(6_000_000)))) == "zip_bomb"
    monkeypatch.setattr("plugins.portfolio.moving.reading.MOST_MEMBERS", 10)
    assert outside(zipped({f"{number}": b"x" for number in range(11)})) == "too_many"
    monkeypatch.setattr("plugins.portfolio.moving.reading.MOST_UNPACKED", 100)
    assert outside(zipped({"a": b"x" * 101})) == "zip_bomb"


def test_links_and_locked_members_are_refused(world: World) -> None:
    assert outside(raw((info("a", 0o777 | stat.S_IFLNK), b"/etc/passwd"))) == "not_a_file"
    locked = bytearray(zipped({"a": b"x"}))
    for place in (locked.index(b"PK\x03\x04") + 6, locked.index(b"PK\x01\x02") + 8):
        locked[place] |= 1
    assert outside(bytes(locked)) == "encrypted"


def test_members_that_lie_about_their_size_overlap_or_are_cut_are_refused(world: World, body: bytes) -> None:
    assert outside(body[: len(body) // 2]) == "damaged"
    lying = bytearray(zipped({"a": b"x" * 1000}))
    place = lying.index(b"PK\x01\x02") + 20
    lying[place : place + 4] = (2**31).to_bytes(4, "little")
    assert outside(bytes(lying)) in {"zip_bomb", "damaged"}
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = raw((info("a"), b"x"), (info("a"), b"y"))
    assert outside(twice) == "bad_data"


def test_a_line_without_end_is_refused(world: World, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.portfolio.moving.reading.MOST_LINE_BYTES", 20)
    with pytest.raises(Exception, match="far too long"), opened(io.BytesIO(body)) as archive:
        list(archive.raw_lines("portfolio_item"))


def test_nothing_of_an_import_stays_when_it_fails_in_the_middle(
    app: Flask, site: TestSite, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, key = site.world, newcomer(site.world)
    before = count_rows(app, world, key, "vienna")
    transfer_id = bring(app, world, body, key, "vienna")

    def broken(*_arguments: object) -> Iterator[None]:
        raise OSError("the disk went away")

    monkeypatch.setattr("plugins.portfolio.moving.taking._put_links", broken)
    with pytest.raises(OSError, match="went away"):
        take(app, world, transfer_id, key, "vienna")
    assert count_rows(app, world, key, "vienna") == before
    monkeypatch.undo()
    assert outcome(app, world, transfer_id, "vienna")[0] == "running"
    work(app, world, "unpack", transfer_id, "vienna")
    assert outcome(app, world, transfer_id, "vienna") == ("done", "")


def test_nobody_reaches_the_transfers_of_others(app: Flask, world: World) -> None:
    pack(app, world)
    with world.inside("siena"):
        row_id = session().scalars(select(Transfer.id).limit(1)).one()
        with pytest.raises(NotFound):
            service.get_transfer(world.actor("counsellor"), row_id)
