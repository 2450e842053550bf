"""Invented hours and sessions of the demo offices."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.plugin import (
    CreateActivity,
    World,
    attachable_refs,
    create_activity,
    directory,
    enrol_people,
    seal,
    session,
    set_state,
)
from plugins.tutoring import booking, intake, offering
from plugins.tutoring.demo_history import add_history
from plugins.tutoring.desk import queue
from plugins.tutoring.forms import AddPattern
from plugins.tutoring.models import (
    Booking,
    CannedReply,
    ClosedDay,
    DayOff,
    DeskHours,
    PrivateNote,
    QueuePlace,
    Series,
    Slot,
    Task,
    Waiting,
)
from plugins.tutoring.times import same_time_weekly

LINES = {
    "siena": {
        "tutor": [("1", 10, 12, "chat", ""), ("3", 14, 16, "call", "")],
        "counsellor": [("2", 9, 11, "in_person", "Stanza 4, primo piano")],
    },
    "vienna": {"counsellor_vienna": [("1", 9, 11, "chat", ""), ("4", 13, 15, "in_person", "Room 12")]},
}
PAST = {
    "siena": [
        (
            "trainee",
            "tutor",
            35,
            "Abbiamo riordinato il CV: prima le esperienze, poi gli studi.",
            "Chiedere due referenze",
        ),
        (
            "trainee",
            "tutor",
            14,
            "Prova di colloquio in chat, con le domande più frequenti.",
            "Registrare il video CV",
        ),
        ("trainee2", "counsellor", 21, "Primo colloquio: che cosa sai fare e che cosa cerchi.", ""),
        ("trainee3", "tutor", 7, "", ""),
    ],
    "vienna": [
        (
            "trainee_vienna",
            "counsellor_vienna",
            12,
            "We looked at three openings and wrote one letter.",
            "Send it",
        )
    ],
}
DESK = {
    "siena": [(day, starts, ends) for day in range(5) for starts, ends in ((9, 13), (14, 18))],
    "vienna": [(day, 9, 12) for day in (0, 2, 4)],
}
DROPPED_IN = {
    "siena": [
        (
            "trainee4",
            "tutor",
            2,
            "Come rispondo a un annuncio?",
            "Abbiamo scritto insieme una risposta breve.",
        ),
        (
            "trainee9",
            "counsellor",
            3,
            "Non riesco ad aprire il corso",
            "Ora funziona: serviva un altro link.",
        ),
        ("trainee10", "tutor", 4, "Una domanda sul contratto", "Spiegato periodo di prova e preavviso."),
    ],
    "vienna": [
        ("trainee_vienna", "counsellor_vienna", 5, "A question about a letter", "We read it together.")
    ],
}
LEFT = {
    "siena": (
        "trainee12",
        "Buonasera, ho un contratto a termine che scade a fine mese. Posso già iscrivermi al corso di saldatura, o devo aspettare?",
    ),
    "vienna": ("trainee_vienna5", "Can somebody look at my letter before Friday?"),
}
HOLIDAYS = {"siena": ("Natale", "Santo Stefano"), "vienna": ("Christmas Day", "Saint Stephen's Day")}
NOTES = {"siena": "Meglio chiamare dopo le 15.", "vienna": "Likes short letters."}
REPLIES = {
    "siena": [
        ("tutor", "saluti", "Ciao {name}, come posso aiutarti?"),
        ("", "cv", "Carica il tuo CV qui sotto, lo guardiamo insieme."),
    ],
    "vienna": [("counsellor_vienna", "hello", "Hello {name}, how can I help you?")],
}
COMING = {
    "siena": [("trainee", "tutor", "interview"), ("trainee4", "counsellor", "cv")],
    "vienna": [("trainee_vienna", "counsellor_vienna", "search")],
}


def build_tutoring(world: World) -> None:
    """Hours of the tutors, half a year of sessions, a waiting list."""
    for slug, tutors in LINES.items():
        with world.inside(slug):
            for key, lines in tutors.items():
                for weekday, starts, ends, place, where in lines:
                    command = AddPattern(
                        weekday=weekday, starts=time(starts), ends=time(ends), place=place, where=where
                    )
                    offering.add_pattern(world.actor(key), command)
            _add_past(world, slug)
            add_history(world, slug)
            _add_coming(world, slug)
            _add_series(world, slug)
            _add_goal(world, slug)
            _add_desk(world, slug)


def _add_past(world: World, slug: str) -> None:
    for number, (trainee, tutor, days_ago, result, step) in enumerate(PAST[slug]):
        begin = world.moment(days_ago, 10) + timedelta(minutes=30 * number)
        slot = Slot(
            tutor_id=world.people[tutor].id, starts_at=begin, ends_at=begin + timedelta(minutes=30), place="chat",
            created_at=begin - timedelta(days=5),
        )  # fmt: skip
        session().add(slot)
        session().flush()
        row = Booking(
            slot_id=slot.id, trainee_id=world.people[trainee].id, state="done" if result else "booked", purpose="cv",
            result=result, next_step=step, created_at=begin - timedelta(days=3), follow_up_on=_day(begin, 30) if step else None,
        )  # fmt: skip
        session().add(row)
        session().flush()
        if step:
            session().add(
                Task(booking_id=row.id, trainee_id=row.trainee_id, text=step, due_on=_day(begin, 30))
            )


def _add_coming(world: World, slug: str) -> None:
    for trainee, tutor, purpose in COMING[slug]:
        who = world.actor(trainee)
        free = booking.find_free(who, tutor_id=world.people[tutor].id, limit=2)
        row = Booking(
            slot_id=free[-1].slot.id,
            trainee_id=who.user_id,
            purpose=purpose,
            message="",
            created_at=world.moment(2),
        )
        session().add(row)
        session().flush()
        session().refresh(row)
        intake.show_things(who, row, [str(ref) for ref in attachable_refs(who)[:1]])
    waiting = world.trainees(slug)[6:8]
    for number, person in enumerate(waiting):
        session().add(Waiting(trainee_id=person.id, created_at=world.moment(3 - number)))


def _add_series(world: World, slug: str) -> None:
    """Somebody who comes at the same time for three weeks."""
    who = world.trainees(slug)[-1]
    free = booking.find_free(
        world.actor(who.key), tutor_id=world.people[next(iter(LINES[slug]))].id, limit=500
    )
    zone = ZoneInfo(directory().get(world.office(slug).id).zone)
    by_start = {each.slot.starts_at: each.slot for each in free}
    last = free[len(free) // 2].slot
    moments = same_time_weekly(zone, last.starts_at, 3)
    series = Series(zone=zone.key, count=len(moments))
    session().add(series)
    session().flush()
    for moment in moments:
        slot = by_start.get(moment) if moment else None
        if slot is not None:
            row = Booking(
                slot_id=slot.id,
                trainee_id=who.id,
                purpose="interview",
                message="",
                created_at=world.moment(1),
            )
            row.series_id, row.series_place = series.id, slot.starts_at
            session().add(row)
    session().flush()


def _add_desk(world: World, slug: str) -> None:
    for number, name in enumerate(HOLIDAYS[slug]):
        session().add(ClosedDay(day=date(world.now.year, 12, 25 + number), name=name))
    writer, text = LEFT[slug]
    session().add(
        QueuePlace(
            trainee_id=world.people[writer].id, topic=text[:80], message=text, state="message",
            created_at=world.moment(1, 19), seen_at=world.moment(1, 19),
        )
    )  # fmt: skip
    for day, starts, ends in DESK[slug]:
        session().add(DeskHours(weekday=day, starts=starts * 60, ends=ends * 60))
    tutor_id, trainee_id = (world.people[key].id for key in (DROPPED_IN[slug][0][1], DROPPED_IN[slug][0][0]))
    session().add(PrivateNote(tutor_id=tutor_id, trainee_id=trainee_id, sealed=seal(NOTES[slug])))
    for tutor, shortcut, text in REPLIES[slug]:
        owner_id = world.people[tutor].id if tutor else None
        session().add(CannedReply(owner_id=owner_id, shortcut=shortcut, text=text))
    for number, (trainee, tutor, days_ago, topic, result) in enumerate(DROPPED_IN[slug]):
        joined = world.moment(days_ago, 11, 7 * number)
        taken, ended = joined + timedelta(minutes=4 + number), joined + timedelta(minutes=18 + 2 * number)
        place = QueuePlace(
            trainee_id=world.people[trainee].id,
            topic=topic,
            state="taken",
            created_at=joined,
            seen_at=taken,
            ended_at=taken,
        )
        slot = Slot(
            tutor_id=world.people[tutor].id, starts_at=taken, ends_at=taken + queue.SESSION, place="chat", is_closed=True,
            topic=topic, created_at=taken,
        )  # fmt: skip
        session().add_all([place, slot])
        session().flush()
        session().add(
            Booking(
                slot_id=slot.id, trainee_id=place.trainee_id, place_id=place.id, state="done", purpose="other", message=topic,
                result=result, ended_at=ended, created_at=taken,
            )
        )  # fmt: skip
    session().flush()


def _add_goal(world: World, slug: str) -> None:
    title = {"siena": "Due incontri con un tutor", "vienna": "Two sessions with a tutor"}[slug]
    owner = world.actor({"siena": "trainer", "vienna": "trainer_vienna"}[slug])
    activity = create_activity(owner, CreateActivity(title=title, type="tutoring"))
    set_state(owner, activity.id, "published")
    enrol_people(owner, activity.id, [each.id for each in world.trainees(slug)[:6]])
    tutor = world.actor(next(iter(LINES[slug])))
    session().add(DayOff(tutor_id=tutor.user_id, day=_day(world.now, 61)))
    session().flush()


def _day(moment: datetime, days: int) -> date:
    return (moment + timedelta(days=days)).date()
