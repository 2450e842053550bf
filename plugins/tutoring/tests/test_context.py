"""What a tutor sees beside a conversation, what replies can point to, and the letter of the day before."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from icalendar import Calendar

from lms.plugin import (
    NotFound,
    Ref,
    World,
    is_audited_since,
    participations,
    session,
    unit_of_work,
    utcnow,
    write_audit,
)
from lms.testing import SignIn, sent_mail
from plugins.tutoring import booking, jobs, letters
from plugins.tutoring.desk import conversations, handbook, queue, replies
from plugins.tutoring.desk.forms import AddReply, JoinQueue
from plugins.tutoring.forms import Book
from plugins.tutoring.models import Booking
from plugins.tutoring.tests.desk import DESK, open_all_week

REPLIES = f"{DESK}/replies"


def talk(world: World, key: str = "trainee") -> uuid.UUID:
    """Somebody talks to the tutor at the desk."""
    with world.inside("siena"):
        open_all_week()
        queue.join(world.actor(key), JoinQueue(topic="Una domanda"))
        return queue.take(world.actor("tutor")).id


# --- context --------------------------------------------------------------------------


def test_the_tutor_of_a_conversation_sees_how_far_its_trainee_is_and_no_other_tutor_does(
    sign_in: SignIn, world: World
) -> None:
    booking_id = talk(world)
    with world.inside("siena"):
        row = session().get_one(Booking, booking_id)
        found = conversations.progress_of(world.actor("tutor"), row)
        own = {each.activity.title: each.is_completed for each in participations(row.trainee_id)}
        assert found, "a trainee with courses"
        assert all(own[each.title] is each.is_completed and 0 <= each.done <= each.steps for each in found)
        assert any(each.steps for each in found)
        with pytest.raises(NotFound):
            conversations.progress_of(world.actor("counsellor"), row)
        titles = [each.title for each in found]
    page = sign_in("tutor").get(f"{DESK}?chat={booking_id}").text
    assert all(title in page for title in titles)


# --- replies --------------------------------------------------------------------------


def test_a_reply_points_to_a_page_that_its_tutor_can_open(sign_in: SignIn, world: World) -> None:
    tutor = sign_in("counsellor")
    page = tutor.get(REPLIES).text
    found = re.search(r'<option value="([0-9a-f-]{36})">([^<]+)</option>', page)
    assert found, "the counsellor takes part in a course"
    data = {"form_id": "addreply", "shortcut": "guida", "text": "Guarda qui", "page_id": found[1]}
    assert tutor.post(REPLIES, data=data).status_code == 303
    with world.inside("siena"):
        row = next(
            each for each in replies.find_replies(world.actor("counsellor")) if each.shortcut == "guida"
        )
        address = row.text.rpartition(": ")[2]
    assert re.match(r"https?://[^/]+/o/siena/", address)
    assert tutor.get(re.sub(r"^https?://[^/]+", "", address)).status_code in {200, 302, 303}


def test_a_reply_points_to_no_page_of_others(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        other = world.actor("trainer")
        pages = {
            page.id for shelf in handbook.find_shelves(world.actor("counsellor")) for page in shelf.pages
        }
        own = {page.id for shelf in handbook.find_shelves(other) for page in shelf.pages}
        assert pages - own
        for foreign in (*(pages - own), uuid.uuid4()):
            with pytest.raises(NotFound):
                replies.add_reply(other, AddReply(shortcut="x", text="Ciao", page_id=foreign))
    data = {"form_id": "addreply", "shortcut": "x", "text": "Guarda", "page_id": "nonsense"}
    assert sign_in("tutor").post(REPLIES, data=data).status_code == 422
    empty = {"form_id": "addreply", "shortcut": "x", "text": "Guarda", "page_id": ""}
    assert sign_in("tutor").post(REPLIES, data=empty).status_code == 303


# --- the letter of the day before -----------------------------------------------------


def reminders(world: World, key: str) -> list[Calendar]:
    found = sent_mail(f"{key}@example.org")
    return [
        Calendar.from_ical(each.calendar) for each in found if (each.key or "").startswith("tutoring/soon:")
    ]


def test_the_day_before_both_get_one_letter_with_the_entry_of_the_calendar(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        slot = booking.find_free(world.actor("trainee5"), tutor_id=world.people["tutor"].id)[-1].slot
        row = booking.book(world.actor("trainee5"), slot.id, Book())
        row.created_at = slot.starts_at - timedelta(days=3)
        session().flush()
        for before in (25, 24, 23, 2, 1):
            moment = slot.starts_at - timedelta(hours=before)
            monkeypatch.setattr(letters, "utcnow", lambda at=moment: at)
            monkeypatch.setattr(jobs, "utcnow", lambda at=moment: at)
            jobs.remind()
        (mine,) = reminders(world, "trainee5")
        (event,) = mine.events
        assert event.start == slot.starts_at
        assert event["uid"] == letters.uid_of(row)
        assert mine["method"] == "REQUEST"


def test_who_books_within_the_last_day_gets_no_second_letter_and_a_moved_session_gets_one_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        free = booking.find_free(world.actor("trainee5"), tutor_id=world.people["tutor"].id)
        row = booking.book(world.actor("trainee5"), free[0].slot.id, Book())
        row.created_at = row.slot.starts_at - timedelta(hours=5)
        monkeypatch.setattr(letters, "utcnow", lambda: row.slot.starts_at - timedelta(hours=2))
        letters.tell_soon(row)
        assert reminders(world, "trainee5") == []
        assert row.reminded_at is not None
        booking.move(world.actor("trainee5"), row.id, free[-1].slot.id)
        assert row.reminded_at is None


# --- what is written down of reading --------------------------------------------------


def test_reading_is_known_since_a_moment_by_this_person_of_this_thing_alone(world: World) -> None:
    with world.inside("siena"), unit_of_work():
        tutor, other = world.actor("tutor"), world.actor("counsellor")
        thing, else_thing = (
            Ref.of("tutoring", "booking", uuid.uuid4()),
            Ref.of("tutoring", "booking", uuid.uuid4()),
        )
        began = utcnow()
        assert not is_audited_since(tutor, "tutoring.case_read", thing, began)
        write_audit(tutor, "tutoring.case_read", thing)
        assert is_audited_since(tutor, "tutoring.case_read", thing, began)
        assert not is_audited_since(tutor, "tutoring.case_read", thing, utcnow() + timedelta(seconds=1))
        assert not is_audited_since(tutor, "tutoring.note_read", thing, began)
        assert not is_audited_since(tutor, "tutoring.case_read", else_thing, began)
        assert not is_audited_since(other, "tutoring.case_read", thing, began)
