"""Nobody changes how an account is opened at a screen that was left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import SignInSession, User
from lms.clock import utcnow
from lms.demo import PASSWORD
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.testing import SignIn, TestSite
from tests.lms.accounts.conftest import Outbox

NEEDS_PROOF = [
    ("GET", "/profile/password"),
    ("GET", "/profile/email"),
    ("GET", "/profile/authenticator"),
    ("GET", "/profile/authenticator/off"),
    ("POST", "/profile/recovery-codes"),
]


def left_alone(app: Flask, site: TestSite, sign_in: SignIn) -> FlaskClient:
    """A browser whose last proof was half an hour ago."""
    browser = sign_in("trainee")
    with app.app_context(), unit_of_work():
        query = select(SignInSession).filter_by(user_id=site.world.people["trainee"].id)
        for row in session().scalars(query):
            row.data = row.data | {"proved_at": (utcnow() - timedelta(minutes=30)).timestamp()}
    return browser


@pytest.mark.parametrize(("method", "path"), NEEDS_PROOF)
def test_what_opens_an_account_needs_a_fresh_proof(
    app: Flask, site: TestSite, sign_in: SignIn, method: str, path: str
) -> None:
    answer = left_alone(app, site, sign_in).open(path, method=method)
    assert answer.status_code == 303
    assert "/profile/prove" in answer.location


def test_a_script_without_a_fresh_proof_adds_no_passkey(app: Flask, site: TestSite, sign_in: SignIn) -> None:
    browser = left_alone(app, site, sign_in)
    answer = browser.post("/profile/passkeys/options", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "prove_first")
    assert "/profile/prove" in browser.get("/profile/security").text


def test_the_password_proves_and_leads_back(app: Flask, site: TestSite, sign_in: SignIn) -> None:
    browser = left_alone(app, site, sign_in)
    where = browser.get("/profile/email").location
    assert browser.post(where, data={"form_id": "provepassword", "current": "wrong"}).status_code == 422
    answer = browser.post(
        where, data={"form_id": "provepassword", "current": PASSWORD, "next": "/profile/email"}
    )
    assert answer.location == "/profile/email"
    assert browser.get("/profile/email").status_code == 200


def test_who_has_no_password_proves_by_a_code_in_the_mail(
    app: Flask, site: TestSite, sign_in: SignIn, outbox: Outbox
) -> None:
    browser = left_alone(app, site, sign_in)
    with app.app_context(), unit_of_work():
        session().get_one(User, site.world.people["trainee"].id).password_hash = ""
    page = browser.get("/profile/prove").text
    assert 'type="password"' not in page
    browser.post("/profile/prove/code", data={"next": "/profile/email"})
    data = {"form_id": "givecode", "code": outbox.code("trainee@example.org"), "next": "/profile/email"}
    assert browser.post("/profile/prove", data=data).location == "/profile/email"


def test_a_code_that_was_not_asked_for_here_proves_nothing(
    app: Flask, site: TestSite, sign_in: SignIn
) -> None:
    browser = left_alone(app, site, sign_in)
    answer = browser.post("/profile/prove", data={"form_id": "givecode", "code": "123456"})
    assert answer.status_code == 422
    assert browser.get("/profile/email").status_code == 303
