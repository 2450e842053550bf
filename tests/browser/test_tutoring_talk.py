"""A conversation of a trainee on a phone with a tutor at a desk: voice, a second tutor, what stays, leaving at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lms.access.actor import system_actor
from lms.store.uow import unit_of_work
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import queue
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.tests.desk import open_all_week
from tests.browser.checks import check_page
from tests.browser.conftest import Meet, Somebody
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture
def talk(
    installation: Installation, meet: Meet, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, Page, Somebody]]:
    """A drop-in conversation that has begun: the trainee's page, the tutor's desk, the trainee."""
    key = {
        "voice": "trainee21",
        "pass": "trainee22",
        "stays": "trainee23",
        "leaving": "trainee24",
        "taken": "trainee25",
    }
    name = next(person for word, person in key.items() if word in request.node.name)
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        open_all_week()
        queue.join(installation.world.actor(name), JoinQueue(topic="Una domanda"))
        row = queue.take(installation.world.actor("tutor"))
        booking_id = row.id
        address = f"/tutoring/sessions/{booking_id}"
        desk = f"/tutoring/desk?chat={booking_id}"
    trainee = meet(name, viewport=PHONE, timezone_id="Pacific/Auckland")
    yield trainee.visit(address), meet("tutor").visit(desk), trainee
    with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
        queue.end_conversation(get_booking(system_actor(office.id), booking_id))


def test_a_voice_note_is_recorded_heard_and_sent(talk: tuple[Page, Page, Somebody]) -> None:
    page, desk, _trainee = talk
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.locator("[data-part=time]")).to_have_text("0:01", timeout=10_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_label("Your voice note")).to_be_visible()
    assert check_page(page) == []
    page.locator("tutoring-voice").get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="Record a voice note")).to_be_visible()
    heard = desk.locator(".ui-chat audio")
    expect(heard).to_have_count(1)
    seconds = heard.evaluate(
        "async (audio) => { audio.preload = 'auto'; audio.load(); await new Promise((done) => (audio.oncanplay = done)); return audio.readyState; }"
    )
    assert seconds >= 2


def test_another_tutor_goes_on_after_the_pass_was_agreed(
    talk: tuple[Page, Page, Somebody], meet: Meet
) -> None:
    page, desk, _trainee = talk
    other = meet("counsellor")
    expect(other.visit("/tutoring/desk").get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-part=presence]")).to_contain_text("is here", timeout=20_000)
    desk.reload()
    desk.get_by_text("Pass on to another tutor").click()
    desk.get_by_role("button", name="Ask and pass on").click()
    expect(desk.get_by_text("has been asked")).to_be_visible()
    question = page.locator("[data-part=ask]")
    expect(question).to_contain_text("may go on with you")
    assert check_page(page) == []
    question.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_role("log")).to_contain_text("goes on with this conversation")
    session = page.url.rpartition("/")[2].partition("#")[0]
    expect(desk.locator(f'[data-session="{session}"]')).to_have_count(0)


def test_what_stays_of_a_session_is_agreed_ticked_and_kept(talk: tuple[Page, Page, Somebody]) -> None:
    page, desk, trainee = talk
    page.get_by_label("Your message").fill("Grazie!")
    page.get_by_label("Your message").press("Enter")
    expect(desk.locator(".tutoring-desk-front").get_by_role("log")).to_contain_text("Grazie!")
    desk.get_by_label("What you worked on").fill("Abbiamo scritto la lettera")
    desk.get_by_role("button", name="Save and end").click()
    page = trainee.visit(re.sub(r"^https?://[^/]+/o/[^/]+", "", page.url))
    page.get_by_role("button", name="Yes, this is right").click()
    expect(page.get_by_text("Both of you agree on this")).to_be_visible()
    page.get_by_text("Add a next step").click()
    page.get_by_label("Next step").fill("Spedire la lettera")
    page.get_by_role("button", name="Add", exact=True).click()
    step = page.get_by_role("button", name="Done: Spedire la lettera")
    step.click()
    expect(step).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Very much").check()
    page.locator("form", has_text="How much did this session help you?").get_by_role(
        "button", name="Send"
    ).click()
    expect(page.get_by_text("Thank you for your answer.").last).to_be_visible()
    page.reload()  # without the toast
    assert check_page(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")


def test_new_messages_are_changed_and_taken_back_at_once_on_both_sides(
    talk: tuple[Page, Page, Somebody],
) -> None:
    page, desk, _trainee = talk
    front = desk.locator(".tutoring-desk-front")
    logs = page.get_by_role("log"), front.get_by_role("log")
    for writer, reader in ((page, logs[1]), (front, logs[0])):
        field = writer.get_by_label("Your message")
        field.fill("Alle tre, vedi https://example.org/guida.")
        field.press("Enter")
        expect(reader.get_by_role("link", name="https://example.org/guida", exact=True)).to_be_visible()
        expect(reader.get_by_role("button", name="Take back")).to_have_count(0)
        own = writer.get_by_role("log")
        times = [log.locator(".ui-chat-who").last.inner_text().rpartition(" ")[2] for log in logs]
        assert times[0] == times[1]  # one clock, whatever the devices say
        own.get_by_text("Change", exact=True).click()
        own.get_by_label("In other words").fill("Alle quattro")
        own.get_by_role("button", name="Save").click()
        expect(reader).to_contain_text("Alle quattro")
        expect(reader).to_contain_text("changed")
        expect(reader).not_to_contain_text("Alle tre")
        assert check_page(page) == []
        own.get_by_role("button", name="Take back").click()
        for log in logs:
            expect(log).not_to_contain_text("Alle quattro")
    page.get_by_text("Quick phrases").click()
    page.get_by_role("button", name="One moment, please.").click()
    expect(logs[1]).to_contain_text("One moment, please.")
    assert check_page(page) == []
    assert check_page(desk) == []


def test_leaving_at_once_shows_the_start_page_signed_out(talk: tuple[Page, Page, Somebody]) -> None:
    page, _desk, _trainee = talk
    for _press in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert "tutoring" not in page.url
    page.go_back()
    expect(page.get_by_role("log")).to_have_count(0)
