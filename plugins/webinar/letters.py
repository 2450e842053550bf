"""What people are told about a room: by mail, with an entry for their calendar (RFC 5545, RFC 5546)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from icalendar import Calendar, Event, vCalAddress
from sqlalchemy import select

from lms.plugin import (
    Activity,
    Enrolment,
    OfficeView,
    PersonView,
    Ref,
    Text,
    _l,
    directory,
    find_members,
    keyed_hash,
    office_address,
    send_mail,
    session,
    system_actor,
    utcnow,
)
from plugins.webinar.models import Participant, Registration, Room

PRODUCT = "-//Contrada//Webinar//EN"
LINK = "webinar.link"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets a letter; ``url`` is their own way in."""

    id: uuid.UUID
    name: str
    email: str
    locale: str
    url: str


def link_secret(row: Registration) -> str:
    """The secret part of a personal link; it stands in no table."""
    return keyed_hash(LINK, f"{row.id}:{row.link_version}")


def is_link_secret(row: Registration, secret: str) -> bool:
    """True for the secret of this link, compared in constant time."""
    return secrets.compare_digest(link_secret(row).encode(), secret.encode())


def link_of(row: Registration) -> str:
    """The personal link."""
    office = directory().get(row.office_id)
    return f"{office_address(office)}/webinar/guest/{row.id}/{link_secret(row)}"


def tell_invited(room: Room, activity: Activity, reader: Reader, again: str = "") -> None:
    """It takes place then; here is the way in. ``again`` lets the same letter go out once more."""
    _mail(room, activity, reader, "webinar/invited", "REQUEST", _l("Open the room"), key=again)


def tell_place(room: Room, activity: Activity, reader: Reader) -> None:
    """A place became free for somebody who waited."""
    _mail(room, activity, reader, "webinar/place", "REQUEST", _l("Open the room"))


def tell_waiting(room: Room, activity: Activity, reader: Reader) -> None:
    """All places are taken; we write when one is free."""
    _mail(room, activity, reader, "webinar/waiting", "", _l("Look at your registration"))


def tell_changed(room: Room, activity: Activity) -> None:
    """The same entry of the calendar, at its new time."""
    for reader in readers_of(room, activity):
        _mail(room, activity, reader, "webinar/changed", "REQUEST", _l("Open the room"))


def tell_cancelled(room: Room, activity: Activity) -> None:
    """The entry goes from all calendars."""
    for reader in readers_of(room, activity):
        _mail(room, activity, reader, "webinar/cancelled", "CANCEL", "")


def tell_soon(room: Room, activity: Activity, days: int) -> int:
    """Remind everybody who is expected; each once for each number of days (0: within the hour). Returns how many there are."""
    count = 0
    for reader in readers_of(room, activity):
        _mail(room, activity, reader, "webinar/soon", "", _l("Open the room"), key=f"soon-{days}")
        count += 1
    return count


def tell_after(room: Room, activity: Activity, present: Collection[uuid.UUID]) -> None:
    """Thank those who were there; tell the others that they were missed. ``present`` are accounts and registrations."""
    for reader in readers_of(room, activity):
        template = "webinar/thanks" if reader.id in present else "webinar/missed"
        _mail(room, activity, reader, template, "", _l("Open the page of the meeting"))


def readers_of(room: Room, activity: Activity) -> Iterator[Reader]:
    """Everybody who is expected: enrolled members, who leads and presents, registered guests; each once."""
    office = directory().get(room.office_id)
    root = activity.root_id or activity.id
    enrolled = session().scalars(select(Enrolment.user_id).filter_by(activity_id=root, state="active")).all()
    helpers = session().scalars(
        select(Participant.user_id).where(Participant.room_id == activity.id, Participant.role != "participant", Participant.user_id.is_not(None))
    )  # fmt: skip
    ids = dict.fromkeys([*enrolled, *(each for each in helpers if each is not None)])
    for person in find_members(system_actor(room.office_id), list(ids)).values():
        yield member_reader(person, activity, office)
    guests = select(Registration).filter_by(room_id=activity.id, state="registered")
    for row in session().scalars(guests.where(Registration.revoked_at.is_(None))):
        yield guest_reader(row)


def member_reader(person: PersonView, activity: Activity, office: OfficeView) -> Reader:
    """A member of the office."""
    url = f"{office_address(office)}/webinar/{activity.id}"
    return Reader(person.id, person.name, person.email, person.locale or office.languages[0], url)


def guest_reader(row: Registration) -> Reader:
    """Somebody without an account."""
    return Reader(row.id, row.name, row.email, row.locale, link_of(row))


def as_calendar(room: Room, activity: Activity, reader: Reader, method: str) -> bytes:
    """The meeting as an iCalendar object for one reader, in the office's zone. Needs a time."""
    office = directory().get(room.office_id)
    zone = ZoneInfo(office.zone)
    starts, ends = moments(activity)
    calendar = Calendar.new(prodid=PRODUCT, method=method)
    event = Event.new(
        uid=uid_of(activity), start=starts.astimezone(zone), end=ends.astimezone(zone), sequence=room.sequence, stamp=utcnow(),
        location=reader.url, summary=activity.title, description=activity.summary or None, url=reader.url,
    )  # fmt: skip
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    owner = find_members(system_actor(room.office_id), [activity.owner_id]).get(activity.owner_id)
    if owner:
        event.add("organizer", _address(owner.name, owner.email))
    event.add("attendee", _address(reader.name, reader.email))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    body: bytes = calendar.to_ical()
    return body


def moments(activity: Activity) -> tuple[datetime, datetime]:
    """Beginning and end of a meeting that has a time."""
    starts = activity.starts_at or utcnow()
    return starts, activity.ends_at or starts


def uid_of(activity: Activity) -> str:
    """The name of the meeting in all calendars, for ever."""
    return f"{activity.id}@webinar.contrada"


def in_words(moment: datetime, office: OfficeView, language: str) -> str:
    """A moment in the office's zone, which is named."""
    words = format_datetime(moment, "EEEE d MMMM y, HH:mm", tzinfo=ZoneInfo(office.zone), locale=language)
    return f"{words} ({office.zone})"


def ref(activity: Activity) -> Ref:
    """The room as others refer to it."""
    return Ref.of("webinar", "room", activity.id)


def _address(name: str, email: str) -> vCalAddress:
    made = vCalAddress(f"mailto:{email}")
    made.params["CN"] = name
    return made


def _mail(
    room: Room, activity: Activity, reader: Reader, template: str, method: str, action: Text, *, key: str = ""
) -> None:
    office = directory().get(room.office_id)
    starts, _ends = moments(activity)
    context: dict[str, object] = {
        "name": reader.name, "title": activity.title, "when": in_words(starts, office, reader.locale),
        "minutes": room.duration, "summary": activity.summary,
    }  # fmt: skip
    if action:
        context |= {"action_label": action, "action_url": reader.url}
    send_mail(
        reader.email, template, context, locale=reader.locale, office=office,
        calendar=as_calendar(room, activity, reader, method) if method else None,
        key=f"{template}:{key}:{activity.id}:{room.sequence}:{reader.id}",
    )  # fmt: skip
