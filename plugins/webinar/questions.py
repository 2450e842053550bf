"""Questions to those who present: asked, wanted by others too, merged, taken up, answered aloud or in writing. And the timer."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, or_, select, union

from lms.plugin import Actor, Conflict, Forbidden, NotFound, _, session
from plugins.webinar import agenda, log
from plugins.webinar.asking_events import (
    QuestionAsked,
    QuestionChanged,
    QuestionMerged,
    QuestionPublished,
    QuestionTaken,
    QuestionVoted,
)
from plugins.webinar.entering import get_self, require_right
from plugins.webinar.log import CaptionSaid, TimerStarted
from plugins.webinar.merging import merger
from plugins.webinar.models import Participant, Question, Room, Upvote
from plugins.webinar.talking import own_key

ANSWERED = ("answered", "done")
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
    """Want to know it too, or not any more; everybody once, also for all that is merged. Raises Forbidden, NotFound."""
    me = require_right(actor, room_id, "vote")
    row = _get(me, question_id)
    first_id = row.merged_into_id or row.id
    known = session().get(Upvote, (first_id, me.id))
    if is_wanted and known is None:
        session().add(Upvote(question_id=first_id, participant_id=me.id))
    elif not is_wanted:
        group = select(Question.id).where(_is_of(first_id))
        session().execute(delete(Upvote).where(Upvote.question_id.in_(group), Upvote.participant_id == me.id))
    session().flush()
    merger().soon(f"question {first_id}", row.office_id, partial(tell_votes, first_id))


def take_up(actor: Actor, room_id: uuid.UUID, question_id: uuid.UUID | None, key: str) -> None:
    """Begin to answer a question aloud: everybody sees which, and the replay leads here once it is ticked. None: put it back.

    Raises Forbidden, NotFound, Conflict for one that is not open.
    """
    me = require_right(actor, room_id, "present")
    if question_id is not None and _get(me, question_id).state != "open":
        raise Conflict(_("Only a question that is still open can be answered now."))
    log.write(me.room, "question.taken", QuestionTaken(question=question_id), own_key(me, key))


def settle(
    actor: Actor,
    room_id: uuid.UUID,
    question_id: uuid.UUID,
    state: Literal["answered", "done", "removed"],
    answer: str,
) -> None:
    """Answer in writing, tick as answered aloud, or take out; one's own question one may take out. What is merged with it is answered too.

    Raises Forbidden, NotFound, Conflict for one that goes with another.
    """
    me = get_self(actor, room_id)
    row = _get(me, question_id)
    is_own = row.participant_id == me.id and state == "removed"
    if not is_own and "present" not in me.rights:
        raise Forbidden(_("Only those who lead or present can do this."))
    into_id = row.merged_into_id
    if into_id is not None and state != "removed":
        raise Conflict(_("This question goes with another one. Answer that one."))
    if state == "removed":
        _let_go(me, row)
    row.state, row.answer, row.merged_into_id = state, answer, None
    row.is_published = row.is_published and state != "removed"
    session().flush()
    log.write(me.room, "question.changed", QuestionChanged(question=row.id, state=state, answer=answer))
    if into_id is not None:
        tell_votes(into_id)


def merge(actor: Actor, room_id: uuid.UUID, question_id: uuid.UUID, into_id: uuid.UUID) -> None:
    """Let a question go with another: who wants either counts once, and one answer is for all who asked. Twice is once.

    What was merged with it goes along. Raises Forbidden, NotFound, Conflict for what cannot go together.
    """
    me = require_right(actor, room_id, "moderate")
    _lock(question_id, into_id)
    row, into = _get(me, question_id), _get(me, into_id)
    if row.merged_into_id == into.id:
        return
    if row.id == into.id:
        raise Conflict(_("A question does not go with itself. Choose another one."))
    if row.state != "open":
        raise Conflict(_("Only a question that is still open can go with another one."))
    if into.state == "merged":
        raise Conflict(_("That question goes with another one itself. Choose that one."))
    if into.state == "removed":
        raise Conflict(_("That question was taken out. Choose another one."))
    for each in session().scalars(select(Question).where(_is_of(row.id))).all():
        each.state, each.merged_into_id = "merged", into.id
        log.write(me.room, "question.merged", QuestionMerged(question=each.id, into=into.id))
    session().flush()
    tell_votes(into.id)


def separate(actor: Actor, room_id: uuid.UUID, question_id: uuid.UUID) -> None:
    """Let a merged question stand for itself again, open. Twice is once. Raises Forbidden, NotFound."""
    me = require_right(actor, room_id, "moderate")
    row = _get(me, question_id)
    into_id = row.merged_into_id
    if into_id is None:
        return
    row.merged_into_id = None
    _reopen(me, row)
    tell_votes(into_id)


def publish(actor: Actor, room_id: uuid.UUID, question_id: uuid.UUID, *, is_published: bool) -> None:
    """Let an answered question stand in the replays of the meeting, or not; also after the meeting. Twice is once.

    Raises NotFound, Forbidden, Conflict for one that was not answered.
    """
    me = log.find_in(actor, room_id)
    if me is None or me.state != "inside" or not me.is_moderator:
        agenda.get_led(actor, room_id)
    row = session().get(Question, question_id)
    if row is None or row.room_id != room_id:
        raise NotFound(_("There is no such question."))
    if is_published and row.state not in ANSWERED:
        raise Conflict(_("Only a question that was answered can stand in the replay."))
    if row.is_published != is_published:
        row.is_published = is_published
        session().flush()
        room = session().get_one(Room, room_id)
        log.write(room, "question.published", QuestionPublished(question=row.id, is_published=is_published))


def find_answered(actor: Actor, room_id: uuid.UUID) -> list[Question]:
    """What was answered in a meeting, in the order in which it was asked; for who leads it. Raises NotFound, Forbidden."""
    agenda.get_led(actor, room_id)
    query = select(Question).filter_by(room_id=room_id).where(Question.state.in_(ANSWERED))
    return list(session().scalars(query.order_by(Question.created_at, Question.id)))


def tell_votes(question_id: uuid.UUID, turn: str = "") -> bool:
    """Write how many want to know it into the log: each person once, with who asked what is merged, without who asked it.

    False if that was done in this turn already. As with polls, an older count never comes last.
    """
    row = session().get(Question, question_id, with_for_update={"key_share": True})
    if row is None:
        return True
    group = select(Question.id).where(_is_of(row.id))
    wanting = select(Upvote.participant_id).where(Upvote.question_id.in_(group))
    asking = select(Question.participant_id).where(Question.merged_into_id == row.id)
    everybody = union(wanting, asking).subquery()
    counted = select(func.count()).where(everybody.c.participant_id != row.participant_id)
    votes = session().scalar(counted) or 0
    told = QuestionVoted(question=row.id, votes=votes)
    return log.tell(session().get_one(Room, row.room_id), "question.voted", told, turn)


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


def _is_of(question_id: uuid.UUID) -> ColumnElement[bool]:
    return or_(Question.id == question_id, Question.merged_into_id == question_id)


def _lock(*ids: uuid.UUID) -> None:
    """Two who merge the same questions at once do so one after the other."""
    query = select(Question).where(Question.id.in_(ids)).order_by(Question.id)
    session().scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def _let_go(me: Participant, row: Question) -> None:
    """What went with a question that is taken out is open again: somebody still wants to know it."""
    for each in session().scalars(select(Question).filter_by(merged_into_id=row.id)).all():
        each.merged_into_id = None
        _reopen(me, each)


def _reopen(me: Participant, row: Question) -> None:
    row.state = "open"
    session().flush()
    log.write(me.room, "question.changed", QuestionChanged(question=row.id, state="open"))
    tell_votes(row.id)


def _get(me: Participant, question_id: uuid.UUID) -> Question:
    row = session().get(Question, question_id)
    if row is None or row.room_id != me.room_id:
        raise NotFound(_("There is no such question."))
    return row
