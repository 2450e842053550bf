"""Who can book, move, cancel and wait; through services and pages."""

from __future__ import annotations

import io
import re
import uuid
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import delete, select

from lms.plugin import (
    Conflict,
    Forbidden,
    NotFound,
    World,
    directory,
    save_settings,
    session,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn, count_queries, notifications_of, sent_mail, upload
from plugins.tutoring import booking, letters, meeting, offering
from plugins.tutoring.forms import AddPattern, Book, NoteOutcome, TakeDayOff, TutoringSettings
from plugins.tutoring.models import Booking, Slot, Waiting

PAGE = "/o/siena/tutoring"


def first_free(world: World, who: str = "trainee5", number: int = 0) -> uuid.UUID:
    with world.inside("siena"):
        return booking.find_free(world.actor(who))[number].slot.id


def take(world: World, who: str = "trainee5", number: int = 0) -> uuid.UUID:
    slot_id = first_free(world, who, number)
    with world.inside("siena"):
        return booking.book(world.actor(who), slot_id, Book(message="Ciao")).id


def test_free_times_are_found_by_topic_and_by_language(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        who = world.actor("trainee5")
        first, second = (each.slot for each in booking.find_free(who)[:2])
        first.topic, second.topic, first.language, second.language = "Tirocinio", "", "en", "it"
        session().flush()
        ids = (first.id, second.id)
        by_topic = {each.slot.id for each in booking.find_free(who, topic="Tirocinio", limit=500)}
        assert by_topic >= set(ids)
        assert first.id not in {each.slot.id for each in booking.find_free(who, topic="Altro", limit=500)}
        in_english = {each.slot.id for each in booking.find_free(who, language="en", limit=500)}
        assert first.id in in_english
        assert second.id not in in_english
    page = sign_in("trainee5").get(f"{PAGE}?topic=Tirocinio&language=en").text
    assert f"/tutoring/book/{ids[0]}" in page
    assert f"/tutoring/book/{ids[1]}" not in page


def test_a_line_of_the_week_becomes_bookable_half_hours(world: World) -> None:
    with world.inside("siena"):
        trainer, zone = world.actor("trainer"), ZoneInfo("Europe/Rome")
        after_all_of_the_demo = utcnow().date() + timedelta(weeks=3)
        offering.add_pattern(
            trainer,
            AddPattern(weekday="5", starts=time(10), ends=time(12), first_day=after_all_of_the_demo),
        )
        free = booking.find_free(world.actor("trainee5"), tutor_id=trainer.user_id, limit=4)
        clocks = [f"{each.slot.starts_at.astimezone(zone):%a %H:%M}" for each in free]
    assert clocks == ["Sat 10:00", "Sat 10:30", "Sat 11:00", "Sat 11:30"]


def test_hours_that_touch_others_are_refused_and_nothing_is_made(world: World) -> None:
    with world.inside("siena"), pytest.raises(Conflict):
        offering.add_pattern(
            world.actor("tutor"), AddPattern(weekday="1", starts=time(11, 30), ends=time(13))
        )


@pytest.mark.parametrize(
    "given",
    [
        {"starts": "12:00", "ends": "10:00"}, {"starts": "10:00", "ends": "10:20"},
        {"starts": "10:00", "ends": "12:00", "slot_minutes": "5"},
        {"starts": "10:00", "ends": "12:00", "first_day": "2027-05-02", "last_day": "2027-05-01"},
    ],
)  # fmt: skip
def test_impossible_hours_are_refused_with_words(sign_in: SignIn, given: dict[str, str]) -> None:
    data = {"form_id": "addpattern", "weekday": "5"} | given
    assert sign_in("tutor").post(f"{PAGE}/hours", data=data).status_code == 422


def test_a_trainee_books_in_three_presses_and_both_get_a_calendar_entry(
    sign_in: SignIn, world: World
) -> None:
    browser, slot_id = sign_in("trainee5"), first_free(world)
    assert str(slot_id) in browser.get(PAGE).text
    assert browser.get(f"{PAGE}/book/{slot_id}").status_code == 200
    answer = browser.post(f"{PAGE}/book/{slot_id}", data={"purpose": "interview", "message": "Grazie"})
    assert answer.status_code == 303
    assert "Grazie" in browser.get(answer.location).text
    mails = sent_mail("trainee5@example.org")
    event = Calendar.from_ical(mails[-1].calendar).events[0]
    with world.inside("siena"):
        slot = session().get_one(Slot, slot_id)
        assert event.start == slot.starts_at
    assert event["organizer"].startswith("mailto:")
    assert str(event.start.tzinfo) == "Europe/Rome"
    assert [each["trigger"].dt for each in event.walk("VALARM")] == [timedelta(hours=-1)]


def test_a_file_sent_along_is_for_those_two_only(sign_in: SignIn, world: World) -> None:
    browser, slot_id = sign_in("trainee5"), first_free(world)
    address = upload(browser, "siena", "cv.txt", b"Il mio CV")
    answer = browser.post(f"{PAGE}/book/{slot_id}", data={"purpose": "cv", "files": address})
    page = browser.get(answer.location).text
    with world.inside("siena"):
        tutor_id = session().get_one(Slot, slot_id).tutor_id
    tutor = next(key for key, person in world.people.items() if person.id == tutor_id)
    found = re.search(r"/o/siena/files/([0-9a-f-]{36}/cv\.txt)", page)
    assert found
    path = found[1]
    with sign_in(tutor).get(f"/o/siena/files/{path}") as seen:
        assert seen.data == b"Il mio CV"
    assert sign_in("trainee6").get(f"/o/siena/files/{path}").status_code == 404


def test_who_books_before_the_scripts_are_there_keeps_the_file_or_needs_none(
    sign_in: SignIn, world: World
) -> None:
    browser, slot_id = sign_in("trainee5"), first_free(world)

    def sent() -> dict[str, object]:
        return {"purpose": "cv", "files": (io.BytesIO(b"Il mio CV"), "cv.txt")}

    answer = browser.post(f"{PAGE}/book/{slot_id}", data=sent(), content_type="multipart/form-data")
    assert "/cv.txt" in browser.get(answer.location).text
    answer = browser.post(f"{answer.location}/say", data=sent(), content_type="multipart/form-data")
    assert browser.get(answer.location).text.count("/cv.txt") > 1
    answer = sign_in("trainee6").post(f"{PAGE}/book/{first_free(world)}", data={"purpose": "cv", "files": ""})
    assert "/tutoring/sessions/" in answer.location


def test_a_time_is_taken_once(world: World) -> None:
    slot_id = first_free(world)
    with world.inside("siena"):
        booking.book(world.actor("trainee5"), slot_id, Book())
    with world.inside("siena"), pytest.raises(Conflict) as refusal:
        booking.book(world.actor("trainee6"), slot_id, Book())
    assert refusal.value.code == "taken"


def test_who_has_a_session_books_no_second_one_unless_the_office_allows_it(world: World) -> None:
    take(world)
    with world.inside("siena"), pytest.raises(Conflict) as refusal:
        booking.book(world.actor("trainee5"), booking.find_free(world.actor("trainee5"))[3].slot.id, Book())
    assert refusal.value.code == "too_many"
    office = directory().by_slug("siena")
    assert office
    with unit_of_work():
        save_settings(world.actor("head"), office.id, "tutoring", TutoringSettings(open_bookings=2))
    with world.inside("siena"):
        free = booking.find_free(world.actor("trainee5"))
        booking.book(world.actor("trainee5"), free[3].slot.id, Book())


def test_too_soon_too_far_and_one_s_own_hours_are_refused(world: World) -> None:
    with world.inside("siena"):
        trainee, tutor = world.actor("trainee5"), world.actor("tutor")
        soon = Slot(
            tutor_id=tutor.user_id,
            starts_at=utcnow() + timedelta(hours=2),
            ends_at=utcnow() + timedelta(hours=3),
            place="chat",
        )
        far = Slot(
            tutor_id=tutor.user_id,
            starts_at=utcnow() + timedelta(days=90),
            ends_at=utcnow() + timedelta(days=91),
            place="chat",
        )
        session().add_all([soon, far])
        session().flush()
        for slot in (soon, far):
            with pytest.raises(Conflict):
                booking.book(trainee, slot.id, Book())
        with pytest.raises(Forbidden):
            booking.book(tutor, soon.id, Book())


def test_a_moved_session_keeps_its_entry_and_frees_its_time(world: World) -> None:
    booking_id, other = take(world), first_free(world, number=4)
    with world.inside("siena"):
        before = booking.get_booking(world.actor("trainee5"), booking_id).slot_id
        row = booking.move(world.actor("trainee5"), booking_id, other)
        assert (row.slot_id, row.sequence) == (other, 1)
        held = {each.slot.id for each in booking.find_free(world.actor("trainee9"))}
    mail = sent_mail("trainee5@example.org")[-1]
    event = Calendar.from_ical(mail.calendar).events[0]
    assert event["sequence"] == 1
    assert before not in held, "the next on the waiting list is asked first"


def test_a_session_is_cancelled_until_the_deadline_and_not_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        starts = booking.get_booking(world.actor("trainee5"), booking_id).slot.starts_at
        deadline = starts - timedelta(hours=4)
        monkeypatch.setattr(booking, "utcnow", lambda: deadline + timedelta(seconds=1))
        with pytest.raises(Conflict) as refusal:
            booking.cancel(world.actor("trainee5"), booking_id)
        assert refusal.value.code == "too_late"
        monkeypatch.setattr(booking, "utcnow", lambda: deadline)
        assert booking.cancel(world.actor("trainee5"), booking_id).state == "cancelled"


def test_a_freed_time_is_kept_for_the_next_who_waits_and_then_for_the_one_after(world: World) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        for key in ("trainee10", "trainee11"):
            booking.wait(world.actor(key), None)
        slot_id = booking.get_booking(world.actor("trainee5"), booking_id).slot_id
        booking.cancel(world.actor("trainee5"), booking_id)
        asked = _holder(slot_id)
        with pytest.raises(Conflict):
            booking.book(world.actor("trainee12"), slot_id, Book())
    with world.inside("siena"):
        row = session().query(Booking).filter_by(slot_id=slot_id, state="held").one()
        row.held_until = utcnow() - timedelta(seconds=1)
    with world.inside("siena"):
        assert booking.release_expired() == 1
        assert _holder(slot_id) not in {None, asked}


def test_an_offer_is_taken_by_the_person_who_was_asked_alone(world: World) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        slot_id = booking.get_booking(world.actor("trainee5"), booking_id).slot_id
        booking.cancel(world.actor("trainee5"), booking_id)
        row = session().query(Booking).filter_by(slot_id=slot_id, state="held").one()
        key = next(key for key, person in world.people.items() if person.id == row.trainee_id)
        with pytest.raises(NotFound):
            booking.accept_offer(world.actor("trainee12"), row.id)
        assert booking.accept_offer(world.actor(key), row.id).state == "booked"
        assert not booking.is_waiting(world.actor(key))


def test_a_day_off_closes_its_times_and_giving_it_back_opens_them(world: World) -> None:
    with world.inside("siena"):
        tutor, trainee = world.actor("tutor"), world.actor("trainee5")
        first = booking.find_free(trainee, tutor_id=tutor.user_id)[0].slot.starts_at
        day = first.astimezone(ZoneInfo(tutor.zone)).date()
        offering.take_day_off(tutor, TakeDayOff(day=day))
        assert all(
            each.slot.starts_at.date() != day for each in booking.find_free(trainee, tutor_id=tutor.user_id)
        )
        offering.give_day_back(tutor, offering.find_days_off(tutor)[0].id)
        assert booking.find_free(trainee, tutor_id=tutor.user_id)[0].slot.starts_at == first


def test_ending_hours_keeps_sessions_that_are_booked(world: World) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        slot = booking.get_booking(world.actor("trainee5"), booking_id).slot
        tutor = next(key for key, person in world.people.items() if person.id == slot.tutor_id)
        assert slot.pattern_id
        assert offering.end_pattern(world.actor(tutor), slot.pattern_id) >= 1
        assert booking.get_booking(world.actor("trainee5"), booking_id).state == "booked"


def test_strangers_and_other_offices_see_no_session(sign_in: SignIn, world: World) -> None:
    booking_id = take(world)
    for path in (f"{PAGE}/sessions/{booking_id}", f"{PAGE}/sessions/{booking_id}/move"):
        assert sign_in("trainee6").get(path).status_code == 404
        assert sign_in("head").get(path).status_code == 404
        assert sign_in("trainee_vienna").get(path.replace("siena", "vienna")).status_code == 404
    assert sign_in("trainee6").post(f"{PAGE}/sessions/{booking_id}/cancel").status_code == 404
    assert sign_in("trainee6").get(f"{PAGE}/hours").status_code == 403


def test_only_the_tutor_writes_what_came_of_it_and_not_before_it_began(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id, words = take(world), NoteOutcome(result="CV pronto", next_step="Inviarlo")
    with world.inside("siena"):
        row = booking.get_booking(world.actor("trainee5"), booking_id)
        tutor = world.actor(
            next(key for key, person in world.people.items() if person.id == row.slot.tutor_id)
        )
        with pytest.raises(Conflict):
            meeting.note_outcome(tutor, booking_id, words)
        monkeypatch.setattr(meeting, "utcnow", lambda: row.slot.ends_at)
        with pytest.raises(Forbidden):
            meeting.note_outcome(world.actor("trainee5"), booking_id, words)
        assert meeting.note_outcome(tutor, booking_id, words).state == "done"


def test_reminders_come_once_a_day_before_and_once_an_hour_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = take(world)
    with world.inside("siena"):
        row = booking.get_booking(world.actor("trainee5"), booking_id)
        counts = []
        for before in (
            timedelta(hours=30),
            timedelta(hours=23),
            timedelta(hours=22),
            timedelta(minutes=50),
            timedelta(minutes=40),
        ):
            monkeypatch.setattr(letters, "utcnow", lambda gap=before: row.slot.starts_at - gap)
            letters.tell_soon(row)
            counts.append(_reminders(world, "trainee5"))
    assert counts == [0, 1, 1, 2, 2]


@pytest.mark.parametrize("case", ["nothing", "a session", "waiting", "groups", "an offer", "chosen tutor"])
def test_the_booking_page_takes_few_queries_however_many_times_are_free(
    case: str, sign_in: SignIn, world: World
) -> None:
    page = PAGE
    with world.inside("siena"):
        who, tutor = world.actor("trainee5"), world.actor("tutor")
        first = booking.find_free(who)[0].slot
        if case == "a session":
            booking.book(who, first.id, Book())
        elif case == "waiting":
            booking.wait(who, None)
        elif case == "an offer":
            session().execute(delete(Waiting))
            booking.wait(who, None)
            assert booking.offer_freed(first)
        elif case == "groups":
            line = AddPattern(weekday="4", starts=time(15), ends=time(17), capacity=6, topic="Gruppo")
            offering.add_pattern(tutor, line)
        elif case == "chosen tutor":
            page = f"{PAGE}?tutor={tutor.user_id}&language=it"
    browser: FlaskClient = sign_in("trainee5")
    browser.get(page)
    with count_queries() as counted:
        assert browser.get(page).status_code == 200
    assert len(counted) <= 10


def test_a_tutor_whose_times_are_all_taken_can_be_chosen_and_waited_for(
    sign_in: SignIn, world: World
) -> None:
    browser = sign_in("trainee5")
    with world.inside("siena"):
        tutor_id = world.people["counsellor"].id
        slots = session().scalars(select(Slot).filter_by(tutor_id=tutor_id))
        for slot in slots:
            slot.is_closed = True
    page = browser.get(f"{PAGE}?tutor={tutor_id}").text
    assert f'<option value="{tutor_id}" selected>' in page
    assert "/tutoring/book/" not in page
    browser.post(f"{PAGE}/waiting", data={"tutor": str(tutor_id)})
    with world.inside("siena"):
        waits = session().scalars(select(Waiting).filter_by(trainee_id=world.people["trainee5"].id)).one()
        assert waits.tutor_id == tutor_id


def test_sessions_are_in_one_s_own_calendar_and_nobody_else_s(sign_in: SignIn, world: World) -> None:
    booking_id = take(world)
    address = f"/tutoring/sessions/{booking_id}"
    assert address in sign_in("trainee5").get("/o/siena/calendar?view=list").text
    assert address not in sign_in("trainee6").get("/o/siena/calendar?view=list").text


def _holder(slot_id: uuid.UUID) -> uuid.UUID | None:
    row = session().query(Booking).filter_by(slot_id=slot_id, state="held").one_or_none()
    return row.trainee_id if row else None


def _reminders(world: World, key: str) -> int:
    return sum("soon" in (each.key or "") for each in notifications_of(world.people[key].id))
