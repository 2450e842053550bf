"""Days on which the office is closed, and times at which a tutor is taken by something else."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.plugin import (
    Conflict,
    CreateActivity,
    Forbidden,
    Invalid,
    World,
    create_activity,
    enrol_people,
    session,
    set_state,
    utcnow,
)
from lms.testing import SignIn, notifications_of
from plugins.tutoring import booking, clashes, closing, dates, offering, series
from plugins.tutoring.desk import opening
from plugins.tutoring.forms import Book, CloseDays
from plugins.tutoring.models import Booking, ClosedDay, Pattern, Slot
from plugins.tutoring.tests.desk import open_all_week
from plugins.tutoring.times import span_of_day

PAGE = "/o/siena/tutoring"
ROME = ZoneInfo("Europe/Rome")


def free_slot(world: World, number: int = 0) -> Slot:
    """A time that trainee5 could take, with the tutor."""
    free = booking.find_free(world.actor("trainee5"), tutor_id=world.people["tutor"].id)
    return free[number].slot


def quiet_slot(world: World) -> Slot:
    """A time that trainee5 could take, with nothing else of the office: its weekly dates depend on the day."""
    actor = world.actor("trainee5")
    return next(
        each.slot
        for each in booking.find_free(actor, tutor_id=world.people["tutor"].id)
        if not clashes.busy_at(actor, each.slot)
    )


def day_of(slot: Slot) -> date:
    return slot.starts_at.astimezone(ROME).date()


def occupy(world: World, key: str, slot: Slot, title: str = "Riunione dei tutor") -> uuid.UUID:
    """Somebody takes part in something else at that time; returns what."""
    trainer = world.actor("trainer")
    row = create_activity(trainer, CreateActivity(title=title))
    row.starts_at, row.ends_at = (
        slot.starts_at - timedelta(minutes=10),
        slot.starts_at + timedelta(minutes=10),
    )
    set_state(trainer, row.id, "published")
    enrol_people(trainer, row.id, [world.people[key].id])
    return row.id


# --- closed days ----------------------------------------------------------------------


def test_on_a_closed_day_nobody_is_offered_a_time_until_it_is_opened_again(world: World) -> None:
    with world.inside("siena"):
        slot = free_slot(world)
        slot_id, day = slot.id, day_of(slot)
        days = f"{day.isoformat()} Santo patrono"
        booked = len(dates.find_between(world.actor("tutor"), *span_of_day(ROME, day, 0, 1440)))
        assert closing.close_days(world.actor("head"), CloseDays(days=days)) == (1, booked)
        assert slot_id not in {each.slot.id for each in booking.find_free(world.actor("trainee5"), limit=500)}
        with pytest.raises(Conflict):
            booking.book(world.actor("trainee5"), slot_id, Book())
        for pattern in session().scalars(select(Pattern)):
            offering.make_slots(pattern)
        assert session().get_one(Slot, slot_id).is_closed
        assert closing.close_days(world.actor("head"), CloseDays(days=days)) == (0, 0)
        (row,) = closing.find_closed_days(world.actor("trainee5"), until=day)
        assert (row.day, row.name) == (day, "Santo patrono")
        closing.open_day(world.actor("head"), row.id)
        assert slot_id in {each.slot.id for each in booking.find_free(world.actor("trainee5"), limit=500)}


def test_a_day_that_is_closed_in_one_office_is_open_in_another(world: World) -> None:
    with world.inside("siena"):
        day = day_of(free_slot(world))
        closing.close_days(world.actor("head"), CloseDays(days=day.isoformat()))
    with world.inside("vienna"):
        assert day not in opening.read_week(world.actor("head_vienna")).closed
        assert day not in {row.day for row in closing.find_closed_days(world.actor("head_vienna"))}


def test_sessions_that_are_booked_on_a_closed_day_stay_and_their_tutors_are_told(world: World) -> None:
    with world.inside("siena"):
        slot = free_slot(world)
        row = booking.book(world.actor("trainee5"), slot.id, Book())
        tutor_id = world.people["tutor"].id
        told = len(notifications_of(tutor_id))
        days = day_of(slot).isoformat()
        expected = len(dates.find_between(world.actor("tutor"), *span_of_day(ROME, day_of(slot), 0, 1440)))
        assert closing.close_days(world.actor("head"), CloseDays(days=days)) == (1, expected)
        assert session().get_one(Booking, row.id).state == "booked"
        assert len(notifications_of(tutor_id)) == told + expected
        assert expected >= 1


def test_the_drop_in_desk_stays_closed_and_says_when_it_opens(world: World) -> None:
    with world.inside("siena"):
        open_all_week()
        head, today = world.actor("head"), utcnow().astimezone(ROME).date()
        assert opening.opening_now(head).is_open
        session().add(ClosedDay(day=today))
        session().flush()
        found = opening.opening_now(head)
        assert not found.is_open
        assert found.next_at == datetime.combine(today + timedelta(days=1), time(), ROME)
        assert not opening.opening_with_unused(head).is_open


def test_only_who_runs_the_desk_closes_days(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"), pytest.raises(Forbidden):
        closing.close_days(world.actor("tutor"), CloseDays(days="2027-01-06"))
    assert sign_in("tutor").get(f"{PAGE}/closed-days").status_code == 403
    head = sign_in("head")
    answer = head.post(f"{PAGE}/closed-days", data={"form_id": "closedays", "days": "2027-01-06 Epifania"})
    assert answer.status_code == 303
    assert "Epifania" in head.get(f"{PAGE}/closed-days").text
    with world.inside("siena"):
        day_id = session().scalars(select(ClosedDay.id).filter_by(name="Epifania")).one()
    assert sign_in("head_vienna").post(f"/o/vienna/tutoring/closed-days/{day_id}/open").status_code == 404
    assert head.post(f"{PAGE}/closed-days/{day_id}/open").status_code == 303
    assert head.post(f"{PAGE}/closed-days/{day_id}/open").status_code == 404


def test_closed_days_are_shown_to_who_books(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        session().add(ClosedDay(day=day_of(free_slot(world)), name="Santo patrono"))
    assert "Santo patrono" in sign_in("trainee5").get(PAGE).text


@pytest.mark.parametrize(
    ("text", "line"),
    [("", ""), ("  \n \n", ""), ("2026-12-25\n2026-02-30", "2"), ("Natale", "1"), ("2026-12-251", "1"), ("1.2/2026", "1")],
)  # fmt: skip
def test_lines_that_are_no_days_are_refused_by_their_number(text: str, line: str) -> None:
    with pytest.raises(Invalid) as refused:
        closing.read_days(text)
    assert line in str(refused.value)


@given(
    st.dictionaries(
        st.dates(date(1970, 1, 1), date(2200, 12, 31)),
        st.text("abcàü XZ", max_size=100).map(lambda name: " ".join(name.split())),
        min_size=1, max_size=30,
    ),
    st.sampled_from(["{0:%Y-%m-%d} {1}", "{0.day}.{0.month}.{0.year} {1}", "{0:%d/%m/%Y}\t{1}", " {0.year:04d}-{0.month}-{0.day}, {1} \n"]),
)  # fmt: skip
def test_every_day_that_is_written_is_read_back(days: dict[date, str], line: str) -> None:
    text = "\n".join(line.format(day, name) for day, name in days.items())
    assert closing.read_days(text) == {day: name[: closing.NAME_LENGTH] for day, name in days.items()}


# --- taken by something else ----------------------------------------------------------


def test_a_time_at_which_the_tutor_is_taken_is_not_offered_and_cannot_be_booked(world: World) -> None:
    with world.inside("siena"):
        slot, trainee = free_slot(world), world.actor("trainee5")
        occupy(world, "tutor", slot)
        assert slot.id not in {each.slot.id for each in booking.find_free(trainee, limit=500)}
        with pytest.raises(Conflict) as refused:
            booking.book(trainee, slot.id, Book())
        assert refused.value.code == "busy"
        assert "Riunione" not in str(refused.value)
        assert booking.offer_freed(slot) is None


def test_the_tutor_is_warned_about_it_by_its_name_and_nobody_else_is(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        slot = free_slot(world)
        row = booking.book(world.actor("trainee5"), slot.id, Book())
        occupy(world, "tutor", slot)
        (found,) = [each for each in clashes.find_own_clashes(world.actor("tutor")) if each[0].id == slot.id]
        assert found[1].title == "Riunione dei tutor"
        assert clashes.find_own_clashes(world.actor("counsellor")) == []
        path = f"{PAGE}/sessions/{row.id}"
    tutor = sign_in("tutor")
    assert "Riunione dei tutor" in tutor.get(f"{PAGE}/hours").text
    assert "Riunione dei tutor" in tutor.get(path).text
    assert "Riunione dei tutor" not in sign_in("trainee5").get(path).text


def test_a_series_names_the_week_in_which_the_tutor_is_taken(world: World) -> None:
    with world.inside("siena"):
        tutor, trainee = world.actor("tutor"), world.people["trainee5"].id
        slot = free_slot(world)
        booking.book(world.actor("trainee5"), slot.id, Book())
        first = next(
            each
            for each in series.find_starts(tutor)
            if all(week.slot and not week.problem for week in series.plan(tutor, each.id, 3, trainee).weeks)
        )
        second = series.plan(tutor, first.id, 3, trainee).weeks[1].slot
        assert second
        occupy(world, "tutor", second)
        problems = [week.problem for week in series.plan(tutor, first.id, 3, trainee).weeks]
        assert [bool(each) for each in problems] == [False, True, False]


def test_who_books_reads_what_they_do_themselves_at_that_time(sign_in: SignIn, world: World) -> None:
    with world.inside("siena"):
        slot = free_slot(world)
        occupy(world, "trainee5", slot, "Corso di saldatura")
        address = f"{PAGE}/book/{slot.id}"
    browser = sign_in("trainee5")
    assert "Corso di saldatura" in browser.get(address).text
    assert "Corso di saldatura" not in sign_in("trainee6").get(address).text
    assert browser.post(address, data={"purpose": "cv"}).status_code == 303


# --- dates of the office --------------------------------------------------------------


def put_in_calendar(sign_in: SignIn, author: str, begin: datetime, *, is_all_day: bool = False) -> None:
    """A date of the office of half an hour, or of that whole day."""
    local = begin.astimezone(ROME)
    times = {"starts": f"{local:%H:%M}", "ends": f"{local + timedelta(minutes=30):%H:%M}"}
    data = {"title": "Fiera del lavoro", "day": local.date().isoformat(), **({} if is_all_day else times)}
    assert sign_in(author).post("/o/siena/calendar/items/new", data=data).status_code == 302


def test_a_date_of_the_office_blocks_who_entered_it_at_its_times_and_never_a_whole_day(
    sign_in: SignIn, world: World
) -> None:
    def offered() -> set[uuid.UUID]:
        with world.inside("siena"):
            return {each.slot.id for each in booking.find_free(world.actor("trainee5"), limit=500)}

    with world.inside("siena"):
        free = booking.find_free(world.actor("trainee5"), tutor_id=world.people["counsellor"].id)
        slot_id, begin, others = free[0].slot.id, free[0].slot.starts_at, {each.slot.id for each in free[1:]}
    put_in_calendar(sign_in, "counsellor", begin, is_all_day=True)
    put_in_calendar(sign_in, "head", begin)
    assert slot_id in offered()
    put_in_calendar(sign_in, "counsellor", begin)
    assert slot_id not in offered()
    assert others <= offered()
    with world.inside("siena"), pytest.raises(Conflict) as refused:
        booking.book(world.actor("trainee5"), slot_id, Book())
    assert refused.value.code == "busy"


def test_who_books_and_who_has_booked_is_told_what_the_office_has_at_that_time(
    sign_in: SignIn, world: World
) -> None:
    with world.inside("siena"):
        slot = quiet_slot(world)
        address, begin = f"{PAGE}/book/{slot.id}", slot.starts_at
    browser = sign_in("trainee5")
    assert "Fiera del lavoro" not in browser.get(address).text
    put_in_calendar(sign_in, "head", begin)
    assert "Fiera del lavoro" in browser.get(address).text
    answer = browser.post(address, data={"purpose": "cv"})
    assert answer.status_code == 303
    assert "Fiera del lavoro" in browser.get(answer.location).text
