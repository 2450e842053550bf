"""Pages, their blocks and versions: what owners can do, and what nobody can smuggle in."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select

from lms.plugin import (
    Forbidden,
    Invalid,
    NotFound,
    World,
    hooks,
    office_scope,
    open_file,
    session,
    store_file,
)
from lms.testing import SignIn, count_queries
from plugins.portfolio.cv.service import moved
from plugins.portfolio.evidence import plans
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.evidence.forms import EditNote, EditSkill, NewThing
from plugins.portfolio.evidence.models import Item
from plugins.portfolio.evidence.tags import all_tags
from plugins.portfolio.newcomers import welcome
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.block_forms import HeadingBlock
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.pages.kinds import block_types
from plugins.portfolio.pages.models import Block, Page
from plugins.portfolio.pages.versions import differences, snapshot
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ShareWith

HOME = "/o/siena/portfolio"
OWNER = "trainee9"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"


def make_page(world: World) -> uuid.UUID:
    with world.inside("siena"):
        return pages.add_page(world.actor(OWNER), NewPage(title="Lavori")).id


def photo(world: World, name: str = "foto.jpg", **options: Any) -> uuid.UUID:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#884422").save(out, "JPEG", **options)
    out.seek(0)
    with world.inside("siena"):
        file = store_file(world.actor(OWNER), out, name, "portfolio.file", allowed=frozenset({"image"}))
        return evidence.add_file(world.actor(OWNER), file.id).id


def test_a_page_is_built_changed_and_undone_without_a_script(world: World, sign_in: SignIn) -> None:
    page_id, browser = make_page(world), sign_in(OWNER)
    path = f"{HOME}/pages/{page_id}"
    block = browser.post(f"{path}/blocks", data={"kind": "text"}).location
    assert (
        browser.post(block, data={"html": "<p>Buongiorno</p>", "form_id": f"block-{block[-36:]}"}).status_code
        == 303
    )
    assert "Buongiorno" in browser.get(path).text
    browser.post(f"{path}/undo")
    assert "Buongiorno" not in browser.get(path).text
    browser.post(f"{path}/undo")
    with world.inside("siena"):
        assert pages.find_blocks(page_id) == []
    assert browser.post(f"{path}/undo").status_code == 303


def test_scripts_styles_and_foreign_pictures_do_not_get_into_a_text(world: World) -> None:
    page_id = make_page(world)
    with world.inside("siena"):
        hostile = '<p onclick="x()" style="x">Ciao<script>alert(1)</script><img src="https://evil.example.org/a.png"><a href="javascript:x()">qui</a></p>'
        block = pages.add_block(world.actor(OWNER), page_id, "text", {"html": hostile})
        assert "Ciao" in block.content["html"]
        for bad in ("script", "onclick", "style", "evil.example.org", "javascript"):
            assert bad not in block.content["html"]


def test_a_text_cannot_show_the_file_of_somebody_else(world: World) -> None:
    page_id = make_page(world)
    with world.inside("siena"):
        foreign = (
            session()
            .scalars(select(Item.file_id).filter_by(owner_id=world.people["trainee"].id, kind="file"))
            .first()
        )
        with pytest.raises(Invalid):
            pages.add_block(
                world.actor(OWNER), page_id, "text", {"html": f'<p><img data-file="{foreign}" alt="x"></p>'}
            )


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("image", "item"),
        ("gallery", "items"),
        ("video", "item"),
        ("pdf", "item"),
        ("journal", "journal"),
        ("entry", "entry"),
        ("plan", "plan"),
        ("cv", "cv"),
    ],
)
def test_a_block_cannot_show_a_thing_of_somebody_else(world: World, kind: str, field: str) -> None:
    page_id = make_page(world)
    with world.inside("siena"):
        foreign = {
            "item": evidence.find_items(world.actor("trainee"), "file")[0].id, "journal": evidence.find_journals(world.actor("trainee"))[0][0].id,
            "plan": plans.find_plans(world.actor("trainee"))[0][0].id,
        }  # fmt: skip
        key = str(foreign.get(field.removesuffix("s"), foreign["item"]))
        with pytest.raises(Invalid):
            pages.add_block(world.actor(OWNER), page_id, kind, {field: [key] if field == "items" else key})


def test_hostile_files_are_refused_or_only_handed_out_as_a_download(world: World, sign_in: SignIn) -> None:
    browser = sign_in(OWNER)
    for name, body in (("bild.svg", SVG), ("seite.html", HTML), ("bild.png", HTML), ("bild.jpg", SVG)):
        answer = browser.post(f"{HOME}/evidence/files", data={"files": (io.BytesIO(body), name)})
        assert answer.status_code == 422, name
    with world.inside("siena"):
        assert evidence.find_items(world.actor(OWNER), "file") == []


def test_the_place_of_a_photo_is_not_kept(world: World) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Zaffiro Camera"
    item_id = photo(world, exif=exif)
    with world.inside("siena"):
        item = evidence.get_item(world.actor(OWNER), item_id)
        file = evidence.files_by_id(world.actor(OWNER), [item])[item.file_id or uuid.uuid4()]
        with open_file(file) as stream:
            assert b"Zaffiro" not in stream.read()


def test_a_photo_taken_on_the_spot_goes_to_the_evidence_and_into_the_block(
    world: World, sign_in: SignIn
) -> None:
    page_id, browser = make_page(world), sign_in(OWNER)
    block = browser.post(f"{HOME}/pages/{page_id}/blocks", data={"kind": "gallery"}).location
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PNG")
    for _time in range(2):
        assert (
            browser.post(
                f"{block}/upload", data={"files": (io.BytesIO(out.getvalue()), "foto.png")}
            ).status_code
            == 303
        )
    with world.inside("siena"):
        assert len(pages.find_blocks(page_id)[0].content["items"]) == 2
    text = browser.get(f"{HOME}/pages/{page_id}").text
    address = re.search(rf"{HOME}/pages/{page_id}/files/[0-9a-f-]+", text)
    assert address is not None
    with browser.get(address[0]) as answer:
        assert answer.status_code == 200
    with sign_in("trainee2").get(address[0]) as answer:
        assert answer.status_code == 404


def test_nobody_changes_pages_or_blocks_of_others(world: World, sign_in: SignIn) -> None:
    page_id = make_page(world)
    with world.inside("siena"):
        block_id = pages.add_block(world.actor(OWNER), page_id, "heading", {"text": "Mio"}).id
        version_id = pages.find_versions(world.actor(OWNER), page_id)[0].id
    for key in ("trainee", "counsellor", "head"):
        browser = sign_in(key)
        for path in (
            f"/pages/{page_id}",
            f"/pages/{page_id}/versions",
            f"/blocks/{block_id}",
            f"/blocks/{block_id}/shown",
            f"/versions/{version_id}",
        ):
            assert browser.get(HOME + path).status_code == 404, path
        for path in (
            f"/pages/{page_id}/undo",
            f"/pages/{page_id}/remove",
            f"/pages/{page_id}/blocks",
            f"/blocks/{block_id}/remove",
            f"/blocks/{block_id}/up",
            f"/versions/{version_id}",
            f"/pages/{page_id}/order",
        ):
            assert browser.post(HOME + path, data={"kind": "text"}).status_code == 404, path


def test_yesterdays_version_comes_back_with_its_blocks_and_order_and_that_can_be_undone(world: World) -> None:
    page_id = make_page(world)
    with world.inside("siena"):
        actor = world.actor(OWNER)
        first = pages.add_block(actor, page_id, "heading", {"text": "Uno"})
        second = pages.add_block(actor, page_id, "heading", {"text": "Due"})
        pages.order_blocks(actor, page_id, [second.id, first.id])
        page = pages.get_page(actor, page_id)
        then = snapshot(page, pages.find_blocks(page_id))
        pages.remove_block(actor, first.id)
        pages.edit_block(actor, second.id, {"text": "Due, cambiato"})
        kept = pages.find_versions(actor, page_id)
        version = next(each for each in kept if each.change == "remove")
        changes = {
            each.change for each in differences(version.content, snapshot(page, pages.find_blocks(page_id)))
        }
        assert changes == {"removed", "changed"}
        pages.restore_version(actor, version.id)
        assert snapshot(page, pages.find_blocks(page_id)) == then
        pages.undo(actor, page_id)
        assert [block.content["text"] for block in pages.find_blocks(page_id)] == ["Due, cambiato"]


def test_typing_is_one_version_and_not_hundreds(world: World) -> None:
    page_id = make_page(world)
    with world.inside("siena"):
        actor = world.actor(OWNER)
        block = pages.add_block(actor, page_id, "heading", {"text": ""})
        before = len(pages.find_versions(actor, page_id))
        for letter in "Buongiorno":
            pages.edit_block(actor, block.id, {"text": block.content["text"] + letter})
        assert len(pages.find_versions(actor, page_id)) == before + 1


@given(st.lists(st.integers(0, 99), min_size=1, max_size=12, unique=True), st.data())
def test_moving_keeps_everything_and_goes_one_place(numbers: list[int], data: st.DataObject) -> None:
    ids = [uuid.UUID(int=number) for number in numbers]
    which, up = data.draw(st.sampled_from(ids)), data.draw(st.booleans())
    after = moved(ids, which, up=up)
    assert sorted(after) == sorted(ids)
    assert abs(after.index(which) - ids.index(which)) <= 1
    assert [each for each in after if each != which] == [each for each in ids if each != which]


def test_a_block_of_another_plugin_is_shown_and_leaves_a_placeholder_when_that_is_off(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_id, browser = make_page(world), sign_in(OWNER)
    implementation = hooks().plugins.manager.hook.portfolio_blocks.get_hookimpls()[0]
    own = implementation.function

    def with_another(block_type: Any) -> list[Any]:
        box = block_type("quiz_box", "Box", "puzzle", "portfolio/blocks/heading.html", HeadingBlock)
        return [*own(block_type=block_type), box]

    with monkeypatch.context() as patch:
        patch.setattr(implementation, "function", with_another)
        with world.inside("siena"):
            pages.add_block(world.actor(OWNER), page_id, "quiz_box", {"text": "Da un altro"})
            pages.add_block(world.actor(OWNER), page_id, "heading", {"text": "Dopo"})
        assert "Da un altro" in browser.get(f"{HOME}/shared/pages/{page_id}").text
    for path in (f"/shared/pages/{page_id}", f"/pages/{page_id}"):
        page = browser.get(HOME + path).text
        assert "pf-missing" in page
        assert "Da un altro" not in page
        assert "Dopo" in page
    with world.inside("siena"):
        assert pages.find_blocks(page_id)[0].content == {"text": "Da un altro"}


def test_the_portfolios_own_blocks_come_through_its_hook(world: World) -> None:
    office = world.office("siena").id
    with office_scope(office):
        assert "portfolio" in hooks().owners_of("portfolio_blocks", office)
        assert {
            "text",
            "image",
            "gallery",
            "files",
            "video",
            "audio",
            "pdf",
            "journal",
            "entry",
            "plan",
            "cv",
            "cv_section",
            "proof",
            "placeholder",
        } <= set(block_types(office))


def test_a_page_with_twenty_blocks_needs_few_and_a_constant_number_of_queries(
    world: World, sign_in: SignIn
) -> None:
    page_id, item = make_page(world), str(photo(world))
    contents: list[tuple[str, dict[str, Any]]] = [
        ("text", {"html": "<p>x</p>"}), ("heading", {"text": "x"}), ("image", {"item": item}), ("gallery", {"items": [item]}), ("files", {"items": [item]}),
    ]  # fmt: skip
    with world.inside("siena"):
        for number in range(5):
            pages.add_block(world.actor(OWNER), page_id, *contents[number])
    browser = sign_in(OWNER)
    browser.get(f"{HOME}/shared/pages/{page_id}")
    with count_queries() as few:
        browser.get(f"{HOME}/shared/pages/{page_id}")
    with world.inside("siena"):
        for number in range(15):
            pages.add_block(world.actor(OWNER), page_id, *contents[number % 5])
    with count_queries() as many:
        browser.get(f"{HOME}/shared/pages/{page_id}")
    assert len(many) == len(few)
    assert len(many) <= 12


def test_newcomers_get_the_offices_templates_once_and_as_their_own(world: World) -> None:
    newcomer = world.people["trainee10"].id
    with world.inside("siena") as office:
        assert welcome(office.id, newcomer) == 2  # a page and a plan
        assert welcome(office.id, newcomer) == 0
        page = session().scalars(select(Page).filter_by(owner_id=newcomer)).one()
        assert (page.title, page.is_template) == ("Il mio portfolio", False)
        assert session().scalar(select(func.count()).select_from(Block).filter_by(page_id=page.id)) == 4


def test_only_those_who_keep_templates_can_make_them(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"), pytest.raises(Forbidden):
        pages.add_page(world.actor("trainee"), NewPage(title="x"), is_template=True)
    assert sign_in("trainee").get(f"{HOME}/templates").status_code == 403
    with world.inside("siena"):
        template = pages.find_templates(world.actor("head"))[0].id
        with pytest.raises(NotFound):
            pages.get_page(world.actor("trainee"), template)


def test_a_copied_page_holds_nothing_of_its_former_owner(world: World, sign_in: SignIn) -> None:
    page_id, item = make_page(world), str(photo(world))
    with world.inside("siena"):
        actor = world.actor(OWNER)
        pages.add_block(actor, page_id, "image", {"item": item, "caption": "Una foto"})
        pages.add_block(actor, page_id, "text", {"html": "<p>Testo</p>"})
        shares.share(actor, ref_of("page", page_id), ShareWith(audience="office"))
    browser = sign_in("trainee2")
    assert browser.post(f"{HOME}/shared/pages/{page_id}/copy").status_code == 404
    with world.inside("siena"):
        pages.get_page(world.actor(OWNER), page_id).allows_copy = True
    made = browser.post(f"{HOME}/shared/pages/{page_id}/copy").location
    with world.inside("siena"):
        blocks = pages.find_blocks(uuid.UUID(made[-36:]))
        assert [block.kind for block in blocks] == ["placeholder", "text"]
        assert item not in str([block.content for block in blocks])


# --- evidence -----------------------------------------------------------------------------


def test_evidence_is_found_by_folder_and_tag_and_where_it_is_used(world: World) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        item = evidence.find_items(actor, "file", folder="Lavori")[0]
        assert item in evidence.find_items(actor, "file", tag="pasticceria")
        assert evidence.find_items(actor, "file", tag="nessuna") == []
        assert [page.title for page in evidence.used_in(actor, item.id)] == ["I miei lavori"]


def test_drafts_of_a_journal_are_shown_to_nobody(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        actor = world.actor("trainee")
        page_id = pages.add_page(actor, NewPage(title="Diario")).id
        pages.add_block(
            actor, page_id, "journal", {"journal": str(evidence.find_journals(actor)[0][0].id), "count": 20}
        )
    page = sign_in("trainee").get(f"{HOME}/shared/pages/{page_id}").text
    assert "La prima notte" in page
    assert "Da scrivere" not in page


def test_what_arrived_by_itself_can_be_hidden_but_not_changed(world: World, sign_in: SignIn) -> None:
    browser = sign_in("trainee")
    page = browser.get(f"{HOME}/evidence/proofs").text
    key = re.search(r'name="proof" value="([^"]+)"', page)
    assert key is not None
    for action in ("hide", "show"):
        assert (
            browser.post(f"{HOME}/evidence/proofs", data={"proof": key[1], "action": action}).status_code
            == 303
        )
    assert (
        browser.post(
            f"{HOME}/evidence/proofs", data={"proof": "core:activity:invented", "action": "hide"}
        ).status_code
        == 404
    )


def test_a_hidden_proof_is_gone_from_pages_at_once(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        page_id = session().scalar(
            select(Page.id).filter_by(owner_id=world.people["trainee"].id, title="I miei lavori")
        )
        key = next(
            block.content["proof"]
            for block in pages.find_blocks(page_id or uuid.uuid4())
            if block.kind == "proof"
        )
    browser = sign_in("trainee")
    assert "pf-proof" in browser.get(f"{HOME}/shared/pages/{page_id}").text
    browser.post(f"{HOME}/evidence/proofs", data={"proof": key, "action": "hide"})
    assert 'class="pf-proof"' not in browser.get(f"{HOME}/shared/pages/{page_id}").text


def test_a_skill_is_proved_only_by_ones_own_things(world: World) -> None:
    with world.inside("siena"):
        foreign = str(ref_of("item", evidence.find_items(world.actor("trainee"), "file")[0].id))
        actor = world.actor(OWNER)
        skill = evidence.add_item(actor, "skill", NewThing(title="Cucire"))
        with pytest.raises(NotFound):
            evidence.edit_item(actor, skill.id, EditSkill(title="Cucire", proofs=[foreign]))


def test_notes_are_cleaned_and_nobody_elses(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        actor = world.actor(OWNER)
        note = evidence.add_item(actor, "note", NewThing(title="Nota"))
        evidence.edit_item(
            actor, note.id, EditNote(title="Nota", body="<p>ok<script>x</script></p>", tags="Uno, uno, DUE")
        )
        assert note.body == "<p>ok</p>"
        note_id = note.id
        assert all_tags(actor) == ["due", "uno"]
    assert sign_in("counsellor").get(f"{HOME}/evidence/items/{note_id}").status_code == 404
