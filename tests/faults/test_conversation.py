"""A conversation whose server is killed, whose trainee's link is silent for long, or whose tutor is shut out, in the middle."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.accounts.people import block
from lms.accounts.people_forms import BlockPerson
from lms.accounts.sessions import COOKIE
from lms.plugin import Actor, EventView, read_since
from lms.store.uow import unit_of_work
from plugins.tutoring import booking, chat
from plugins.tutoring.desk import conversations, passing, queue
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.tests.desk import open_all_week
from tests.serving import Installation, Serving, wait_until
from tests.wire import Wire

pytestmark = pytest.mark.fault
ROUNDS = 3
MISSED = 520
"""More than one answer of the server brings back."""


@pytest.fixture
def session_path(installed: Installation) -> str:
    """A drop-in conversation of trainee5 with the tutor that has begun."""
    with installed.app.app_context(), installed.world.inside("siena"), unit_of_work():
        open_all_week()
        queue.join(installed.world.actor("trainee5"), JoinQueue(topic="Una domanda"))
        row = queue.take(installed.world.actor("tutor"))
        return f"/o/siena/tutoring/sessions/{row.id}"


def open_page(chromium: Browser, site: Installation, url: str, key: str) -> Page:
    """A page as that person sees it."""
    context = chromium.new_context(base_url=url, reduced_motion="reduce")
    context.add_cookies([{"name": COOKIE, "value": site.cookie_for(key), "url": url}])
    return context.new_page()


def is_left_alone(site: Installation, session_path: str) -> bool:
    """True when another tutor can go on."""
    with site.app.app_context(), site.world.inside("siena"):
        alone = conversations.find_left_alone(site.world.actor("counsellor"))
        return str(alone[0].id) in session_path if alone else False


def test_what_is_written_while_the_server_is_dead_arrives_once_and_in_order(
    chromium: Browser, installed: Installation, session_path: str
) -> None:
    with Serving(installed) as serving:
        trainee = open_page(chromium, installed, serving.url, "trainee5")
        tutor = open_page(chromium, installed, serving.url, "tutor")
        trainee.goto(session_path)
        tutor.goto(f"/o/siena/tutoring/desk?chat={session_path.rpartition('/')[2]}")
        expect(trainee.locator("[data-part=presence]")).not_to_be_empty(timeout=20_000)
        written = []
        for number in range(ROUNDS):
            serving.kill("lms-web")
            for place in range(3):
                written.append(f"Messaggio {number}.{place}")
                trainee.locator("#tutoring-say textarea").fill(written[-1])
                trainee.keyboard.press("Enter")
            serving.wait_for("answers again", 90)
            expect(tutor.locator("#tutoring-log")).to_contain_text(written[-1], timeout=30_000)
        heard = re.findall(r"Messaggio \d\.\d", tutor.locator("#tutoring-log").inner_text())
        assert heard == written
        trainee.context.close()
        tutor.context.close()
    with installed.app.app_context(), installed.world.inside("siena"):
        who = installed.world.actor("trainee5")
        row = booking.get_booking(who, uuid.UUID(session_path.rpartition("/")[2]))
        assert [event.payload["text"] for event in chat.read_messages(who, row)] == written


def numbers_in(page: Page) -> list[str]:
    """What the log of a page shows, in order."""
    return re.findall(r"(?:Tutor|Trainee) \d+", page.locator("#tutoring-log").inner_text())


def test_both_write_while_a_link_is_silent_and_nothing_is_missing_or_there_twice(
    chromium: Browser, installed: Installation, session_path: str
) -> None:
    """The link goes silent without a word: longer than the server and the page wait for a sign of life."""
    booking_id = uuid.UUID(session_path.rpartition("/")[2])
    with Serving(installed) as serving, Wire(serving.port) as wire:
        trainee = open_page(chromium, installed, wire.url, "trainee5")
        tutor = open_page(chromium, installed, serving.url, "tutor")
        trainee.goto(session_path)
        tutor.goto(f"/o/siena/tutoring/desk?chat={booking_id}")
        presence = tutor.locator("[data-part=presence]")
        for page in (trainee, tutor):
            expect(page.locator("[data-part=presence]")).to_contain_text("is here", timeout=30_000)

        def write(page: Page, text: str) -> None:
            page.locator("#tutoring-say textarea").fill(text)
            page.keyboard.press("Enter")

        write(trainee, "Trainee 0")
        expect(tutor.locator("#tutoring-log")).to_contain_text("Trainee 0", timeout=20_000)
        wire.is_deaf = True
        write(trainee, "Trainee 1")  # arrives, but its page never hears that
        expect(tutor.locator("#tutoring-log")).to_contain_text("Trainee 1", timeout=20_000)
        wire.is_cut = True
        for number in (2, 3, 4):
            write(trainee, f"Trainee {number}")
        expect(presence).not_to_contain_text("is here", timeout=90_000)
        expect(trainee.locator(".tutoring-state [data-state=offline]")).to_be_visible(timeout=90_000)
        with installed.app.app_context(), installed.world.inside("siena"):
            actor = installed.world.actor("tutor")
            for number in range(MISSED):
                with unit_of_work():
                    chat.say(actor, booking_id, chat.Say(text=f"Tutor {number}"))
        write(tutor, f"Tutor {MISSED}")
        expect(tutor.locator("#tutoring-log")).to_contain_text(f"Tutor {MISSED}", timeout=30_000)
        wire.mend()
        for page in (trainee, tutor):
            expect(page.locator("#tutoring-log")).to_contain_text("Trainee 4", timeout=60_000)
            expect(page.locator("#tutoring-log")).to_contain_text(f"Tutor {MISSED}", timeout=60_000)
        expect(trainee.locator("#tutoring-log [data-key]")).to_have_count(0, timeout=30_000)
        missed = [f"Tutor {number}" for number in range(MISSED + 1)]
        expected = ["Trainee 0", "Trainee 1", *missed, "Trainee 2", "Trainee 3", "Trainee 4"]
        assert numbers_in(trainee) == expected
        assert numbers_in(tutor)[-len(expected) :] == expected
        trainee.context.close()
        tutor.context.close()
    with installed.app.app_context(), installed.world.inside("siena"):
        who = installed.world.actor("trainee5")
        assert [each.payload["text"] for each in read_all(who, booking_id)] == expected


def read_all(who: Actor, booking_id: uuid.UUID) -> list[EventView]:
    """The whole log of a conversation."""
    channel = chat.channel_of(booking.get_booking(who, booking_id))
    events: list[EventView] = []
    while more := read_since(who, channel, events[-1].seq if events else 0):
        events += more
    return events


def test_another_tutor_goes_on_when_the_first_is_shut_out(
    chromium: Browser, installed: Installation, session_path: str
) -> None:
    with Serving(installed) as serving:
        tutor = open_page(chromium, installed, serving.url, "tutor")
        tutor.goto(f"/o/siena/tutoring/desk?chat={session_path.rpartition('/')[2]}")
        field = tutor.locator("#tutoring-say textarea")
        expect(tutor.locator("[data-part=presence]")).not_to_be_empty(timeout=20_000)
        with installed.app.app_context(), installed.world.inside("siena"), unit_of_work():
            world = installed.world
            block(world.actor("head"), world.people["tutor"].id, BlockPerson(reason="Non lavora più qui"))
        field.fill("Non deve arrivare")
        tutor.keyboard.press("Enter")
        expect(tutor.get_by_text("You are signed out").first).to_be_visible(timeout=15_000)
        tutor.context.close()
        wait_until(lambda: is_left_alone(installed, session_path), 60, "the end of the tutor's presence")
    with installed.app.app_context(), installed.world.inside("siena"), unit_of_work():
        row = passing.take_over(
            installed.world.actor("counsellor"), uuid.UUID(session_path.rpartition("/")[2])
        )
        said = [
            event.payload.get("text")
            for event in chat.read_messages(installed.world.actor("counsellor"), row)
        ]
        assert "Non deve arrivare" not in said
