"""Tags are put on anything in one way, find it again in its list, and go along to another installation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest
from flask import Flask

from lms.plugin import World, session
from lms.testing import SignIn
from plugins.portfolio.evidence import plans, service
from plugins.portfolio.evidence.forms import NewThing
from plugins.portfolio.evidence.models import Tag
from plugins.portfolio.evidence.tags import all_tags, tagged
from plugins.portfolio.moving.leap2a_reading import read_feed
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.tests.archives import bring, members_of, newcomer, pack, take

HOME = "/o/siena/portfolio"
OWNER = "trainee2"


@dataclass(frozen=True)
class Things:
    page: uuid.UUID
    journal: uuid.UUID
    entry: uuid.UUID
    plan: uuid.UUID
    skill: uuid.UUID


@pytest.fixture
def things(world: World) -> Things:
    """One thing of each list, tagged through its own form below."""
    with world.inside("siena"):
        actor = world.actor(OWNER)
        journal = service.add_journal(actor, NewThing(title="Tagged journal"))
        return Things(
            pages.add_page(actor, NewPage(title="Tagged page")).id,
            journal.id,
            service.add_entry(actor, journal.id, NewThing(title="Tagged entry")).id,
            plans.add_plan(actor, NewThing(title="Tagged plan")).id,
            service.add_item(actor, "skill", NewThing(title="Tagged skill")).id,
        )


def tag_all(sign_in: SignIn, things: Things) -> None:
    browser = sign_in(OWNER)
    for address, title, more in (
        (f"pages/{things.page}/about", "Tagged page", {"theme": "plain"}), (f"evidence/journals/{things.journal}", "Tagged journal", {}),
        (f"evidence/entries/{things.entry}", "Tagged entry", {"body": "<p>x</p>"}), (f"evidence/plans/{things.plan}", "Tagged plan", {}),
        (f"evidence/items/{things.skill}", "Tagged skill", {"level": ""}),
    ):  # fmt: skip
        answer = browser.post(
            f"{HOME}/{address}", data={"title": title, "description": "", "tags": "Sea, of the  sea", **more}
        )
        assert answer.status_code == 303, address


def test_a_tag_finds_what_bears_it_in_each_list_and_nothing_else(
    world: World, sign_in: SignIn, things: Things
) -> None:
    with world.inside("siena"):
        pages.add_page(world.actor(OWNER), NewPage(title="Bare page"))
        plans.add_plan(world.actor(OWNER), NewThing(title="Bare plan"))
        service.add_journal(world.actor(OWNER), NewThing(title="Bare journal"))
        service.add_item(world.actor(OWNER), "skill", NewThing(title="Bare skill"))
    tag_all(sign_in, things)
    browser = sign_in(OWNER)
    for address, kind in (
        ("pages", "page"),
        ("evidence/journals", "journal"),
        ("evidence/plans", "plan"),
        ("evidence/skills", "skill"),
    ):
        whole = browser.get(f"{HOME}/{address}").text
        assert 'href="?tag=of%20the%20sea"' in whole
        assert f"Bare {kind}" in whole
        found = browser.get(f"{HOME}/{address}?tag=sea").text
        assert f"Tagged {kind}" in found
        assert f"Bare {kind}" not in found
        assert f"Tagged {kind}" not in browser.get(f"{HOME}/{address}?tag=land").text
    assert 'value="of the sea, sea"' in browser.get(f"{HOME}/pages/{things.page}/about").text
    browser.post(
        f"{HOME}/pages/{things.page}/about", data={"title": "Tagged page", "theme": "plain", "tags": ""}
    )
    assert "Tagged page" not in browser.get(f"{HOME}/pages?tag=sea").text


def test_a_journal_is_found_by_the_tag_of_one_of_its_entries(
    world: World, sign_in: SignIn, things: Things
) -> None:
    sign_in(OWNER).post(
        f"{HOME}/evidence/entries/{things.entry}", data={"title": "x", "body": "", "tags": "storm"}
    )
    with world.inside("siena"):
        assert [row.id for row, _n in service.find_journals(world.actor(OWNER), tag="storm")] == [
            things.journal
        ]


def test_tags_of_others_are_not_offered_and_find_nothing(
    world: World, sign_in: SignIn, things: Things
) -> None:
    tag_all(sign_in, things)
    with world.inside("siena"):
        other = world.actor("trainee3")
        assert "sea" not in all_tags(other)
        assert tagged(other, "sea", "page") == set()
    answer = sign_in("trainee3").post(
        f"{HOME}/pages/{things.page}/about", data={"title": "x", "theme": "plain", "tags": "mine"}
    )
    assert answer.status_code == 404


def test_tags_of_everything_go_along_to_another_installation(
    app: Flask, world: World, sign_in: SignIn, things: Things
) -> None:
    tag_all(sign_in, things)
    body, key = pack(app, world, OWNER), newcomer(world)
    take(app, world, bring(app, world, body, key, "vienna"), key, "vienna")
    with world.inside("vienna"):
        actor = world.actor(key)
        assert [page.title for page in pages.find_pages(actor, tag="sea")] == ["Tagged page"]
        assert [row.title for row, _n in service.find_journals(actor, tag="sea")] == ["Tagged journal"]
        assert [row.title for row, _tasks in plans.find_plans(actor, tag="sea")] == ["Tagged plan"]
        assert [row.title for row in service.find_items(actor, "skill", tag="of the sea")] == ["Tagged skill"]
        assert session().query(Tag).filter_by(owner_id=actor.user_id, name="sea").count() == 5


def test_tags_stand_in_the_feed_for_other_programs(
    app: Flask, world: World, sign_in: SignIn, things: Things
) -> None:
    tag_all(sign_in, things)
    offers = read_feed(members_of(pack(app, world, OWNER))["leap2a.xml"]).offers
    told = {offer.title: set(offer.tags) for offer in offers if offer.title.startswith("Tagged")}
    assert told == {
        key: {"sea", "of the sea"} for key in ("Tagged page", "Tagged journal", "Tagged plan", "Tagged skill")
    }
