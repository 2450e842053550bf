"""Every address below a secret link, found in the map of addresses itself: none opens without the living link and its passcode."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.plugin import World, session, utcnow
from plugins.portfolio.cv import tailoring
from plugins.portfolio.cv.forms import NewCv
from plugins.portfolio.pages import service as pages
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ChangeShare, ShareWith
from plugins.portfolio.sharing.models import Share
from plugins.portfolio.tests.test_films import make_film, on_page
from plugins.portfolio.tests.test_sharing import OWNER

OFFICE = "/o/siena"
ENTRANCE = "portfolio_links.enter"


def paths_below(app: Flask, token: str, ids: dict[str, uuid.UUID]) -> Iterator[tuple[str, str]]:
    """Each address with a token in it, by the name of its view."""
    for rule in app.url_map.iter_rules():
        if "token" not in rule.arguments or not rule.endpoint.startswith("portfolio_"):
            continue
        for what in ("pdf", "photo") if "what" in rule.arguments else ("",):
            values = {"token": token, "what": what, **ids}
            built = app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}
            )
            yield rule.endpoint, OFFICE + built


@pytest.fixture
def shared(world: World) -> tuple[uuid.UUID, str, dict[str, uuid.UUID]]:
    """A link to a page with a film and a way to write: its share, its token, and what stands below it."""
    film_id, _take = make_film(world)
    page_id, token, file_id = on_page(world, film_id)
    with world.inside("siena"):
        actor = world.actor(OWNER)
        pages.add_block(actor, page_id, "contact", {"title": ""})
        cv_id = tailoring.add_cv(actor, NewCv(title="CV")).id
        share = shares.find_shares(actor, ref_of("page", page_id))[0]
        return share.id, token, {"page_id": page_id, "file_id": file_id, "cv_id": cv_id}


def statuses(client: FlaskClient, token: str, ids: dict[str, uuid.UUID]) -> dict[str, int]:
    """What a stranger gets at each address."""
    found = {}
    for endpoint, path in paths_below(client.application, token, ids):
        with client.get(path, headers={"Range": "bytes=0-9"}) as answer:
            found[f"{endpoint} {path.rpartition('/')[2]}"] = answer.status_code
    return found


def test_each_address_below_a_living_link_opens_but_the_cv_and_the_collection_that_it_does_not_lead_to(
    client: FlaskClient, shared: tuple[uuid.UUID, str, dict[str, uuid.UUID]]
) -> None:
    _share, token, ids = shared
    found = statuses(client, token, ids)
    assert len(found) >= 7
    closed = {name for name, status in found.items() if status == 404}
    assert closed == {
        name for name in found if name.startswith(("portfolio_links.linked_cv", "portfolio_fronts."))
    }
    assert {status for name, status in found.items() if name not in closed} <= {200, 206}


@pytest.mark.parametrize(
    "end", ["guess", "cut off", "longer", "revoked", "expired", "not yet", "new passcode", "other office"]
)
def test_no_address_below_a_link_opens_when_it_ended_or_was_guessed(
    world: World, client: FlaskClient, shared: tuple[uuid.UUID, str, dict[str, uuid.UUID]], end: str
) -> None:
    share_id, token, ids = shared
    tried = {"guess": "x" * len(token), "cut off": token[:-1], "longer": f"{token}A"}.get(end, token)
    with world.inside("siena"):
        actor, row = world.actor(OWNER), session().get_one(Share, share_id)
        if end == "revoked":
            shares.revoke(actor, share_id)
        elif end == "expired":
            row.ends_at = utcnow() - timedelta(seconds=1)
        elif end == "not yet":
            row.starts_at = utcnow() + timedelta(hours=1)
        elif end == "new passcode":
            shares.change_share(actor, share_id, ChangeShare(passcode="girasole"), UTC)
    for endpoint, path in paths_below(client.application, tried, ids):
        address = path.replace(OFFICE, "/o/vienna") if end == "other office" else path
        with client.get(address, headers={"Range": "bytes=0-9"}) as answer:
            asks = end == "new passcode" and endpoint == ENTRANCE
            assert answer.status_code == (200 if asks else 404), path
            assert b"Zaffiro" not in answer.data


def test_no_address_below_a_link_to_a_cv_opens_a_page(
    world: World, client: FlaskClient, shared: tuple[uuid.UUID, str, dict[str, uuid.UUID]]
) -> None:
    _share, _token, ids = shared
    with world.inside("siena"):
        _row, token = shares.share(world.actor(OWNER), ref_of("cv", ids["cv_id"]), ShareWith(audience="link"))
    found = statuses(client, token, ids)
    opened = {name.partition(" ")[0] for name, status in found.items() if status in {200, 206}}
    assert opened == {ENTRANCE, "portfolio_links.linked_cv"}
