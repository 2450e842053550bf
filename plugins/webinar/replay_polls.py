"""Polls in a replay: each at its moment, answered once by who watches, apart from what the meeting said.

How a poll stands is sent only to who answered it, in the meeting or here, and to who leads. What is right is told as in
the room: where who presents has shown it, and nobody learns it by answering otherwise.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import Field
from sqlalchemy import delete, select

from lms.plugin import Actor, Command, EventView, NotFound, _, session
from plugins.webinar import log, polls, recording, rooms, watching
from plugins.webinar.models import Participant, Recording, Room
from plugins.webinar.poll_models import Answering, Poll, ReplayVote, Vote

LEAST_SECONDS = 60.0
"""So long a poll is offered at least, however quickly it was closed in the meeting."""
Answer = TypeVar("Answer", bound=Answering)
SHOWN = ("voters", "is_hidden", "counts", "texts")


class AnswerPoll(Command):
    """An answer of somebody who watches; for a ranking the options in their order."""

    options: Annotated[list[uuid.UUID], Field(max_length=polls.MOST_OPTIONS)] = []
    number: int | None = None
    text: Annotated[str | None, Field(max_length=300)] = None


def read_polls(
    actor: Actor, row: Recording, events: Sequence[EventView], at: Callable[[EventView], float]
) -> list[dict[str, Any]]:
    """The polls that were asked while it was recorded, without how they stand."""
    opened = [each for each in events if each.kind == "poll.opened"]
    closed = {each.payload["poll"]: at(each) for each in events if each.kind == "poll.closed"}
    ids = [uuid.UUID(each.payload["poll"]) for each in opened]
    answered = _answered(log.find_in(actor, row.room_id), ids)
    return [
        {
            "id": each.payload["poll"], "at": at(each),
            "until": max(closed.get(each.payload["poll"], 0.0), at(each) + LEAST_SECONDS),
            "has_voted": each.payload["poll"] in answered,
        }
        | {name: each.payload[name] for name in ("kind", "question", "options", "is_anonymous")}
        for each in opened
    ]  # fmt: skip


def read_poll(
    actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID, poll_id: uuid.UUID
) -> dict[str, Any]:
    """One's own answer, and how the poll stands if one has answered it or leads the meeting. Raises NotFound, Forbidden."""
    _row, poll, told = _get(actor, room_id, recording_id, poll_id)
    me = log.find_in(actor, room_id)
    live, later = (_own(Vote, poll, me), _own(ReplayVote, poll, me)) if me is not None else ([], [])
    found: dict[str, Any] = {"own": polls.as_given(live or later), "is_from_meeting": bool(live)}
    if found["own"]["has_voted"] or rooms.leads(actor, rooms.get_open_room(actor, room_id)):
        replayed = polls.count_poll(poll, ReplayVote).model_dump(mode="json")
        found |= {
            "meeting": {name: told[name] for name in SHOWN}, "replay": {name: replayed[name] for name in SHOWN},
            "right": told.get("right", []),
        }  # fmt: skip
    return found


def answer_poll(
    actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID, poll_id: uuid.UUID, command: AnswerPoll
) -> dict[str, Any]:
    """Answer a poll of a replay; who did so already, or in the meeting, keeps that answer. Returns what ``read_poll`` gives.

    Raises NotFound, Forbidden, Invalid.
    """
    row, poll, _told = _get(actor, room_id, recording_id, poll_id)
    me = watching.get_watcher(actor, room_id)
    session().scalar(select(Participant.id).filter_by(id=me.id).with_for_update())  # two pages of one person
    if not _own(Vote, poll, me) and not _own(ReplayVote, poll, me):
        given = polls.read_answer(poll, command.options, command.number, command.text)
        session().add_all(
            ReplayVote(
                recording_id=row.id, poll_id=poll.id, voter=polls.voter_of(poll.id, me),
                participant_id=None if poll.is_anonymous else me.id, **answer,
            )
            for answer in given
        )  # fmt: skip
        session().flush()
    return read_poll(actor, room_id, recording_id, poll_id)


def forget_answers(people: Sequence[Participant]) -> None:
    """Nothing is left of what these people answered in replays, anonymous answers too."""
    rooms_of = {person.room_id: person for person in people}
    asked = session().scalars(select(Poll).where(Poll.room_id.in_(rooms_of)))
    voters = [polls.voter_of(poll.id, rooms_of[poll.room_id]) for poll in asked]
    session().execute(delete(ReplayVote).where(ReplayVote.voter.in_(voters)))


def _get(
    actor: Actor, room_id: uuid.UUID, recording_id: uuid.UUID, poll_id: uuid.UUID
) -> tuple[Recording, Poll, Mapping[str, Any]]:
    """A poll that was asked while this was recorded, and how the meeting saw it last."""
    row = recording.get_recording(actor, room_id, recording_id)
    poll = session().get(Poll, poll_id)
    told = log.read_state(session().get_one(Room, room_id))[1]["polls"].get(str(poll_id))
    if poll is None or poll.room_id != room_id or told is None or not _is_in(row, told["at"]):
        raise NotFound(_("There is no such poll."))
    return row, poll, told


def _is_in(row: Recording, moment: str) -> bool:
    at = datetime.fromisoformat(moment)
    return row.started_at <= at and (row.ended_at is None or at <= row.ended_at)


def _own(votes: type[Answer], poll: Poll, me: Participant) -> Sequence[Answer]:
    query = select(votes).where(votes.poll_id == poll.id, votes.voter == polls.voter_of(poll.id, me))
    return session().scalars(query).all()


def _answered(me: Participant | None, ids: Sequence[uuid.UUID]) -> set[str]:
    """Which of these polls somebody has answered, in the meeting or in a replay."""
    if me is None or not ids:
        return set()
    voters = [polls.voter_of(each.id, me) for each in session().scalars(select(Poll).where(Poll.id.in_(ids)))]
    found = [
        session().scalars(select(votes.poll_id).where(votes.voter.in_(voters)))
        for votes in (Vote, ReplayVote)
    ]
    return {str(each) for rows in found for each in rows}
