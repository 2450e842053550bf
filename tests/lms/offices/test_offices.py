"""Offices: brand with a colour everybody can read, parts switched for one office, rights decided by it."""

from __future__ import annotations

import io
import uuid

import pytest
from PIL import Image

from lms.access.actor import system_actor
from lms.demo import World
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.offices import service
from lms.offices.directory import OfficeDirectory, directory
from lms.offices.forms import CreateOffice, EditBrand
from lms.store.base import session
from lms.store.runtime import settings
from lms.store.uow import unit_of_work
from lms.testing import SignIn


def test_a_pale_accent_is_refused_with_the_nearest_that_works(world: World) -> None:
    head = world.actor("head")
    with pytest.raises(Invalid) as caught, unit_of_work():
        service.edit_brand(head, world.office("siena").id, EditBrand(name="Siena", accent="#F5C9A8"))
    assert "needed 4.5 : 1" in caught.value.fields["accent"]
    with unit_of_work():
        proposal = caught.value.fields["accent"].rsplit(" ", 1)[1].rstrip(".")
        service.edit_brand(head, world.office("siena").id, EditBrand(name="Siena", accent=proposal))
    assert directory().by_slug("siena").accent == proposal


def test_a_head_changes_their_own_office_only(world: World) -> None:
    with pytest.raises(NotFound), unit_of_work():
        service.edit_brand(world.actor("head"), world.office("vienna").id, EditBrand(name="Taken over"))
    with pytest.raises(Forbidden), unit_of_work():
        service.edit_brand(world.actor("trainer"), world.office("siena").id, EditBrand(name="Taken over"))


def test_nobody_grants_what_they_do_not_have(world: World) -> None:
    head, office_id = world.actor("head"), world.office("siena").id
    assert not head.can("links.nothing")
    with pytest.raises(Forbidden, match="rights that you have"), unit_of_work():
        service.decide_permission(head, office_id, "trainee", "links.nothing", is_granted=True)


def test_a_decided_right_holds_in_this_office_and_not_in_others(world: World) -> None:
    with unit_of_work():
        service.decide_permission(
            world.actor("head"), world.office("siena").id, "tutor", "activities.manage", is_granted=True
        )
    assert world.actor("tutor").can("activities.manage")
    assert not world.actor("practitioner_vienna").can("activities.manage")


def test_an_office_address_is_unique_and_only_operators_make_offices(world: World) -> None:
    with pytest.raises(Conflict), unit_of_work():
        service.create_office(system_actor(), CreateOffice(name="Siena 2", slug="siena"))
    with pytest.raises(Forbidden), unit_of_work():
        service.create_office(world.actor("head"), CreateOffice(name="Mine", slug="mine"))


def test_a_zone_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(Invalid), unit_of_work():
        service.create_office(system_actor(), CreateOffice(name="Luna", slug="luna", zone="Moon/Tranquility"))


def test_administration_pages_open_for_the_head_in_both_languages(sign_in: SignIn) -> None:
    head = sign_in("head")
    for page in ("brand", "parts", "roles", "report", "audit"):
        for language in ("en", "it"):
            assert head.get(f"/o/siena/admin/{page}?lang={language}").status_code == 200, (page, language)


def test_operator_pages_open_and_a_new_office_answers_at_once(sign_in: SignIn) -> None:
    operator = sign_in("operator")
    for page in ("", "jobs", "mail", "offices"):
        assert operator.get(f"/operator/{page}").status_code == 200, page
    made = operator.post(
        "/operator/offices",
        data={
            "name": "Oficina de Lleida",
            "slug": "lleida",
            "kind": "office",
            "zone": "Europe/Madrid",
            "languages": ["en"],
        },
    )
    assert made.status_code == 302
    assert operator.get("/o/lleida/").status_code == 200


def test_the_report_hides_numbers_about_fewer_than_five_people(sign_in: SignIn, world: World) -> None:
    page = sign_in("head").get("/o/siena/admin/report?lang=en").text
    assert "fewer than 5" in page


def test_a_head_puts_up_a_logo_and_a_disguised_file_is_refused(sign_in: SignIn, world: World) -> None:
    head = sign_in("head")
    picture = io.BytesIO()
    Image.new("RGB", (120, 80), "#9A4A22").save(picture, "PNG")
    picture.seek(0)
    assert head.post("/o/siena/admin/brand/logo", data={"logo": (picture, "logo.png")}).status_code == 302
    with head.get("/o/siena/brand/logo") as shown:
        assert shown.mimetype.startswith("image/")
    page = io.BytesIO(b"<html><script>alert(1)</script>")
    refused = head.post("/o/siena/admin/brand/logo", data={"logo": (page, "logo.png")})
    assert refused.status_code == 422
    head.post("/o/siena/admin/brand/logo", data={"do": "remove"})
    assert head.get("/o/siena/brand/logo").status_code == 404


def test_a_head_does_not_take_rights_from_the_operators(world: World) -> None:
    with world.inside("siena") as siena:
        with pytest.raises(Forbidden):
            service.decide_permission(
                world.actor("head"), siena.id, "operator", "office.roles", is_granted=False
            )
        operator = world.actor("operator", "siena")
        service.decide_permission(operator, siena.id, "operator", "people.see", is_granted=False)


def test_months_with_few_people_show_no_number(sign_in: SignIn) -> None:
    page = sign_in("head").get("/o/siena/admin/report?lang=en").text
    assert page.count("(fewer than 5)</span>") == page.count("<span>–</span>") > 0


def test_a_mail_that_does_not_exist_is_refused_and_not_a_breakdown(sign_in: SignIn) -> None:
    operator = sign_in("operator")
    assert operator.post("/operator/mail", data={"mail_id": "nonsense"}).status_code == 422
    assert operator.post("/operator/mail", data={"mail_id": str(uuid.uuid4())}).status_code == 404


def test_a_change_made_by_another_process_of_the_machine_is_seen_at_once(world: World) -> None:
    siena = world.office("siena")
    elsewhere = OfficeDirectory(settings(), frozenset({"links"}))
    assert "links" in elsewhere.get(siena.id).plugins
    session().rollback()
    with unit_of_work():
        service.switch_plugin(system_actor(siena.id), siena.id, "links", is_enabled=False)
    assert "links" not in elsewhere.get(siena.id).plugins
