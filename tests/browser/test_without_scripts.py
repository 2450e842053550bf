"""The core flows with JavaScript switched off: scripts improve what is there, nothing depends on them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lms.demo import PASSWORD
from tests.browser.conftest import Meet
from tests.browser.test_trainee import find_open_activity
from tests.serving import Installation

pytestmark = pytest.mark.browser


def test_a_trainee_signs_in_joins_an_activity_and_edits_the_profile(
    meet: Meet, installation: Installation
) -> None:
    _id, title = find_open_activity(installation, "trainee8")
    page = meet(java_script_enabled=False).visit("/sign-in")
    page.get_by_label("E-mail address").fill("trainee8@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Niccolò")
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Activities").click()
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name=re.compile("Take part|Join the waiting list")).click()
    expect(page.locator("main .ui-badge").first).to_have_text(re.compile("You take part|Waiting list"))
    page.goto(page.url.partition("/activities")[0] + "/profile")
    page.get_by_label("About you in one line").fill("Cook, looking for work near Siena.")
    page.locator("main form.ui-form button.btn-primary").click()
    expect(page.get_by_label("About you in one line")).to_have_value("Cook, looking for work near Siena.")


def test_a_trainer_announces(meet: Meet) -> None:
    page = meet("trainer", java_script_enabled=False).visit("/lounge")
    page.get_by_label("Your announcement").fill("Today the office closes at noon.")
    page.get_by_role("button", name="Announce", exact=True).click()
    expect(page.locator(".lounge-log")).to_contain_text("Today the office closes at noon.")


def test_a_trainee_sends_a_file(meet: Meet) -> None:
    page = meet("trainee9", java_script_enabled=False).visit("/files")
    page.get_by_label("Add files").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"remember the documents\n"}
    )
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#my-files")).to_contain_text("note.txt")
