"""Polls that are prepared before a meeting, asked in the room with one press, and taken along when it is repeated."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import func, select

from lms.plugin import Actor, Command, Conflict, Invalid, NotFound, Ui, _, _l, session
from plugins.webinar import agenda, log, polls
from plugins.webinar.entering import require_right
from plugins.webinar.models import Room
from plugins.webinar.poll_models import Poll, PollKind, PollOption

MOST_PREPARED = 50
KIND_CHOICES = (
    ("single", _l("One answer")), ("multiple", _l("Several answers")), ("ranking", _l("Put in order")),
    ("scale", _l("From 1 to 5")), ("text", _l("A few words")),
)  # fmt: skip


class WritePoll(Command):
    """What a prepared poll asks, and what it offers, one answer on each line."""

    question: Annotated[str, Field(min_length=2, max_length=polls.LONGEST_QUESTION), Ui(_l("Question"))]
    kind: Annotated[PollKind, Ui(_l("Kind"), kind="select", choices=KIND_CHOICES)]
    options: Annotated[
        str | None,
        Field(max_length=3000),
        Ui(_l("Answers, one on each line"), _l("Not for numbers and words."), kind="textarea"),
    ] = None
    is_anonymous: Annotated[bool, Ui(_l("Anonymous: shown from five answers on"))] = True


def find_prepared(room_id: uuid.UUID) -> list[Poll]:
    """The polls prepared for a room, in their order; also those that were asked."""
    query = select(Poll).filter_by(room_id=room_id).where(Poll.position.is_not(None))
    return list(session().scalars(query.order_by(Poll.position, Poll.id)))


def get_prepared(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID) -> Poll:
    """A prepared poll that the actor may change. Raises NotFound, Forbidden."""
    agenda.get_led(actor, room_id)
    return _prepared(room_id, poll_id)


def add_poll(actor: Actor, room_id: uuid.UUID, command: WritePoll) -> Poll:
    """Prepare one more, at the end. Raises NotFound, Forbidden, Conflict, Invalid."""
    room = agenda.get_led(actor, room_id).room
    poll = Poll(room_id=room_id)
    _write(poll, command)
    return _put_last(room, poll)


def add_from_bank(actor: Actor, room_id: uuid.UUID, ref: str) -> Poll:
    """Prepare a question of the bank; what is right goes along and stays secret. Raises NotFound, Forbidden, Conflict."""
    room = agenda.get_led(actor, room_id).room
    return _put_last(room, polls.take_from_bank(actor, room_id, ref))


def change_poll(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID, command: WritePoll) -> None:
    """Write one anew. Raises NotFound, Forbidden, Invalid, Conflict when it was asked already."""
    poll = get_prepared(actor, room_id, poll_id)
    if poll.state != "draft":
        raise Conflict(_("This poll was asked already. Prepare another one."))
    _write(poll, command)
    _tell(room_id)


def move_poll(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID, where: Literal["up", "down"]) -> None:
    """Change places with its neighbour; the first goes no further up, the last no further down. Raises NotFound, Forbidden."""
    poll = get_prepared(actor, room_id, poll_id)
    found = find_prepared(room_id)
    here = found.index(poll)
    there = max(0, min(len(found) - 1, here + (1 if where == "down" else -1)))
    found.insert(there, found.pop(here))
    _number(found)
    _tell(room_id)


def remove_poll(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID) -> None:
    """Take one out; what was asked stays in the meeting with its answers. Raises NotFound, Forbidden."""
    poll = get_prepared(actor, room_id, poll_id)
    if poll.state == "draft":
        session().delete(poll)
    else:
        poll.position = None
    session().flush()
    _number(find_prepared(room_id))
    _tell(room_id)


def read_prepared(actor: Actor, room_id: uuid.UUID) -> list[dict[str, Any]]:
    """What can be asked now, for who presents; without what is right. Raises Forbidden."""
    require_right(actor, room_id, "present")
    return [
        {
            "id": str(each.id), "kind": each.kind, "question": each.question,
            "options": [option.text for option in each.options], "is_anonymous": each.is_anonymous,
        }
        for each in find_prepared(room_id)
        if each.state == "draft"
    ]  # fmt: skip


def start_poll(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID) -> Poll:
    """Ask a prepared poll. Once more is once. Raises Forbidden, NotFound."""
    me = require_right(actor, room_id, "present")
    poll = _prepared(room_id, poll_id)
    if poll.state == "draft":
        poll.state = "open"
        polls.open_poll(me, poll)
    return poll


def export_polls(room_id: uuid.UUID) -> list[dict[str, Any]]:
    """What a copy or an archive takes along: every prepared poll as if it had not been asked."""
    return [
        {
            "question": each.question, "kind": each.kind, "is_anonymous": each.is_anonymous,
            "options": [option.text for option in each.options],
            "right": [option.text for option in each.options if option.is_right],
        }
        for each in find_prepared(room_id)
    ]  # fmt: skip


def import_polls(room_id: uuid.UUID, found: Iterable[Mapping[str, Any]]) -> None:
    """Put polls that ``export_polls`` gave into a new room. Raises Invalid."""
    for number, each in enumerate(list(found)[:MOST_PREPARED]):
        if not isinstance(each, Mapping):
            raise Invalid(_("The polls cannot be read."))
        given = "\n".join(str(text) for text in each.get("options") or [])
        poll = Poll(room_id=room_id, position=number)
        _write(poll, WritePoll.read({**each, "options": given}))
        for option in poll.options:
            option.is_right = option.text in (each.get("right") or [])
        session().add(poll)
    session().flush()


def values_of(poll: Poll) -> dict[str, Any]:
    """A poll as the form shows it."""
    return {
        "question": poll.question, "kind": poll.kind, "is_anonymous": poll.is_anonymous,
        "options": "\n".join(each.text for each in poll.options),
    }  # fmt: skip


def _write(poll: Poll, command: WritePoll) -> None:
    lines = [line.strip() for line in (command.options or "").splitlines()]
    try:
        texts = polls.read_options(command.kind, lines)
    except Invalid as problem:
        raise Invalid(problem.message, fields={"options": problem.message}) from None
    if any(len(text) > polls.LONGEST_OPTION for text in texts):
        text = _("An answer has at most %(count)s characters.", count=polls.LONGEST_OPTION)
        raise Invalid(text, fields={"options": text})
    right = {each.text for each in poll.options if each.is_right}
    poll.question, poll.kind, poll.is_anonymous = command.question, command.kind, command.is_anonymous
    poll.options = [
        PollOption(text=text, position=number, is_right=text in right) for number, text in enumerate(texts)
    ]


def _put_last(room: Room, poll: Poll) -> Poll:
    count = (
        session().scalar(
            select(func.count())
            .select_from(Poll)
            .where(Poll.room_id == room.activity_id, Poll.position.is_not(None))
        )
        or 0
    )
    if count >= MOST_PREPARED:
        raise Conflict(_("There are %(count)s items already. Take one out first.", count=MOST_PREPARED))
    poll.position = count
    session().add(poll)
    _tell(room.activity_id)
    return poll


def _prepared(room_id: uuid.UUID, poll_id: uuid.UUID) -> Poll:
    poll = session().get(Poll, poll_id)
    if poll is None or poll.room_id != room_id or poll.position is None:
        raise NotFound(_("There is no such poll."))
    return poll


def _number(found: Sequence[Poll]) -> None:
    for number, each in enumerate(found):
        each.position = number


def _tell(room_id: uuid.UUID) -> None:
    """Pages of those who present ask again what is prepared; the log does not say it."""
    session().flush()
    log.write(session().get_one(Room, room_id), "poll.prepared", log.Nothing())
