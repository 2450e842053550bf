"""Polls: quick, or from a question bank; voted on once by each, counted together, the right answer shown when it is time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import joinedload

from lms.plugin import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    OfferedQuestion,
    Ref,
    _,
    hooks,
    keyed_hash,
    session,
)
from plugins.webinar import log
from plugins.webinar.asking_events import PollAnswered, PollChoice, PollCounted, PollOpened, PollRef
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.merging import merger
from plugins.webinar.models import Participant, Room
from plugins.webinar.orders import AskFromBank, MakePoll
from plugins.webinar.poll_models import WITH_OPTIONS, Answering, Poll, PollKind, PollOption, ReplayVote, Vote

SHOWN_FROM = 5
"""An anonymous poll with fewer voters could name them."""
SCALE = range(1, 6)
SHOWN_TEXTS = 60
MOST_OPTIONS, LONGEST_OPTION, LONGEST_QUESTION = 12, 200, 300
OFFERED = 30
"""So many questions of a bank are looked at for one search."""


def make_poll(actor: Actor, room_id: uuid.UUID, command: MakePoll) -> Poll:
    """Make a poll and open it. Raises Forbidden, Invalid."""
    me = require_right(actor, room_id, "present")
    known = session().get(Poll, command.poll)
    if known is not None:
        return known
    texts = read_options(command.kind, command.options)
    poll = Poll(
        id=command.poll,
        room_id=room_id,
        kind=command.kind,
        question=command.question,
        is_anonymous=command.is_anonymous,
        state="open",
    )
    poll.options = [PollOption(text=text, position=number) for number, text in enumerate(texts)]
    return open_poll(me, poll)


def read_options(kind: PollKind, options: Sequence[str]) -> list[str]:
    """What a poll of this kind offers, each once; nothing where the answer is a number or words. Raises Invalid."""
    texts = list(dict.fromkeys(text for text in options if text))
    if kind not in WITH_OPTIONS:
        return []
    if not 2 <= len(texts) <= MOST_OPTIONS:
        raise Invalid(_("Offer between 2 and 12 different answers."))
    return texts


def find_in_bank(actor: Actor, room_id: uuid.UUID, query: str) -> list[dict[str, Any]]:
    """Questions of the office's bank that fit a poll, without what is right. Raises Forbidden."""
    require_right(actor, room_id, "present")
    return [
        {
            "ref": str(each.ref),
            "kind": each.kind,
            "question": each.question,
            "options": [option.text for option in each.options],
        }
        for each in find_offered(actor, query)
    ]


def ask_from_bank(actor: Actor, room_id: uuid.UUID, command: AskFromBank) -> Poll:
    """Ask a question of the bank as a poll that is open. Raises Forbidden, NotFound, Invalid."""
    me = require_right(actor, room_id, "present")
    known = session().get(Poll, command.poll)
    if known is not None:
        return known
    poll = take_from_bank(actor, room_id, command.ref)
    poll.id, poll.is_anonymous, poll.state = command.poll, command.is_anonymous, "open"
    return open_poll(me, poll)


def take_from_bank(actor: Actor, room_id: uuid.UUID, ref: str) -> Poll:
    """A poll made of a question of the bank, not yet kept; whether the actor may ask it here was checked. Raises Forbidden, NotFound."""
    found = find_offered(actor, Ref.parse(ref))
    if not found:
        raise NotFound(_("There is no such question in the bank, or it does not fit a poll."))
    asked = found[0]
    poll = Poll(room_id=room_id, kind=asked.kind, question=asked.question)
    poll.options = [
        PollOption(text=each.text, position=number, is_right=each.is_right)
        for number, each in enumerate(asked.options)
    ]
    return poll


def show_answer(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID) -> None:
    """Tell everybody which options were right; nobody votes any more then. Twice is once. Raises Forbidden, NotFound, Conflict."""
    me = require_right(actor, room_id, "present")
    poll = _get(me, poll_id)
    right = [each.id for each in poll.options if each.is_right]
    if not right:
        raise Conflict(_("This poll has no right answer."))
    close_poll(actor, room_id, poll_id)
    log.write(me.room, "poll.answered", PollAnswered(poll=poll.id, right=right), f"answer-{poll.id.hex}")


def open_poll(me: Participant, poll: Poll) -> Poll:
    """Let everybody in the room answer; whether they may ask it was checked."""
    session().add(poll)
    session().flush()
    choices = [PollChoice(id=each.id, text=each.text) for each in poll.options]
    opened = PollOpened(
        poll=poll.id, kind=poll.kind, question=poll.question, options=choices, is_anonymous=poll.is_anonymous,
        has_answer=any(each.is_right for each in poll.options),
    )  # fmt: skip
    log.write(me.room, "poll.opened", opened, f"poll-{poll.id.hex}")
    return poll


def vote(
    actor: Actor,
    room_id: uuid.UUID,
    poll_id: uuid.UUID,
    options: Sequence[uuid.UUID],
    number: int | None,
    text: str | None,
) -> None:
    """Vote, or vote otherwise, while the poll is open; of two pages of one person the later counts.

    Raises Forbidden, NotFound, Conflict, Invalid.
    """
    me = require_right(actor, room_id, "vote", alone=True)
    poll, given = _get_answered(me, poll_id)
    if poll.state != "open":
        raise Conflict(_("This poll is closed."))
    voter, answers = voter_of(poll_id, me), read_answer(poll, options, number, text)
    for earlier in given:
        session().delete(earlier)
    session().flush()
    whose = None if poll.is_anonymous else me.id
    session().add_all(
        Vote(poll_id=poll.id, voter=voter, participant_id=whose, **answer) for answer in answers
    )
    session().flush()
    merger().soon(f"poll {poll.id}", poll.office_id, partial(tell_count, poll_id))


# A large room votes within seconds: built once, and one question for the poll and what somebody answered before.
_WITH_ANSWER = (
    select(Poll, Vote)
    .outerjoin(Vote, and_(Vote.poll_id == Poll.id, Vote.voter == bindparam("voter")))
    .options(joinedload(Poll.options))
    .where(Poll.id == bindparam("poll"))
)


def close_poll(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID) -> None:
    """Nobody votes any more; the last count is told. Twice is once."""
    me = require_right(actor, room_id, "present")
    poll = _get(me, poll_id)
    if poll.state == "open":
        poll.state = "closed"
        session().flush()
        tell_count(poll.id)
        log.write(me.room, "poll.closed", PollRef(poll=poll.id))


def own_vote(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID) -> dict[str, Any]:
    """What one has voted, for a page that was loaded again."""
    me = get_self(actor, room_id)
    return as_given(_get_answered(me, poll_id)[1])


def as_given(rows: Sequence[Answering]) -> dict[str, Any]:
    """The rows of one answer as pages show it; the options of a ranking in its order."""
    in_order = sorted(rows, key=lambda row: row.number or 0)
    return {
        "options": [str(row.option_id) for row in in_order if row.option_id],
        "number": rows[0].number if rows and rows[0].option_id is None else None,
        "text": rows[0].text if rows else "", "has_voted": bool(rows),
    }  # fmt: skip


def tell_count(poll_id: uuid.UUID, turn: str = "") -> bool:
    """Write how a poll stands into the log; False if that was done in this turn already.

    Who counts waits for who counts already, so that an older count never comes last; who votes need not.
    """
    poll = session().get(Poll, poll_id, with_for_update={"key_share": True})
    return poll is None or log.tell(
        session().get_one(Room, poll.room_id), "poll.counted", count_poll(poll), turn
    )


def count_poll(poll: Poll, votes: type[Vote | ReplayVote] = Vote) -> PollCounted:
    """How a poll stands, in the meeting or in its replays. The database counts: a big room asks every second, and only texts are read one by one.

    Of a ranking each option has the points of Borda's count: for each voter as many as there are options after it.
    """
    voters = session().scalar(select(func.count(votes.voter.distinct())).where(votes.poll_id == poll.id)) or 0
    if poll.is_anonymous and voters < SHOWN_FROM:
        return PollCounted(poll=poll.id, voters=voters, is_hidden=True)
    if poll.kind == "text":
        newest = (
            select(votes.text).where(votes.poll_id == poll.id).order_by(votes.id.desc()).limit(SHOWN_TEXTS)
        )
        return PollCounted(poll=poll.id, voters=voters, texts=list(session().scalars(newest))[::-1])
    names = [str(each.id) for each in poll.options] or [str(each) for each in SCALE]
    counts = _points(poll, votes) if poll.kind == "ranking" else _counts(poll, votes)
    return PollCounted(poll=poll.id, voters=voters, counts={name: counts.get(name, 0) for name in names})


def _counts(poll: Poll, votes: type[Vote | ReplayVote]) -> dict[str, int]:
    rows = session().execute(
        select(votes.option_id, votes.number, func.count())
        .where(votes.poll_id == poll.id)
        .group_by(votes.option_id, votes.number)
    )
    return {str(option or number): count for option, number, count in rows}


def _points(poll: Poll, votes: type[Vote | ReplayVote]) -> dict[str, int]:
    most = len(poll.options)
    rows = session().execute(
        select(votes.option_id, func.sum(most - votes.number))
        .where(votes.poll_id == poll.id)
        .group_by(votes.option_id)
    )
    return {str(option): int(points or 0) for option, points in rows}


def read_answer(
    poll: Poll, options: Sequence[uuid.UUID], number: int | None, text: str | None
) -> list[dict[str, Any]]:
    """The columns of an answer, one row for each. Raises Invalid for what was not offered."""
    if poll.kind == "text":
        if not text:
            raise Invalid(_("Write something."))
        return [{"text": text}]
    if poll.kind == "scale":
        if number not in SCALE:
            raise Invalid(_("Choose a number from 1 to 5."))
        return [{"number": number}]
    offered = {each.id for each in poll.options}
    chosen = set(options)
    if poll.kind == "ranking":
        if chosen != offered or len(options) != len(offered):
            raise Invalid(_("Put all answers in your order, each once."))
        return [{"option_id": each, "number": place} for place, each in enumerate(options, start=1)]
    if not chosen or not chosen <= offered or (poll.kind == "single" and len(chosen) > 1):
        raise Invalid(_("Please choose one of the answers offered."))
    return [{"option_id": each} for each in sorted(chosen)]


def voter_of(poll_id: uuid.UUID, me: Participant) -> str:
    """By what the answer of somebody is known, so that they answer once and an anonymous answer names nobody."""
    return keyed_hash("webinar.vote", f"{poll_id}:{me.id}")


def find_offered(actor: Actor, query: str | Ref) -> list[OfferedQuestion]:
    """Questions of the office's bank that fit a poll, found by words or by their reference. Raises Forbidden for who has no bank."""
    found = hooks().question_bank(actor, query, OFFERED)
    if found is None:
        raise Forbidden(_("There is no question bank for you here."))
    return [each for each in found if _fits(each)]


def _fits(asked: OfferedQuestion) -> bool:
    texts = [each.text for each in asked.options]
    is_whole = all(0 < len(each) <= LONGEST_OPTION for each in texts) and len(set(texts)) == len(texts)
    return is_whole and 2 <= len(texts) <= MOST_OPTIONS and 2 <= len(asked.question) <= LONGEST_QUESTION


def _get(me: Participant, poll_id: uuid.UUID) -> Poll:
    return _get_answered(me, poll_id)[0]


def _get_answered(me: Participant, poll_id: uuid.UUID) -> tuple[Poll, list[Vote]]:
    """A poll of the room that somebody is in, and what they answered."""
    wanted = {"poll": poll_id, "voter": voter_of(poll_id, me)}
    found = session().execute(_WITH_ANSWER, wanted).unique().all()
    poll: Poll | None = found[0][0] if found else None
    if poll is None or poll.room_id != me.room_id or poll.state == "draft":
        raise NotFound(_("There is no such poll."))
    return poll, [vote for _poll, vote in found if vote is not None]
