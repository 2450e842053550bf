"""The same half hour for several weeks: who may book it, all or none, one letter, and how it ends."""

from __future__ import annotations

import itertools
import re
import uuid
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from flask import current_app
from icalendar import Calendar

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
from lms.testing import SignIn, count_queries, sent_mail
from plugins.tutoring import booking, series
from plugins.tutoring.forms import Book, BookWeekly, TutoringSettings
from plugins.tutoring.hooks import calendar_items
from plugins.tutoring.models import Booking, Slot

PAGE = "/o/siena/tutoring"
ROME = ZoneInfo("Europe/Rome")


def allow(world: World, **values: int | bool) -> None:
    office = directory().by_slug("siena")
    assert office
    with unit_of_work():
        settings = TutoringSettings(series_by_trainees=True, **values)  # type: ignore[arg-type]  # each has its type
        save_settings(world.actor("head"), office.id, "tutoring", settings)


def first_slot(world: World, who: str = "trainee5", tutor: str = "tutor") -> uuid.UUID:
    """The first free time that is free in the three weeks after it, too, whatever hour it is now."""
    with world.inside("siena"):
        free = booking.find_free(world.actor(who), tutor_id=world.people[tutor].id, limit=500)
        by_clock = {each.slot.starts_at.astimezone(ROME).replace(tzinfo=None): each.slot.id for each in free}
        return next(
            slot_id
            for clock, slot_id in by_clock.items()
            if all(clock + timedelta(weeks=number) in by_clock for number in (1, 2, 3))
        )


def book_four(world: World, who: str = "trainee5") -> list[uuid.UUID]:
    slot_id = first_slot(world, who)
    with world.inside("siena"):
        return [row.id for row in series.book_weekly(world.actor(who), slot_id, BookWeekly(count=4))]


def entries(mail_calendar: bytes) -> list[str]:
    """When a calendar shows the sessions of a letter."""
    events = recurring_ical_events.of(Calendar.from_ical(mail_calendar)).between(
        utcnow(), utcnow() + timedelta(days=400)
    )
    return sorted(event.start.astimezone(UTC).isoformat() for event in events)


def test_four_weeks_are_booked_at_the_same_clock_and_told_in_one_letter(world: World) -> None:
    allow(world)
    before = len(sent_mail("trainee5@example.org"))
    ids = book_four(world)
    with world.inside("siena"):
        rows = [session().get_one(Booking, each) for each in ids]
        begins = [row.slot.starts_at for row in rows]
        locals_ = [begin.astimezone(ROME) for begin in begins]
    assert len({(each.weekday(), each.time()) for each in locals_}) == 1
    assert [later.date() - sooner.date() for sooner, later in itertools.pairwise(locals_)] == [
        timedelta(weeks=1)
    ] * 3
    mails = sent_mail("trainee5@example.org")[before:]
    assert len(mails) == 1
    calendar = Calendar.from_ical(mails[0].calendar)
    assert len(calendar.events) == 1
    assert str(calendar.events[0]["uid"]).endswith("@tutoring.contrada")
    assert entries(mails[0].calendar) == sorted(begin.isoformat() for begin in begins)


def test_when_clocks_change_in_between_the_letter_keeps_the_clock_too(world: World) -> None:
    noon = datetime.combine((utcnow() + timedelta(days=20)).date(), time(12), ROME)
    days = [noon + timedelta(days=number) for number in range(220)]
    change = next(day for day, after in itertools.pairwise(days) if day.utcoffset() != after.utcoffset())
    begins = [change.replace(hour=9) + timedelta(days=offset) for offset in (-9, -2, 5, 12)]
    with world.inside("siena"):
        tutor = world.actor("tutor")
        slots = [
            Slot(tutor_id=tutor.user_id, starts_at=begin.astimezone(UTC), ends_at=begin + timedelta(minutes=30), place="chat")
            for begin in begins
        ]  # fmt: skip
        session().add_all(slots)
        session().flush()
        series.book_weekly(tutor, slots[0].id, BookWeekly(count=4), world.people["trainee3"].id)
    assert len({begin.utcoffset() for begin in begins}) == 2
    shown = entries(sent_mail("trainee3@example.org")[-1].calendar)
    assert shown == [begin.astimezone(UTC).isoformat() for begin in begins]


def test_a_week_that_is_taken_is_named_and_nothing_is_booked(sign_in: SignIn, world: World) -> None:
    allow(world)
    slot_id = first_slot(world)
    with world.inside("siena"):
        third = series.plan(world.actor("trainee5"), slot_id, 4).weeks[2].slot
        assert third
        booking.book(world.actor("trainee6"), third.id, Book())
    browser = sign_in("trainee5")
    page = browser.get(f"{PAGE}/book/{slot_id}/weekly?count=4").text
    assert "Già preso da qualcun altro." in page
    assert "Prendi le prime 2 settimane" in page
    assert "Prenota 4 incontri" not in page
    answer = browser.post(f"{PAGE}/book/{slot_id}/weekly", data={"count": "4", "purpose": "cv"})
    assert answer.status_code == 422
    with world.inside("siena"):
        assert booking.find_coming(world.actor("trainee5")) == []
    answer = browser.post(f"{PAGE}/book/{slot_id}/weekly", data={"count": "2", "purpose": "cv"})
    assert answer.status_code == 303


def test_a_series_counts_as_one_booked_session_and_no_second_one_is_possible(world: World) -> None:
    allow(world)
    book_four(world)
    with world.inside("siena"):
        free = booking.find_free(world.actor("trainee5"), tutor_id=world.people["counsellor"].id)
        other = free[0].slot.id
        with pytest.raises(Conflict) as refusal:
            booking.book(world.actor("trainee5"), other, Book())
        assert refusal.value.code == "too_many"
        with pytest.raises(Conflict):
            series.book_weekly(world.actor("trainee5"), other, BookWeekly(count=2))
    allow(world, open_bookings=2)
    with world.inside("siena"):
        booking.book(world.actor("trainee5"), other, Book())


def test_no_more_weeks_than_the_office_says(world: World) -> None:
    allow(world, series_most=3)
    slot_id = first_slot(world)
    with world.inside("siena"):
        assert len(series.plan(world.actor("trainee5"), slot_id, 26).weeks) == 3
        with pytest.raises(Conflict):
            series.book_weekly(world.actor("trainee5"), slot_id, BookWeekly(count=4))


def test_trainees_book_several_weeks_only_where_the_office_lets_them(sign_in: SignIn, world: World) -> None:
    slot_id = first_slot(world)
    browser = sign_in("trainee5")
    assert "più settimane" not in browser.get(f"{PAGE}/book/{slot_id}").text
    assert browser.get(f"{PAGE}/book/{slot_id}/weekly").status_code == 403
    with world.inside("siena"), pytest.raises(Forbidden):
        series.book_weekly(world.actor("trainee5"), slot_id, BookWeekly(count=2))
    allow(world)
    assert "più settimane" in browser.get(f"{PAGE}/book/{slot_id}").text
    assert browser.get(f"{PAGE}/book/{slot_id}/weekly").status_code == 200


def test_a_tutor_books_for_somebody_they_have_a_session_with_and_for_nobody_else(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        tutor = world.actor("tutor")
        past = next(
            row
            for row in booking.find_own(tutor, past=50).past
            if row.trainee_id == world.people["trainee3"].id
        )
        start_id = series.find_starts(tutor)[0].id
        booking_id = past.id
        foreign = world.people["trainee_vienna"].id
        stranger = world.people["trainee12"].id
        for wrong in (foreign, stranger, tutor.user_id, uuid.uuid4()):
            with pytest.raises(NotFound):
                series.book_weekly(tutor, start_id, BookWeekly(count=2), wrong)
        with pytest.raises(NotFound):
            series.book_weekly(
                world.actor("counsellor"), start_id, BookWeekly(count=2), world.people["trainee2"].id
            )
    browser = sign_in("tutor")
    assert "Prenota ogni settimana" in browser.get(f"{PAGE}/sessions/{booking_id}").text
    page = browser.get(f"{PAGE}/sessions/{booking_id}/weekly?slot={start_id}&count=3").text
    assert "Prenota 3 incontri" in page
    answer = browser.post(
        f"{PAGE}/sessions/{booking_id}/weekly?slot={start_id}", data={"count": "3", "purpose": "search"}
    )
    assert answer.status_code == 303
    assert 'id="weekly"' in sign_in("trainee3").get(answer.location).text
    assert sign_in("trainee3").get(f"{PAGE}/sessions/{booking_id}/weekly").status_code == 403
    assert sign_in("counsellor").get(f"{PAGE}/sessions/{booking_id}/weekly").status_code == 404


def test_one_is_cancelled_and_moved_alone_and_calendars_know_which(world: World) -> None:
    allow(world)
    ids = book_four(world)
    with world.inside("siena"):
        who = world.actor("trainee5")
        second = booking.get_booking(who, ids[1])
        place = second.slot.starts_at
        booking.cancel(who, ids[1])
        states = [session().get_one(Booking, each).state for each in ids]
    assert states == ["booked", "cancelled", "booked", "booked"]
    event = Calendar.from_ical(sent_mail("trainee5@example.org")[-1].calendar).events[0]
    assert (event["status"], event["recurrence-id"].dt) == ("CANCELLED", place)
    with world.inside("siena"):
        who = world.actor("trainee5")
        third = booking.get_booking(who, ids[2])
        place = third.slot.starts_at
        other = booking.find_free(who, tutor_id=world.people["tutor"].id)[-1].slot
        moved_to = other.starts_at
        booking.move(who, ids[2], other.id)
    event = Calendar.from_ical(sent_mail("trainee5@example.org")[-1].calendar).events[0]
    assert (event["recurrence-id"].dt, event.start, event["sequence"]) == (place, moved_to, 1)


def test_letters_and_the_feed_name_each_session_alike_so_that_no_calendar_shows_it_twice(
    world: World,
) -> None:
    allow(world)
    ids = book_four(world)
    letter = Calendar.from_ical(sent_mail("trainee5@example.org")[-1].calendar).events[0]
    with world.inside("siena"):
        who = world.actor("trainee5")
        rows = [booking.get_booking(who, each) for each in ids]
        with current_app.test_request_context("/"):
            found = calendar_items(who, utcnow(), utcnow() + timedelta(days=90), None)
        mine = {entry.series_place: entry for entry in found if entry.uid == str(letter["uid"])}
        assert set(mine) == {row.series_place for row in rows}
        booking.move(who, ids[2], booking.find_free(who, tutor_id=world.people["tutor"].id)[-1].slot.id)
        with current_app.test_request_context("/"):
            again = calendar_items(who, utcnow(), utcnow() + timedelta(days=90), None)
    moved = Calendar.from_ical(sent_mail("trainee5@example.org")[-1].calendar).events[0]
    (entry,) = [each for each in again if each.series_place == moved["recurrence-id"].dt]
    assert (entry.uid, entry.start, entry.sequence) == (str(moved["uid"]), moved.start, moved["sequence"])


def test_one_and_all_that_follow_are_cancelled_with_one_letter_and_their_times_are_free(
    sign_in: SignIn, world: World
) -> None:
    allow(world)
    ids = book_four(world)
    browser = sign_in("trainee5")
    assert "Annulla questo e i 2 che seguono" in browser.get(f"{PAGE}/sessions/{ids[1]}").text
    before = len(sent_mail("trainee5@example.org"))
    assert browser.post(f"{PAGE}/sessions/{ids[1]}/cancel-following").status_code == 303
    with world.inside("siena"):
        rows = [session().get_one(Booking, each) for each in ids]
        assert [row.state for row in rows] == ["booked", "cancelled", "cancelled", "cancelled"]
        cancelled = [row.slot.starts_at for row in rows[1:]]
    (mail,) = sent_mail("trainee5@example.org")[before:]
    events = Calendar.from_ical(mail.calendar).events
    assert [event["recurrence-id"].dt for event in events] == cancelled
    assert {str(event["status"]) for event in events} == {"CANCELLED"}
    assert sign_in("trainee6").post(f"{PAGE}/sessions/{ids[0]}/cancel-following").status_code == 404


def test_it_is_too_late_for_the_first_and_then_nothing_is_cancelled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(world)
    ids = book_four(world)
    with world.inside("siena"):
        who = world.actor("trainee5")
        starts = booking.get_booking(who, ids[0]).slot.starts_at
        monkeypatch.setattr(booking, "utcnow", lambda: starts - timedelta(hours=1))
        with pytest.raises(Conflict) as refusal:
            series.cancel_following(who, ids[0])
        assert refusal.value.code == "too_late"
        assert all(session().get_one(Booking, each).state == "booked" for each in ids)
        assert len(series.cancel_following(who, ids[1])) == 3


def test_two_who_want_overlapping_weeks_never_share_a_time(world: World) -> None:
    allow(world)
    ids = book_four(world)
    with world.inside("siena"):
        rows = [session().get_one(Booking, each) for each in ids]
        slot_ids = [row.slot_id for row in rows]
        with pytest.raises(Conflict):
            series.book_weekly(world.actor("trainee6"), slot_ids[0], BookWeekly(count=2))
        week_before = rows[0].slot
        assert series.plan(world.actor("trainee6"), week_before.id, 2).free_ones == 0


@pytest.mark.parametrize("count", ["1", "0", "-3", "27", "9" * 30, "four", ""])
def test_impossible_counts_book_nothing(sign_in: SignIn, world: World, count: str) -> None:
    allow(world)
    slot_id = first_slot(world)
    browser = sign_in("trainee5")
    assert browser.get(f"{PAGE}/book/{slot_id}/weekly?count={count}").status_code == 200
    answer = browser.post(f"{PAGE}/book/{slot_id}/weekly", data={"count": count, "purpose": "bad"})
    assert answer.status_code == 422
    with world.inside("siena"):
        assert booking.find_coming(world.actor("trainee5")) == []


def test_the_page_takes_as_many_queries_for_two_weeks_as_for_twelve(sign_in: SignIn, world: World) -> None:
    allow(world, series_most=12, window_days=120)
    slot_id, browser = first_slot(world), sign_in("trainee5")
    counts = []
    for count in (2, 2, 12):
        with count_queries() as counted:
            page = browser.get(f"{PAGE}/book/{slot_id}/weekly?count={count}").text
        counts.append(len(counted))
    assert len(re.findall(r"<li class=", page)) >= 12
    assert counts[1] == counts[2]


def test_a_time_of_nobody_and_a_past_one_are_not_there(sign_in: SignIn, world: World) -> None:
    allow(world)
    with world.inside("siena"):
        old = Slot(
            tutor_id=world.people["tutor"].id, starts_at=utcnow() - timedelta(hours=1), ends_at=utcnow(), place="chat"
        )  # fmt: skip
        session().add(old)
        session().flush()
        old_id = old.id
    for slot_id in (old_id, uuid.uuid4()):
        assert sign_in("trainee5").get(f"{PAGE}/book/{slot_id}/weekly").status_code == 404
