"""Tutors among themselves: a quick question beside a conversation, which the people they talk to never see.

It is emptied every night: what is worth keeping belongs into a note or a summary.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from pydantic import Field

from lms.plugin import (
    Actor,
    ChannelKind,
    Command,
    Decision,
    EventKind,
    EventView,
    Rate,
    Ui,
    _,
    _l,
    append,
    read_latest,
)
from plugins.tutoring.offering import OFFER

NAME, WHISPERED = "tutoring_colleagues", "whisper.sent"
SHOWN = 50


class Whisper(Command):
    """A line to the other tutors."""

    text: Annotated[str, Field(min_length=1, max_length=1000), Ui(_l("To your colleagues"), kind="textarea")]


def whisper(actor: Actor, command: Whisper) -> int:
    """Say something to the other tutors of the office; returns its number. Raises Forbidden."""
    return append(actor, NAME, WHISPERED, command, secrets.token_urlsafe(16)).seq


def find_whispers(actor: Actor) -> list[EventView]:
    """What was said today, oldest first. Raises Forbidden."""
    return read_latest(actor, NAME, SHOWN)


def _may_read(actor: Actor, _channel: str) -> Decision:
    if actor.can(OFFER):
        return Decision(True, _("You offer tutoring."))
    return Decision(False, _("Only tutors talk here."))


def _may_append(actor: Actor, channel: str, _kind: str) -> Decision:
    return _may_read(actor, channel)


COLLEAGUES = ChannelKind(
    NAME, events={WHISPERED: EventKind(Whisper, Rate(20, 30), max_bytes=6000)},
    may_read=_may_read, may_append=_may_append, tail=SHOWN,
)  # fmt: skip
