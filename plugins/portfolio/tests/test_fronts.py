"""The front of a collection: its cover and words, and how far each page is."""

from __future__ import annotations

import io
import uuid

import pytest
from flask.testing import FlaskClient
from PIL import Image

from lms.plugin import NotFound, World, session
from lms.testing import SignIn
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import EditCollection, NewPage
from plugins.portfolio.pages.models import Collection
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import requests, shares
from plugins.portfolio.sharing.forms import Answer, AskFeedback, ShareWith
from plugins.portfolio.tests.test_sharing import HOME, OWNER, make_page, status


@pytest.fixture
def collection(world: World) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """Two pages of somebody in a collection that says how far they are."""
    page_ids = [make_page(world)[0], make_page(world)[0]]
    with world.inside("siena"):
        actor = world.actor(OWNER)
        row = pages.add_collection(actor, NewPage(title="Tutto di me"))
        command = EditCollection(title="Tutto di me", description="Le mie cose migliori", shows_progress=True)
        pages.edit_collection(actor, row.id, command)
        for page_id in page_ids:
            pages.get_page(actor, page_id).collection_id = row.id
        return row.id, page_ids


def picture() -> io.BytesIO:
    """A wide picture."""
    made = io.BytesIO()
    Image.new("RGB", (900, 300), "#336699").save(made, "JPEG")
    made.seek(0)
    return made


def link_to(world: World, collection_id: uuid.UUID) -> tuple[uuid.UUID, str]:
    """A secret link to the collection: its share and its token."""
    with world.inside("siena"):
        row, token = shares.share(
            world.actor(OWNER), ref_of("collection", collection_id), ShareWith(audience="link")
        )
        return row.id, token


def test_a_cover_is_put_on_a_collection_and_seen_only_with_its_right(
    world: World, sign_in: SignIn, client: FlaskClient, collection: tuple[uuid.UUID, list[uuid.UUID]]
) -> None:
    collection_id, _pages = collection
    path, owner = f"{HOME}/collections/{collection_id}/cover", sign_in(OWNER)
    assert sign_in("trainee2").post(path, data={"cover": (picture(), "wide.jpg")}).status_code == 404
    assert owner.post(path, data={"cover": (io.BytesIO(b"<svg/>"), "wide.jpg")}).status_code == 422
    assert owner.post(path, data={"cover": (picture(), "wide.jpg")}).status_code == 303
    shared = f"{HOME}/shared/collections/{collection_id}"
    assert status(owner, f"{shared}/cover") == 200
    for browser in (sign_in("trainee2"), client):
        assert browser.get(f"{shared}/cover").status_code == 404
        assert browser.get(shared).status_code == 404
    share_id, token = link_to(world, collection_id)
    front = client.get(f"{HOME}/s/{token}", follow_redirects=True)
    assert "Le mie cose migliori" in front.text
    assert front.headers["Referrer-Policy"] == "no-referrer"
    with client.get(f"{HOME}/s/{token}/cover") as shown:
        assert shown.data[:2] == b"\xff\xd8"
    with world.inside("siena"):
        shares.revoke(world.actor(OWNER), share_id)
    assert client.get(f"{HOME}/s/{token}/cover").status_code == 404
    assert client.get(f"{HOME}/s/{token}/overview").status_code == 404
    owner.post(path, data={"remove": "1"})
    with world.inside("siena"):
        assert session().get_one(Collection, collection_id).cover_id is None


def test_the_front_leads_to_each_page_and_back(
    world: World, client: FlaskClient, collection: tuple[uuid.UUID, list[uuid.UUID]]
) -> None:
    collection_id, page_ids = collection
    _share, token = link_to(world, collection_id)
    front = client.get(f"{HOME}/s/{token}/overview").text
    for page_id in page_ids:
        assert f"/s/{token}/{page_id}" in front
    assert f"/s/{token}/overview" in client.get(f"{HOME}/s/{token}/{page_ids[1]}").text


def test_a_collection_with_nothing_to_say_begins_with_its_first_page(
    world: World, sign_in: SignIn, collection: tuple[uuid.UUID, list[uuid.UUID]]
) -> None:
    collection_id, page_ids = collection
    with world.inside("siena"):
        pages.edit_collection(world.actor(OWNER), collection_id, EditCollection(title="Tutto di me"))
    answer = sign_in(OWNER).get(f"{HOME}/shared/collections/{collection_id}")
    assert answer.headers["Location"].endswith(f"/shared/pages/{page_ids[0]}")


def test_a_page_is_finished_confirmed_and_begun_again_when_it_changes(
    world: World, collection: tuple[uuid.UUID, list[uuid.UUID]]
) -> None:
    collection_id, page_ids = collection
    with world.inside("siena"):
        owner, adviser = world.actor(OWNER), world.actor("counsellor")
        ref = ref_of("page", page_ids[0])

        def states() -> list[str]:
            session().flush()
            found = requests.progress_of(pages.pages_in(collection_id))
            return [found[page_id] for page_id in page_ids]

        assert states() == ["begun", "begun"]
        row = requests.sign(owner, ref, AskFeedback())
        assert states() == ["signed", "begun"]
        requests.answer_request(adviser, row.id, Answer(answer="confirmed"))
        assert states() == ["confirmed", "begun"]
        pages.add_block(owner, page_ids[0], "heading", {"text": "Una cosa nuova"})
        assert states() == ["begun", "begun"]
        with pytest.raises(NotFound):
            requests.sign(owner, ref_of("collection", collection_id), AskFeedback())


def test_the_owner_reads_who_looked_at_a_collection_and_its_pages(
    world: World, sign_in: SignIn, collection: tuple[uuid.UUID, list[uuid.UUID]]
) -> None:
    collection_id, page_ids = collection
    with world.inside("siena"):
        shares.share(world.actor(OWNER), ref_of("collection", collection_id), ShareWith(audience="advisers"))
    reader = sign_in("counsellor")
    for path in (f"collections/{collection_id}", f"pages/{page_ids[1]}"):
        reader.get(f"{HOME}/shared/{path}")
    with world.inside("siena"):
        visits = shares.find_visits(world.actor(OWNER), ref_of("collection", collection_id))
        assert {visit.target for visit in visits} == {
            str(ref_of("collection", collection_id)),
            str(ref_of("page", page_ids[1])),
        }
