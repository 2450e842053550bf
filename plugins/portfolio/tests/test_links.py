"""Links among the evidence: kept and shown as their owner wrote them, and never fetched."""

from __future__ import annotations

import uuid

import pytest
from flask.testing import FlaskClient

from lms.plugin import Invalid, World
from lms.testing import SignIn
from plugins.portfolio.evidence import service
from plugins.portfolio.evidence.forms import EditSkill, NewLink, NewThing
from plugins.portfolio.moving.leap2a_reading import read_feed
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ShareWith
from plugins.portfolio.tests.archives import members_of, pack

HOME = "/o/siena/portfolio"
ADDRESS = "https://films.example.org/workshop"


def add_link(world: World, key: str = "trainee") -> uuid.UUID:
    """A link of somebody's evidence."""
    with world.inside("siena"):
        return service.add_link(world.actor(key), NewLink(url=ADDRESS, title="Film of our workshop")).id


def test_a_link_is_kept_with_what_its_owner_says_of_it(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    made = browser.post(
        f"{HOME}/evidence/new/link", data={"url": "films.example.org/workshop", "title": "Film"}
    )
    address = made.headers["Location"]
    browser.post(
        address, data={"title": "Film", "url": ADDRESS, "body": "I am the one who cuts.", "tags": "film"}
    )
    assert ADDRESS in browser.get(f"{HOME}/evidence/files?tag=film").text
    assert "I am the one who cuts." in browser.get(address).text
    assert sign_in("trainee2").get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "https://no dots"]
)
def test_what_is_no_web_address_is_refused(sign_in: SignIn, address: str) -> None:
    browser = sign_in("trainee")
    answer = browser.post(f"{HOME}/evidence/new/link", data={"url": address, "title": "x"})
    assert answer.status_code == 422
    assert 'href="javascript:' not in answer.text


def test_links_stand_on_a_page_for_whoever_may_see_it_until_they_are_removed(
    world: World, client: FlaskClient
) -> None:
    link_id = add_link(world)
    with world.inside("siena"):
        actor = world.actor("trainee")
        page = pages.add_page(actor, NewPage(title="Links"))
        pages.add_block(actor, page.id, "links", {"items": [str(link_id)], "caption": ""})
        _share, token = shares.share(actor, ref_of("page", page.id), ShareWith(audience="link"))
    shown = client.get(f"{HOME}/s/{token}", follow_redirects=True).text
    assert f'href="{ADDRESS}" rel="noopener noreferrer"' in shown
    assert "films.example.org" in shown
    with world.inside("siena"):
        service.remove(service.get_item(world.actor("trainee"), link_id))
    assert ADDRESS not in client.get(f"{HOME}/s/{token}", follow_redirects=True).text


def test_a_link_of_somebody_else_is_not_put_on_a_page(world: World) -> None:
    link_id = add_link(world, "trainee2")
    with world.inside("siena"):
        actor = world.actor("trainee")
        page = pages.add_page(actor, NewPage(title="Links"))
        with pytest.raises(Invalid):
            pages.add_block(actor, page.id, "links", {"items": [str(link_id)], "caption": ""})


def test_a_link_proves_a_skill(world: World) -> None:
    link_id = add_link(world)
    with world.inside("siena"):
        actor = world.actor("trainee")
        skill = service.add_item(actor, "skill", NewThing(title="Cutting"))
        service.edit_item(actor, skill.id, EditSkill(title="Cutting", proofs=[str(ref_of("item", link_id))]))
        assert service.proofs_of(skill) == [str(ref_of("item", link_id))]


def test_links_go_along_offline_and_in_the_feed(sign_in: SignIn, world: World) -> None:
    add_link(world)
    members = members_of(pack(sign_in("trainee").application, world))
    assert ADDRESS in members["evidence.html"].decode()
    offers = [offer for offer in read_feed(members["leap2a.xml"]).offers if offer.kind == "link"]
    assert ("Film of our workshop", ADDRESS) in [(offer.title, offer.values["url"]) for offer in offers]
