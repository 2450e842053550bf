"""Who sees whom, and who may change what about whom."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from lms.accounts import people
from lms.accounts.exporting import people_csv
from lms.accounts.membership import join_office
from lms.accounts.people import PeopleQuery
from lms.accounts.people_forms import BlockPerson, EditMembership
from lms.demo import World
from lms.errors import Conflict, Forbidden, NotFound
from lms.imports.planning import plan
from lms.imports.reading import read_rows
from lms.testing import SignIn, TestSite, count_queries


def test_staff_see_the_people_and_trainees_do_not(sign_in: SignIn) -> None:
    for key in ("head", "counsellor", "trainer", "tutor"):
        assert sign_in(key).get("/o/siena/people").status_code == 200
    assert sign_in("trainee").get("/o/siena/people").status_code == 403


def test_the_list_filters_sorts_and_turns_pages(world: World) -> None:
    head = world.actor("head")
    everybody = people.find_people(head, PeopleQuery())
    assert (everybody.total, everybody.pages, len(everybody.people)) == (31, 2, 25)
    assert [each.name for each in people.find_people(head, PeopleQuery(role="head")).people] == [
        "Ginevra Bracciolini"
    ]
    assert {each.name for each in people.find_people(head, PeopleQuery(text="ROSSI")).people} == {
        "Giulia Rossi"
    }
    newest = people.find_people(head, PeopleQuery(sort="joined", is_descending=True)).people
    assert newest[0].joined_at
    assert newest[-1].joined_at
    assert newest[0].joined_at > newest[-1].joined_at
    assert people.find_people(head, PeopleQuery(page=99)).page == 2


def test_names_are_found_and_sorted_without_regard_to_accents_and_case(world: World) -> None:
    head = world.actor("head")
    names = [each.name for each in people.find_people(head, PeopleQuery()).people]
    assert names.index("Aïcha Benali") < names.index("Alba Nesi") < names.index("Andrea Bianchi")
    assert [each.name for each in people.pick_people(head, "nunez")] == ["Sofía Núñez Peña"]
    assert [each.name for each in people.pick_people(head, "ȘTEF")] == ["Ștefan Ionescu"]


def test_percent_and_underscore_in_the_filter_mean_themselves(world: World) -> None:
    assert people.find_people(world.actor("head"), PeopleQuery(text="%")).total == 0
    assert people.pick_people(world.actor("head"), "__") == []


def test_the_list_asks_the_same_number_of_queries_for_few_and_many(sign_in: SignIn, app: Flask) -> None:
    head = sign_in("head")
    head.get("/o/siena/people")
    counts = []
    for address in ("/o/siena/people?role=head", "/o/siena/people"):
        with app.app_context(), count_queries() as counted:
            assert head.get(address).status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 12


def test_a_service_finds_nobody_of_another_office(world: World) -> None:
    with pytest.raises(NotFound):
        people.get_person(world.actor("head"), world.people["head_vienna"].id)


def test_a_person_of_another_office_is_not_found_at_any_address(site: TestSite, sign_in: SignIn) -> None:
    head, stranger = sign_in("head"), site.world.people["head_vienna"].id
    assert head.get(f"/o/siena/people/{stranger}").status_code == 404
    for verb in ("membership", "end", "block", "unblock", "return", "approve", "decline"):
        assert head.post(f"/o/siena/people/{stranger}/{verb}", data={"roles": ["trainee"]}).status_code == 404
    assert head.get(f"/o/siena/people/{uuid.uuid4()}").status_code == 404


def test_the_picker_shows_members_names_but_no_addresses_to_trainees(sign_in: SignIn) -> None:
    found = sign_in("trainee").get("/o/siena/people/pick?q=giu").get_json()["people"]
    assert [each["name"] for each in found] == ["Giulia Rossi"]
    assert "@" not in found[0]["detail"]
    assert sign_in("trainee").get("/o/siena/people/pick?q=trainee2@").get_json()["people"] == []
    assert sign_in("head_vienna").get("/o/siena/people/pick?q=giu").status_code == 403


def test_a_head_changes_roles_but_cannot_drop_the_own_headship(world: World) -> None:
    head, tutor = world.actor("head"), world.people["tutor"]
    with world.inside("siena"):
        people.edit_membership(head, tutor.id, EditMembership(roles=["tutor", "trainer"], function="Coach"))
    changed = people.get_person(head, tutor.id)
    assert (changed.roles, changed.function) == (("tutor", "trainer"), "Coach")
    with pytest.raises(Conflict), world.inside("siena"):
        people.edit_membership(head, head.user_id, EditMembership(roles=["trainee"]))


def test_only_those_who_manage_people_change_roles(sign_in: SignIn, site: TestSite) -> None:
    person = site.world.people["tutor"].id
    for key in ("trainee", "tutor", "trainer", "counsellor"):
        answer = sign_in(key).post(f"/o/siena/people/{person}/membership", data={"roles": ["head"]})
        assert answer.status_code == 403


def test_who_leaves_has_no_access_at_once_and_leaving_can_be_undone(sign_in: SignIn, site: TestSite) -> None:
    head, trainee = sign_in("head"), sign_in("trainee")
    person = site.world.people["trainee"].id
    assert trainee.get("/o/siena/lounge").status_code == 200
    head.post(f"/o/siena/people/{person}/end")
    assert trainee.get("/o/siena/lounge").status_code in {302, 403}
    head.post(f"/o/siena/people/{person}/return")
    assert sign_in("trainee").get("/o/siena/lounge").status_code == 200


def test_who_is_blocked_is_signed_out_at_once(sign_in: SignIn, site: TestSite) -> None:
    trainee, person = sign_in("trainee"), site.world.people["trainee"].id
    assert (
        sign_in("head").post(f"/o/siena/people/{person}/block", data={"reason": "Lost phone"}).status_code
        == 303
    )
    assert trainee.get("/profile").status_code == 302


def test_a_head_cannot_block_people_of_other_offices_operators_or_themselves(world: World) -> None:
    head = world.actor("head")
    with world.inside("vienna") as vienna:
        join_office(world.people["trainee"].id, vienna.id, ["trainee"])
    with pytest.raises(Forbidden), world.inside("siena"):
        people.block(head, world.people["trainee"].id, BlockPerson())
    with pytest.raises(Conflict), world.inside("siena"):
        people.block(head, head.user_id, BlockPerson())
    with world.inside("siena"):
        people.block(world.actor("operator", "siena"), world.people["trainee"].id, BlockPerson())


def test_only_those_who_manage_people_export_them(sign_in: SignIn) -> None:
    assert sign_in("head").get("/o/siena/people/export.csv").status_code == 200
    assert sign_in("tutor").get("/o/siena/people/export.csv").status_code == 403


def test_the_export_runs_no_formula(world: World) -> None:
    text = people_csv(people.find_all_people(world.actor("head")))
    assert text.startswith("\ufeffname,email,roles")
    assert text.count("\r\n") == 32


def test_what_was_exported_can_be_imported_again(world: World) -> None:
    with world.inside("siena"):
        head = world.actor("head")
        people.edit_membership(
            head, world.people["tutor"].id, EditMembership(roles=["tutor", "trainer"], function="Sportello")
        )
        rows = read_rows(people_csv(people.find_all_people(head)))
        assert {each.verdict for each in plan(head, rows)} <= {"unchanged", "refused"}
        refused = [each for each in plan(head, rows) if each.verdict == "refused"]
        assert [each.reason for each in refused if "tutor" in each.row.roles] == []
