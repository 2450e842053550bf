"""Guests: registration, places and the waiting list, personal links and what they open."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field as Limits
from sqlalchemy import func, select

from lms.plugin import (
    Activity,
    Actor,
    Command,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Ui,
    _,
    _l,
    admit_visitor,
    end_visit,
    places_of,
    renew_visit,
    session,
    utcnow,
)
from plugins.webinar import banning, letters, rooms
from plugins.webinar.models import Answer, Field, Participant, Registration, Room
from plugins.webinar.rooms import Meeting

VISIT_LASTS = timedelta(days=2)
"""How long after the planned end (or from now) a browser is remembered."""
KEPT = timedelta(days=180)
"""How long after a meeting registrations are kept."""
EMAIL = Annotated[
    str,
    Limits(min_length=5, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    Ui(_l("E-mail address"), hint=_l("We send the link there."), kind="email", autocomplete="email"),
]
NAME = Annotated[str, Limits(min_length=2, max_length=80), Ui(_l("Name"), autocomplete="name")]
LINK_CHOICES = (
    ("endless", _l("as often as they like")),
    ("until", _l("until the end of the meeting")),
    ("once", _l("once, in one browser")),
)


class Register(Command):
    """Somebody wants to come. Answers to the own questions of a room come beside it."""

    name: NAME
    email: EMAIL


class InviteGuest(Command):
    """Somebody is sent a personal link."""

    name: NAME
    email: EMAIL
    link_rule: Annotated[
        Literal["endless", "until", "once"],
        Ui(_l("The link opens the room"), kind="select", choices=LINK_CHOICES),
    ] = "endless"


class AddField(Command):
    """A question of the registration page."""

    label: Annotated[str, Limits(min_length=2, max_length=120), Ui(_l("Question"))]
    is_required: Annotated[bool, Ui(_l("Must be answered"))] = False


@dataclass(frozen=True, slots=True)
class PublicMeeting:
    """What a page that anybody may see shows of a meeting."""

    room: Room
    activity: Activity
    fields: Sequence[Field]
    is_full: bool


def get_public(room_id: uuid.UUID) -> PublicMeeting:
    """A meeting for which anybody may register. Raises NotFound, also for one of which nobody outside may know."""
    room, activity = session().get(Room, room_id), session().get(Activity, room_id)
    if room is None or activity is None or activity.state != "published" or room.guests != "registration":
        raise NotFound(_("There is no such meeting."))
    return PublicMeeting(room, activity, find_fields(room_id), not _has_place(activity))


def register(room_id: uuid.UUID, command: Register, answers: Mapping[str, str], locale: str) -> Registration:
    """Register for a meeting, or join its waiting list; who is registered gets the letter again. Raises NotFound, Conflict, Invalid."""
    public = get_public(room_id)
    if Meeting(public.room, public.activity).is_past(utcnow()):
        raise Conflict(_("This meeting is over."))
    given = {field: answers.get(str(field.id), "").strip()[:500] for field in public.fields}
    missing = [field.label for field, text in given.items() if field.is_required and not text]
    if missing:
        raise Invalid(_("Please answer: %(questions)s", questions=", ".join(missing)))
    row = _register(public.room, public.activity, command.name, command.email, locale)
    row.answers = [Answer(field_id=field.id, text=text) for field, text in given.items() if text]
    session().flush()
    _tell(public.room, public.activity, row)
    return row


def invite(actor: Actor, room_id: uuid.UUID, command: InviteGuest, locale: str) -> Registration:
    """Send somebody a personal link. Raises NotFound, Forbidden."""
    meeting = rooms.get_managed_room(actor, room_id)
    if meeting.room.guests == "none":
        raise Conflict(_("This meeting is for members of the office only. Change that first."))
    row = _register(meeting.room, meeting.activity, command.name, command.email, locale)
    row.link_rule = command.link_rule
    session().flush()
    _tell(meeting.room, meeting.activity, row)
    return row


def find_guests(actor: Actor, room_id: uuid.UUID) -> list[Registration]:
    """Who registered or was invited, in this order. Raises NotFound, Forbidden."""
    rooms.get_managed_room(actor, room_id)
    return list(
        session().scalars(
            select(Registration).filter_by(room_id=room_id).order_by(Registration.created_at, Registration.id)
        )
    )


def get_guest(actor: Actor, room_id: uuid.UUID, registration_id: uuid.UUID) -> Registration:
    """One of them. Raises NotFound, Forbidden."""
    rooms.get_managed_room(actor, room_id)
    row = session().get(Registration, registration_id)
    if row is None or row.room_id != room_id:
        raise NotFound(_("There is no such registration."))
    return row


def revoke(actor: Actor, room_id: uuid.UUID, registration_id: uuid.UUID) -> None:
    """Let somebody's link open nothing more; whoever is inside by it is out within two seconds. The place goes to the next."""
    row = get_guest(actor, room_id, registration_id)
    if row.revoked_at is None:
        row.revoked_at, row.state = utcnow(), "cancelled"
        if row.visitor_id is not None:
            end_visit(row.visitor_id)
        session().flush()
        promote(room_id)


def renew_link(actor: Actor, room_id: uuid.UUID, registration_id: uuid.UUID) -> None:
    """A new link in place of the old one, sent by letter. Raises NotFound, Forbidden."""
    row = get_guest(actor, room_id, registration_id)
    meeting = rooms.get_managed_room(actor, room_id)
    row.link_version, row.revoked_at, row.used_at = row.link_version + 1, None, None
    row.state = "registered" if _has_place(meeting.activity) else "waiting"
    session().flush()
    _tell(meeting.room, meeting.activity, row)


def promote(room_id: uuid.UUID) -> int:
    """Give free places to the waiting list, first come first served; returns how many got one."""
    room, activity = session().get_one(Room, room_id), session().get_one(Activity, room_id)
    waiting = (
        select(Registration)
        .filter_by(room_id=room_id, state="waiting")
        .order_by(Registration.created_at, Registration.id)
    )
    count = 0
    for row in session().scalars(waiting):
        if not _has_place(activity):
            break
        row.state = "registered"
        session().flush()
        letters.tell_place(room, activity, letters.guest_reader(row))
        count += 1
    return count


def open_link(registration_id: uuid.UUID, secret: str) -> tuple[Registration, Meeting]:
    """What a personal link leads to. Raises NotFound for a wrong one, Forbidden with the reason for one that ended."""
    row = session().get(Registration, registration_id)
    if row is None or not letters.is_link_secret(row, secret):
        raise NotFound(_("This link is not right. Please copy the whole link from your letter."))
    activity = session().get(Activity, row.room_id)
    room = session().get(Room, row.room_id)
    if row.visitor_id is not None:
        banning.check_guest(row.room_id, [row.visitor_id])
    if row.revoked_at is not None or activity is None or room is None or activity.state != "published":
        raise Forbidden(_("This link is not valid any more. Ask those who invited you for a new one."))
    return row, Meeting(room, activity)


def come_by_link(
    registration_id: uuid.UUID, secret: str, known_visitor: str, earlier: Sequence[str] = ()
) -> tuple[uuid.UUID, uuid.UUID]:
    """Use a personal link: returns the visitor and the room.

    ``known_visitor`` is who the browser is already, ``earlier`` are visitors that it was before. Raises NotFound, Forbidden, Conflict.
    """
    row, meeting = open_link(registration_id, secret)
    banning.check_guest(row.room_id, [uuid.UUID(each) for each in (known_visitor, *earlier) if each])
    if row.state != "registered":
        raise Conflict(_("You are on the waiting list. We write to you as soon as a place is free."))
    if row.link_rule == "until" and meeting.is_past(utcnow()):
        raise Forbidden(_("This link was valid until the end of the meeting."))
    is_same_browser = row.visitor_id is not None and known_visitor == str(row.visitor_id)
    if row.link_rule == "once" and row.used_at is not None and not is_same_browser:
        raise Forbidden(
            _("This link was used in another browser already. Ask those who invited you for a new one.")
        )
    row.used_at = row.used_at or utcnow()
    until = _visit_until(meeting)
    if row.visitor_id is None or not renew_visit(row.visitor_id, until):
        _admit(row, until)
    session().flush()
    return row.visitor_id or uuid.UUID(int=0), row.room_id


def cancel_by_link(registration_id: uuid.UUID, secret: str) -> None:
    """The guest cannot come: the place goes to the next. Twice is once."""
    row, _meeting = open_link(registration_id, secret)
    if row.state != "cancelled":
        row.state = "cancelled"
        session().flush()
        promote(row.room_id)


def add_field(actor: Actor, room_id: uuid.UUID, command: AddField) -> None:
    """Ask one more question on the registration page."""
    rooms.get_managed_room(actor, room_id)
    number = len(find_fields(room_id))
    session().add(
        Field(room_id=room_id, label=command.label, is_required=command.is_required, position=number)
    )
    session().flush()


def remove_field(actor: Actor, room_id: uuid.UUID, field_id: uuid.UUID) -> None:
    """Ask it no more; the answers go with it."""
    rooms.get_managed_room(actor, room_id)
    row = session().get(Field, field_id)
    if row is not None and row.room_id == room_id:
        session().delete(row)
        session().flush()


def find_fields(room_id: uuid.UUID) -> list[Field]:
    """The own questions of a registration page, in their order."""
    return list(
        session().scalars(select(Field).filter_by(room_id=room_id).order_by(Field.position, Field.id))
    )


def forget_old(now: datetime) -> int:
    """Remove registrations of the office in scope half a year after their meeting, and the names of guests; returns how many."""
    query = (
        select(Registration)
        .join(Activity, Activity.id == Registration.room_id)
        .where(Activity.ends_at.is_not(None), Activity.ends_at < now - KEPT)
    )
    rows = list(session().scalars(query))
    for row in rows:
        for guest in (
            session().scalars(select(Participant).filter_by(visitor_id=row.visitor_id))
            if row.visitor_id
            else ()
        ):
            guest.name = "–"
        session().delete(row)
    return len(rows)


def _register(room: Room, activity: Activity, name: str, email: str, locale: str) -> Registration:
    address = email.lower()
    row = session().scalar(select(Registration).filter_by(room_id=activity.id, email=address))
    if row is None:
        row = Registration(room_id=activity.id, name=name, email=address, locale=locale)
        row.state = "registered" if _has_place(activity) else "waiting"
        session().add(row)
    elif row.state == "cancelled" and row.revoked_at is None:
        row.name, row.state = name, "registered" if _has_place(activity) else "waiting"
    session().flush()
    return row


def _has_place(activity: Activity) -> bool:
    if activity.capacity is None:
        return True
    guests = select(func.count()).select_from(Registration).filter_by(room_id=activity.id, state="registered")
    return places_of(activity).taken + (session().scalar(guests) or 0) < activity.capacity


def _tell(room: Room, activity: Activity, row: Registration) -> None:
    if row.revoked_at is not None or activity.starts_at is None:
        return
    reader = letters.guest_reader(row)
    if row.state == "registered":
        letters.tell_invited(room, activity, reader, again=f"{row.link_version}-{utcnow():%Y%m%d%H%M}")
    elif row.state == "waiting":
        letters.tell_waiting(room, activity, reader)


def _admit(row: Registration, until: datetime) -> None:
    before = row.visitor_id
    row.visitor_id = admit_visitor(
        rooms.ref_of(row.room_id), row.name, until, email=row.email, locale=row.locale
    )
    guest = (
        session().scalar(select(Participant).filter_by(room_id=row.room_id, visitor_id=before))
        if before
        else None
    )
    if guest is None:
        session().add(Participant(room_id=row.room_id, visitor_id=row.visitor_id, name=row.name))
    else:
        guest.visitor_id = row.visitor_id


def _visit_until(meeting: Meeting) -> datetime:
    return max(utcnow(), meeting.ends_at or utcnow()) + VISIT_LASTS
