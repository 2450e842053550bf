"""What a trainee sends along for a session: files for those two, and pages and CVs that are shown: by card, until a week after it, taken back at any time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lms.plugin import (
    Actor,
    Card,
    Conflict,
    Forbidden,
    Ref,
    StoredFile,
    _,
    _l,
    attach_file,
    attach_thing,
    attached_refs,
    attached_things,
    detach_things,
    system_actor,
    utcnow,
)
from plugins.tutoring import letters
from plugins.tutoring.models import Booking, Slot
from plugins.tutoring.refs import ref_of

PURPOSE = "tutoring.intake"
SHOWN_AFTER = timedelta(days=7)
"""How long after a session its tutor can open what was shown."""


def shown_until(slot: Slot) -> datetime:
    """When the tutor's right to open what is shown for a time ends by itself."""
    return slot.ends_at + SHOWN_AFTER


def attach_files(rows: Sequence[Booking], files: Sequence[StoredFile]) -> None:
    """Let the two of these sessions read the files that came with the booking."""
    for file in files:
        for row in rows:
            attach_file(file, ref_of(row))


def find_shown(actor: Actor, row: Booking) -> list[Card]:
    """What is shown for a session, as far as the actor may see it."""
    return attached_things(actor, ref_of(row))


def may_show(actor: Actor, row: Booking) -> bool:
    """True while the trainee of a session can show its tutor more."""
    return (
        actor.user_id == row.trainee_id
        and row.state in {"booked", "done"}
        and utcnow() < shown_until(row.slot)
    )


def show_things(actor: Actor, row: Booking, things: Sequence[str]) -> None:
    """Let the tutor open these of one's own pages and CVs. Raises Forbidden, Conflict, and NotFound for what is not one's own."""
    if not things:
        return
    if actor.user_id != row.trainee_id:
        raise Forbidden(_("Only the person whose session it was can do this."))
    if not may_show(actor, row):
        raise Conflict(_("This session is over: show the page from your portfolio instead."))
    for text in things:
        attach_thing(actor, Ref.parse(text), ref_of(row), row.slot.tutor_id, shown_until(row.slot))


def show_more(actor: Actor, row: Booking, things: Sequence[str]) -> None:
    """As ``show_things``, after the booking: the tutor is told."""
    show_things(actor, row, things)
    letters.tell_tutor(
        row, f"shown-{'-'.join(sorted(things))[-60:]}", _l("You can open a page or CV for your session")
    )


def take_back(actor: Actor, row: Booking, thing: str) -> None:
    """Do not show a thing any more; twice is once. Raises Forbidden."""
    if actor.user_id != row.trainee_id:
        raise Forbidden(_("Only the person whose session it was can do this."))
    detach_things(ref_of(row), Ref.parse(thing))


def hide_things(row: Booking) -> None:
    """Nothing is shown for a session any more: it was cancelled, or goes on with somebody else."""
    detach_things(ref_of(row))


def follow(row: Booking, left: Slot) -> None:
    """A session has another time: its tutor keeps what they saw, until a week after it; another tutor sees nothing."""
    if row.slot.tutor_id != left.tutor_id:
        hide_things(row)
        return
    for ref in attached_refs(row.office_id, ref_of(row)):
        attach_thing(system_actor(row.office_id), ref, ref_of(row), row.slot.tutor_id, shown_until(row.slot))
