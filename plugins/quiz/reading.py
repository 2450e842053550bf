"""What other parts of the product see of quizzes: cards, and what runs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import url_for
from sqlalchemy import Select, bindparam, or_, select

from lms.plugin import Activity, Actor, Card, Ref, _, session, utcnow
from plugins.quiz.bank import KEEP
from plugins.quiz.models import Attempt, AttemptAnswer, BankQuestion, QuestionVersion, Quiz
from plugins.quiz.results import GRADE

_RUNNING = (
    select(Attempt, Activity.title)
    .join(Quiz, Quiz.id == Attempt.quiz_id)
    .join(Activity, Activity.id == Quiz.activity_id)
    .where(
        Attempt.user_id == bindparam("me"), Attempt.state == "active", Attempt.is_trial.is_(False),
        or_(Attempt.due_at.is_(None), Attempt.due_at > bindparam("now")), Activity.state == "published",
    )
    .order_by(Attempt.started_at.desc())
    .limit(5)
)  # fmt: skip
"""Every dashboard asks it, so it is built once."""


def find_running(actor: Actor) -> list[tuple[Attempt, str]]:
    """The actor's attempts that run, the latest first, with the title of the quiz."""
    if actor.office_id is None or not actor.is_member:
        return []
    rows = session().execute(_RUNNING, {"me": actor.user_id, "now": utcnow()})
    return [(attempt, title) for attempt, title in rows]


def find_cards(refs: Sequence[Ref], actor: Actor) -> list[Card]:
    """Cards of questions (for those who keep the bank, and who were asked them) and attempts (own ones, and for graders)."""
    if not actor.is_member:
        return []
    return _question_cards(refs, actor) + _attempt_cards(refs, actor)


def _question_cards(refs: Sequence[Ref], actor: Actor) -> list[Card]:
    wanted = {ref.uuid: ref for ref in refs if ref.kind == "question"}
    if not wanted:
        return []
    query = select(BankQuestion).where(BankQuestion.id.in_(wanted), BankQuestion.is_listed.is_(True))
    if not actor.can(KEEP) and not actor.can(GRADE):
        query = query.where(BankQuestion.id.in_(_asked(actor.user_id)))
    found = []
    for row in session().scalars(query):
        url = (
            url_for("quiz_bank.edit", question_id=row.id) if actor.can(KEEP) else url_for("activities.index")
        )
        title = row.name if actor.can(KEEP) else _("Question of a quiz")
        found.append(Card(wanted[row.id], title, url, "question-circle", "", _("Question")))
    return found


def _attempt_cards(refs: Sequence[Ref], actor: Actor) -> list[Card]:
    wanted = {ref.uuid: ref for ref in refs if ref.kind == "attempt"}
    if not wanted:
        return []
    query = select(Attempt).where(Attempt.id.in_(wanted))
    if not actor.can(GRADE):
        query = query.where(Attempt.user_id == actor.user_id)
    return [
        Card(wanted[row.id], _("Attempt %(number)s", number=row.number), _attempt_url(row, actor), "clipboard-check", "", _("Quiz"))
        for row in session().scalars(query)
    ]  # fmt: skip


def _attempt_url(row: Attempt, actor: Actor) -> str:
    endpoint = "quiz_attempt.take" if row.user_id == actor.user_id else "quiz_result.attempt"
    return url_for(endpoint, attempt_id=row.id)


def _asked(user_id: uuid.UUID) -> Select[uuid.UUID]:
    return (
        select(QuestionVersion.question_id)
        .join(AttemptAnswer, AttemptAnswer.version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
        .where(Attempt.user_id == user_id)
    )
