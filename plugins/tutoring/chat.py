"""The conversation of a session: one durable channel for the two who have it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from lms.plugin import (
    Actor,
    ChannelKind,
    Command,
    Conflict,
    Decision,
    EventKind,
    EventView,
    HintKind,
    NotFound,
    Rate,
    StoredFile,
    Ui,
    _,
    _l,
    append,
    attach_file,
    directory,
    notify,
    read_latest,
    session,
    system_actor,
    utcnow,
    who_is_here,
)
from plugins.tutoring.booking import get_booking
from plugins.tutoring.models import Booking
from plugins.tutoring.refs import ref_of

NAME = "tutoring"
PURPOSE = "tutoring.chat"
SAID, SHARED, TAKEN_BACK, CHANGED = "message.sent", "file.shared", "message.withdrawn", "message.changed"
ENDED, PASSED = "conversation.ended", "tutor.changed"
PROPOSED, DECLINED = "tutor.proposed", "tutor.declined"
LONGEST = 4000
OPEN_AFTER = timedelta(days=7)
"""How long after a session both can still write."""
CHANGED_WITHIN = timedelta(minutes=15)
"""How long somebody can change the words of their message; taken back it can be while both can write."""
SHOWN = 200
TELL_EVERY_MINUTES = 10


class Say(Command):
    """A message."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST), Ui(_l("Your message"), kind="textarea")]


class ShowFile(Command):
    """A file that was put into the conversation."""

    file_id: uuid.UUID
    name: Annotated[str, Field(max_length=200)]
    media_type: Annotated[str, Field(max_length=120)]
    size: int


class TakeBack(Command):
    """Take back one's own message; ``target`` is its number in the log."""

    target: Annotated[int, Field(ge=1)]


class Change(Command):
    """Other words for one's own message; ``target`` is its number in the log."""

    target: Annotated[int, Field(ge=1)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Ended(Command):
    """Somebody ended a conversation of the drop-in desk."""


class Passed(Command):
    """Another tutor goes on with the conversation."""

    name: Annotated[str, Field(max_length=120)]


class Proposed(Command):
    """The tutor asks whether another tutor may go on with the conversation."""

    name: Annotated[str, Field(max_length=120)]


class Declined(Command):
    """The conversation stays with its tutor."""


class Typing(Command):
    """Somebody is writing; with ``text`` (only if they chose so) what they write, letter by letter."""

    text: Annotated[str, Field(max_length=LONGEST)] = ""


class Seen(Command):
    """Read up to a number."""

    seq: Annotated[int, Field(ge=0)]


def channel_of(row: Booking) -> str:
    """The channel of a session."""
    return f"{NAME}:{row.id}"


def may_read(actor: Actor, channel: str) -> Decision:
    """The trainee and the tutor of the session."""
    if _row_of(actor, channel) is None:
        return Decision(False, _("There is no such session."))
    return Decision(True, _("It is your session."))


def may_append(actor: Actor, channel: str, kind: str) -> Decision:
    """The same two, from the booking until a week after the session."""
    row = _row_of(actor, channel)
    if row is None:
        return Decision(False, _("There is no such session."))
    if not is_open(row):
        return Decision(False, _("This conversation is closed. Book a new session to go on."))
    return Decision(True, _("It is your session."))


def is_open(row: Booking) -> bool:
    """True while both can write."""
    is_over = row.ended_at is not None or utcnow() > row.slot.ends_at + OPEN_AFTER
    return row.state in {"booked", "done"} and not is_over


def say(actor: Actor, booking_id: uuid.UUID, command: Say) -> int:
    """Write without a live connection; returns the number. Raises NotFound, Forbidden."""
    row = get_booking(actor, booking_id)
    return append(actor, channel_of(row), SAID, command, secrets.token_urlsafe(16)).seq


def share_file(actor: Actor, booking_id: uuid.UUID, file: StoredFile, key: str) -> int:
    """Put a file into the conversation; both may read it. Raises NotFound, Forbidden, Conflict."""
    row = get_booking(actor, booking_id)
    if not is_open(row):
        raise Conflict(_("This conversation is closed. Book a new session to go on."))
    attach_file(file, ref_of(row))
    payload = {"file_id": str(file.id), "name": file.name, "media_type": file.media_type, "size": file.size}
    return append(actor, channel_of(row), SHARED, payload, key).seq


def take_back(actor: Actor, booking_id: uuid.UUID, seq: int) -> None:
    """Take back one's own message; twice is once. Raises NotFound."""
    row = get_booking(actor, booking_id)
    _own_message(actor, row, seq)
    append(actor, channel_of(row), TAKEN_BACK, TakeBack(target=seq), f"withdraw-{seq}")


def change(actor: Actor, booking_id: uuid.UUID, seq: int, command: Say) -> None:
    """Say one's own message in other words. Raises NotFound, and Conflict when a while has passed."""
    row = get_booking(actor, booking_id)
    if not may_change_words(_own_message(actor, row, seq)):
        raise Conflict(_("It is too late to change this message. Write a new one."), code="too_late")
    changed = Change(target=seq, text=command.text)
    append(actor, channel_of(row), CHANGED, changed, secrets.token_urlsafe(16))


def may_change_words(message: EventView) -> bool:
    """True while its author can still change a message."""
    return message.kind == SAID and utcnow() <= message.at + CHANGED_WITHIN


def read_messages(actor: Actor, row: Booking) -> list[EventView]:
    """The latest messages and files, oldest first, as they stand now."""
    return as_they_stand(read_latest(actor, channel_of(row), SHOWN))


def as_they_stand(events: Sequence[EventView]) -> list[EventView]:
    """What there is to read of these events: without what was taken back, changed messages in their last words (``is_changed``)."""
    gone = {event.payload["target"] for event in events if event.kind == TAKEN_BACK}
    words = {event.payload["target"]: event.payload["text"] for event in events if event.kind == CHANGED}
    kept = [event for event in events if event.kind in {SAID, SHARED, PASSED} and event.seq not in gone]
    return [
        replace(event, payload={"text": words[event.seq], "is_changed": True})
        if event.seq in words and event.kind == SAID
        else event
        for event in kept
    ]


def tell_passed(row: Booking, name: str) -> None:
    """Say in the conversation that another tutor goes on with it."""
    append(system_actor(row.office_id), channel_of(row), PASSED, Passed(name=name), secrets.token_urlsafe(16))


def tell_proposed(row: Booking, name: str) -> None:
    """Ask in the conversation whether another tutor may go on."""
    append(
        system_actor(row.office_id), channel_of(row), PROPOSED, Proposed(name=name), secrets.token_urlsafe(16)
    )


def tell_declined(row: Booking) -> None:
    """Say in the conversation that it stays with its tutor."""
    append(system_actor(row.office_id), channel_of(row), DECLINED, Declined(), secrets.token_urlsafe(16))


def tell_ended(row: Booking) -> None:
    """Tell the open pages of a conversation that it was ended."""
    append(system_actor(row.office_id), channel_of(row), ENDED, Ended(), "ended")


def latest_seq(actor: Actor, row: Booking) -> int:
    """The number from which a page that was just rendered goes on."""
    events = read_latest(actor, channel_of(row), 1)
    return events[-1].seq if events else 0


def note_said(actor: Actor, channel: str, _payload: Mapping[str, Any], _seq: int) -> None:
    """Remember how long the two wrote, and tell the other one, who may not be looking."""
    row = _row_of(actor, channel)
    if row is None:
        return
    is_left = row.is_message and row.first_said_at is None  # its tutor is just opening it
    row.last_said_at = utcnow()
    row.first_said_at = row.first_said_at or row.last_said_at
    if not is_left:
        _tell_absent(actor, channel, row)


def _tell_absent(actor: Actor, channel: str, row: Booking) -> None:
    """At most once in ten minutes."""
    other = row.trainee_id if actor.user_id == row.slot.tutor_id else row.slot.tutor_id
    if any(person.user_id == other for person in who_is_here(channel)):
        return
    office, turn = directory().get(row.office_id), int(utcnow().timestamp()) // (60 * TELL_EVERY_MINUTES)
    notify(
        other, "tutoring_message" if row.is_message else "tutoring_session", title=_l("%(name)s wrote to you", name=actor.name),
        url=f"/o/{office.slug}/tutoring/sessions/{row.id}", key=f"tutoring:wrote:{row.id}:{actor.user_id}:{turn}",
    )  # fmt: skip


def _own_message(actor: Actor, row: Booking, seq: int) -> EventView:
    found = next((each for each in read_messages(actor, row) if each.seq == seq), None)
    if found is None or found.actor_id != actor.user_id:
        raise NotFound(_("This message is not there any more."))
    return found


def _row_of(actor: Actor, channel: str) -> Booking | None:
    try:
        booking_id = uuid.UUID(channel.partition(":")[2])
    except ValueError:
        return None
    row = session().get(Booking, booking_id)
    is_own = row is not None and (actor.is_system or actor.user_id in {row.trainee_id, row.slot.tutor_id})
    return row if is_own else None


CHAT = ChannelKind(
    NAME,
    events={
        SAID: EventKind(Say, Rate(30, 30), max_bytes=LONGEST * 6, on_append=note_said),
        SHARED: EventKind(ShowFile, is_for_clients=False, on_append=note_said),
        TAKEN_BACK: EventKind(TakeBack, is_for_clients=False),
        CHANGED: EventKind(Change, max_bytes=LONGEST * 6, is_for_clients=False),
        PASSED: EventKind(Passed, is_for_clients=False),
        PROPOSED: EventKind(Proposed, is_for_clients=False),
        DECLINED: EventKind(Declined, is_for_clients=False),
        ENDED: EventKind(Ended, is_for_clients=False),
    },
    may_read=may_read,
    may_append=may_append,
    hints={"typing": HintKind(Typing, Rate(60, 10)), "seen": HintKind(Seen, Rate(30, 10))},
    tail=SHOWN,
)
