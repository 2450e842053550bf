"""Previews of links: fetched by a job where the operator allows it, kept here, and shown to whoever may see the page."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from lms.plugin import Actor, StoredFile, World, office_scope, open_file, session, utcnow
from lms.testing import SignIn
from plugins.portfolio.evidence import previews, service
from plugins.portfolio.evidence.forms import NewLink
from plugins.portfolio.evidence.heads import read_head
from plugins.portfolio.evidence.models import Item, LinkPreview
from plugins.portfolio.hooks import jobs
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ShareWith
from plugins.portfolio.tests.archives import Run, bring, members_of, newcomer, pack, take
from plugins.portfolio.tests.elsewhere import Elsewhere, answer, site_elsewhere

HOME = "/o/siena/portfolio"
PAGE = (
    '<!doctype html><html><head><title>Plain</title><meta property="og:title" content="Our &amp; your <b>workshop</b>">'
    '<meta name="description" content="Twelve\u202e loaves\n a day."><meta property="og:image" content="/p.jpg?a=1&amp;b=2"></head>'
    '<body><meta property="og:title" content="Not this"><script>alert(1)</script></body></html>'
)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with site_elsewhere() as found:
        yield found


@pytest.fixture
def asking(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A site that may ask others, and loopback too."""
    told = app.extensions["lms_settings"]
    opened = told.outgoing.model_copy(update={"is_allowed": True, "open_networks": ["127.0.0.1/32"]})
    told = told.model_copy(update={"outgoing": opened})
    monkeypatch.setitem(app.extensions, "lms_settings", told)
    return app


def picture(side: int = 900) -> bytes:
    made = io.BytesIO()
    image = Image.new("RGB", (side, side // 2), "#9A4A22")
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    image.save(made, "JPEG", exif=exif)
    return made.getvalue()


def tell(elsewhere: Elsewhere, page: str = PAGE, drawn: bytes | None = None) -> None:
    elsewhere.answers["/work"] = answer(page.encode())
    elsewhere.answers["/p.jpg?a=1&b=2"] = answer(picture() if drawn is None else drawn, "image/jpeg")


def keep(world: World, url: str, key: str = "trainee") -> uuid.UUID:
    with world.inside("siena"):
        return service.add_link(world.actor(key), NewLink(url=url, title="Film of our workshop")).id


def work(world: World) -> None:
    """What the worker does with the previews that wait."""
    job = next(each for each in jobs() if each.name == "preview")
    with world.inside("siena"):
        waiting = [str(row.item_id) for row in session().query(LinkPreview).filter_by(state="waiting")]
    for item_id in waiting:
        with office_scope(world.office("siena").id):
            job.run(Run({"item_id": item_id}))


def found(world: World, link_id: uuid.UUID) -> dict[str, Any]:
    with world.inside("siena"):
        row = previews.preview_of(link_id)
        return {
            name: getattr(row, name) for name in ("state", "problem", "title", "description", "picture_id")
        }


def test_a_preview_comes_by_itself_and_its_picture_is_drawn_again(
    asking: Flask, world: World, elsewhere: Elsewhere, sign_in: SignIn
) -> None:
    tell(elsewhere)
    browser = sign_in("trainee")
    made = browser.post(f"{HOME}/evidence/new/link", data={"url": elsewhere.url("/work"), "title": "Film"})
    address = made.headers["Location"]
    assert "<progress" in browser.get(address).text
    work(world)
    link_id = uuid.UUID(address.rpartition("/")[2])
    preview = found(world, link_id)
    assert (preview["state"], preview["title"]) == ("ready", "Our & your <b>workshop</b>")
    assert preview["description"] == "Twelve loaves a day."
    text = browser.get(address).text
    assert "Our &amp; your &lt;b&gt;workshop&lt;/b&gt;" in text
    assert "<progress" not in text
    with browser.get(f"{HOME}/evidence/items/{link_id}/picture") as shown:
        assert shown.mimetype == "image/webp"
        with Image.open(io.BytesIO(shown.data)) as image:
            assert image.width <= previews.PICTURE_SIDE
            assert not image.getexif()
    assert sign_in("trainee2").get(f"{HOME}/evidence/items/{link_id}/picture").status_code == 404


def test_nothing_is_asked_and_nothing_is_promised_where_the_operator_did_not_allow_it(
    app: Flask, world: World, elsewhere: Elsewhere, sign_in: SignIn
) -> None:
    tell(elsewhere)
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    assert elsewhere.asked == []
    browser = sign_in("trainee")
    assert 'id="preview"' not in browser.get(f"{HOME}/evidence/items/{link_id}").text
    assert browser.post(f"{HOME}/evidence/items/{link_id}/fetch").status_code == 404


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (answer(status="404 Not Found"), "refuses to show it (404)"), (answer(b"%PDF-1.7", "application/pdf"), "no web page"),
        (answer(b"\x89PNG\r\n\x1a\n\x00\x00", "text/html"), "no web page"), (answer(b"<p>hello"), "does not say what it is"),
        (answer(status="302 Found", Location="http://169.254.169.254/"), "not one of the public web"),
    ],
)  # fmt: skip
def test_the_owner_reads_why_there_is_no_preview_and_can_try_again(
    asking: Flask, world: World, elsewhere: Elsewhere, sign_in: SignIn, told: bytes, words: str
) -> None:
    elsewhere.answers["/work"] = told
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    browser, address = sign_in("trainee"), f"{HOME}/evidence/items/{link_id}"
    assert words in browser.get(address).text
    tell(elsewhere)
    assert sign_in("trainee2").post(f"{address}/fetch").status_code == 404
    browser.post(f"{address}/fetch")
    work(world)
    assert found(world, link_id)["state"] == "ready"
    assert words not in browser.get(address).text


def test_a_site_that_is_away_is_told_to_the_owner_and_is_no_failed_job(
    asking: Flask, world: World, elsewhere: Elsewhere
) -> None:
    elsewhere.answers["/work"] = answer(status="503 Busy")
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    assert found(world, link_id)["problem"] == "The site refuses to show it (503)."


@pytest.mark.parametrize(
    "drawn",
    [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<html>not a picture", b"", picture()[:200]],
)  # fmt: skip
def test_what_is_no_picture_is_left_out_and_the_words_stay(
    asking: Flask, world: World, elsewhere: Elsewhere, drawn: bytes
) -> None:
    tell(elsewhere, drawn=drawn)
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    preview = found(world, link_id)
    assert (preview["state"], preview["picture_id"]) == ("ready", None)


def test_a_picture_that_leads_inside_is_not_fetched(
    asking: Flask, world: World, elsewhere: Elsewhere
) -> None:
    tell(elsewhere, PAGE.replace("/p.jpg?a=1&amp;b=2", "http://10.0.0.1/p.jpg"))
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    assert found(world, link_id)["picture_id"] is None
    assert len(elsewhere.asked) == 1


def test_readers_of_a_page_see_the_preview_and_never_ask_the_other_site(
    asking: Flask, world: World, elsewhere: Elsewhere, sign_in: SignIn
) -> None:
    tell(elsewhere)
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    picture_id = found(world, link_id)["picture_id"]
    with world.inside("siena"):
        actor = world.actor("trainee")
        page = pages.add_page(actor, NewPage(title="Links"))
        pages.add_block(actor, page.id, "links", {"items": [str(link_id)], "caption": ""})
        share, _token = shares.share(actor, ref_of("page", page.id), ShareWith(audience="advisers"))
        page_id, share_id = page.id, share.id
    reader, own = sign_in("counsellor"), f"{HOME}/shared/pages/{page_id}/files/{picture_id}"
    text = reader.get(f"{HOME}/shared/pages/{page_id}").text
    assert own in text
    assert "Our &amp; your" in text
    assert f'src="{elsewhere.url()}' not in text
    with reader.get(own) as shown:
        assert shown.mimetype == "image/webp"
    assert sign_in("trainee2").get(own).status_code == 404
    with world.inside("siena"):
        shares.revoke(world.actor("trainee"), share_id)
    assert reader.get(own).status_code == 404


def test_what_was_shown_of_a_former_address_goes_at_once_and_what_is_typed_is_asked_once(
    asking: Flask, world: World, elsewhere: Elsewhere, sign_in: SignIn
) -> None:
    tell(elsewhere)
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    old = found(world, link_id)["picture_id"]
    browser, address = sign_in("trainee"), f"{HOME}/evidence/items/{link_id}"
    for typed in ("https://exam.org", "https://example.org/x"):
        browser.post(address, data={"title": "Film", "url": typed, "body": "", "tags": ""})
    assert "Our &amp; your" not in browser.get(address).text
    with world.inside("siena"):
        assert session().get_one(StoredFile, old).deleted_at is not None
        rows = session().query(LinkPreview).filter_by(item_id=link_id).all()
        assert [row.state for row in rows] == ["waiting"]


def test_an_owner_takes_a_preview_away(
    asking: Flask, world: World, elsewhere: Elsewhere, sign_in: SignIn
) -> None:
    tell(elsewhere)
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    browser, address = sign_in("trainee"), f"{HOME}/evidence/items/{link_id}"
    assert sign_in("trainee2").post(f"{address}/forget").status_code == 404
    browser.post(f"{address}/forget")
    assert browser.get(f"{address}/picture").status_code == 404
    text = browser.get(address).text
    assert "/forget" not in text
    assert "/fetch" in text


def test_the_picture_goes_when_a_removed_link_is_deleted_for_good(
    asking: Flask, world: World, elsewhere: Elsewhere
) -> None:
    tell(elsewhere)
    link_id = keep(world, elsewhere.url("/work"))
    work(world)
    picture_id = found(world, link_id)["picture_id"]
    with world.inside("siena"):
        service.remove(service.get_item(world.actor("trainee"), link_id))
        service.forget_removed()
        assert session().get_one(StoredFile, picture_id).deleted_at is None
        session().get_one(Item, link_id).removed_at = utcnow() - timedelta(days=31)
        session().flush()
        service.forget_removed()
        assert session().get_one(StoredFile, picture_id).deleted_at is not None
        assert previews.preview_of(link_id) is None


def test_a_preview_without_room_for_its_picture_keeps_the_words(
    asking: Flask, world: World, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(elsewhere)
    link_id = keep(world, elsewhere.url("/work"))
    told = asking.extensions["lms_settings"]
    full = told.files.model_copy(update={"user_quota_mb": 0})
    monkeypatch.setitem(asking.extensions, "lms_settings", told.model_copy(update={"files": full}))
    work(world)
    preview = found(world, link_id)
    assert (preview["state"], preview["picture_id"]) == ("ready", None)


def test_a_preview_goes_along_to_another_installation(
    asking: Flask, world: World, elsewhere: Elsewhere
) -> None:
    tell(elsewhere)
    keep(world, elsewhere.url("/work"))
    work(world)
    body = pack(asking, world)
    assert b"Our & your" in members_of(body)["data/portfolio_link_preview.jsonl"]
    key = newcomer(world)
    take(asking, world, bring(asking, world, body, key, "vienna"), key, "vienna")
    with world.inside("vienna"):
        owner: Actor = world.actor(key)
        rows = session().query(LinkPreview).filter_by(owner_id=owner.user_id)
        row = next(each for each in rows if each.title == "Our & your <b>workshop</b>")
        assert session().get_one(Item, row.item_id).url == elsewhere.url("/work")
        file = session().get_one(StoredFile, row.picture_id)
        with open_file(file) as source:
            assert source.read(4) == b"RIFF"


@pytest.mark.parametrize(
    ("body", "charset", "title"),
    [
        ("<title>Città</title>".encode("latin-1"), "iso-8859-1", "Città"), ("<meta charset=windows-1252><title>caffè</title>".encode("cp1252"), "", "caffè"),
        ("<title>è</title>".encode(), "no-such-charset", "è"), (b"<title>\xff\xfe</title>", "rot13", "\ufffd\ufffd"), (b"<title>a\x01\x02b</title>", "", "ab"),
        (b"<title>" + b"x" * 500, "", "x" * 199 + "…"), (b"<!--" * 5000, "", ""), (b"<meta " * 5000, "", ""), (b"<" * 50_000, "", ""),
    ],
)  # fmt: skip
def test_pages_however_they_are_written_say_one_line_of_plain_text(
    body: bytes, charset: str, title: str
) -> None:
    assert read_head(body, charset, "https://example.org/").title == title
