"""Questions to those who present: asked, wanted by others too, answered aloud or in writing. And the timer."""

from __future__ import annotations

import uuid
from typing import Literal

from sqlalchemy import func, select

from lms.plugin import Actor, Conflict, Forbidden, NotFound, _, session
from plugins.webinar import log
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.log import CaptionSaid, QuestionAsked, QuestionChanged, QuestionVoted, TimerStarted
from plugins.webinar.merging import merger
from plugins.webinar.models import Participant, Question, Room, Upvote
from plugins.webinar.talking import own_key

MOST_OPEN = 5
"""Open questions of one person at a time."""


def ask(actor: Actor, room_id: uuid.UUID, question_id: uuid.UUID, text: str) -> Question:
    """Ask a question; once more is once. Raises Forbidden, Conflict."""
    me = require_right(actor, room_id, "ask")
    known = session().get(Question, question_id)
    if known is not None and known.participant_id == me.id:
        return known
    own = select(func.count()).select_from(Question).filter_by(participant_id=me.id, state="open")
    if (session().scalar(own) or 0) >= MOST_OPEN:
        raise Conflict(_("You have asked %(count)s questions that are still open.", count=MOST_OPEN))
    row = Question(id=question_id, room_id=room_id, participant_id=me.id, text=text)
    session().add(row)
    session().flush()
    log.write(
        me.room,
        "question.asked",
        QuestionAsked(question=row.id, person=me.id, text=text),
        f"ask-{row.id.hex}",
    )
    return row


def want(actor: Actor, room_id: uuid.UUID, question_id: uuid.UUID, *, is_wanted: bool) -> None:
    """Want to know it too, or not any more; everybody once."""
    me = require_right(actor, room_id, "vote")
    row = _get(me, question_id)
    known = session().get(Upvote, (row.id, me.id))
    if is_wanted and known is None:
        session().add(Upvote(question_id=row.id, participant_id=me.id))
    elif not is_wanted and known is not None:
        session().delete(known)
    session().flush()
    merger().soon(f"question {row.id}", row.office_id, lambda: tell_votes(question_id))


def settle(
    actor: Actor,
    room_id: uuid.UUID,
    question_id: uuid.UUID,
    state: Literal["answered", "done", "removed"],
    answer: str,
) -> None:
    """Answer in writing, tick as answered aloud, or take out; one's own question one may take out."""
    me = get_self(actor, room_id)
    row = _get(me, question_id)
    is_own = row.participant_id == me.id and state == "removed"
    if not is_own and "present" not in me.rights:
        raise Forbidden(_("Only those who lead or present can do this."))
    row.state, row.answer = state, answer
    session().flush()
    log.write(me.room, "question.changed", QuestionChanged(question=row.id, state=state, answer=answer))


def tell_votes(question_id: uuid.UUID) -> None:
    """Write how many want to know it into the log."""
    row = session().get(Question, question_id)
    if row is not None:
        votes = session().scalar(select(func.count()).select_from(Upvote).filter_by(question_id=row.id)) or 0
        log.write(
            session().get_one(Room, row.room_id),
            "question.voted",
            QuestionVoted(question=row.id, votes=votes),
        )


def start_timer(actor: Actor, room_id: uuid.UUID, seconds: int) -> None:
    """Let everybody see how much time is left."""
    me = require_right(actor, room_id, "present")
    log.write(me.room, "timer.started", TimerStarted(seconds=seconds))


def stop_timer(actor: Actor, room_id: uuid.UUID) -> None:
    """No time is counted any more."""
    me = require_right(actor, room_id, "present")
    log.write(me.room, "timer.stopped", log.Nothing())


def caption(actor: Actor, room_id: uuid.UUID, text: str, key: str) -> None:
    """Write a line of captions; for who presents or leads."""
    me = require_right(actor, room_id, "present")
    log.write(me.room, "caption.said", CaptionSaid(person=me.id, text=text), own_key(me, key))


def _get(me: Participant, question_id: uuid.UUID) -> Question:
    row = session().get(Question, question_id)
    if row is None or row.room_id != me.room_id:
        raise NotFound(_("There is no such question."))
    return row
