"""Blocks that show what others made: certificates of courses, and what people say about the page."""

from __future__ import annotations

import re
import uuid

import pytest
from flask.testing import FlaskClient

from lms.plugin import World
from lms.testing import SignIn
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import comments, shares
from plugins.portfolio.sharing.forms import Say, ShareWith
from plugins.portfolio.sharing.shares import Viewer

HOME = "/o/siena/portfolio"
OWNER = "trainee5"


def page_with(
    world: World, kind: str, content: dict[str, str], *, comments_allowed: bool = True
) -> uuid.UUID:
    """A page with a block and a heading below it, shared with advisers."""
    with world.inside("siena"):
        actor = world.actor(OWNER)
        page = pages.add_page(actor, NewPage(title="Mine"))
        pages.add_block(actor, page.id, kind, content)
        pages.add_block(actor, page.id, "heading", {"text": "The last block"})
        shares.share(
            actor, ref_of("page", page.id), ShareWith(audience="advisers", allows_comments=comments_allowed)
        )
        return page.id


def certificate_block(world: World, sign_in: SignIn) -> tuple[uuid.UUID, list[str]]:
    """A page of somebody who finished a course, whose first block shows the certificate; and what its form offered."""
    page_id = page_with(world, "certificate", {"proof": ""})
    with world.inside("siena"):
        block_id = pages.find_blocks(page_id)[0].id
    browser = sign_in(OWNER)
    form = browser.get(f"{HOME}/blocks/{block_id}").text
    offered = re.findall(r'<option value="([^"]+)"', form)
    browser.post(f"{HOME}/blocks/{block_id}", data={"proof": offered[0]})
    return page_id, offered


def test_a_certificate_stands_on_a_page_with_the_way_to_check_it_until_its_person_hides_it(
    world: World, sign_in: SignIn
) -> None:
    page_id, offered = certificate_block(world, sign_in)
    reader = sign_in("counsellor")
    text = reader.get(f"{HOME}/shared/pages/{page_id}").text
    check = re.search(r'pf-verified">.*?<a href="([^"]+)">', text)
    assert check
    assert reader.get(check[1]).status_code == 200
    sign_in(OWNER).post(f"{HOME}/evidence/proofs", data={"proof": offered[0], "action": "hide"})
    assert "pf-certificate" not in reader.get(f"{HOME}/shared/pages/{page_id}").text


def test_only_certificates_are_offered_for_a_certificate(world: World, sign_in: SignIn) -> None:
    _page_id, offered = certificate_block(world, sign_in)
    everything = sign_in(OWNER).get(f"{HOME}/evidence/proofs").text
    known = set(re.findall(r'name="proof" value="([^"]+)"', everything))
    assert set(offered) == {key for key in known if ":certificate:" in key}
    assert set(offered) != known


def test_comments_stand_where_the_block_is_and_once(world: World, sign_in: SignIn) -> None:
    page_id = page_with(world, "comments", {"title": "Tell me"})
    with world.inside("siena"):
        adviser, page = world.actor("counsellor"), pages.get_page(world.actor(OWNER), page_id)
        access = shares.get_access(Viewer(adviser), page)
        comments.say(adviser, page, access, Say(body="Well made."))
        comments.say(adviser, page, access, Say(body="Between us.", is_private=True))
    text = sign_in("counsellor").get(f"{HOME}/shared/pages/{page_id}").text
    assert text.index("Tell me") < text.index("Well made.") < text.index("The last block")
    assert text.count("Well made.") == 1
    assert text.count('name="body"') >= 1
    assert text.count('id="say"') == 1
    other = sign_in("tutor").get(f"{HOME}/shared/pages/{page_id}").text
    assert "Well made." in other
    assert "Between us." not in other


@pytest.mark.parametrize("allowed", [True, False])
def test_the_form_stands_in_the_block_only_where_comments_are_wanted(
    world: World, sign_in: SignIn, allowed: bool
) -> None:
    page_id = page_with(world, "comments", {"title": ""}, comments_allowed=allowed)
    text = sign_in("counsellor").get(f"{HOME}/shared/pages/{page_id}").text
    assert ('id="say"' in text) is allowed


def test_who_has_only_a_link_reads_no_comments_in_the_block(world: World, client: FlaskClient) -> None:
    page_id = page_with(world, "comments", {"title": "Tell me"})
    with world.inside("siena"):
        actor = world.actor(OWNER)
        page = pages.get_page(actor, page_id)
        comments.say(actor, page, shares.get_access(Viewer(actor), page), Say(body="My own words."))
        _row, token = shares.share(
            actor, ref_of("page", page_id), ShareWith(audience="link", allows_comments=True)
        )
    text = client.get(f"{HOME}/s/{token}", follow_redirects=True).text
    assert "The last block" in text
    assert "My own words." not in text
    assert 'id="say"' not in text
