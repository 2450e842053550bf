"""Useful links: who can and cannot do what, through services and pages."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from lms.plugin import (
    Conflict,
    Forbidden,
    NotFound,
    Ref,
    World,
    hooks,
    office_scope,
    save_settings,
    session,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn, count_queries
from plugins.links import service
from plugins.links.forms import LinksSettings, SaveLink, read_url
from plugins.links.models import Link

PAGE = "/o/siena/links"
NEW = {"title": "Lavoro vicino a te", "url": "lavoro.example.org/vicino", "category": "Cercare lavoro"}


def add(world: World, **values: object) -> uuid.UUID:
    command = SaveLink.read({"title": "Borsa del lavoro", "url": "https://borsa.example.org"} | values)
    with world.inside("siena"):
        return service.add_link(world.actor("counsellor"), command)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.example.org", "https://www.example.org"),
        ("http://example.org/a?b=c", "http://example.org/a?b=c"),
        ("https://città.example.org/", "https://città.example.org/"),
    ],
)
def test_an_address_can_be_typed_with_or_without_its_scheme(typed: str, kept: str) -> None:
    assert read_url(typed) == kept


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "ftp://example.org", "example", "http://[1", "a b.org", "//x"]
)
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        read_url(typed)


def test_staff_can_add_and_everybody_in_the_office_sees_it(sign_in: SignIn) -> None:
    answer = sign_in("counsellor").post(f"{PAGE}/new", data=NEW)
    assert answer.status_code == 303
    page = sign_in("trainee").get(PAGE)
    assert "Lavoro vicino a te" in page.text
    assert 'href="https://lavoro.example.org/vicino"' in page.text


def test_a_trainee_cannot_add_change_or_remove(sign_in: SignIn, world: World) -> None:
    link_id = add(world)
    browser = sign_in("trainee")
    assert browser.post(f"{PAGE}/new", data=NEW).status_code == 403
    assert browser.post(f"{PAGE}/{link_id}/remove").status_code == 403
    assert browser.get(f"{PAGE}/{link_id}/edit").status_code == 403
    assert f"{PAGE}/new" not in browser.get(PAGE).text


def test_a_guest_is_asked_to_sign_in_and_a_member_of_another_office_is_refused(
    client: FlaskClient, sign_in: SignIn
) -> None:
    assert "/sign-in" in client.get(PAGE).location
    assert sign_in("trainee_vienna").get(PAGE).status_code == 403


def test_links_of_another_office_cannot_be_reached_by_their_id(sign_in: SignIn, world: World) -> None:
    link_id = add(world)
    browser = sign_in("head_vienna")
    assert browser.get(f"/o/vienna/links/{link_id}/edit").status_code == 404
    assert browser.post(f"/o/vienna/links/{link_id}/remove").status_code == 404


def test_a_wrong_form_comes_back_with_messages_and_what_was_typed(sign_in: SignIn) -> None:
    answer = sign_in("head").post(f"{PAGE}/new", data={"title": "Sito utile", "url": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert "Sito utile" in answer.text
    assert "aria-invalid" in answer.text


def test_the_same_address_cannot_be_listed_twice(world: World) -> None:
    add(world)
    with pytest.raises(Conflict, match="Borsa del lavoro"):
        add(world, title="Altro nome")


def test_a_link_cannot_take_the_address_of_another(world: World) -> None:
    first, second = add(world), add(world, url="https://altro.example.org")
    with world.inside("siena"), pytest.raises(Conflict):
        service.edit_link(
            world.actor("head"), second, SaveLink(title="Secondo", url="https://borsa.example.org")
        )
    with world.inside("siena"):
        assert service.get_link(world.actor("head"), first).url == "https://borsa.example.org"


def test_a_link_can_be_changed_to_an_address_that_was_removed(world: World) -> None:
    first, second = add(world), add(world, url="https://altro.example.org")
    actor = world.actor("head")
    with world.inside("siena"):
        service.remove_link(actor, first)
        service.edit_link(actor, second, SaveLink(title="Secondo", url="https://borsa.example.org"))
    with world.inside("siena"):
        assert service.get_link(actor, second).url == "https://borsa.example.org"


def test_removing_can_be_undone_from_the_page(sign_in: SignIn, world: World) -> None:
    link_id = add(world, title="Da ripristinare")
    browser = sign_in("head")
    after = browser.post(f"{PAGE}/{link_id}/remove", follow_redirects=True)
    assert "Da ripristinare" not in after.text
    assert f"{PAGE}/{link_id}/restore" in after.text
    assert "Da ripristinare" in browser.post(f"{PAGE}/{link_id}/restore", follow_redirects=True).text


def test_adding_a_removed_address_brings_it_back(world: World) -> None:
    link_id = add(world)
    with world.inside("siena"):
        service.remove_link(world.actor("head"), link_id)
    assert add(world, title="Di nuovo") == link_id


def test_removed_links_are_deleted_after_a_month_and_not_before(world: World) -> None:
    old, recent = add(world), add(world, url="https://altro.example.org")
    actor = world.actor("head")
    with world.inside("siena"):
        service.remove_link(actor, old)
        service.remove_link(actor, recent)
        session().get_one(Link, old).removed_at = utcnow() - service.KEPT_FOR - timedelta(minutes=1)
    with world.inside("siena"):
        assert service.forget_removed_links() == 1
        assert service.forget_removed_links() == 0
    with world.inside("siena"):
        service.restore_link(actor, recent)
        with pytest.raises(NotFound):
            service.restore_link(actor, old)


def test_the_service_refuses_who_lacks_the_right(world: World) -> None:
    with world.inside("siena"), pytest.raises(Forbidden):
        service.add_link(world.actor("trainee"), SaveLink(title="Mio sito", url="https://io.example.org"))


def test_programs_read_and_write_json(sign_in: SignIn) -> None:
    browser = sign_in("head")
    made = browser.post(f"{PAGE}/new", json=NEW | {"is_public": True})
    assert made.status_code == 201
    listed = browser.get(PAGE, headers={"Accept": "application/json"}).json
    assert made.json in listed["links"]
    wrong = browser.post(f"{PAGE}/new", json={"title": "x"})
    assert wrong.status_code == 422
    assert set(wrong.json["error"]["fields"]) == {"title", "url"}


def test_guests_see_public_links_on_the_first_page_and_only_those(client: FlaskClient, world: World) -> None:
    add(world, title="Per tutti", is_public=True)
    add(world, title="Solo per noi", url="https://noi.example.org")
    page = client.get("/o/siena/").text
    assert "Per tutti" in page
    assert "Solo per noi" not in page


def test_an_office_can_keep_links_off_its_first_page_and_choose_the_heading(
    client: FlaskClient, sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee")
    add(world, title="Per tutti", is_public=True)
    actor = world.actor("head")
    with world.inside("siena") as office:
        save_settings(actor, office.id, "links", LinksSettings(heading="Bussola", is_on_landing=False))
    assert "Per tutti" not in client.get("/o/siena/").text
    assert "Bussola" in browser.get(PAGE).text


def test_members_get_a_card_and_strangers_do_not(world: World) -> None:
    link_id = add(world)
    ref = Ref.of("links", "link", link_id)
    office = world.office("siena").id
    with office_scope(office):
        assert hooks().cards([ref], world.actor("trainee"))[ref].url == "https://borsa.example.org"
        assert hooks().cards([ref], world.actor("trainee_vienna", "siena")) == {}


def test_the_search_is_given_what_changed(world: World) -> None:
    before = utcnow()
    link_id = add(world, note="Annunci di oggi")
    office = world.office("siena").id
    with office_scope(office):
        documents = [each for each in hooks().search_documents(office, before) if each.ref.plugin == "links"]
    assert [(each.ref.uuid, each.title) for each in documents] == [(link_id, "Borsa del lavoro")]
    assert "Annunci di oggi" in documents[0].body


def test_the_page_asks_the_same_number_of_questions_for_one_link_and_for_many(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee")
    browser.get(PAGE)
    with count_queries() as few:
        browser.get(PAGE)
    with world.inside("siena"), unit_of_work():
        for number in range(40):
            add(world, url=f"https://{number}.example.org", title=f"Sito {number}")
    with count_queries() as many:
        browser.get(PAGE)
    assert len(many) == len(few)
