"""What people can do with their own account, and what survives of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.cli import user as user_command
from lms.accounts.doors import DoorKeeper
from lms.accounts.models import Membership, SignInSession, User
from lms.accounts.passwords import check_new_password
from lms.accounts.sessions import find_sessions
from lms.clock import utcnow
from lms.demo import PASSWORD, World
from lms.errors import Invalid, TooMany
from lms.hooks.callers import hooks
from lms.hooks.contributions import ErasurePolicy
from lms.privacy.archive import ExportArchive
from lms.privacy.proof import find_traces
from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from lms.testing import SignIn, TestSite
from tests.lms.accounts.conftest import Outbox


def test_a_person_changes_the_profile_and_the_language(sign_in: SignIn) -> None:
    trainee = sign_in("trainee")
    data = {
        "name": "Aïcha  Benali",
        "headline": "Cook",
        "phone": "+39 333 1",
        "locale": "en",
        "zone": "Europe/Vienna",
    }
    assert trainee.post("/profile", data=data).status_code == 303
    page = trainee.get("/profile").text
    assert 'value="Aïcha Benali"' in page
    assert 'value="Cook"' in page
    for wrong in ({"zone": "Mars/Base"}, {"locale": "xx"}, {"name": "A"}, {"phone": "<script>"}):
        assert trainee.post("/profile", data=data | wrong).status_code == 422


def test_the_look_is_kept_with_and_without_script(sign_in: SignIn) -> None:
    trainee = sign_in("trainee")
    answer = trainee.post(
        "/profile/theme", data={"theme": "dark"}, headers={"Referer": "http://localhost/o/siena/"}
    )
    assert answer.headers["Location"].endswith("/o/siena/")
    assert 'data-theme="dark"' in trainee.get("/profile").text
    assert trainee.post("/profile/theme", json={"theme": "light"}).status_code == 204
    assert trainee.post("/profile/theme", json={"theme": "pink"}).status_code == 422


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(sign_in: SignIn) -> None:
    here, elsewhere = sign_in("trainee"), sign_in("trainee")
    new = "a quiet river at noon"
    assert here.post("/profile/password", data={"current": "wrong", "password": new}).status_code == 422
    assert here.post("/profile/password", data={"current": PASSWORD, "password": new}).status_code == 303
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaaaa", "12345678901", "my giulia rules", "rossi.g at home", "Giùlia è qui oggi"],
)
def test_passwords_that_are_easy_to_guess_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_new_password(password, name="Giulia Li", email="rossi.g@example.org")


def test_a_new_address_counts_only_after_its_link_is_followed(sign_in: SignIn, outbox: Outbox) -> None:
    trainee = sign_in("trainee")
    assert (
        trainee.post("/profile/email", data={"email": "new@example.org", "current": "wrong"}).status_code
        == 422
    )
    trainee.post("/profile/email", data={"email": "new@example.org", "current": PASSWORD})
    link = outbox.link("new@example.org")
    assert "new@example.org" in outbox.to("trainee@example.org")[-1].text
    assert sign_in("tutor").post(link).status_code == 404
    trainee.get(link)
    assert "new@example.org" not in trainee.get("/profile").text
    assert trainee.post(link).status_code == 303
    assert "new@example.org" in trainee.get("/profile").text


def test_an_address_that_somebody_has_is_not_betrayed(sign_in: SignIn, outbox: Outbox) -> None:
    answer = sign_in("trainee").post(
        "/profile/email", data={"email": "tutor@example.org", "current": PASSWORD}
    )
    assert answer.status_code == 200
    assert outbox.to("tutor@example.org") == []


def test_a_person_ends_one_session_or_all_others_but_not_those_of_others(
    app: Flask, sign_in: SignIn, site: TestSite
) -> None:
    here, elsewhere, other = sign_in("trainee"), sign_in("trainee"), sign_in("tutor")
    with app.app_context():
        others_session = find_sessions(site.world.people["tutor"].id)[0].id
    assert here.post(f"/profile/sessions/{others_session}/end").status_code == 404
    here.post("/profile/sessions/end")
    assert (here.get("/profile").status_code, elsewhere.get("/profile").status_code) == (200, 302)
    assert other.get("/profile").status_code == 200


def test_pages_of_the_account_need_somebody_signed_in(app: Flask) -> None:
    for path in (
        "/profile",
        "/profile/security",
        "/profile/password",
        "/profile/email",
        "/profile/authenticator",
    ):
        assert app.test_client().get(path).status_code == 302


OWN_TABLES = {
    "user", "sign_in_session", "mail_token", "passkey", "recovery_code", "invitation", "people_import", "group_member"
}  # fmt: skip


def test_an_erased_person_leaves_no_name_and_no_way_in(world: World) -> None:
    person = world.people["trainee2"]
    archive = ExportArchive(person.name, utcnow())
    hooks().export_user(person.id, archive)
    with unit_of_work():
        hooks().erase_user(person.id, ErasurePolicy(person.id, "asked"))
    row = session().get_one(User, person.id)
    assert (row.name, row.state, row.password_hash) == ("Erased person", "erased", "")
    assert row.email.endswith("@erased.invalid")
    assert session().scalar(select(func.count()).select_from(SignInSession).filter_by(user_id=person.id)) == 0
    assert session().scalars(select(Membership).filter_by(user_id=person.id)).all() == []
    with all_offices("test"):
        assert [
            each for each in find_traces(person.id, [person.name, person.email]) if each.table in OWN_TABLES
        ] == []


def test_the_first_operator_is_made_on_the_command_line(world: World) -> None:
    run = CliRunner().invoke
    made = run(
        user_command,
        ["create", "--operator", "Rosa Prima", "rosa@example.org", "--office", "siena", "--role", "head"],
    )
    assert (made.exit_code, "operator" in made.output) == (0, True)
    assert "rosa@example.org\tRosa Prima\t(operator)" in run(user_command, ["list", "--operators"]).output
    assert run(user_command, ["create", "Rosa Again", "ROSA@example.org"]).exit_code != 0
    assert run(user_command, ["block", "rosa@example.org", "--reason", "left"]).exit_code == 0
    assert run(user_command, ["make-operator", "nobody@example.org"]).exit_code == 1
    word = "a quiet river at noon"
    assert (
        run(user_command, ["set-password", "trainee@example.org"], input=f"{word}\n{word}\n").exit_code == 0
    )


def test_while_redis_is_gone_doors_are_still_limited(tmp_path: Path) -> None:
    keeper = DoorKeeper("redis://127.0.0.1:1/0", tmp_path / "doors.db")
    for _try in range(5):
        keeper.knock("reset", "a@example.org", "192.0.2.1")
    assert not keeper.is_shared
    with pytest.raises(TooMany) as refusal:
        keeper.knock("reset", "A@example.org", "192.0.2.1")
    assert refusal.value.retry_after > 0
    keeper.knock("reset", "b@example.org", "192.0.2.1")
    keeper.knock("reset", "a@example.org", "192.0.2.2")


def test_a_person_chooses_the_language_in_the_menu_and_it_stays(sign_in: SignIn) -> None:
    trainee = sign_in("trainee")
    for code, other in (("it", "en"), ("en", "it")):
        answer = trainee.post(
            "/profile/language", data={"locale": code}, headers={"Referer": "http://localhost/o/siena/"}
        )
        assert answer.location.endswith("/o/siena/")
        assert f'<html lang="{code}"' in trainee.get("/o/siena/").text, other
    assert trainee.post("/profile/language", data={"locale": "xx"}).status_code == 422


def test_the_page_of_ones_own_data_is_a_tab_of_the_profile(sign_in: SignIn) -> None:
    trainee = sign_in("trainee")
    for page in ("/o/siena/profile", "/o/siena/profile/security", "/o/siena/privacy/"):
        assert 'href="/o/siena/privacy/"' in trainee.get(page).text


def test_who_signs_this_browser_out_in_the_list_is_signed_out(sign_in: SignIn, world: World) -> None:
    trainee = sign_in("trainee")
    own = find_sessions(world.people["trainee"].id)[0].id
    session().rollback()
    assert trainee.post(f"/profile/sessions/{own}/end").status_code == 303
    assert trainee.get("/profile").status_code == 302
