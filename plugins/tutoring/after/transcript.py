"""A conversation as a document: for the trainee whenever they want, for the tutor if the trainee allows it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from lms.plugin import (
    Actor,
    EventView,
    Forbidden,
    _,
    current_locale,
    directory,
    find_member_names,
    format_date,
    format_time,
    read_since,
    render_pdf,
)
from plugins.tutoring import chat
from plugins.tutoring.booking import get_booking
from plugins.tutoring.models import Booking

TEMPLATE = Path(__file__).parent.parent / "documents" / "transcript.typ"
MOST = 20_000


def may_keep(actor: Actor, row: Booking) -> bool:
    """True if the actor may take a copy of the conversation away."""
    return actor.user_id == row.trainee_id or (row.is_copy_allowed and actor.user_id == row.slot.tutor_id)


def transcript_pdf(actor: Actor, booking_id: uuid.UUID) -> bytes:
    """The whole conversation as an accessible PDF. Raises NotFound, Forbidden."""
    row = get_booking(actor, booking_id)
    if not may_keep(actor, row):
        raise Forbidden(_("The person you talked to has not allowed a copy of the conversation."))
    return render_pdf(TEMPLATE, _data(actor, row))


def _data(actor: Actor, row: Booking) -> dict[str, Any]:
    names = find_member_names(actor, [row.slot.tutor_id, row.trainee_id])
    former = _("Former member")
    return {
        "lang": current_locale(),
        "office": directory().get(row.office_id).name,
        "title": _("Conversation of %(day)s", day=format_date(row.slot.starts_at, "long")),
        "people": [names.get(row.trainee_id, former), names.get(row.slot.tutor_id, former)],
        "summary_title": _("What came of it"),
        "summary": row.result,
        "next_title": _("Next step"),
        "next": row.next_step,
        "word_title": _("Added by %(name)s", name=names.get(row.trainee_id, former)),
        "word": row.trainee_word,
        "talk_title": _("Conversation"),
        "nothing": _("Nothing was written."),
        "messages": [_message(event) for event in _whole(actor, row)],
    }


def _whole(actor: Actor, row: Booking) -> list[EventView]:
    """Everything that was written and not taken back."""
    events: list[EventView] = []
    while len(events) < MOST:
        more = read_since(actor, chat.channel_of(row), events[-1].seq if events else 0)
        if not more:
            break
        events += more
    return chat.as_they_stand(events)


def _message(event: EventView) -> dict[str, str]:
    text = event.payload.get("text") or ""
    if event.kind == chat.SHARED:
        text = _("File: %(name)s", name=event.payload["name"])
    elif event.kind == chat.PASSED:
        text = _("%(name)s goes on with this conversation.", name=event.payload["name"])
    return {
        "who": event.actor_name or "",
        "at": f"{format_date(event.at, 'short')} {format_time(event.at)}",
        "text": text,
    }
