"""What people are told about their sessions: here, by mail, and in their calendars (RFC 5545, RFC 5546)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from icalendar import Alarm, Calendar, Event, vCalAddress

from lms.plugin import (
    Actor,
    OfficeView,
    PersonView,
    Text,
    _l,
    directory,
    find_members,
    notify,
    office_address,
    send_mail,
    session,
    system_actor,
    utcnow,
)
from plugins.tutoring.models import Booking

PRODUCT = "-//Contrada//Tutoring//EN"
REMINDERS = (timedelta(hours=24), timedelta(hours=1))


def tell_booked(row: Booking) -> None:
    """Both get it in their calendar."""
    for person in _both(row):
        _mail(row, person, "tutoring/booked", "REQUEST")
    _notify(row, row.slot.tutor_id, "booked", _l("A session was booked"))


def tell_moved(row: Booking) -> None:
    """The same entry of the calendar, at its new time."""
    for person in _both(row):
        _mail(row, person, "tutoring/moved", "REQUEST")
    _notify(row, row.slot.tutor_id, f"moved-{row.sequence}", _l("A session was moved"))


def tell_booked_weekly(rows: Sequence[Booking], *, by_tutor: bool) -> None:
    """Both get all sessions of a series in one letter, as one entry that comes back every week."""
    first = rows[0]
    for person in _both(first):
        _mail(first, person, "tutoring/booked_weekly", "REQUEST", rows=rows)
    other = first.trainee_id if by_tutor else first.slot.tutor_id
    _notify(first, other, "booked", _l("Sessions were booked for several weeks"))


def tell_cancelled(rows: Sequence[Booking], by: Actor) -> None:
    """The entries go from both calendars, with one letter for each of the two."""
    first = rows[0]
    template = "tutoring/cancelled" if len(rows) == 1 else "tutoring/cancelled_weekly"
    for person in _both(first):
        _mail(first, person, template, "CANCEL", rows=rows, by=by.name)
    other = first.trainee_id if by.user_id == first.slot.tutor_id else first.slot.tutor_id
    _notify(
        first,
        other,
        "cancelled",
        _l("A session was cancelled") if len(rows) == 1 else _l("Sessions were cancelled"),
    )


def tell_offer(row: Booking) -> None:
    """A time is held for somebody who waits."""
    _notify(row, row.trainee_id, "offer", _l("A session is free for you: decide within 30 minutes"))


def tell_tutor(row: Booking, what: str, title: Text) -> None:
    """Tell the tutor what the trainee did."""
    _notify(row, row.slot.tutor_id, what, title)


def tell_trainee(row: Booking, what: str, title: Text) -> None:
    """Tell the trainee what the tutor did."""
    _notify(row, row.trainee_id, what, title)


def tell_soon(row: Booking) -> int:
    """Remind both a day and an hour before; each once. Returns how many reminders are due now.

    The day before it is a letter too, with the entry for the calendar once more; not to who has just had one
    because they booked within that day.
    """
    now = utcnow()
    due = [before for before in REMINDERS if row.slot.starts_at - now <= before]
    if due:
        name = f"soon-{int(min(due).total_seconds() // 3600)}"
        for user_id in (row.trainee_id, row.slot.tutor_id):
            _notify(row, user_id, name, _l("Your session is soon"))
    if due and row.reminded_at is None:
        row.reminded_at = now
        if row.created_at <= row.slot.starts_at - REMINDERS[0]:
            for person in _both(row):
                _mail(row, person, "tutoring/soon", "REQUEST")
    return len(due)


def as_calendar(
    rows: Sequence[Booking], people: dict[uuid.UUID, PersonView], office: OfficeView, method: str
) -> bytes:
    """Sessions as an iCalendar object for both, in the office's zone.

    Those of one series that was just booked are one entry with a rule (RFC 5545, 3.8.5.3), by the tutor's
    clock; a change of one of them names the place that it had in it (RECURRENCE-ID, 3.8.4.4).
    """
    calendar = Calendar.new(prodid=PRODUCT, method=method)
    is_new_series = method == "REQUEST" and len(rows) > 1
    for row in rows[:1] if is_new_series else rows:
        zone = ZoneInfo(row.series.zone if row.series else office.zone)
        event = _event(row, people, office, zone)
        event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
        if is_new_series:
            event.add("rrule", {"freq": "weekly", "count": len(rows)})
        elif row.series_place is not None:
            event.add("recurrence-id", row.series_place.astimezone(zone))
        calendar.add_component(event)
    calendar.add_missing_timezones()
    body: bytes = calendar.to_ical()
    return body


def _event(row: Booking, people: dict[uuid.UUID, PersonView], office: OfficeView, zone: ZoneInfo) -> Event:
    tutor, trainee = people.get(row.slot.tutor_id), people.get(row.trainee_id)
    event = Event.new(
        uid=uid_of(row), start=row.slot.starts_at.astimezone(zone),
        end=row.slot.ends_at.astimezone(zone), sequence=row.sequence, stamp=utcnow(), location=row.slot.where or None,
        summary=" – ".join([office.name, *(each.name for each in (tutor, trainee) if each)]),
    )  # fmt: skip
    if tutor:
        event.add("organizer", _address(tutor))
    if trainee:
        event.add("attendee", _address(trainee))
    alarm = Alarm()  # the calendar itself reminds, too (RFC 5545, 3.6.6)
    alarm.add("action", "DISPLAY")
    alarm.add("description", event["summary"])
    alarm.add("trigger", -REMINDERS[-1])
    event.add_component(alarm)
    return event


def uid_of(row: Booking) -> str:
    """The name of the session in calendars, for ever; those of one series share one, and each names its place in it."""
    return f"{row.series_id or row.id}@tutoring.contrada"


def _address(person: PersonView) -> vCalAddress:
    made = vCalAddress(f"mailto:{person.email}")
    made.params["CN"] = person.name
    return made


def _both(row: Booking) -> list[PersonView]:
    return list(_people(row).values())


def _people(row: Booking) -> dict[uuid.UUID, PersonView]:
    return find_members(system_actor(row.office_id), [row.slot.tutor_id, row.trainee_id])


def _mail(
    row: Booking,
    person: PersonView,
    template: str,
    method: str,
    *,
    rows: Sequence[Booking] = (),
    **more: object,
) -> None:
    office = directory().get(row.office_id)
    people = _people(row)
    other = people.get(row.trainee_id if person.id == row.slot.tutor_id else row.slot.tutor_id)
    language = person.locale or office.languages[0]
    context = {
        "name": person.name, "other": other.name if other else "", "when": _in_words(row.slot.starts_at, office, language),
        "whens": [_in_words(each.slot.starts_at, office, language) for each in rows], "where": row.slot.where, **more, "action_label": _l("Open the session"),
        "action_url": f"{office_address(office)}/tutoring/sessions/{row.id}",
    }  # fmt: skip
    send_mail(
        person.email, template, context, locale=language, office=office,
        calendar=as_calendar(rows or [row], people, office, method), key=f"{template}:{row.id}:{row.sequence}:{person.id}",
    )  # fmt: skip


def _in_words(moment: datetime, office: OfficeView, language: str) -> str:
    words = format_datetime(moment, "EEEE d MMMM y, HH:mm", tzinfo=ZoneInfo(office.zone), locale=language)
    return f"{words} ({office.zone})"


def _notify(row: Booking, user_id: uuid.UUID, what: str, title: Text) -> None:
    session().flush()
    office = directory().get(row.office_id)
    when = row.slot.starts_at.astimezone(ZoneInfo(office.zone))
    notify(
        user_id, "tutoring_session", title=title, body=f"{when:%Y-%m-%d %H:%M} ({office.zone})",
        url=f"/o/{office.slug}/tutoring/sessions/{row.id}", key=f"tutoring:{what}:{row.id}:{row.sequence}",
    )  # fmt: skip
