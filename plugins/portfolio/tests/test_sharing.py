"""Who may see what: every answer, every link, every end; and what people say about it."""

from __future__ import annotations

import contextlib
import io
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.plugin import (
    Forbidden,
    NotFound,
    StoredFile,
    World,
    save_settings,
    session,
    store_file,
    utcnow,
)
from lms.testing import SignIn
from plugins.portfolio.cv.forms import SavePrivate
from plugins.portfolio.cv.service import save_person
from plugins.portfolio.evidence import service as evidence
from plugins.portfolio.pages import service as pages
from plugins.portfolio.pages.forms import NewPage
from plugins.portfolio.pages.models import Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing import shares
from plugins.portfolio.sharing.forms import ChangeShare, PortfolioSettings, ShareWith
from plugins.portfolio.sharing.models import Share, Visit
from plugins.portfolio.sharing.rules import age_on
from plugins.portfolio.sharing.shares import Viewer
from plugins.portfolio.sharing.streaming import Showed

HOME = "/o/siena/portfolio"
OWNER = "trainee9"


def make_page(world: World, *, with_file: bool = True) -> tuple[uuid.UUID, uuid.UUID | None]:
    """A page of somebody, with a file on it; ids of both."""
    with world.inside("siena"):
        actor = world.actor(OWNER)
        page = pages.add_page(actor, NewPage(title="La mia pagina segreta"))
        pages.add_block(actor, page.id, "heading", {"text": "Zaffiro"})
        if not with_file:
            return page.id, None
        file = store_file(actor, io.BytesIO(b"a secret text\n" * 20_000), "segreto.txt", "portfolio.file")
        item = evidence.add_file(actor, file.id)
        pages.add_block(actor, page.id, "files", {"items": [str(item.id)], "caption": ""})
        return page.id, file.id


def give(world: World, page_id: uuid.UUID, audience: str, **values: Any) -> tuple[uuid.UUID, str]:
    """Share the page; id of the share and, of a link, its token."""
    with world.inside("siena"):
        row, token = shares.share(
            world.actor(OWNER), ref_of("page", page_id), ShareWith.read({"audience": audience} | values)
        )
        return row.id, token


def status(browser: FlaskClient, path: str) -> int:
    """The status of an answer whose bytes nobody reads."""
    with browser.get(path) as answer:
        return answer.status_code


def can_see(browser: FlaskClient, page_id: uuid.UUID, file_id: uuid.UUID | None) -> bool:
    """Whether page and file are both seen; they must never differ."""
    page = status(browser, f"{HOME}/shared/pages/{page_id}")
    file = status(browser, f"{HOME}/shared/pages/{page_id}/files/{file_id}")
    assert page == file
    assert page in {200, 404}
    return page == 200


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        ("nobody", set()), ("advisers", {"counsellor", "tutor", "trainer", "head"}), ("person", {"trainee2"}), ("office", {"trainee2", "trainee3", "counsellor", "tutor", "trainer", "head"}),
        ("members", {"trainee2", "trainee3", "counsellor", "tutor", "trainer", "head", "trainee_vienna"}),
        ("public", {"trainee2", "trainee3", "counsellor", "tutor", "trainer", "head", "trainee_vienna", ""}),
    ],
)  # fmt: skip
def test_each_audience_sees_page_and_files_and_nobody_else_does(
    world: World, sign_in: SignIn, client: FlaskClient, audience: str, seen_by: set[str]
) -> None:
    page_id, file_id = make_page(world)
    with world.inside("siena"):
        save_person(world.actor(OWNER), SavePrivate(birth_date="1990"))
    if audience != "nobody":
        give(
            world,
            page_id,
            audience,
            **({"person_id": world.people["trainee2"].id} if audience == "person" else {}),
        )
    everybody = ("trainee2", "trainee3", "counsellor", "tutor", "trainer", "head", "trainee_vienna", "")
    found = {key for key in everybody if can_see(sign_in(key) if key else client, page_id, file_id)}
    assert found == seen_by
    assert can_see(sign_in(OWNER), page_id, file_id)


def test_the_core_does_not_hand_out_the_file_beside_the_page(
    world: World, sign_in: SignIn, client: FlaskClient
) -> None:
    page_id, file_id = make_page(world)
    give(world, page_id, "advisers")
    for browser in (sign_in("trainee2"), sign_in("head"), client):
        assert browser.get(f"/o/siena/files/{file_id}/segreto.txt").status_code == 404


def test_only_files_that_stand_on_the_page_come_with_it(world: World, sign_in: SignIn) -> None:
    page_id, _file_id = make_page(world)
    give(world, page_id, "advisers")
    with world.inside("siena"):
        other = store_file(
            world.actor(OWNER), io.BytesIO(b"not on the page"), "altro.txt", "portfolio.file"
        ).id
        draft = evidence.add_entry(
            world.actor(OWNER),
            evidence.add_journal(world.actor(OWNER), evidence.NewThing(title="J")).id,
            evidence.NewThing(title="E"),
        ).id
    browser = sign_in("counsellor")
    for file_id in (other, draft, uuid.uuid4()):
        assert browser.get(f"{HOME}/shared/pages/{page_id}/files/{file_id}").status_code == 404


def test_a_share_holds_only_from_its_beginning_to_its_end(world: World, sign_in: SignIn) -> None:
    page_id, file_id = make_page(world)
    now = utcnow()
    give(world, page_id, "office", starts_at=now + timedelta(hours=1))
    browser = sign_in("trainee2")
    assert not can_see(browser, page_id, file_id)
    give(world, page_id, "office", starts_at=now - timedelta(hours=2), ends_at=now + timedelta(hours=1))
    assert can_see(browser, page_id, file_id)
    give(world, page_id, "office", starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    assert not can_see(browser, page_id, file_id)


def test_a_link_opens_the_page_for_a_stranger_and_tells_nobody_where_it_came_from(
    world: World, client: FlaskClient
) -> None:
    page_id, file_id = make_page(world)
    share_id, token = give(world, page_id, "link", name="Forno")
    answer = client.get(f"{HOME}/s/{token}")
    assert answer.status_code == 200
    assert "Zaffiro" in answer.text
    assert f"{HOME}/s/{token}/{page_id}/files/{file_id}" in answer.text
    assert status(client, f"{HOME}/s/{token}/{page_id}/files/{file_id}") == 200
    with client.get(f"{HOME}/s/{token}/{page_id}/files/{file_id}") as file_answer:
        headers = [answer.headers, file_answer.headers]
    for each in headers:
        assert each["Referrer-Policy"] == "no-referrer"
        assert "noindex" in each["X-Robots-Tag"]
        assert "no-store" in each["Cache-Control"]
    assert not can_see(client, page_id, file_id)
    with world.inside("siena"):
        row = session().get_one(Share, share_id)
        assert row.views == 1
        assert token not in str(vars(row))
        assert len(token) * 6 >= 128


@pytest.mark.parametrize("end", ["revoked", "expired", "not yet", "removed", "nobody"])
def test_a_link_that_ended_is_as_unknown_as_a_guess(world: World, client: FlaskClient, end: str) -> None:
    page_id, file_id = make_page(world)
    share_id, token = give(world, page_id, "link")
    with world.inside("siena"):
        actor, row = world.actor(OWNER), session().get_one(Share, share_id)
        if end == "revoked":
            shares.revoke(actor, share_id)
        elif end == "nobody":
            shares.share_with_nobody(actor, ref_of("page", page_id))
        elif end == "removed":
            pages.remove_page(actor, page_id)
        else:
            row.starts_at, row.ends_at = (
                (utcnow() + timedelta(hours=1), None)
                if end == "not yet"
                else (None, utcnow() - timedelta(seconds=1))
            )
    guess = client.get(f"{HOME}/s/{'x' * 32}")
    for path in (f"/s/{token}", f"/s/{token}/{page_id}", f"/s/{token}/{page_id}/files/{file_id}"):
        answer = client.get(HOME + path)
        assert answer.status_code == guess.status_code == 404
        assert "Zaffiro" not in answer.text


def test_a_link_of_another_page_or_office_opens_nothing_here(world: World, client: FlaskClient) -> None:
    first, _file = make_page(world)
    second, file_id = make_page(world)
    _share, token = give(world, first, "link")
    assert client.get(f"{HOME}/s/{token}/{second}").status_code == 404
    assert client.get(f"{HOME}/s/{token}/{second}/files/{file_id}").status_code == 404
    assert client.get(f"/o/vienna/portfolio/s/{token}").status_code == 404


def test_guessing_links_is_slowed_down(world: World, client: FlaskClient) -> None:
    statuses = [client.get(f"{HOME}/s/{number:032}").status_code for number in range(70)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_a_passcode_is_asked_for_and_cannot_be_tried_for_ever(world: World, client: FlaskClient) -> None:
    page_id, file_id = make_page(world)
    _share, token = give(world, page_id, "link", passcode="girasole")
    first = client.get(f"{HOME}/s/{token}")
    assert "Zaffiro" not in first.text
    assert client.get(f"{HOME}/s/{token}/{page_id}").status_code == 404
    assert status(client, f"{HOME}/s/{token}/{page_id}/files/{file_id}") == 404
    wrong = client.post(f"{HOME}/s/{token}", data={"passcode": "girasola"})
    assert wrong.status_code == 422
    assert client.post(f"{HOME}/s/{token}", data={"passcode": "girasole"}).status_code == 303
    assert "Zaffiro" in client.get(f"{HOME}/s/{token}").text
    assert status(client, f"{HOME}/s/{token}/{page_id}/files/{file_id}") == 200
    other = client.application.test_client()
    tries = [
        other.post(f"{HOME}/s/{token}", data={"passcode": f"wrong{number}"}).text for number in range(12)
    ]
    assert "girasole" not in tries[-1]
    assert other.post(f"{HOME}/s/{token}", data={"passcode": "girasole"}).status_code == 422


@pytest.mark.parametrize(
    "end", ["revoked", "expired", "passcode", "removed", "off the page", "deleted", "gone"]
)
def test_a_file_on_its_way_is_not_allowed_any_more_when_its_reader_may_not_see_it(
    world: World, end: str
) -> None:
    page_id, file_id = make_page(world)
    share_id, _token = give(world, page_id, "link", passcode="girasole")
    with world.inside("siena"):
        actor, share = world.actor(OWNER), session().get_one(Share, share_id)
        page, file = session().get_one(Page, page_id), session().get_one(StoredFile, file_id)
        showed = Showed.now(page, file, share, Viewer(None, frozenset({share_id})))
        assert showed.is_still()
        if end == "revoked":
            shares.revoke(actor, share_id)
        elif end == "expired":
            share.ends_at = utcnow() - timedelta(seconds=1)
        elif end == "passcode":
            shares.change_share(actor, share_id, ChangeShare(passcode="tulipano"), UTC)
        elif end == "removed":
            pages.remove_page(actor, page_id)
        elif end == "off the page":
            pages.remove_block(actor, pages.find_blocks(page_id)[1].id)
        elif end == "deleted":
            file.deleted_at = utcnow()
        else:
            session().delete(share)
        session().flush()
        with contextlib.suppress(NotFound):
            assert not showed.is_still()


def test_a_new_passcode_is_asked_of_everybody_again_and_can_be_taken_away(
    world: World, client: FlaskClient, sign_in: SignIn
) -> None:
    page_id, file_id = make_page(world)
    share_id, token = give(world, page_id, "link", passcode="girasole")
    path = f"{HOME}/s/{token}"
    client.post(path, data={"passcode": "girasole"})
    assert "Zaffiro" in client.get(path).text
    owner = sign_in(OWNER)
    assert 'name="passcode"' in owner.get(f"{HOME}/shares/{share_id}").text
    assert owner.post(f"{HOME}/shares/{share_id}", data={"passcode": "tulipano"}).status_code == 303
    assert "Zaffiro" not in client.get(path).text
    assert status(client, f"{path}/{page_id}/files/{file_id}") == 404
    client.post(path, data={"passcode": "girasole"})
    assert "Zaffiro" not in client.get(path).text
    client.post(path, data={"passcode": "tulipano"})
    assert "Zaffiro" in client.get(path).text
    assert owner.post(f"{HOME}/shares/{share_id}", data={"is_open": "true"}).status_code == 303
    assert "Zaffiro" in client.application.test_client().get(path).text


def test_the_end_of_a_share_can_be_moved_and_counts_to_the_end_of_its_day(
    world: World, client: FlaskClient, sign_in: SignIn
) -> None:
    page_id, _file = make_page(world, with_file=False)
    share_id, token = give(world, page_id, "link", ends_at=utcnow() + timedelta(days=1))
    owner = sign_in(OWNER)
    yesterday = (utcnow() - timedelta(days=2)).date().isoformat()
    assert owner.post(f"{HOME}/shares/{share_id}", data={"last_day": yesterday}).status_code == 303
    assert client.get(f"{HOME}/s/{token}").status_code == 404
    assert (
        owner.post(f"{HOME}/shares/{share_id}", data={"last_day": "2090-06-30", "name": "Forno"}).status_code
        == 303
    )
    assert client.get(f"{HOME}/s/{token}").status_code == 200
    with world.inside("siena"):
        assert session().get_one(Share, share_id).ends_at == datetime(2090, 6, 30, 21, 59, tzinfo=UTC)


def test_a_range_of_a_shared_file_is_served_and_ends_with_the_share(
    world: World, client: FlaskClient
) -> None:
    page_id, file_id = make_page(world)
    share_id, token = give(world, page_id, "link")
    path = f"{HOME}/s/{token}/{page_id}/files/{file_id}"
    with client.get(path, headers={"Range": "bytes=5-9"}) as part:
        assert (part.status_code, part.data) == (206, b"ret t")
    with world.inside("siena"):
        shares.revoke(world.actor(OWNER), share_id)
    assert client.get(path, headers={"Range": "bytes=5-9"}).status_code == 404


def test_a_new_link_is_shown_once_with_a_code_to_scan(sign_in: SignIn, world: World) -> None:
    page_id, _file = make_page(world)
    browser = sign_in(OWNER)
    answer = browser.post(
        f"{HOME}/share/pages/{page_id}/link", data={"name": "Forno", "ends_at": "2030-01-01"}
    )
    link = re.search(r"/portfolio/s/([\w-]{30,})", answer.text)
    assert link is not None
    assert "pf-qr" in answer.text
    assert link[1] not in browser.get(f"{HOME}/share/pages/{page_id}").text


def test_revoking_can_be_undone(world: World, sign_in: SignIn) -> None:
    page_id, file_id = make_page(world)
    share_id, _token = give(world, page_id, "office")
    browser = sign_in(OWNER)
    answer = browser.post(f"{HOME}/shares/{share_id}/revoke", follow_redirects=True)
    assert not can_see(sign_in("trainee2"), page_id, file_id)
    assert f"/shares/{share_id}/restore" in answer.text
    browser.post(f"{HOME}/shares/{share_id}/restore")
    assert can_see(sign_in("trainee2"), page_id, file_id)


def test_nobody_shares_or_revokes_what_is_not_theirs(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world)
    share_id, _token = give(world, page_id, "office")
    for key in ("trainee2", "counsellor", "head"):
        browser = sign_in(key)
        assert browser.get(f"{HOME}/share/pages/{page_id}").status_code == 404
        assert (
            browser.post(f"{HOME}/share/pages/{page_id}/give", data={"audience": "public"}).status_code == 404
        )
        assert browser.post(f"{HOME}/shares/{share_id}/revoke").status_code == 404
        assert browser.get(f"{HOME}/shares/{share_id}").status_code == 404
        assert browser.post(f"{HOME}/shares/{share_id}", data={"last_day": ""}).status_code == 404
        assert browser.get(f"{HOME}/share/pages/{page_id}/visits").status_code == 404


def test_a_page_is_not_shared_with_people_or_groups_of_elsewhere(world: World) -> None:
    page_id, _file = make_page(world)
    for values in ({"person_id": world.people["trainee_vienna"].id}, {"person_id": None}):
        with pytest.raises(Exception, match="office"):
            give(world, page_id, "person", **values)
    with pytest.raises(Exception, match="group"):
        give(world, page_id, "group", group_id=uuid.uuid4())


@given(
    st.dates(date(1950, 1, 1), date(2020, 12, 31)),
    st.dates(date(2021, 1, 1), date(2060, 12, 31)),
    st.sampled_from([4, 7, 10]),
)
def test_an_age_is_never_guessed_too_high(born: date, today: date, known: int) -> None:
    age = age_on(born.isoformat()[:known], today)
    real = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    assert age is not None
    assert real - 1 <= age <= real


def test_who_is_under_age_or_does_not_say_cannot_be_public_and_the_office_decides(
    world: World, client: FlaskClient
) -> None:
    page_id, file_id = make_page(world)
    with pytest.raises(Forbidden, match="date of birth"):
        give(world, page_id, "public")
    with world.inside("siena"):
        save_person(world.actor(OWNER), SavePrivate(birth_date=f"{utcnow().year - 17}"))
    with pytest.raises(Forbidden, match="18"):
        give(world, page_id, "public")
    with world.inside("siena") as office:
        save_settings(world.actor("head"), office.id, "portfolio", PortfolioSettings(public_age=16))
        save_person(world.actor(OWNER), SavePrivate(birth_date=f"{utcnow().year - 18}"))
    give(world, page_id, "public")
    assert can_see(client, page_id, file_id)
    with world.inside("siena") as office:
        save_settings(
            world.actor("head"), office.id, "portfolio", PortfolioSettings(public_age=18, allows_links=False)
        )
    assert not can_see(client, page_id, file_id)
    with pytest.raises(Forbidden, match="links"):
        give(world, page_id, "link")


def test_the_owner_reads_who_looked_and_staff_reads_are_audited(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world)
    give(world, page_id, "advisers")
    counsellor = sign_in("counsellor")
    for _time in range(3):
        counsellor.get(f"{HOME}/shared/pages/{page_id}")
    with world.inside("siena"):
        visits = session().scalars(select(Visit).filter_by(target=f"portfolio:page:{page_id}")).all()
        assert [visit.viewer_id for visit in visits] == [world.people["counsellor"].id]
    assert "Maria Concetta" in sign_in(OWNER).get(f"{HOME}/share/pages/{page_id}/visits").text
    assert "Letto un portfolio" in sign_in("head").get("/o/siena/admin/audit").text


def test_the_owner_sees_a_page_as_others_would(world: World, sign_in: SignIn) -> None:
    page_id, _file = make_page(world)
    browser = sign_in(OWNER)
    before = browser.get(f"{HOME}/pages/{page_id}/as/employer").text
    give(world, page_id, "link")
    after = browser.get(f"{HOME}/pages/{page_id}/as/employer").text
    assert "Zaffiro" in before
    assert before != after
    assert sign_in("trainee2").get(f"{HOME}/pages/{page_id}/as/employer").status_code == 404


def test_a_shared_collection_shows_all_its_pages_by_one_link(world: World, client: FlaskClient) -> None:
    page_id, _file = make_page(world)
    with world.inside("siena"):
        actor = world.actor(OWNER)
        collection = pages.add_collection(actor, NewPage(title="Tutto"))
        second = pages.add_page(actor, NewPage(title="La seconda"))
        for each in (page_id, second.id):
            pages.get_page(actor, each).collection_id = collection.id
        second_id = second.id
        _row, token = shares.share(actor, ref_of("collection", collection.id), ShareWith(audience="link"))
    first = client.get(f"{HOME}/s/{token}").text
    assert "La seconda" in first
    assert client.get(f"{HOME}/s/{token}/{second_id}").status_code == 200
