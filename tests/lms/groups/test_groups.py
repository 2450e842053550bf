"""Who forms groups, and who can be in them."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.demo import World
from lms.errors import Conflict, Forbidden, NotFound
from lms.groups import service
from lms.groups.forms import AddMembers, CreateGroup
from lms.store.scope import office_scope
from lms.testing import SignIn, TestSite, count_queries


def test_staff_form_groups_and_trainees_do_not(sign_in: SignIn) -> None:
    made = sign_in("trainer").post("/o/siena/groups", data={"name": "Autumn"})
    assert made.status_code == 303
    assert sign_in("trainer").get(made.headers["Location"]).status_code == 200
    for key in ("trainee", "tutor"):
        assert sign_in(key).get("/o/siena/groups").status_code == 403
        assert sign_in(key).post("/o/siena/groups", data={"name": "Mine"}).status_code == 403


def test_only_members_of_the_office_are_added_by_picker_or_by_address(world: World) -> None:
    head, group_id = world.actor("head"), world.things["group_siena_1"]
    stranger, member = world.people["head_vienna"], world.people["tutor"]
    with world.inside("siena"):
        done = service.add_members(
            head,
            group_id,
            AddMembers(people=[stranger.id, member.id], emails="Counsellor@example.org; nobody@example.org"),
        )
        ids = service.member_ids(group_id)
    assert (done.count, list(done.unknown)) == (2, ["nobody@example.org"])
    assert member.id in ids
    assert stranger.id not in ids


def test_adding_somebody_twice_is_once_and_taking_out_can_be_undone(
    app: Flask, sign_in: SignIn, site: TestSite
) -> None:
    group, person = site.world.things["group_siena_2"], site.world.people["tutor"].id
    trainer = sign_in("trainer")
    for _time in range(2):
        assert (
            trainer.post(f"/o/siena/groups/{group}/members", data={"people": [str(person)]}).status_code
            == 303
        )
    page = trainer.post(f"/o/siena/groups/{group}/members/{person}/remove", follow_redirects=True)
    assert "ui-undo-bar" in page.text
    with app.app_context(), office_scope(site.world.office("siena").id):
        assert person not in service.member_ids(group)


def test_a_group_of_another_office_is_not_found(sign_in: SignIn, site: TestSite) -> None:
    group, head = site.world.things["group_vienna_1"], sign_in("head")
    assert head.get(f"/o/siena/groups/{group}").status_code == 404
    for verb in ("members", "archive", "edit"):
        assert head.post(f"/o/siena/groups/{group}/{verb}", data={"name": "Stolen"}).status_code == 404


def test_the_service_finds_no_group_of_another_office(world: World) -> None:
    with pytest.raises(NotFound), world.inside("siena"):
        service.get_group(world.actor("head"), world.things["group_vienna_1"])


def test_two_groups_of_an_office_cannot_have_one_name(world: World) -> None:
    with pytest.raises(Conflict), world.inside("siena"):
        service.create_group(world.actor("head"), CreateGroup(name="competenze digitali di base"))
    with world.inside("vienna"):
        service.create_group(world.actor("head_vienna"), CreateGroup(name="Competenze digitali di base"))


def test_a_group_that_was_put_away_is_not_listed(sign_in: SignIn, site: TestSite) -> None:
    head = sign_in("head")
    head.post(f"/o/siena/groups/{site.world.things['group_siena_1']}/archive", data={"is_archived": "yes"})
    assert "Panificatori" not in head.get("/o/siena/groups").text
    assert "Panificatori" in head.get("/o/siena/groups?archived=1").text


def test_the_service_lists_groups_for_staff_only(world: World) -> None:
    with pytest.raises(Forbidden), world.inside("siena"):
        service.find_groups(world.actor("trainee"))


def test_the_list_asks_the_same_number_of_queries_for_few_and_many(sign_in: SignIn, app: Flask) -> None:
    head = sign_in("head")
    counts = []
    for number in range(2):
        head.post("/o/siena/groups", data={"name": f"Group {number}"})
        with app.app_context(), count_queries() as counted:
            head.get("/o/siena/groups")
        counts.append(len(counted))
    assert counts[0] == counts[1]
