"""A former state of a page is seen as it was, pictures and all, before it is brought back."""

from __future__ import annotations

import re
import uuid

from lms.plugin import World
from lms.testing import SignIn
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import EditPage, NewPage

HOME = "/o/siena/portfolio"


def page_that_lost_a_picture(world: World) -> tuple[uuid.UUID, uuid.UUID]:
    """A page, and its version from before the picture and the words were taken out."""
    with world.inside("siena"):
        actor = world.actor("trainee")
        page = pages.add_page(actor, NewPage(title="As it was"))
        item = evidence.find_items(actor, "file")[0]
        pages.add_block(actor, page.id, "heading", {"text": "Yesterday I baked"})
        picture = pages.add_block(
            actor, page.id, "image", {"item": str(item.id), "alt": "", "caption": "Bread"}
        )
        pages.remove_block(actor, picture.id)
        pages.edit_page(actor, page.id, EditPage(title="As it is"))
        versions = pages.find_versions(actor, page.id)
        return page.id, max(versions, key=lambda row: len(row.content["blocks"])).id


def test_the_owner_sees_the_page_as_it_was_and_brings_it_back(world: World, sign_in: SignIn) -> None:
    page_id, version_id = page_that_lost_a_picture(world)
    browser, address = sign_in("trainee"), f"{HOME}/versions/{version_id}"
    text = browser.get(address).text
    assert "Yesterday I baked" in text
    picture = re.search(r'<img[^>]+src="([^"]+/files/[^"]+)"', text)
    assert picture
    with browser.get(picture[1]) as shown:
        assert shown.mimetype.startswith("image/")
    assert "Bread" not in browser.get(f"{HOME}/pages/{page_id}").text
    assert browser.post(address).status_code == 303
    now = browser.get(f"{HOME}/pages/{page_id}").text
    assert "Bread" in now
    assert ">As it was<" in now


def test_looking_at_a_version_changes_nothing(world: World, sign_in: SignIn) -> None:
    page_id, version_id = page_that_lost_a_picture(world)
    sign_in("trainee").get(f"{HOME}/versions/{version_id}")
    with world.inside("siena"):
        assert [block.kind for block in pages.find_blocks(page_id)] == ["heading"]


def test_nobody_else_sees_a_version_or_its_files(world: World, sign_in: SignIn) -> None:
    page_id, version_id = page_that_lost_a_picture(world)
    with world.inside("siena"):
        file_id = evidence.find_items(world.actor("trainee"), "file")[0].file_id
    for key in ("trainee2", "counsellor", "head"):
        browser = sign_in(key)
        assert browser.get(f"{HOME}/versions/{version_id}").status_code == 404
        assert browser.get(f"{HOME}/pages/{page_id}/files/{file_id}").status_code == 404
