"""Who can and cannot sign in, and how."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts import secondstep
from lms.accounts.doors import DoorKeeper
from lms.accounts.models import User
from lms.accounts.secrets_kept import seal
from lms.accounts.sessions import find_sessions
from lms.clock import utcnow
from lms.demo import PASSWORD, World
from lms.errors import Invalid, TooMany
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.testing import SignIn, TestSite
from tests.lms.accounts.authenticator import SoftAuthenticator
from tests.lms.accounts.conftest import Outbox

ORIGIN = "http://localhost"


def sign_in_with(client: FlaskClient, email: str, password: str, onward: str = "") -> Any:
    return client.post("/o/siena/sign-in", data={"email": email, "password": password, "next": onward})


def is_inside(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


def test_a_member_signs_in_with_a_password_and_any_case_of_the_address(client: FlaskClient) -> None:
    answer = sign_in_with(client, "HEAD@Example.org", PASSWORD, "/o/siena/people")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/o/siena/people")
    assert is_inside(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient) -> None:
    wrong = sign_in_with(client, "head@example.org", "not this one")
    unknown = sign_in_with(client, "nobody@example.org", "not this one")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("head@example.org", "") == unknown.text.replace("nobody@example.org", "")
    assert not is_inside(client)


@pytest.mark.parametrize(
    "asked",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb", "\t//x"],
)
def test_after_signing_in_nobody_is_sent_to_another_site(client: FlaskClient, asked: str) -> None:
    assert sign_in_with(client, "head@example.org", PASSWORD, asked).headers["Location"] == "/o/siena/"


def test_the_session_gets_a_new_token_at_sign_in_and_the_old_one_dies(
    app: Flask, client: FlaskClient
) -> None:
    client.post("/o/siena/sign-in/code", data={"email": "head@example.org"})
    before = client.get_cookie("lms_session")
    sign_in_with(client, "head@example.org", PASSWORD)
    after = client.get_cookie("lms_session")
    assert before
    assert after
    assert before.value != after.value


def test_the_eleventh_try_for_one_account_is_refused_with_the_time_to_wait(client: FlaskClient) -> None:
    for _try in range(10):
        assert sign_in_with(client, "head@example.org", "wrong-password").status_code == 422
    refused = sign_in_with(client, "head@example.org", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert sign_in_with(client, "tutor@example.org", PASSWORD).status_code == 303


def test_a_blocked_person_hears_why_and_stays_out(app: Flask, site: TestSite, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        user = session().get_one(User, site.world.people["trainee"].id)
        user.state, user.blocked_reason = "blocked", "Please call us first."
    answer = sign_in_with(client, "trainee@example.org", PASSWORD)
    assert answer.status_code == 422
    assert "Please call us first." in answer.text
    assert not is_inside(client)


def test_a_mailed_code_signs_in_once_and_only_in_the_browser_that_asked(
    app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    client.post("/o/siena/sign-in/code", data={"email": "trainee@example.org"})
    code = outbox.code("trainee@example.org")
    elsewhere = app.test_client()
    elsewhere.post("/o/siena/sign-in/code", data={"email": "nobody@example.org"})
    assert elsewhere.post("/o/siena/sign-in/code/check", data={"code": code}).status_code == 422
    assert (
        client.post("/o/siena/sign-in/code/check", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303
    )
    assert is_inside(client)


def test_a_code_ends_after_five_wrong_tries(client: FlaskClient, outbox: Outbox) -> None:
    client.post("/o/siena/sign-in/code", data={"email": "trainee@example.org"})
    code = outbox.code("trainee@example.org")
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(5):
        assert client.post("/o/siena/sign-in/code/check", data={"code": wrong}).status_code == 422
    assert client.post("/o/siena/sign-in/code/check", data={"code": code}).status_code == 422


def test_asking_for_a_code_says_the_same_for_unknown_addresses_and_mails_nobody(
    app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    answer = client.post("/o/siena/sign-in/code", data={"email": "nobody@example.org"})
    assert answer.headers["Location"].endswith("/sign-in/code/check")
    assert outbox.to("nobody@example.org") == []


def test_a_second_step_is_asked_and_each_code_works_once(
    app: Flask, site: TestSite, client: FlaskClient
) -> None:
    secret = pyotp.random_base32()
    with app.app_context(), unit_of_work():
        session().get_one(User, site.world.people["tutor"].id).totp_secret = seal(secret)
    assert sign_in_with(client, "tutor@example.org", PASSWORD).headers["Location"].endswith("/second-step")
    assert not is_inside(client)
    code = pyotp.TOTP(secret).now()
    assert client.post("/o/siena/sign-in/second-step", data={"code": code}).status_code == 303
    assert is_inside(client)
    with app.app_context(), pytest.raises(Invalid), unit_of_work():
        secondstep.check_second_step(site.world.people["tutor"].id, code)


def test_codes_from_more_than_one_step_away_are_refused(world: World) -> None:
    user_id, secret = world.people["tutor"].id, pyotp.random_base32()
    with unit_of_work():
        session().get_one(User, user_id).totp_secret = seal(secret)
    for distance in (-90, 90):
        late = pyotp.TOTP(secret).at(int(utcnow().timestamp()) + distance)
        with pytest.raises(Invalid), unit_of_work():
            secondstep.check_second_step(user_id, late)


def test_a_recovery_code_replaces_the_phone_once(world: World) -> None:
    actor = world.actor("tutor")
    secret = secondstep.new_secret()
    with unit_of_work():
        codes = secondstep.switch_on(actor, secret, pyotp.TOTP(secret).now())
    with unit_of_work():
        secondstep.check_second_step(actor.user_id, codes[0].upper())
    with pytest.raises(Invalid), unit_of_work():
        secondstep.check_second_step(actor.user_id, codes[0])
    assert secondstep.recovery_codes_left(actor.user_id) == 9


def add_passkey(browser: FlaskClient, device: SoftAuthenticator) -> Any:
    options = browser.post("/profile/passkeys/options").get_json()
    return browser.post(
        "/profile/passkeys", json={"credential": device.create(options, ORIGIN), "name": "Phone"}
    )


def use_passkey(browser: FlaskClient, device: SoftAuthenticator, origin: str = ORIGIN) -> Any:
    options = browser.post("/o/siena/sign-in/passkey/options").get_json()
    return browser.post("/o/siena/sign-in/passkey", json={"credential": device.get(options, origin)})


def test_a_passkey_is_added_and_signs_in(
    sign_in: SignIn, client: FlaskClient, authenticator: SoftAuthenticator
) -> None:
    assert add_passkey(sign_in("trainee"), authenticator).status_code == 201
    answer = use_passkey(client, authenticator)
    assert answer.get_json() == {"next": "/o/siena/"}
    assert is_inside(client)


def test_a_passkey_for_another_origin_or_without_verification_is_refused(
    sign_in: SignIn, client: FlaskClient, authenticator: SoftAuthenticator
) -> None:
    add_passkey(sign_in("trainee"), authenticator)
    assert use_passkey(client, authenticator, "https://evil.example").status_code == 422
    authenticator.verifies = False
    assert use_passkey(client, authenticator).status_code == 422
    assert not is_inside(client)


def test_a_copied_passkey_whose_counter_went_back_is_refused(
    sign_in: SignIn, client: FlaskClient, authenticator: SoftAuthenticator
) -> None:
    add_passkey(sign_in("trainee"), authenticator)
    authenticator.count = 10
    assert use_passkey(client, authenticator).status_code == 200
    authenticator.count = 3
    assert use_passkey(client, authenticator).status_code == 422


def test_an_unknown_passkey_and_an_old_challenge_are_refused(
    client: FlaskClient, authenticator: SoftAuthenticator
) -> None:
    authenticator.user_handle = b"x" * 16
    assert use_passkey(client, authenticator).status_code == 422
    again = {"credential": authenticator.get({"challenge": "AAAA", "rpId": "localhost"}, ORIGIN)}
    assert client.post("/o/siena/sign-in/passkey", json=again).status_code == 422


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    browser = sign_in("head")
    assert is_inside(browser)
    assert browser.post("/sign-out").status_code == 303
    assert not is_inside(browser)


def test_a_mailed_link_sets_a_new_password_once_and_ends_all_sessions(
    sign_in: SignIn, client: FlaskClient, outbox: Outbox
) -> None:
    elsewhere = sign_in("trainee")
    client.post("/o/siena/password", data={"email": "trainee@example.org"})
    link = outbox.link("trainee@example.org")
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": "a quiet river at noon"}).status_code == 303
    assert client.post(link, data={"password": "another river at noon"}).status_code == 404
    assert not is_inside(elsewhere)
    assert sign_in_with(client, "trainee@example.org", "a quiet river at noon").status_code == 303


def test_asking_for_a_password_link_says_the_same_for_unknown_addresses(
    client: FlaskClient, outbox: Outbox
) -> None:
    known = client.post("/o/siena/password", data={"email": "trainee@example.org"})
    unknown = client.post("/o/siena/password", data={"email": "nobody@example.org"})
    assert known.text.replace("trainee@", "") == unknown.text.replace("nobody@", "")
    assert outbox.to("nobody@example.org") == []


def test_guessing_for_one_account_from_many_addresses_is_limited(tmp_path: Path) -> None:
    keeper = DoorKeeper("", tmp_path / "doors.db")
    with pytest.raises(TooMany):
        for number in range(101):
            keeper.knock("password", "a@example.org", f"192.0.2.{number}")
    keeper.knock("password", "b@example.org", "192.0.2.1")


def test_on_a_shared_computer_the_session_is_short_and_nothing_stays_in_the_browser(
    client: FlaskClient, world: World
) -> None:
    data = {"form_id": "signin", "email": "trainee@example.org", "password": PASSWORD, "is_shared": "1"}
    cookie = client.post("/o/siena/sign-in", data=data).headers["Set-Cookie"]
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    assert is_inside(client)
    (row,) = find_sessions(world.people["trainee"].id)[:1]
    assert row.expires_at - row.seen_at == timedelta(minutes=30)
    assert "storage" in client.post("/o/siena/sign-out").headers["Clear-Site-Data"]


def test_on_ones_own_computer_the_session_stays(client: FlaskClient) -> None:
    sign_in_with(client, "trainee@example.org", PASSWORD)
    assert is_inside(client)
    assert "Clear-Site-Data" not in client.post("/o/siena/sign-out").headers
