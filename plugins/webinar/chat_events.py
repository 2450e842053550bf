"""What can happen in the chat of a room. Who is mentioned stands in the text by the id of their row, as in `<@…>`."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from lms.plugin import Command
from plugins.webinar.models import LinkRule

LONGEST_TEXT = 2000
MOST_MENTIONS = 20
MENTION = re.compile(r"<@([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})>")

Said = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Key = Annotated[str, Field(min_length=1, max_length=80)]
Number = Annotated[int, Field(ge=1)]


class ChatSaid(Command):
    """A message for everybody; ``reply_to`` is the number of another, ``mentions`` are those it calls upon."""

    person: uuid.UUID
    text: Said
    reply_to: Number | None = None
    mentions: list[uuid.UUID] = []


class ChatEdited(Command):
    """The author wrote message number ``target`` anew."""

    person: uuid.UUID
    target: Number
    text: Said
    mentions: list[uuid.UUID] = []


class ChatGone(Command):
    """A message was taken back by its author or deleted by who leads; ``target`` is its number."""

    person: uuid.UUID
    target: Number


class ChatRuled(Command):
    """How long participants wait between two messages, in seconds, who may write links, and whether one writes to one other person alone."""

    slow_seconds: Annotated[int, Field(ge=0, le=600)]
    links: LinkRule
    private: bool = False


class ChatSigned(Command):
    """How many people put which sign on message number ``target``."""

    target: Number
    signs: dict[str, Annotated[int, Field(ge=1)]]


class Whispered(Command):
    """A private message; only the two persons’ own channels hold it."""

    by: uuid.UUID
    to: uuid.UUID
    text: Said


class AloneEdited(Command):
    """What somebody wrote to one person or to those who lead, written anew; ``target`` is the key of that message."""

    by: uuid.UUID
    target: Key
    text: Said


class AloneGone(Command):
    """It was taken back, or deleted by who leads."""

    by: uuid.UUID
    target: Key


def with_names(text: str, name_of: Callable[[str], str]) -> str:
    """A message as people read it."""
    return MENTION.sub(lambda found: f"@{name_of(found[1])}", text)
