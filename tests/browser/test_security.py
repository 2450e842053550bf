"""Passkeys with a virtual authenticator, and the second step with an app."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lms.demo import PASSWORD
from tests.browser.conftest import Meet

pytestmark = pytest.mark.browser


def add_authenticator(context: BrowserContext, page: Page) -> None:
    """A device that says yes, as the Chrome DevTools Protocol offers it for tests."""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_and_opens_the_account_without_a_password(meet: Meet) -> None:
    tutor = meet("tutor", host="localhost")  # passkeys need a name, not a number
    page = tutor.page
    add_authenticator(tutor.context, page)
    tutor.visit("/profile/security")
    page.get_by_label("Name of the new passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("list", name="Passkeys")).to_contain_text("My phone")
    tutor.context.clear_cookies()
    tutor.visit("/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nicolò")


def test_the_second_step_is_set_up_and_then_asked_for(meet: Meet) -> None:
    counsellor = meet("counsellor_vienna", office="vienna")
    page = counsellor.visit("/profile/authenticator")
    page.get_by_text("I cannot scan it").click()
    secret = re.sub(r"\s", "", page.locator(".setup-key").inner_text())
    app = pyotp.TOTP(secret)
    page.get_by_label("Code that the app shows").fill(app.now())
    page.locator("main form button.btn-primary").click()
    recovery = page.locator("main").inner_text()
    assert len(re.findall(r"[a-z0-9]{4,}-[a-z0-9]{4,}", recovery, re.IGNORECASE)) >= 5
    counsellor.context.clear_cookies()
    counsellor.visit("/sign-in")
    page.get_by_label("E-mail address").fill("counsellor.vienna@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("second-step"))
    code = re.findall(r"[a-z0-9]{4,}-[a-z0-9-]{4,}", recovery, re.IGNORECASE)[0]
    page.get_by_label("Code").fill(code)
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jürgen")
