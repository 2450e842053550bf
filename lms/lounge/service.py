"""Announcements of an office: a channel log, read from its end."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.access.actor import Actor
from lms.access.policy import Decision, Policy, require
from lms.accounts.models import Membership
from lms.errors import Forbidden, NotFound
from lms.live.channels import Appended, EventView, append, read_latest
from lms.live.kinds import ChannelKind, EventKind, Rate
from lms.live.presence import Person, who_is_here
from lms.lounge.forms import LONGEST_ANNOUNCEMENT, PostAnnouncement, WithdrawAnnouncement
from lms.notifications.service import notify
from lms.offices.directory import directory
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.text import gettext as _
from lms.text import lazy_gettext as _l
from lms.work.jobs import JobRun, enqueue

CHANNEL = "lounge"
TELL_JOB = "core.lounge.tell"
ANNOUNCE = "lounge.announce"
POSTED = "announcement.posted"
WITHDRAWN = "announcement.withdrawn"
SHOWN = 50
READ = 400
READ_FOR_EACH = 8
"""Events read for each announcement shown: some are withdrawals, or were withdrawn."""
_BYTES_PER_CHARACTER = 6


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement as a person sees it. ``author`` is None when the author left for good."""

    seq: int
    text: str
    at: datetime
    author: Person | None
    can_withdraw: bool


def may_read(actor: Actor, _channel: str) -> Decision:
    """Members of the office read the lounge."""
    return Policy("member").decide(actor)


def may_append(actor: Actor, _channel: str, _kind: str) -> Decision:
    """Those who hold ``lounge.announce`` write."""
    return Policy("permission", ANNOUNCE).decide(actor)


def enqueue_telling(actor: Actor, _channel: str, payload: Mapping[str, Any], seq: int) -> None:
    """Have all members told of a new announcement, without making its author wait for it."""
    enqueue(
        TELL_JOB,
        {"seq": seq, "text": payload["text"], "author": str(actor.user_id)},
        office_id=actor.office_id,
        key=str(seq),
    )


def tell_members(run: JobRun) -> None:
    """The job: a notification for every member but the author; running twice tells once."""
    office = directory().get(run.office_id or uuid.UUID(int=0))
    author, text = run.payload["author"], str(run.payload["text"])
    with unit_of_work():
        people = (
            session().scalars(select(Membership.user_id).filter_by(office_id=office.id, state="active")).all()
        )
        for user_id in people:
            if str(user_id) != author:
                notify(
                    user_id, "announcement", title=_l("News of %(office)s", office=office.name), body=text[:300],
                    url=f"/o/{office.slug}/lounge", key=f"announcement:{office.id}:{run.payload['seq']}",
                )  # fmt: skip


LOUNGE = ChannelKind(
    name=CHANNEL,
    events={
        POSTED: EventKind(
            PostAnnouncement,
            Rate(10, 60),
            max_bytes=LONGEST_ANNOUNCEMENT * _BYTES_PER_CHARACTER + 100,
            on_append=enqueue_telling,
        ),
        WITHDRAWN: EventKind(WithdrawAnnouncement, is_for_clients=False),
    },
    may_read=may_read,
    may_append=may_append,
    tail=READ,
)


def post_announcement(
    actor: Actor, command: PostAnnouncement, key: str | None = None, *, at: datetime | None = None
) -> Appended:
    """Tell the office something; the same ``key`` again changes nothing. Raises Forbidden."""
    return append(actor, CHANNEL, POSTED, command, key or secrets.token_urlsafe(16), at=at)


def withdraw_announcement(actor: Actor, seq: int) -> None:
    """Take back one's own announcement; a head takes back anybody's. Twice is once. Raises NotFound, Forbidden."""
    require(actor, ANNOUNCE)
    found = next((each for each in find_announcements(actor, READ) if each.seq == seq), None)
    if found is None:
        raise NotFound(_("This announcement is not there any more."))
    if not found.can_withdraw:
        raise Forbidden(_("Only the author or the head of the office can take this back."))
    append(actor, CHANNEL, WITHDRAWN, WithdrawAnnouncement(target=seq), f"withdraw-{seq}")


def find_announcements(actor: Actor, limit: int = SHOWN) -> list[Announcement]:
    """The latest announcements, newest first. Raises Forbidden."""
    events = read_latest(actor, CHANNEL, min(READ, READ_FOR_EACH * limit))
    withdrawn = {event.payload["target"] for event in events if event.kind == WITHDRAWN}
    posted = [event for event in events if event.kind == POSTED and event.seq not in withdrawn]
    return [_view(actor, event) for event in reversed(posted[-limit:])]


def find_people_here(actor: Actor) -> list[Person]:
    """Who has the lounge open now, by name. Raises Forbidden."""
    decision = may_read(actor, CHANNEL)
    if not decision:
        raise Forbidden(decision.reason)
    return who_is_here(CHANNEL)


def latest_seq(actor: Actor) -> int:
    """Number of the latest event, from which a page that was just rendered goes on."""
    events = read_latest(actor, CHANNEL, 1)
    return events[-1].seq if events else 0


def _view(actor: Actor, event: EventView) -> Announcement:
    author = Person(event.actor_id, event.actor_name) if event.actor_id else None
    is_own = event.actor_id == actor.user_id
    can_withdraw = actor.can(ANNOUNCE) and (is_own or "head" in actor.roles or actor.is_system)
    return Announcement(event.seq, str(event.payload["text"]), event.at, author, can_withdraw)
