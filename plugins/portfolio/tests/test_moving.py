"""A whole portfolio goes out as one file and comes in somewhere else: nothing lost, nothing believed, all or nothing."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageChops
from sqlalchemy import select

from lms.plugin import Conflict, Invalid, NotFound, StoredFile, World, open_file, session
from lms.testing import SignIn, TestSite, run_jobs
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.evidence.forms import EditEntry, NewThing
from plugins.portfolio.moving import service
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.reading import opened
from plugins.portfolio.moving.rows import UUID_TEXT
from plugins.portfolio.tests.archives import (
    Members,
    bent,
    bring,
    count_rows,
    members_of,
    outcome,
    pack,
    take,
    with_line,
    work,
    zipped,
)

MOVING = "/o/siena/portfolio/moving"
VIENNA = "trainee-at"


@pytest.fixture(scope="module")
def body(site: TestSite) -> bytes:
    """The archive of the demo's Aïcha, with a picture in a journal; packed once, from a copy that no test sees."""
    app, world = site.fresh(), site.world
    with app.app_context(), world.inside("siena"):
        actor = world.actor("trainee")
        picture = evidence.find_items(actor, "file")[0].file_id
        journal = evidence.find_journals(actor)[0][0]
        entry = evidence.add_entry(actor, journal.id, NewThing(title="Con una foto"))
        html = f'<p>Guarda:</p><img data-file="{picture}" alt="Un cornetto">'
        evidence.edit_entry(
            actor, entry.id, EditEntry(title="Con una foto", body=html, tags="forno", is_draft=False)
        )
    return pack(app, world)


def newcomer(world: World) -> str:
    """Somebody in Vienna who has written nothing yet."""
    return world.trainees("vienna")[0].key


# --- out --------------------------------------------------------------------------------


def test_one_press_packs_everything_and_only_the_owner_gets_it(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    assert browser.post(f"{MOVING}/pack").status_code == 303
    assert 'http-equiv="refresh"' in browser.get(MOVING).text
    assert browser.post(f"{MOVING}/pack").status_code == 409
    run_jobs(app)
    page = browser.get(MOVING).text
    address = re.search(r'href="([^"]+portfolio\.zip)"', page)
    assert address
    with browser.get(address[1]) as answer:
        whole = answer.data
        assert answer.mimetype == "application/zip"
        assert "attachment" in answer.headers["Content-Disposition"]
    with browser.get(address[1], headers={"Range": "bytes=10-19"}) as part:
        assert part.data == whole[10:20]
    assert sign_in("trainee2").get(address[1]).status_code == 404
    assert sign_in("head").get(address[1]).status_code == 404


def test_the_archive_holds_pages_cvs_files_feed_and_data_with_true_hashes(body: bytes) -> None:
    members = members_of(body)
    manifest = json.loads(members["manifest.json"])
    assert set(manifest["members"]) == set(members) - {"manifest.json"}
    for name, member in manifest["members"].items():
        assert (len(members[name]), hashlib.sha256(members[name]).hexdigest()) == (
            member["size"],
            member["sha256"],
        )
    folders = {name.split("/")[1] for name in members if name.startswith("cv/")}
    assert folders
    for folder in folders:
        own = {name.rpartition("/")[2] for name in members if name.startswith(f"cv/{folder}/")}
        assert own == {"cv.html", "cv.pdf", "europass.pdf", "europass.xml", "resume.json", "cv.txt"}
    assert {"index.html", "style.css", "evidence.html", "leap2a.xml"} <= set(members)
    assert any(name.startswith("pages/") for name in members)


def test_every_address_in_its_pages_leads_to_a_member(body: bytes) -> None:
    members = members_of(body)
    pages = {name: text.decode() for name, text in members.items() if name.endswith(".html")}
    for name, text in pages.items():
        assert "<script" not in text
        for address in re.findall(r'(?:href|src)="([^"]+)"', text):
            if address.startswith(("http", "mailto:", "#")):
                continue
            folder = name.split("/")[:-1]
            for part in address.split("#")[0].split("/"):
                folder = folder[:-1] if part == ".." else [*folder, part]
            assert "/".join(folder) in members, (name, address)


def test_an_archive_is_gone_after_its_time_and_when_its_owner_deletes_it(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(app, world)
    with world.inside("siena"):
        row = session().scalars(select(Transfer)).one()
        path, row_id = service.path_of(row), row.id
    assert path.exists()
    assert sign_in("trainee2").post(f"{MOVING}/{row_id}/forget").status_code == 404
    assert path.exists()
    sign_in("trainee").post(f"{MOVING}/{row_id}/forget")
    assert not path.exists()
    pack(app, world)
    with world.inside("siena"):
        row = session().scalars(select(Transfer)).one()
        path, row.expires_at = service.path_of(row), row.created_at
    with world.inside("siena"):
        assert service.forget_expired() == 1
    assert not path.exists()


# --- there and back ---------------------------------------------------------------------


def by_id(body: bytes) -> tuple[dict[str, dict[str, dict[str, Any]]], dict[str, dict[str, Any]]]:
    """Rows by table and id, and files by id."""
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    for name, text in members_of(body).items():
        if name.startswith("data/") and "links" not in name:
            rows = [json.loads(line) for line in text.splitlines()]
            tables[name.removeprefix("data/").removesuffix(".jsonl")] = {row["id"]: row for row in rows}
    return tables, tables.pop("files")


def translated(value: Any, ids: dict[str, str]) -> Any:
    return json.loads(UUID_TEXT.sub(lambda match: ids.get(match[0], match[0]), json.dumps(value)))


def matched(
    before: dict[str, dict[str, dict[str, Any]]],
    after: dict[str, dict[str, dict[str, Any]]],
    files: tuple[Any, Any],
) -> dict[str, str]:
    """New ids by old ones: rows of one table that were made at the same moment with the same words."""
    ids: dict[str, str] = {}
    plain = {
        "id",
        "created_at",
        "title",
        "name",
        "body",
        "position",
        "section",
        "made_at",
        "kind",
        "text",
        "element",
        "number",
    }

    def key(row: dict[str, Any]) -> str:
        told = {name: value for name, value in row.items() if name in plain - {"id"}}
        return str(row.get("subject", "")) + UUID_TEXT.sub("", json.dumps(told, sort_keys=True))

    for old_rows, new_rows in [*((before[name], after[name]) for name in before), files]:
        waiting: dict[str, list[str]] = {}
        for row in new_rows.values():
            waiting.setdefault(key(row), []).append(row["id"])
        for row in old_rows.values():
            ids[row["id"]] = waiting[key(translated(row, ids))].pop(0)
    return ids


def test_a_portfolio_goes_to_another_installation_and_nothing_is_lost(
    app: Flask, site: TestSite, body: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = TestSite(tmp_path_factory.mktemp("other"))
    try:
        key = newcomer(other.world)
        transfer_id = bring(other.app, other.world, body, key, "vienna")
        assert outcome(other.app, other.world, transfer_id, "vienna") == ("ready", "")
        take(other.app, other.world, transfer_id, key, "vienna")
        assert outcome(other.app, other.world, transfer_id, "vienna") == ("done", "")
        again = pack(other.app, other.world, key, "vienna")
    finally:
        with other.app.app_context():
            session().close()
        other._close_connections()
    compare(body, again)


def compare(body: bytes, again: bytes) -> None:
    """Field by field, file by file. Pictures are drawn anew at every door, so of them the pixels are compared."""
    (before, old_files), (after, new_files) = by_id(body), by_id(again)
    one_page = before["portfolio_page"]
    # a newcomer has the office's template page; it is not part of what was brought
    after["portfolio_page"] = {
        key: row
        for key, row in after["portfolio_page"].items()
        if row["title"] in {each["title"] for each in one_page.values()}
    }
    after["portfolio_block"] = {
        key: row for key, row in after["portfolio_block"].items() if row["page_id"] in after["portfolio_page"]
    }
    ids = matched(before, after, (old_files, new_files))
    assert not set(ids.values()) & set(ids)
    for name, rows in before.items():
        assert len(rows) == len(after[name]), name
        for old_id, row in rows.items():
            assert translated(row, ids) == after[name][ids[old_id]], name
    old_members, new_members = members_of(body), members_of(again)
    assert len(old_files) == len(new_files) > 0
    for old_id, line in old_files.items():
        new = new_files[ids[old_id]]
        changed = {"id", "member", "sha256", "size"}
        assert {name: value for name, value in line.items() if name not in changed} == {
            name: value for name, value in new.items() if name not in changed
        }
        same_picture(old_members[line["member"]], new_members[new["member"]], line["media_type"])


def same_picture(old: bytes, new: bytes, media_type: str) -> None:
    if not media_type.startswith("image/"):
        assert old == new
        return
    first, second = (Image.open(io.BytesIO(each)).convert("RGB") for each in (old, new))
    assert first.size == second.size
    difference = ImageChops.difference(first, second)
    assert max(high for _low, high in difference.getextrema()) <= 24  # type: ignore[misc]  # three bands, each a pair


def test_taking_the_same_archive_again_adds_nothing_and_what_was_put_away_comes_back(
    app: Flask, site: TestSite, body: bytes
) -> None:
    world, key = site.world, newcomer(site.world)
    for _time in range(2):
        take(app, world, bring(app, world, body, key, "vienna"), key, "vienna")
        counts = count_rows(app, world, key, "vienna")
    first = bring(app, world, body, key, "vienna")
    with app.app_context(), world.inside("vienna"):
        summary = session().get_one(Transfer, first).summary
        assert not any(summary["new"].values())
        assert summary["new_files"] == 0
        page = next(iter(evidence.find_items(world.actor(key), "file")))
        evidence.remove(page)
    take(app, world, first, key, "vienna")
    assert count_rows(app, world, key, "vienna") == counts


def test_ones_own_archive_brought_back_doubles_nothing(app: Flask, site: TestSite) -> None:
    body = pack(app, site.world)
    before = count_rows(app, site.world, "trainee", "siena")
    transfer_id = bring(app, site.world, body, "trainee", "siena")
    take(app, site.world, transfer_id, "trainee", "siena", person=False)
    assert outcome(app, site.world, transfer_id, "siena") == ("done", "")
    assert count_rows(app, site.world, "trainee", "siena") == before


def test_embedded_pictures_are_those_of_the_new_account(app: Flask, site: TestSite, body: bytes) -> None:
    world, key = site.world, newcomer(site.world)
    take(app, world, bring(app, world, body, key, "vienna"), key, "vienna")
    with app.app_context(), world.inside("vienna"):
        actor = world.actor(key)
        entries = [
            entry
            for journal, _count in evidence.find_journals(actor)
            for entry in evidence.find_entries(actor, journal.id)
        ]
        html = next(entry.body for entry in entries if entry.title == "Con una foto")
        file = session().get_one(StoredFile, uuid.UUID(UUID_TEXT.search(html)[0]))  # type: ignore[index]  # it is there
        assert file.owner_id == actor.user_id
        with open_file(file) as source:
            assert source.read(4)


def test_whoever_brings_one_sees_what_is_in_it_first_and_may_leave_it(
    app: Flask, sign_in: SignIn, body: bytes, site: TestSite
) -> None:
    browser = sign_in("trainee3")
    before = count_rows(app, site.world, "trainee3", "siena")
    sent = browser.post(f"{MOVING}/bring", data={"archive": (io.BytesIO(body), "portfolio.zip")})
    assert sent.status_code == 303
    address = sent.headers["Location"]
    assert 'http-equiv="refresh"' in browser.get(address).text
    run_jobs(app)
    page = browser.get(address).text
    assert "Ogni file è intero" in page
    assert sign_in("trainee2").get(address).status_code == 404
    assert sign_in("trainee2").post(f"{address}/take").status_code == 404
    assert count_rows(app, site.world, "trainee3", "siena") == before
    assert browser.post(f"{address}/take").status_code == 303
    run_jobs(app)
    assert "Tutto quello che hai scelto" in browser.get(address).text
    assert browser.post(f"{address}/take").status_code == 409
    assert count_rows(app, site.world, "trainee3", "siena")["portfolio_page"] > before["portfolio_page"]


def test_a_confirmation_or_a_public_card_does_not_come_along(app: Flask, site: TestSite, body: bytes) -> None:
    for name, text in members_of(body).items():
        if name.startswith("data/"):
            assert b"confirmed" not in text
            assert b"is_public" not in text


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
    members["data/links.jsonl"] = b""


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
        row_id = session().scalars(select(Transfer.id)).one()
        with pytest.raises(NotFound):
            service.get_transfer(world.actor("counsellor"), row_id)
