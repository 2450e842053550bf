"""Watching what others share: who hears of changes, when, and until when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from lms.plugin import World, session, utcnow
from lms.testing import SignIn, notifications_of
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.models import Page
from plugins.portfolio.sharing import shares, watching
from plugins.portfolio.sharing.models import Watch
from plugins.portfolio.tests.test_sharing import HOME, OWNER, give, make_page

READER = "counsellor"


def told(world: World) -> int:
    """How many times the reader heard of a change."""
    return sum("changed:" in (each.key or "") for each in notifications_of(world.people[READER].id))


def tell(world: World, minutes: int = 0) -> None:
    """As the job does, some minutes from now."""
    with world.inside("siena"):
        watching.tell_watchers(utcnow() + timedelta(minutes=minutes))


def test_a_reader_hears_once_of_changes_when_their_owner_is_done(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world, with_file=False)
    give(world, page_id, "advisers")
    browser = sign_in(READER)
    path = f"{HOME}/shared/pages/{page_id}"
    assert f"{path}/watch" in browser.get(path).text
    for _again in range(2):
        assert browser.post(f"{path}/watch").status_code == 303
    assert f"{path}/unwatch" in browser.get(path).text
    tell(world, 20)
    assert told(world) == 0
    with world.inside("siena"):
        pages.add_block(world.actor(OWNER), page_id, "heading", {"text": "Nuovo"})
    tell(world)
    assert told(world) == 0
    for minutes in (20, 40):
        tell(world, minutes)
    assert told(world) == 1
    assert browser.post(f"{path}/unwatch").status_code == 303
    with world.inside("siena"):
        assert session().scalar(select(Watch.id)) is None


def test_who_may_not_see_it_any_more_hears_nothing_and_stops_watching(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world, with_file=False)
    share_id, _token = give(world, page_id, "advisers")
    sign_in(READER).post(f"{HOME}/shared/pages/{page_id}/watch")
    with world.inside("siena"):
        shares.revoke(world.actor(OWNER), share_id)
        session().get_one(Page, page_id).title = "Un segreto"
        session().flush()
    tell(world, 20)
    assert told(world) == 0
    with world.inside("siena"):
        assert session().scalar(select(Watch.id)) is None


def test_nobody_watches_what_they_may_not_see_and_owners_and_guests_have_no_button(
    world: World, sign_in: SignIn
) -> None:
    page_id, _file = make_page(world, with_file=False)
    path = f"{HOME}/shared/pages/{page_id}"
    assert sign_in("trainee2").post(f"{path}/watch").status_code == 404
    assert f"{path}/watch" not in sign_in(OWNER).get(path).text
    _share, token = give(world, page_id, "link")
    reader = sign_in("trainee2")
    assert "/watch" not in reader.get(f"{HOME}/s/{token}").text
