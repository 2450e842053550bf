"""Two people, two browsers: booking on a phone, and a conversation that goes on while the connection breaks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from lms.accounts.models import User
from lms.store.base import session
from lms.store.scope import all_offices
from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def tutor_key(installation: Installation, name: str) -> str:
    with installation.app.app_context(), all_offices("looking for somebody"):
        user_id = session().scalar(select(User.id).filter_by(name=name))
        session().rollback()
    return next(key for key, person in installation.world.people.items() if person.id == user_id)


def book_on_the_phone(page: Page) -> str:
    """Three presses from the page of tutoring; returns the name of the tutor."""
    page.get_by_role("link", name="Book it").click()
    page.get_by_label("Preparing an interview").check()
    page.get_by_role("button", name="Book this session").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Session with")
    return heading.inner_text().removeprefix("Session with ")


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def test_booking_and_talking_through_a_broken_connection(meet: Meet, installation: Installation) -> None:
    trainee = meet("trainee8", viewport=PHONE, ignored=("ERR_INTERNET_DISCONNECTED",))
    page = trainee.visit("/tutoring")
    name = book_on_the_phone(page)
    tutor = meet(tutor_key(installation, name))
    other = tutor.visit("/tutoring")
    other.get_by_role("link", name=re.compile(installation.world.people["trainee8"].name)).first.click()
    expect(page.locator("[data-part=presence]")).to_contain_text("is here")
    say(page, "Buongiorno, ho il colloquio venerdì")
    expect(other.get_by_role("log")).to_contain_text("ho il colloquio venerdì")
    other.get_by_label("Your message").press_sequentially("Bene")
    expect(page.locator("[data-part=typing]")).to_contain_text("is writing")
    other.get_by_label("Your message").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Bene")
    trainee.context.set_offline(True)
    say(page, "Scritto senza rete")
    expect(page.get_by_role("log")).to_contain_text("Sending…")
    trainee.context.set_offline(False)
    expect(other.get_by_role("log").get_by_text("Scritto senza rete")).to_have_count(1, timeout=30_000)
    expect(page.get_by_role("log").locator(".ui-bubble", has_text="Scritto senza rete")).to_have_count(1)
    expect(page.get_by_role("log").locator(".ui-bubble", has_text="ho il colloquio venerdì")).to_have_count(1)
    assert check_page(page) == []
    assert check_page(other) == []


def test_letter_by_letter_is_seen_only_by_choice(meet: Meet, installation: Installation) -> None:
    trainee = meet("trainee9", viewport=PHONE)
    page = trainee.visit("/tutoring")
    tutor = meet(tutor_key(installation, book_on_the_phone(page)))
    other = tutor.visit("/tutoring")
    other.get_by_role("link", name=re.compile(installation.world.people["trainee9"].name)).first.click()
    expect(page.locator("[data-part=presence]")).to_contain_text("is here")
    page.get_by_label("Your message").press_sequentially("segreto")
    expect(other.locator("[data-part=typing]")).to_contain_text("is writing")
    expect(other.locator("[data-part=typing]")).not_to_contain_text("segreto")
    page.get_by_label("Show what I type letter by letter").check()
    page.get_by_label("Your message").press_sequentially(" e poi")
    expect(other.locator("[data-part=typing]")).to_contain_text("segreto e poi")
