"""What changes at the desk, told to pages that are open and to people who are not looking."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from lms.plugin import (
    Actor,
    ChannelKind,
    Command,
    Decision,
    EventKind,
    _,
    _l,
    append,
    directory,
    find_members,
    notify,
    session,
    system_actor,
    who_is_here,
)
from plugins.tutoring import chat
from plugins.tutoring.desk import routing
from plugins.tutoring.models import Booking, QueuePlace
from plugins.tutoring.offering import OFFER

DESK, PLACE = "tutoring_desk", "tutoring_place"
CHANGED, MOVED = "queue.changed", "place.changed"
CALLED_AT_MOST = 20


class Changed(Command):
    """The queue changed; pages ask for what they may see of it."""


class PlaceChanged(Command):
    """A place moved up, or ended; ``state`` is that of the place."""

    state: Annotated[str, Field(max_length=10)]


def place_channel(place: QueuePlace) -> str:
    """The channel on which one person hears of their place."""
    return f"{PLACE}:{place.id}"


def tell_queue(office_id: uuid.UUID) -> None:
    """Tell the tutors' pages and everybody who waits that the queue is another one.

    The channel of the desk comes first, always: its lock keeps changes at the same moment in one order.
    """
    office = system_actor(office_id)
    append(office, DESK, CHANGED, Changed(), secrets.token_urlsafe(16))
    for row in session().scalars(select(QueuePlace).filter_by(state="waiting").order_by(QueuePlace.id)):
        tell_place(row)


def tell_place(row: QueuePlace) -> None:
    """Tell one person's page that their place changed."""
    payload = PlaceChanged(state=row.state)
    append(system_actor(row.office_id), place_channel(row), MOVED, payload, secrets.token_urlsafe(16))


def call_tutors(row: QueuePlace) -> None:
    """Tell the tutors who offer what somebody waits for, if none of them is at the desk; where nobody offers it, all."""
    offers = routing.find_offers()
    right = routing.who_fits(offers, offers, row) or set(offers)
    if routing.who_fits(offers, tutors_here(), row) or _somebody_waits_alike(row):
        return
    office = directory().get(row.office_id)
    for tutor_id in sorted(right)[:CALLED_AT_MOST]:
        notify(
            tutor_id, "tutoring_session", title=_l("Somebody waits at the drop-in desk"), body=row.topic,
            url=f"/o/{office.slug}/tutoring/desk", key=f"tutoring:desk:{row.id}",
        )  # fmt: skip


def tell_message_left(row: QueuePlace, tutor_ids: Collection[uuid.UUID]) -> None:
    """Tell the tutors who can answer it that a message is there."""
    office = directory().get(row.office_id)
    for tutor_id in sorted(tutor_ids)[:CALLED_AT_MOST]:
        notify(
            tutor_id, "tutoring_message", title=_l("Somebody left a message for the drop-in desk"), body=row.topic,
            url=f"/o/{office.slug}/tutoring/desk", key=f"tutoring:message:{row.id}",
        )  # fmt: skip


def tell_taken(booking: Booking, tutor: Actor) -> None:
    """Tell somebody that a tutor is there for them now."""
    office = directory().get(booking.office_id)
    notify(
        booking.trainee_id, "tutoring_session", title=_l("%(name)s is there for you now", name=tutor.name),
        url=f"/o/{office.slug}/tutoring/sessions/{booking.id}", key=f"tutoring:taken:{booking.id}",
    )  # fmt: skip


def ask_trainee(booking: Booking, name: str) -> None:
    """Ask in the conversation whether another tutor may go on, and tell who is not looking."""
    chat.tell_proposed(booking, name)
    office = directory().get(booking.office_id)
    notify(
        booking.trainee_id, "tutoring_session", title=_l("Your tutor asks whether %(name)s may go on", name=name),
        url=f"/o/{office.slug}/tutoring/sessions/{booking.id}", key=f"tutoring:ask:{secrets.token_hex(8)}",
    )  # fmt: skip


def tutors_here() -> set[uuid.UUID]:
    """Who is at the desk now."""
    return {person.user_id for person in who_is_here(DESK)}


def tell_passed(booking: Booking, before: str, note: str) -> None:
    """Tell a tutor that a conversation is theirs now, from whom, and why."""
    office = directory().get(booking.office_id)
    notify(
        booking.slot.tutor_id, "tutoring_session", title=_l("%(name)s passed a conversation on to you", name=before),
        body=note, url=f"/o/{office.slug}/tutoring/desk?chat={booking.id}", key=f"tutoring:passed:{secrets.token_hex(8)}",
    )  # fmt: skip


def name_of(booking: Booking, user_id: uuid.UUID) -> str:
    """The name of a member of the office of a session."""
    person = find_members(system_actor(booking.office_id), [user_id]).get(user_id)
    return person.name if person else _("Former member")


def tell_dropped(row: QueuePlace) -> None:
    """Tell somebody that they do not wait any more, why, and what they can do."""
    office = directory().get(row.office_id)
    why = (
        _l("The drop-in desk has closed. Please book a session.")
        if row.state == "closed"
        else _l("Your connection was gone for ten minutes, so your place was given back.")
    )
    notify(
        row.trainee_id, "tutoring_session", title=_l("You do not wait at the drop-in desk any more"), body=why,
        url=f"/o/{office.slug}/tutoring/drop-in", key=f"tutoring:dropped:{row.id}",
    )  # fmt: skip


def _somebody_waits_alike(row: QueuePlace) -> bool:
    """True if the same tutors were told before, for somebody who still waits."""
    query = select(QueuePlace.id).filter_by(state="waiting", subject=row.subject, language=row.language)
    return session().scalar(query.where(QueuePlace.id != row.id).limit(1)) is not None


def _may_hear_desk(actor: Actor, _channel: str) -> Decision:
    if actor.can(OFFER):
        return Decision(True, _("You offer tutoring."))
    return Decision(False, _("Only tutors see the queue."))


def _may_hear_place(actor: Actor, channel: str) -> Decision:
    try:
        row = session().get(QueuePlace, uuid.UUID(channel.partition(":")[2]))
    except ValueError:
        row = None
    if row is not None and row.trainee_id == actor.user_id:
        return Decision(True, _("It is your place."))
    return Decision(False, _("There is no such place."))


def _nobody_writes(_actor: Actor, _channel: str, _kind: str) -> Decision:
    return Decision(False, _("Only the desk itself writes here."))


DESK_CHANNEL = ChannelKind(
    DESK, events={CHANGED: EventKind(Changed, is_for_clients=False)},
    may_read=_may_hear_desk, may_append=_nobody_writes, tail=1,
)  # fmt: skip
PLACE_CHANNEL = ChannelKind(
    PLACE, events={MOVED: EventKind(PlaceChanged, is_for_clients=False)},
    may_read=_may_hear_place, may_append=_nobody_writes, tail=1,
)  # fmt: skip
