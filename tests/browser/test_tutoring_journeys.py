"""Tutoring walked whole, a trainee on a phone beside a tutor at a desk: booking, drop-in, calling, afterwards, privacy."""

from __future__ import annotations

import re
import struct
import uuid
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, Route, ViewportSize, expect
from sqlalchemy import delete

from lms.demo.world import PASSWORD
from lms.offices.service import switch_plugin
from lms.plugin import CreateActivity, create_activity, enrol_people, set_state, system_actor
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.testing import sent_mail
from plugins.tutoring import booking, chat, meeting
from plugins.tutoring.desk import queue
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.forms import EditGoal
from plugins.tutoring.models import Waiting
from plugins.tutoring.tests.desk import open_all_week
from tests.browser.checks import check_page
from tests.browser.conftest import Meet, Somebody
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(autouse=True)
def fresh(installation: Installation) -> Iterator[None]:
    """The desk is open, and nobody waits for a time or talks, whatever went before."""
    with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
        open_all_week()
        session().execute(delete(Waiting))
        end_talks(installation, office.id)
    yield
    with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
        end_talks(installation, office.id)


def end_talks(installation: Installation, office_id: uuid.UUID) -> None:
    """End the conversations that began at the desk."""
    for key in ("tutor", "counsellor", "trainer"):
        for row in booking.find_coming(installation.world.actor(key)):
            if row.place_id:
                queue.end_conversation(booking.get_booking(system_actor(office_id), row.id))


def name_of(installation: Installation, key: str) -> str:
    return installation.world.people[key].name


def feed_of(somebody: Somebody) -> str:
    """The address that a calendar program reads."""
    page = somebody.context.new_page()
    page.goto(f"{somebody.office_url}/calendar/feed")
    page.get_by_role("button", name="Make my address").click()
    address = page.get_by_label("Secret address").input_value()
    page.close()
    return re.sub(r"^https?://[^/]+", somebody.office_url.partition("/o/")[0], address)


def entries(somebody: Somebody, feed: str, day: date) -> list[Calendar]:
    """What that program shows of tutoring on a day."""
    answer = somebody.context.request.get(feed)
    assert answer.ok
    events = Calendar.from_ical(answer.text()).events
    return [event for event in events if "tutoring" in str(event["uid"]) and event.start.date() == day]


def picture() -> bytes:
    """A photo of some size, from which nothing can be left out by packing it."""
    width, height, seed = 900, 700, 7
    rows = bytearray()
    for _row in range(height):
        rows.append(0)
        for _pixel in range(width * 3):
            seed = (seed * 1103515245 + 12345) % 2**31
            rows.append(seed >> 16 & 255)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 1))
        + chunk(b"IEND", b"")
    )


def say(page: Page, text: str) -> None:
    field = page.locator("#tutoring-say textarea")
    field.fill(text)
    field.press("Enter")


def begin_talk(installation: Installation, key: str, topic: str = "Una domanda") -> uuid.UUID:
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        place = queue.join(installation.world.actor(key), JoinQueue(topic=topic))
        return queue.take(installation.world.actor("tutor"), place.id).id


def open_both(meet: Meet, key: str, talk: uuid.UUID) -> tuple[Somebody, Page, Somebody, Page]:
    """The two of a conversation, each with a live page of it."""
    trainee, tutor = (
        meet(key, viewport=PHONE, ignored=("ERR_", "WebSocket")),
        meet("tutor", ignored=("ERR_", "WebSocket")),
    )
    page, desk = trainee.visit(f"/tutoring/sessions/{talk}"), tutor.visit(f"/tutoring/desk?chat={talk}")
    for each in (page, desk):
        each.wait_for_function("() => customElements.get('tutoring-chat')")
    expect(page.locator("[data-part=presence]")).to_contain_text("is here", timeout=20_000)
    return trainee, page, tutor, desk


def test_1_hours_booking_moving_cancelling_the_next_who_waits_and_both_feeds(
    meet: Meet, installation: Installation, tmp_path: Path
) -> None:
    tutor = meet("trainer")
    hours = tutor.visit("/tutoring/hours")
    hours.get_by_label("Day", exact=True).first.select_option("Tuesday")
    hours.get_by_label("From").fill("10:00")
    hours.get_by_label("Until").fill("12:00")
    hours.get_by_role("button", name="Add to my week").click()
    expect(hours.get_by_text("Tuesday 10:00–12:00")).to_be_visible()
    expect(hours.get_by_text("4 sessions × 30 min")).to_be_visible()

    trainee = meet("trainee7", viewport=PHONE)
    page = trainee.visit("/tutoring")
    page.get_by_label("With").select_option(name_of(installation, "trainer"))
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Book it").click()
    page.get_by_label("Preparing an interview").check()
    cv = tmp_path / "cv.txt"
    cv.write_text("Il mio CV", "utf-8")
    page.get_by_label("Something to look at together").set_input_files(cv)
    expect(page.locator(".ui-file.is-done")).to_be_visible()
    page.get_by_role("button", name="Book this session").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name_of(installation, "trainer"))
    expect(page.get_by_role("link", name="cv.txt").first).to_be_visible()
    with installation.app.app_context():
        letters = sent_mail("trainee7@example.org")[::-1]
        letter = next(each for each in letters if "@tutoring." in (each.calendar or ""))
        (event,) = Calendar.from_ical(letter.calendar or "").events
    assert f"{event.start:%A %H:%M} {event.start.tzinfo}" == "Tuesday 10:00 Europe/Rome"
    trainee_feed, tutor_feed = feed_of(trainee), feed_of(tutor)
    for somebody, feed in ((trainee, trainee_feed), (tutor, tutor_feed)):
        assert [each.start for each in entries(somebody, feed, event.start.date())] == [event.start]

    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_role("button", name=re.compile("^10:30|^11:00")).first.click()
    expect(page.get_by_text("Moved.")).to_be_visible()
    (moved,) = entries(tutor, tutor_feed, event.start.date())
    assert timedelta(0) < moved.start - event.start
    assert moved["uid"] == event["uid"]
    assert moved["sequence"] > event.get("sequence", 0)

    waiting = meet("trainee19", viewport=PHONE)
    other = waiting.visit("/tutoring")
    other.get_by_role("button", name="Tell me when a time is free").click()
    page.get_by_role("button", name="Cancel the session").click()
    expect(page.get_by_text("Cancelled. The other person and your calendars know.")).to_be_visible()
    other.reload()
    expect(other.get_by_text("A time is free for you")).to_be_visible()
    assert check_page(other) == []
    other.get_by_role("button", name="Take it").click()
    expect(other.get_by_text("It is yours.")).to_be_visible()
    assert entries(trainee, trainee_feed, event.start.date()) == []
    assert [each.start for each in entries(tutor, tutor_feed, event.start.date())] == [moved.start]


def test_2_queue_chat_photo_voice_note_reply_whisper_offline_letters_and_another_tutor(
    meet: Meet, installation: Installation, tmp_path: Path
) -> None:
    quiet = ("ERR_", "WebSocket")
    tutor, colleague = meet("tutor", ignored=quiet), meet("counsellor", ignored=quiet)
    desk, second = tutor.visit("/tutoring/desk"), colleague.visit("/tutoring/desk")
    trainee = meet("trainee20", viewport=PHONE, ignored=quiet, service_workers="block")
    page = trainee.visit("/tutoring/drop-in")
    expect(page.get_by_text("Open until")).to_be_visible()
    page.get_by_label("What is it about?").fill("Una lettera")
    page.get_by_role("button", name="Join the queue").click()
    expect(page.locator("[data-part=position]")).to_have_text("1")
    expect(desk.get_by_text("Una lettera")).to_be_visible()
    desk.get_by_role("button", name=f"Take {name_of(installation, 'trainee20')}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Session with", timeout=20_000)
    for each in (page, desk):
        each.wait_for_function("() => customElements.get('tutoring-chat')")
    expect(page.locator("[data-part=presence]")).to_contain_text("is here", timeout=20_000)
    front = desk.locator(".tutoring-desk-front").get_by_role("log")
    field = desk.locator("#tutoring-say textarea")
    desk.wait_for_function("() => customElements.get('tutoring-replies')")
    field.press_sequentially("/sal")
    field.press("Enter")
    field.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("come posso aiutarti?")

    held: list[Route] = []
    is_held = [True]

    def pass_on(route: Route) -> None:
        if route.request.method == "PATCH" and is_held[0]:
            held.append(route)
        else:
            route.continue_()

    trainee.context.route("**/files/uploads/*", pass_on)
    photo = tmp_path / "lettera.png"
    photo.write_bytes(picture())
    page.get_by_text("Send a file or a photo").click()
    page.locator("#chat-files").set_input_files(photo)
    expect(page.get_by_role("progressbar", name="lettera.png")).to_be_visible()
    wait_until(lambda: bool(page.evaluate("() => 1") and held), what="the photo on its way")
    is_held[0] = False
    for route in held:
        route.continue_()
    expect(front.get_by_role("img", name="lettera.png")).to_have_count(1, timeout=30_000)
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.locator("[data-part=time]")).to_have_text("0:01", timeout=15_000)
    page.get_by_role("button", name="Stop").click()
    page.locator("tutoring-voice").get_by_role("button", name="Send").click()
    expect(front.locator("audio")).to_have_count(1, timeout=30_000)

    trainee.context.set_offline(True)
    say(page, "Scritto senza rete")
    expect(page.get_by_role("log")).to_contain_text("Sending…")
    trainee.context.set_offline(False)
    expect(front.get_by_text("Scritto senza rete")).to_have_count(1, timeout=30_000)
    for writer, reader, text in ((page, desk, "lettera per lettera"), (desk, page, "anch’io")):
        writer.get_by_label("Show what I type letter by letter").check()
        writer.locator("#tutoring-say textarea").press_sequentially(text)
        expect(reader.locator("[data-part=typing]")).to_contain_text(text)
        writer.locator("#tutoring-say textarea").fill("")

    for one in (desk, second):
        one.get_by_text("Ask a colleague").click()
    desk.locator("#colleagues-say textarea").fill("Chi sa di contratti?")
    desk.locator("#colleagues-say textarea").press("Enter")
    expect(second.locator("#colleagues-log")).to_contain_text("Chi sa di contratti?")
    expect(page.locator("main")).not_to_contain_text("Chi sa di contratti?")
    assert check_page(page) == []

    tutor.context.close()  # the tutor's link dies
    expect(second.get_by_role("button", name=re.compile("^Take over"))).to_be_visible(timeout=120_000)
    second.get_by_role("button", name=re.compile("^Take over")).first.click()
    expect(page.get_by_role("log")).to_contain_text("goes on with this conversation")
    expect(second.locator(".tutoring-desk-front").get_by_role("log")).to_contain_text("Scritto senza rete")
    second.get_by_label("What you worked on").fill("Letta la lettera")
    second.get_by_role("button", name="Save and end").click()
    expect(page.get_by_text("This conversation is closed")).to_be_visible()


def test_3_one_press_calls_in_the_same_page_and_where_no_part_offers_it_there_is_no_button(
    meet: Meet, installation: Installation
) -> None:
    talk = begin_talk(installation, "trainee21")
    _trainee, page, _tutor, desk = open_both(meet, "trainee21", talk)
    address = page.url
    desk.get_by_role("button", name="Call", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Accept", exact=True).click()
    for each in (page, desk):
        expect(each.locator("webinar-call audio")).to_have_count(1, timeout=30_000)
        expect(each.get_by_text("Nothing is recorded").first).to_be_attached()
        expect(each.get_by_role("button", name=re.compile("[Rr]ecord(?! a voice note)"))).to_have_count(0)
    assert page.url == address
    desk.get_by_role("button", name=re.compile("[Ss]creen")).first.click()
    expect(page.locator("webinar-call [data-part=screen]")).to_be_visible(timeout=30_000)
    say(page, "Vedo lo schermo")
    expect(desk.locator(".tutoring-desk-front").get_by_role("log")).to_contain_text("Vedo lo schermo")
    page.get_by_role("button", name="Hang up").click()
    expect(desk.get_by_text("The call is over. You can go on writing.")).to_be_visible()
    with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
        switch_plugin(system_actor(office.id), office.id, "webinar", is_enabled=False)
    try:
        wait_until(lambda: has_no_call(page), what="the conversation without calls")
        expect(page.locator("#tutoring-say textarea")).to_be_visible()
        say(page, "Scriviamo")
        expect(desk.locator(".tutoring-desk-front").get_by_role("log")).to_contain_text("Scriviamo")
        assert check_page(page) == []
    finally:
        with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
            switch_plugin(system_actor(office.id), office.id, "webinar", is_enabled=True)


def has_no_call(page: Page) -> bool:
    page.reload()
    page.wait_for_function("() => customElements.get('tutoring-chat')")
    return (
        page.locator("webinar-call").count() == 0
        and page.get_by_role("button", name="Call", exact=True).count() == 0
    )


def test_4_summary_step_answer_transcript_by_leave_next_booking_figures_and_the_activity(
    meet: Meet, installation: Installation
) -> None:
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        trainer = installation.world.actor("trainer")
        goal = create_activity(trainer, CreateActivity(title="Un incontro", type=meeting.TYPE))
        set_state(trainer, goal.id, "published")
        enrol_people(trainer, goal.id, [installation.user_id("trainee22")])
        meeting.edit_goal(trainer, goal.id, EditGoal(sessions=1))
        goal_id = goal.id
    talk = begin_talk(installation, "trainee22")
    trainee, page, tutor, desk = open_both(meet, "trainee22", talk)
    say(page, "Grazie!")
    front = desk.locator(".tutoring-desk-front").get_by_role("log")
    expect(front).to_contain_text("Grazie!")
    desk.get_by_label("What you worked on").fill("La lettera per il vivaio")
    desk.get_by_role("button", name="Save and end").click()
    own = trainee.visit(f"/tutoring/sessions/{talk}")
    own.get_by_role("button", name="Yes, this is right").click()
    expect(own.get_by_text("Both of you agree on this")).to_be_visible()
    own.get_by_text("Add a next step").click()
    own.get_by_label("Next step").fill("Spedire la lettera")
    own.get_by_role("button", name="Add", exact=True).click()
    own.get_by_role("button", name="Done: Spedire la lettera").click()
    own.get_by_label("Very much").check()
    own.locator("form", has_text="How much did this session help you?").get_by_role(
        "button", name="Send"
    ).click()
    expect(own.get_by_text("Thank you for your answer.").last).to_be_visible()
    theirs = tutor.visit(f"/tutoring/sessions/{talk}")
    expect(theirs.get_by_role("link", name="Download as PDF")).to_have_count(0)
    own.get_by_role("button", name="My tutor may keep a copy too").click()
    theirs.reload()
    with theirs.expect_download() as download:
        theirs.get_by_role("link", name="Download as PDF").click()
    paper = Path(download.value.path()).read_bytes()
    assert paper.startswith(b"%PDF")
    assert b"/StructTreeRoot" in paper
    own.get_by_role("link", name="Book the next session").click()
    expect(own.get_by_role("heading", name="Tutoring", level=1)).to_be_visible()
    done = trainee.visit(f"/tutoring/activities/{goal_id}")
    expect(done.get_by_text("Done: you have had all the sessions that this asks for.")).to_be_visible()
    figures = meet("head").visit("/tutoring/report")
    expect(figures.get_by_text("fewer than 5").first).to_be_visible()
    assert check_page(figures) == []
    assert check_page(own) == []


def test_5_a_note_that_no_copy_of_the_database_shows_audited_reading_shared_computer_and_out_at_once(
    meet: Meet, installation: Installation
) -> None:
    secret = "Xilofono-riservato-4711"
    talk = begin_talk(installation, "trainee23")
    tutor = meet("tutor")
    desk = tutor.visit(f"/tutoring/desk?chat={talk}")
    desk.get_by_role("button", name="Private note").click()
    desk.get_by_role("textbox").fill(secret)
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Only you can read it")).to_be_visible()
    desk.goto(f"{tutor.office_url}/tutoring/desk?chat={talk}")
    desk.get_by_role("button", name="Private note").click()
    expect(desk.get_by_role("textbox")).to_have_value(secret)
    files = [
        each
        for each in installation.folder.rglob("*")
        if (each.is_file() and ".sqlite" in each.name) or each.suffix == ".db"
    ]
    assert files
    assert all(secret.encode() not in each.read_bytes() for each in files)
    audit = meet("head").visit("/admin/audit")
    expect(audit.get_by_text("Opened a private note about somebody").first).to_be_visible()
    expect(audit.get_by_text("Opened a session with somebody").first).to_be_visible()
    expect(audit.locator("main")).not_to_contain_text(secret)

    guest = meet(viewport=PHONE, ignored=("ERR_", "WebSocket"))
    page = guest.visit("/sign-in")
    page.get_by_label("E-mail address").fill("trainee23@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Other people use this computer too").check()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="Sign in")).to_have_count(0)
    page = guest.visit(f"/tutoring/sessions/{talk}")
    page.wait_for_function(
        "() => customElements.get('tutoring-chat') && customElements.get('tutoring-leave')"
    )
    expect(page.locator("[data-part=presence]")).not_to_be_empty(timeout=20_000)
    guest.context.set_offline(True)
    say(page, "Non spedito, e non per altri")
    expect(page.get_by_role("log")).to_contain_text("Sending…")
    assert "Non spedito" in page.evaluate("() => JSON.stringify({...sessionStorage, ...localStorage})")
    guest.context.set_offline(False)
    for _press in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert "Non spedito" not in page.evaluate("() => JSON.stringify({...sessionStorage, ...localStorage})")
    assert not [each for each in guest.context.cookies() if each["name"] == "session" and each["value"]]
    page.go_back()
    expect(page.get_by_role("log")).to_have_count(0)


def test_a_busy_chat_is_read_aloud_in_peace(meet: Meet, installation: Installation) -> None:
    talk = begin_talk(installation, "trainee24")
    _trainee, page, _tutor, _desk = open_both(meet, "trainee24", talk)
    page.evaluate(
        """() => {
          const region = document.querySelector("[data-part=heard]");
          window.heard = [];
          new MutationObserver(() => window.heard.push(region.textContent)).observe(region, { childList: true });
        }"""
    )
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        for number in range(20):
            chat.say(installation.world.actor("tutor"), talk, chat.Say(text=f"Riga {number}"))
    expect(page.get_by_role("log")).to_contain_text("Riga 19", timeout=20_000)
    expect(page.locator("[data-part=heard]")).to_contain_text("Riga 19", timeout=20_000)
    heard = page.evaluate("() => window.heard")
    assert sum(int(found[1]) if (found := re.match(r"(\d+) new", line)) else 1 for line in heard) == 20
    assert len(heard) < 10
    assert page.locator("#tutoring-log").get_attribute("aria-live") == "off"
    say(page, "La mia")
    expect(page.get_by_role("log")).to_contain_text("La mia")
    assert not any("La mia" in line for line in page.evaluate("() => window.heard"))
