"""Tutoring beside the conversation: every week, what is shown at booking, the waiting list, the office's replies, the desk seen from above."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lms.access.actor import system_actor
from lms.offices.service import save_settings
from lms.store.uow import unit_of_work
from plugins.portfolio.cv import tailoring
from plugins.portfolio.cv.forms import NewCv
from plugins.tutoring import booking
from plugins.tutoring.desk import queue
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.forms import Book, TutoringSettings
from plugins.tutoring.tests.desk import open_all_week
from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(autouse=True)
def generous_rules(installation: Installation) -> Iterator[None]:
    """Trainees book several weeks themselves, and more than one session."""
    for rules in (TutoringSettings(series_by_trainees=True, open_bookings=5), TutoringSettings()):
        with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
            save_settings(system_actor(office.id), office.id, "tutoring", rules)
        if rules.series_by_trainees:
            yield


def choose_a_weekly_time(page: Page, installation: Installation, key: str) -> None:
    """Open a free time that is free in the next week, too."""
    with installation.app.app_context(), installation.world.inside("siena"):
        free = booking.find_free(installation.world.actor(key), limit=500)
        clocks = {(each.slot.starts_at, each.slot.tutor_id) for each in free}
        week = min(
            later - sooner
            for sooner, _one in clocks
            for later, _other in clocks
            if (later - sooner).days == 7
        )
        slot = next(
            each.slot.id for each in free if (each.slot.starts_at + week, each.slot.tutor_id) in clocks
        )
    page.goto(re.sub(r"/tutoring.*", f"/tutoring/book/{slot}", page.url))


def test_a_trainee_books_two_weeks_at_once_and_cancels_what_follows(
    meet: Meet, installation: Installation
) -> None:
    page = meet("trainee26", viewport=PHONE).visit("/tutoring")
    choose_a_weekly_time(page, installation, "trainee26")
    page.get_by_role("link", name="Book this time for several weeks").click()
    page.get_by_label("How many weeks?").select_option("2")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".tutoring-weeks li")).to_have_count(2)
    expect(page.locator(".tutoring-weeks").get_by_text("Free")).to_have_count(2)
    assert check_page(page) == []
    page.get_by_label("Preparing an interview").check()
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Session with")
    expect(page.locator("#weekly li")).to_have_count(2)
    assert check_page(page) == []
    address = page.url
    page.get_by_role("button", name="Cancel this one and the next").click()
    expect(page.get_by_role("heading", name="Tutoring", level=1)).to_be_visible()
    page.goto(address)
    expect(page.locator("#weekly").get_by_text("Cancelled")).to_have_count(2)


def test_a_cv_is_shown_with_the_booking_opened_by_the_tutor_and_taken_back(
    meet: Meet, installation: Installation
) -> None:
    title = "CV da guardare insieme"  # nobody else was shown it
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        tailoring.add_cv(installation.world.actor("trainee2"), NewCv(title=title))
    trainee = meet("trainee2", viewport=PHONE)
    page = trainee.visit("/tutoring")
    page.locator(".tutoring-times a").first.click()
    things = page.get_by_role("group", name="Show a page or CV of yours")
    things.get_by_role("checkbox", name=title).check()
    assert check_page(page) == []
    page.get_by_role("button", name="Book this session").click()
    shown = page.locator("#shown")
    expect(shown).to_contain_text(title)
    name = page.get_by_role("heading", level=1).inner_text().removeprefix("Session with ")
    key = next(key for key, person in installation.world.people.items() if person.name == name)
    other = meet(key)
    seen = other.visit(page.url[len(trainee.office_url) :].partition("#")[0])
    link = seen.locator("#shown").get_by_role("link", name=title).first
    address = str(link.get_attribute("href"))
    link.click()
    expect(seen.get_by_role("heading", level=1)).to_be_visible()
    assert "/sessions/" not in seen.url
    shown.get_by_role("button", name=re.compile("Take back")).first.click()
    expect(page.get_by_text("Your tutor cannot open it any more")).to_be_visible()
    answer = seen.request.get(seen.url.partition("/o/")[0] + address)
    assert answer.status == 404
    assert check_page(page) == []


def test_a_freed_time_is_offered_to_who_waits_and_is_theirs_by_one_press(
    meet: Meet, installation: Installation
) -> None:
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        actor = installation.world.actor
        mine = booking.book(actor("trainee6"), booking.find_free(actor("trainee6"))[-1].slot.id, Book()).id
    waiting = meet("trainee16", viewport=PHONE)
    page = waiting.visit("/tutoring")
    page.get_by_role("button", name="Tell me when a time is free").click()
    expect(page.get_by_text("You are on the waiting list", exact=True)).to_be_visible()
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        booking.cancel(actor("trainee6"), mine)
        held = [row.state for row in booking.find_coming(actor("trainee16"))]
    if held != ["held"]:  # somebody of the demo waited for longer, and is asked first
        with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
            for key, person in installation.world.people.items():
                if person.office == "siena" and key != "trainee16":
                    for row in booking.find_coming(actor(key)):
                        if row.state == "held" and row.trainee_id == person.id:
                            booking.decline_offer(actor(key), row.id)
    page.reload()
    expect(page.get_by_text("A time is free for you")).to_be_visible()
    assert check_page(page) == []
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("It is yours.")).to_be_visible()
    expect(page.get_by_role("heading", name="Your sessions")).to_be_visible()
    expect(page.get_by_text("You are on the waiting list", exact=True)).to_have_count(0)


def test_the_head_keeps_a_reply_for_all_and_sees_the_desk_from_above_without_a_word(
    meet: Meet, installation: Installation
) -> None:
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        open_all_week()
        queue.join(installation.world.actor("trainee15"), JoinQueue(topic="Un segreto"))
        talk = queue.take(installation.world.actor("tutor"))
        talk_id = talk.id
    head = meet("head")
    page = head.visit("/tutoring/desk/replies")
    page.get_by_label("Name", exact=True).fill("guida")
    page.get_by_label("Text", exact=True).fill("{name}, qui {tutor} di {office}: https://example.org/guida")
    page.get_by_label("For people who read").select_option("en")
    page.get_by_label("For all tutors of the office").check()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("/guida", exact=True).first).to_be_visible()
    assert check_page(page) == []
    desk = meet("tutor").visit(f"/tutoring/desk?chat={talk_id}")
    desk.wait_for_function("() => customElements.get('tutoring-replies')")
    field = desk.get_by_label("Your message")
    field.press_sequentially("/gui")
    field.press("Enter")
    people = installation.world.people
    expect(field).to_have_value(
        re.compile(f"^{people['trainee15'].name}, qui {people['tutor'].name} di Centro")
    )
    field.press("Enter")
    expect(
        desk.get_by_role("log").first.get_by_role("link", name="https://example.org/guida")
    ).to_be_visible()
    above = head.visit("/tutoring/desk/overview")
    row = above.get_by_role("row", name=re.compile(people["trainee15"].name))
    expect(row).to_contain_text(people["tutor"].name)
    expect(above.locator("main")).not_to_contain_text("Un segreto")
    expect(above.locator("main")).not_to_contain_text("example.org")
    assert check_page(above) == []
    with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
        queue.end_conversation(booking.get_booking(system_actor(office.id), talk_id))
