"""A whole portfolio goes out as one file and comes in somewhere else: nothing lost, nothing believed, all or nothing."""

from __future__ import annotations

import hashlib
import io
import json
import re
import uuid
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageChops
from sqlalchemy import select

from lms.plugin import StoredFile, World, open_file, session
from lms.testing import SignIn, TestSite, run_jobs
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.moving import service
from plugins.portfolio.moving.models import Transfer
from plugins.portfolio.moving.rows import UUID_TEXT
from plugins.portfolio.moving.tables import CARRIED
from plugins.portfolio.sharing.shares import card_of
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
)

MOVING = "/o/siena/portfolio/moving"
VIENNA = "trainee-at"


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
        row = session().scalars(select(Transfer).filter_by(kind="export")).one()
        path, row_id = service.path_of(row), row.id
    assert path.exists()
    assert sign_in("trainee2").post(f"{MOVING}/{row_id}/forget").status_code == 404
    assert path.exists()
    sign_in("trainee").post(f"{MOVING}/{row_id}/forget")
    assert not path.exists()
    pack(app, world)
    with world.inside("siena"):
        row = session().scalars(select(Transfer).filter_by(kind="export")).one()
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


def made_before(members: Members) -> None:
    """An archive as former versions wrote it: without the columns and the tables that came later."""
    for carried in CARRIED:
        name = f"data/{carried.name}.jsonl"
        if carried.name in {"portfolio_film", "portfolio_take"}:
            members.pop(name, None)
        elif carried.added and name in members:
            rows = [json.loads(line) for line in members[name].splitlines()]
            kept = [{key: row[key] for key in row if key not in carried.added} for row in rows]
            members[name] = b"".join(json.dumps(row).encode() + b"\n" for row in kept)


def test_an_archive_of_a_former_version_comes_in_whole(app: Flask, site: TestSite, body: bytes) -> None:
    older = bent(body, made_before)
    card = json.loads(members_of(older)["data/portfolio_card.jsonl"])
    assert "film_id" not in card
    world, key = site.world, newcomer(site.world)
    transfer_id = bring(app, world, older, key, "vienna")
    take(app, world, transfer_id, key, "vienna")
    assert outcome(app, world, transfer_id, "vienna") == ("done", "")
    with app.app_context(), world.inside("vienna"):
        taken = card_of(world.people[key].id)
        assert taken is not None
        assert (taken.slug, taken.film_id) == (card["slug"], None)
        items = evidence.find_items(world.actor(key), "file")
        assert items
        assert all(item.url is None for item in items)


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
