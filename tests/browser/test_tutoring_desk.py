"""The drop-in desk when it is closed, on closed days and by topic and language; nobody came; a last step that is cut."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect
from sqlalchemy import delete

from lms.clock import utcnow
from lms.store.base import session
from lms.store.uow import unit_of_work
from plugins.tutoring import booking, offering
from plugins.tutoring.desk import queue
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.forms import AddPattern, Book
from plugins.tutoring.models import Booking, QueuePlace, Waiting
from plugins.tutoring.tests import desk as desk_hours
from tests.browser.checks import check_page
from tests.browser.conftest import Meet, Somebody
from tests.browser.test_tutoring_journeys import end_talks, name_of, picture, say
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
QUIET = ("ERR_", "WebSocket", "Failed to load resource")
LETTER = "Ho un colloquio lunedì. Mi aiutate con le domande?"


@contextmanager
def in_siena(site: Installation) -> Iterator[uuid.UUID]:
    """A unit of work in the office; its id."""
    with site.app.app_context(), site.world.inside("siena") as office, unit_of_work():
        yield office.id


@pytest.fixture(autouse=True)
def fresh(installation: Installation) -> Iterator[None]:
    """Nobody waits or talks before, and afterwards; the desk is open again."""
    people = [installation.user_id(key) for key in ("trainee17", "trainee18")]

    def tidy_up() -> None:
        with in_siena(installation) as office_id:
            desk_hours.open_all_week()
            end_talks(installation, office_id)
            session().execute(delete(Waiting))
            for place in session().query(QueuePlace).filter(QueuePlace.trainee_id.in_(people)):
                if place.state in {"waiting", "message"}:
                    place.state, place.ended_at = "left", utcnow()
            for row in (
                session().query(Booking).filter(Booking.trainee_id.in_(people), Booking.ended_at.is_(None))
            ):
                queue.end_conversation(row)
                row.state = "cancelled" if row.state in {"booked", "held"} and not row.place_id else row.state

    tidy_up()
    yield
    tidy_up()


def test_a_message_for_the_closed_desk_is_answered_and_the_answer_is_found_where_it_was_left(
    meet: Meet, installation: Installation
) -> None:
    with in_siena(installation):
        desk_hours.close()
    page = meet("trainee17", viewport=PHONE).visit("/tutoring/drop-in")
    expect(page.get_by_text("The desk is closed now")).to_be_visible()
    assert check_page(page) == []
    page.get_by_label("Your message").fill(LETTER)
    page.get_by_role("button", name="Leave the message").click()
    expect(page.get_by_text("At the desk since")).to_be_visible()
    desk = meet("tutor").visit("/tutoring/desk")
    desk.get_by_role("button", name=f"Answer {name_of(installation, 'trainee17')}").click()
    desk.wait_for_function("() => customElements.get('tutoring-chat')")
    front = desk.locator(".tutoring-desk-front").get_by_role("log")
    expect(front).to_contain_text(LETTER)
    say(desk, "Volentieri: ecco tre domande per cominciare.")
    expect(front).to_contain_text("tre domande")
    assert check_page(desk) == []
    page.reload()
    expect(page.get_by_text("Answered")).to_be_visible()
    page.get_by_role("link", name=re.compile(LETTER[:20])).click()
    expect(page.get_by_role("log")).to_contain_text("tre domande")
    page.wait_for_function("() => customElements.get('tutoring-chat')")
    say(page, "Grazie, le preparo.")
    expect(front).to_contain_text("Grazie, le preparo.")
    assert check_page(page) == []


def test_a_day_that_the_head_closes_is_not_offered_and_is_named_and_comes_back(
    meet: Meet, installation: Installation
) -> None:
    with in_siena(installation):
        slot = booking.find_free(installation.world.actor("trainee18"))[0].slot
        slot_id, day = slot.id, slot.starts_at.date()
    trainee = meet("trainee18", viewport=PHONE)
    page = trainee.visit("/tutoring")
    offered = page.locator(f'a[href$="/tutoring/book/{slot_id}"]')
    expect(offered).to_have_count(1)
    head = meet("head").visit("/tutoring/closed-days")
    head.get_by_label("Days, one a line").fill(f"{day.isoformat()} Festa della contrada")
    head.get_by_role("button", name="Close on these days").click()
    expect(head.get_by_text("Festa della contrada")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The office is closed on:")).to_contain_text("Festa della contrada")
    expect(offered).to_have_count(0)
    assert check_page(page) == []
    row = head.get_by_role("listitem").filter(has_text="Festa della contrada")
    row.get_by_role("button", name=re.compile("^Take out")).click()
    expect(head.get_by_text("Festa della contrada")).to_have_count(0)
    page.reload()
    expect(offered).to_have_count(1)


@pytest.fixture
def english(installation: Installation) -> Iterator[None]:
    """The trainer offers interviews in English; nobody else in Siena does."""
    with in_siena(installation):
        line = AddPattern(weekday="6", starts=time(6), ends=time(7), topic="Colloqui", language="en")
        pattern_id = offering.add_pattern(installation.world.actor("trainer"), line).id
    yield
    with in_siena(installation):
        offering.end_pattern(installation.world.actor("trainer"), pattern_id)


@pytest.mark.usefixtures("english")
def test_who_asks_for_a_topic_in_a_language_is_for_the_tutor_who_offers_them(
    meet: Meet, installation: Installation
) -> None:
    tutor, trainer = meet("tutor"), meet("trainer")
    first, second = meet("trainee18", viewport=PHONE), meet("trainee17", viewport=PHONE)
    desks = {key: one.visit("/tutoring/desk") for key, one in (("tutor", tutor), ("trainer", trainer))}
    page = first.visit("/tutoring/drop-in")
    page.get_by_label("What is it about?").fill("An interview in English")
    page.get_by_label("Topic").first.select_option("Colloqui")
    page.get_by_label("Language").first.select_option("en")
    assert check_page(page) == []
    page.get_by_role("button", name="Join the queue").click()
    expect(page.locator("[data-part=position]")).to_have_text("1")
    other = second.visit("/tutoring/drop-in")
    other.get_by_label("What is it about?").fill("Una domanda qualsiasi")
    other.get_by_role("button", name="Join the queue").click()
    expect(other.locator("[data-part=position]")).to_have_text("2")
    row = {
        key: each.get_by_role("listitem").filter(has_text="An interview in English")
        for key, each in desks.items()
    }
    expect(row["trainer"].get_by_text("For you")).to_be_visible()
    expect(row["tutor"]).to_be_visible()
    expect(row["tutor"].get_by_text("For you")).to_have_count(0)
    desks["tutor"].get_by_role("button", name="Take the next person").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Session with", timeout=20_000)
    expect(page.locator("[data-part=position]")).to_have_text("1")
    desks["trainer"].get_by_role("button", name="Take the next person").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        name_of(installation, "trainer"), timeout=20_000
    )


def test_nobody_came_is_said_on_the_start_page_noted_and_the_time_is_open_for_drop_in(
    meet: Meet, installation: Installation
) -> None:
    with in_siena(installation):
        desk_hours.close()
        trainee, tutor = (installation.world.actor(key) for key in ("trainee17", "tutor"))
        slot = booking.find_free(trainee, tutor_id=tutor.user_id)[0].slot
        booking.book(trainee, slot.id, Book())
        slot.starts_at = utcnow() - timedelta(minutes=11)
        slot.ends_at, slot.place = slot.starts_at + timedelta(minutes=30), "chat"
    person = meet("trainee18", viewport=PHONE)
    expect(person.visit("/tutoring/drop-in").get_by_text("The desk is closed now")).to_be_visible()
    start = meet("tutor").visit("/")
    offer = start.locator(".ui-next")
    expect(offer).to_contain_text(f"{name_of(installation, 'trainee17')} has not come yet")
    assert check_page(start) == []
    offer.get_by_role("link", name="Open").click()
    start.get_by_role("button", name="Nobody came").first.click()
    expect(start.get_by_text("Noted.")).to_be_visible()
    start.get_by_role("link", name="Drop-in desk").first.click()
    expect(start.get_by_text("Nobody waits")).to_be_visible()
    page = person.page

    def open_again() -> bool:
        page.reload()
        return page.get_by_label("What is it about?").count() == 1

    wait_until(open_again, what="the open desk")
    page.get_by_label("What is it about?").fill("Ho mezz’ora")
    page.get_by_role("button", name="Join the queue").click()
    start.get_by_role("button", name="Take the next person").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Session with", timeout=20_000)


class LastStep:
    """The first answers of one step are lost on their way: the server has done it, the page never hears."""

    def __init__(self, page: Page, pattern: str, method: str, times: int) -> None:
        self._method, self.left = method, times
        page.context.route(pattern, self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.method != self._method or not self.left:
            route.fallback()
            return
        self.left -= 1
        route.fetch()
        route.abort()


@pytest.fixture
def talk(meet: Meet, installation: Installation) -> tuple[Somebody, Page, Page]:
    """A conversation of trainee17 and the tutor, live on both sides."""
    with in_siena(installation):
        place = queue.join(installation.world.actor("trainee17"), JoinQueue(topic="Una foto"))
        talk_id = queue.take(installation.world.actor("tutor"), place.id).id
    trainee = meet("trainee17", viewport=PHONE, ignored=QUIET, service_workers="block")
    page = trainee.visit(f"/tutoring/sessions/{talk_id}")
    desk = meet("tutor", ignored=QUIET).visit(f"/tutoring/desk?chat={talk_id}")
    expect(page.locator("[data-part=presence]")).to_contain_text("is here", timeout=20_000)
    return trainee, page, desk


def test_a_photo_and_a_voice_note_whose_last_step_was_cut_arrive_once(
    talk: tuple[Somebody, Page, Page], tmp_path: Path
) -> None:
    _trainee, page, desk = talk
    upload = LastStep(page, "**/files/uploads/*", "PATCH", 1)
    sharing = LastStep(page, "**/say", "POST", 2)
    photo = tmp_path / "lettera.png"
    photo.write_bytes(picture())
    page.get_by_text("Send a file or a photo").click()
    page.locator("#chat-files").set_input_files(photo)
    logs = page.locator("#tutoring-log"), desk.locator("#tutoring-log")
    for log in logs:
        expect(log.get_by_role("img", name="lettera.png")).to_have_count(1, timeout=60_000)
    sharing.left += 2
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.locator("[data-part=time]")).to_have_text("0:01", timeout=15_000)
    page.get_by_role("button", name="Stop").click()
    page.locator("tutoring-voice").get_by_role("button", name="Send").click()
    for log in logs:
        expect(log.locator("audio")).to_have_count(1, timeout=60_000)
    expect(page.get_by_role("button", name="Record a voice note")).to_be_visible(timeout=60_000)
    assert (upload.left, sharing.left) == (0, 0)
    for each in (page, desk):
        each.reload()
        expect(each.locator("#tutoring-log audio")).to_have_count(1)
        expect(each.locator("#tutoring-log").get_by_role("img", name="lettera.png")).to_have_count(1)
