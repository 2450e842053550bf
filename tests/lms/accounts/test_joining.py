"""Who gets into an office, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.accounts import invitations, membership
from lms.accounts.models import Invitation, Membership, User
from lms.accounts.people_forms import InvitePeople
from lms.clock import utcnow
from lms.demo import World
from lms.errors import Forbidden, Invalid
from lms.offices.directory import directory
from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from lms.testing import SignIn, TestSite
from tests.lms.accounts.conftest import Outbox

NEW = "gianna.nuova@example.org"


def state_of(app: Flask, email: str, slug: str) -> str | None:
    with app.app_context():
        query = select(Membership.state).join(User, User.id == Membership.user_id).where(User.email == email)
        office = directory().by_slug(slug)
        assert office
        return session().scalar(query.where(Membership.office_id == office.id))


def test_a_head_invites_and_the_invited_person_joins_without_a_password(
    app: Flask, sign_in: SignIn, client: FlaskClient, outbox: Outbox
) -> None:
    head = sign_in("head")
    sent = head.post(
        "/o/siena/people/invite", data={"emails": f"Gianna <{NEW}>\n", "roles": ["tutor"], "message": "Ciao!"}
    )
    assert sent.status_code == 303
    link = outbox.link(NEW)
    assert "Ciao!" in outbox.to(NEW)[-1].text
    assert client.get(link).status_code == 200
    assert client.post(link, data={"name": "Gianna Nuova", "password": ""}).status_code == 303
    assert client.get("/o/siena/people/pick?q=gi").status_code == 200
    assert client.post(link, data={"name": "Gianna Nuova"}).status_code == 404


def test_an_invited_person_with_an_account_signs_in_first_and_accepts(
    app: Flask, sign_in: SignIn, client: FlaskClient, outbox: Outbox
) -> None:
    sign_in("head").post(
        "/o/siena/people/invite",
        data={"emails": "trainee.vienna@example.org\ncounsellor.vienna@example.org", "roles": ["trainee"]},
    )
    link = outbox.link("counsellor.vienna@example.org")
    assert "sign-in" in client.get(link).text
    assert client.post(link, data={"name": "Somebody Else"}).status_code == 422
    assert sign_in("trainer_vienna").post(f"{link}/accept").status_code == 403
    assert sign_in("counsellor_vienna").post(f"{link}/accept").status_code == 303
    assert state_of(app, "counsellor.vienna@example.org", "siena") == "active"


def test_a_revoked_or_old_invitation_lets_nobody_in(
    app: Flask, sign_in: SignIn, client: FlaskClient, outbox: Outbox
) -> None:
    head = sign_in("head")
    head.post("/o/siena/people/invite", data={"emails": NEW, "roles": ["trainee"]})
    first = outbox.link(NEW)
    with app.app_context(), all_offices("test"):
        row = session().scalar(select(Invitation).filter_by(email=NEW))
        assert row
        invitation_id = row.id
    head.post(f"/o/siena/people/invitations/{invitation_id}/resend")
    second = outbox.link(NEW)
    assert client.get(first).status_code == 404
    with app.app_context(), all_offices("test"), unit_of_work():
        late = update(Invitation).values(expires_at=utcnow() - timedelta(seconds=1))
        session().execute(late.where(Invitation.id == invitation_id))
    assert client.get(second).status_code == 404
    head.post(f"/o/siena/people/invitations/{invitation_id}/resend")
    head.post(f"/o/siena/people/invitations/{invitation_id}/revoke")
    assert client.get(outbox.link(NEW)).status_code == 404


def test_an_invitation_does_not_work_in_another_office(
    sign_in: SignIn, client: FlaskClient, outbox: Outbox
) -> None:
    sign_in("head").post("/o/siena/people/invite", data={"emails": NEW, "roles": ["trainee"]})
    assert client.get(outbox.link(NEW).replace("/o/siena/", "/o/vienna/")).status_code == 404


def test_nobody_gives_a_role_with_rights_they_do_not_have(world: World) -> None:
    trainer = world.actor("trainer")
    assert "head" not in membership.grantable_roles(trainer)
    assert set(membership.grantable_roles(world.actor("head"))) == set(membership.GIVEN_ROLES), (
        "whatever plugins add"
    )
    with pytest.raises(Forbidden):
        membership.check_roles(trainer, ["head"])


def test_an_operator_can_make_the_first_head(world: World) -> None:
    operator = world.actor("operator", "siena")
    assert membership.check_roles(operator, ["head"]) == ["head"]


def test_who_may_not_invite_cannot(sign_in: SignIn) -> None:
    for key in ("trainee", "tutor", "trainer"):
        data = {"emails": NEW, "roles": ["trainee"]}
        assert sign_in(key).post("/o/siena/people/invite", data=data).status_code == 403


def test_wrong_addresses_in_a_list_are_named(world: World) -> None:
    with pytest.raises(Invalid, match="not-an-address"), world.inside("siena"):
        invitations.invite_people(
            world.actor("head"), InvitePeople(emails="a@example.org, not-an-address", roles=["trainee"])
        )


def test_anybody_joins_an_open_office_after_confirming_the_address(
    app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    client.post("/o/vienna/register", data={"name": "Gianna Nuova", "email": NEW})
    assert state_of(app, NEW, "vienna") is None
    link = outbox.link(NEW)
    assert client.get(link).status_code == 200
    assert state_of(app, NEW, "vienna") is None
    assert (
        client.post(link, data={"name": "Gianna Nuova", "password": "a quiet river at noon"}).status_code
        == 303
    )
    assert state_of(app, NEW, "vienna") == "active"
    assert client.get("/o/vienna/lounge").status_code == 200


def test_where_the_head_approves_one_waits_until_let_in(
    app: Flask, sign_in: SignIn, client: FlaskClient, outbox: Outbox
) -> None:
    client.post("/o/siena/register", data={"name": "Gianna Nuova", "email": NEW})
    client.post(outbox.link(NEW), data={"name": "Gianna Nuova"})
    assert state_of(app, NEW, "siena") == "waiting"
    assert client.get("/o/siena/lounge").status_code == 403
    assert any("Gianna Nuova" in mail.text for mail in outbox.to("head@example.org"))
    with app.app_context():
        user_id = session().scalar(select(User.id).filter_by(email=NEW))
    assert sign_in("tutor").post(f"/o/siena/people/{user_id}/approve").status_code == 403
    assert sign_in("head").post(f"/o/siena/people/{user_id}/approve").status_code == 303
    assert client.get("/o/siena/lounge").status_code == 200


def test_where_people_are_invited_nobody_registers(client: FlaskClient, outbox: Outbox) -> None:
    answer = client.post("/o/toscana/register?lang=en", data={"name": "Gianna Nuova", "email": NEW})
    assert "invite" in answer.text
    assert outbox.to(NEW) == []


def test_registering_with_a_known_address_shows_nothing_and_mails_the_owner(
    client: FlaskClient, outbox: Outbox
) -> None:
    known = client.post("/o/vienna/register", data={"name": "X Y", "email": "tutor@example.org"})
    unknown = client.post("/o/vienna/register", data={"name": "X Y", "email": NEW})
    assert known.text.replace("tutor@example.org", "") == unknown.text.replace(NEW, "")
    assert "sign-in" in outbox.to("tutor@example.org")[-1].text


def test_who_was_removed_from_an_open_office_waits_for_the_head(
    app: Flask, sign_in: SignIn, site: TestSite
) -> None:
    person = next(
        each for each in site.world.people.values() if each.office == "vienna" and "trainee" in each.key
    )
    sign_in("head_vienna").post(f"/o/vienna/people/{person.id}/end")
    assert sign_in(person.key).post("/o/vienna/register/join").status_code == 303
    assert state_of(app, person.email, "vienna") == "waiting"
