"""Polls: quick, or from a question bank; voted on once by each, counted together, the right answer shown when it is time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select

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
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.log import PollAnswered, PollChoice, PollCounted, PollOpened, PollRef
from plugins.webinar.merging import merger
from plugins.webinar.models import Participant, Room
from plugins.webinar.orders import AskFromBank, MakePoll
from plugins.webinar.poll_models import Poll, PollOption, Vote

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
    texts = list(dict.fromkeys(text for text in command.options if text))
    if command.kind in {"single", "multiple"} and not 2 <= len(texts) <= MOST_OPTIONS:
        raise Invalid(_("Offer between 2 and 12 different answers."))
    poll = Poll(
        id=command.poll,
        room_id=room_id,
        kind=command.kind,
        question=command.question,
        is_anonymous=command.is_anonymous,
        state="open",
    )
    if command.kind in {"single", "multiple"}:
        poll.options = [PollOption(text=text, position=number) for number, text in enumerate(texts)]
    return _open(me, poll)


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
        for each in _offered(actor, query)
    ]


def ask_from_bank(actor: Actor, room_id: uuid.UUID, command: AskFromBank) -> Poll:
    """Ask a question of the bank as a poll that is open. Raises Forbidden, NotFound, Invalid."""
    me = require_right(actor, room_id, "present")
    known = session().get(Poll, command.poll)
    if known is not None:
        return known
    found = _offered(actor, Ref.parse(command.ref))
    if not found:
        raise NotFound(_("There is no such question in the bank, or it does not fit a poll."))
    asked = found[0]
    poll = Poll(
        id=command.poll, room_id=room_id, kind=asked.kind, question=asked.question, is_anonymous=command.is_anonymous, state="open",
    )  # fmt: skip
    poll.options = [
        PollOption(text=each.text, position=number, is_right=each.is_right)
        for number, each in enumerate(asked.options)
    ]
    return _open(me, poll)


def show_answer(actor: Actor, room_id: uuid.UUID, poll_id: uuid.UUID) -> None:
    """Tell everybody which options were right; nobody votes any more then. Twice is once. Raises Forbidden, NotFound, Conflict."""
    me = require_right(actor, room_id, "present")
    poll = _get(me, poll_id)
    right = [each.id for each in poll.options if each.is_right]
    if not right:
        raise Conflict(_("This poll has no right answer."))
    close_poll(actor, room_id, poll_id)
    log.write(me.room, "poll.answered", PollAnswered(poll=poll.id, right=right), f"answer-{poll.id.hex}")


def _open(me: Participant, poll: Poll) -> Poll:
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
    """Vote, or vote otherwise, while the poll is open. Raises Forbidden, NotFound, Conflict, Invalid."""
    me = require_right(actor, room_id, "vote")
    poll = _get(me, poll_id)
    if poll.state != "open":
        raise Conflict(_("This poll is closed."))
    voter = keyed_hash("webinar.vote", f"{poll.id}:{me.id}")
    session().execute(delete(Vote).where(Vote.poll_id == poll.id, Vote.voter == voter))
    whose = None if poll.is_anonymous else me.id
    session().add_all(
        Vote(poll_id=poll.id, voter=voter, participant_id=whose, **answer)
        for answer in _answers(poll, options, number, text)
    )
    session().flush()
    merger().soon(f"poll {poll.id}", poll.office_id, lambda: tell_count(poll_id))


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
    poll = _get(me, poll_id)
    rows = (
        session()
        .scalars(
            select(Vote).filter_by(poll_id=poll.id, voter=keyed_hash("webinar.vote", f"{poll.id}:{me.id}"))
        )
        .all()
    )
    return {
        "options": [str(row.option_id) for row in rows if row.option_id], "number": rows[0].number if rows else None,
        "text": rows[0].text if rows else "", "has_voted": bool(rows),
    }  # fmt: skip


def tell_count(poll_id: uuid.UUID) -> None:
    """Write how a poll stands into the log."""
    poll = session().get(Poll, poll_id)
    if poll is not None:
        log.write(session().get_one(Room, poll.room_id), "poll.counted", count_poll(poll))


def count_poll(poll: Poll) -> PollCounted:
    """How a poll stands. The database counts: a big room asks every second, and only texts are read one by one."""
    voters = session().scalar(select(func.count(Vote.voter.distinct())).where(Vote.poll_id == poll.id)) or 0
    if poll.is_anonymous and voters < SHOWN_FROM:
        return PollCounted(poll=poll.id, voters=voters, is_hidden=True)
    if poll.kind == "text":
        newest = select(Vote.text).where(Vote.poll_id == poll.id).order_by(Vote.id.desc()).limit(SHOWN_TEXTS)
        return PollCounted(poll=poll.id, voters=voters, texts=list(session().scalars(newest))[::-1])
    rows = session().execute(
        select(Vote.option_id, Vote.number, func.count())
        .where(Vote.poll_id == poll.id)
        .group_by(Vote.option_id, Vote.number)
    )
    counts = {str(option or number): votes for option, number, votes in rows}
    names = [str(each.id) for each in poll.options] or [str(each) for each in SCALE]
    return PollCounted(poll=poll.id, voters=voters, counts={name: counts.get(name, 0) for name in names})


def _answers(
    poll: Poll, options: Sequence[uuid.UUID], number: int | None, text: str | None
) -> list[dict[str, Any]]:
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
    if not chosen or not chosen <= offered or (poll.kind == "single" and len(chosen) > 1):
        raise Invalid(_("Please choose one of the answers offered."))
    return [{"option_id": each} for each in sorted(chosen)]


def _offered(actor: Actor, query: str | Ref) -> list[OfferedQuestion]:
    found = hooks().question_bank(actor, query, OFFERED)
    if found is None:
        raise Forbidden(_("There is no question bank for you here."))
    return [each for each in found if _fits(each)]


def _fits(asked: OfferedQuestion) -> bool:
    texts = [each.text for each in asked.options]
    is_whole = all(0 < len(each) <= LONGEST_OPTION for each in texts) and len(set(texts)) == len(texts)
    return is_whole and 2 <= len(texts) <= MOST_OPTIONS and 2 <= len(asked.question) <= LONGEST_QUESTION


def _get(me: Participant, poll_id: uuid.UUID) -> Poll:
    poll = session().get(Poll, poll_id)
    if poll is None or poll.room_id != me.room_id:
        raise NotFound(_("There is no such poll."))
    return poll
