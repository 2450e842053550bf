"""What can happen with polls and questions. What is right of a poll is in none of them before it is shown."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import Field

from lms.plugin import Command
from plugins.webinar.chat_events import LONGEST_TEXT, Said


class PollChoice(Command):
    """An answer offered."""

    id: uuid.UUID
    text: Said


class PollOpened(Command):
    """People can vote."""

    poll: uuid.UUID
    kind: Annotated[str, Field(max_length=30)]
    question: Said
    options: list[PollChoice] = []
    is_anonymous: bool = True
    has_answer: bool = False


class PollAnswered(Command):
    """Which options are right; told when it is time, never before."""

    poll: uuid.UUID
    right: list[uuid.UUID]


class PollRef(Command):
    """Something about a poll."""

    poll: uuid.UUID


class PollCounted(Command):
    """How a poll stands: the number of ``voters``, votes by option or number; hidden below five anonymous voters."""

    poll: uuid.UUID
    voters: int
    is_hidden: bool = False
    counts: dict[str, int] = {}
    texts: list[str] = []


class QuestionAsked(Command):
    """Somebody asks."""

    question: uuid.UUID
    person: uuid.UUID
    text: Said


class QuestionChanged(Command):
    """How a question stands."""

    question: uuid.UUID
    state: Literal["open", "answered", "done", "removed"]
    answer: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class QuestionTaken(Command):
    """Who presents begins to answer this question aloud; none: no question any more."""

    question: uuid.UUID | None = None


class QuestionMerged(Command):
    """A question goes with another."""

    question: uuid.UUID
    into: uuid.UUID


class QuestionPublished(Command):
    """An answered question stands in the replay, or not any more."""

    question: uuid.UUID
    is_published: bool


class QuestionVoted(Command):
    """How many want to know it."""

    question: uuid.UUID
    votes: int
