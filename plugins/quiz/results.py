"""Results of a quiz: a table of people, figures of questions."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from lms.plugin import (
    Activity,
    Actor,
    Forbidden,
    NotFound,
    PersonView,
    Table,
    _,
    find_members,
    get_activity,
    may_manage,
    session,
)
from plugins.quiz.grading.scoring import ItemFigures, item_figures
from plugins.quiz.models import Attempt, AttemptAnswer, BankQuestion, QuestionVersion, Quiz
from plugins.quiz.quizzes import quiz_of

GRADE = "quiz.grade"
MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class PersonResult:
    """What one person reached: their best attempt, and how many there were."""

    user_id: uuid.UUID
    name: str
    email: str
    attempts: int
    best: Attempt
    is_passed: bool

    @property
    def state(self) -> str:
        """``active``, ``waiting``, ``passed`` or ``not_yet``."""
        if self.best.state == "active":
            return "active"
        if self.best.waits_for_grade:
            return "waiting"
        return "passed" if self.is_passed else "not_yet"

    @property
    def minutes(self) -> int | None:
        """How long the best attempt took, in whole minutes."""
        ended = self.best.submitted_at
        return None if ended is None else max(0, round((ended - self.best.started_at).total_seconds() / 60))


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Figures of one question over all attempts that hold it."""

    question_id: uuid.UUID
    name: str
    type: str
    figures: ItemFigures | None

    @property
    def advice(self) -> str:
        """What the figures say, in words; empty where all is well or too little is known."""
        if self.figures is None or self.figures.count < 5:
            return ""
        if self.figures.discrimination is not None and self.figures.discrimination < 0:
            return _("Those who do well elsewhere get it wrong. Is the right answer right?")
        if self.figures.facility < 0.3:
            return _("Hard: most people get it wrong. Is it clear enough?")
        return _("Easy: nearly everybody gets it right.") if self.figures.facility > 0.95 else ""


def get_graded_quiz(actor: Actor, activity_id: uuid.UUID) -> tuple[Activity, Quiz]:
    """A quiz whose results the actor may see: who grades, and who may change it. Raises NotFound, Forbidden."""
    activity = get_activity(actor, activity_id)
    if not (actor.can(GRADE) or may_manage(actor, activity)):
        raise Forbidden(_("Only people who grade can see this."))
    return activity, quiz_of(activity)


def find_results(actor: Actor, activity_id: uuid.UUID) -> list[PersonResult]:
    """The best attempt of each person, by name. A constant number of queries. Raises NotFound, Forbidden."""
    _activity, quiz = get_graded_quiz(actor, activity_id)
    by_person: dict[uuid.UUID, list[Attempt]] = defaultdict(list)
    for attempt in session().scalars(_counted(quiz).order_by(Attempt.number).limit(MOST_ROWS)):
        by_person[attempt.user_id].append(attempt)
    people = find_members(actor, list(by_person))
    found = []
    for user_id, own in by_person.items():
        best = max(own, key=lambda each: (each.state == "submitted", each.percent))
        person = people.get(user_id)
        found.append(
            PersonResult(
                user_id, _name(person), person.email if person else "", len(own), best,
                best.state == "submitted" and not best.waits_for_grade and best.percent >= quiz.pass_mark,
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: each.name.casefold())


def results_table(actor: Actor, activity_id: uuid.UUID) -> Table:
    """Results as a table to take along. Raises NotFound, Forbidden."""
    activity, quiz = get_graded_quiz(actor, activity_id)
    words = {
        "active": _("in progress"),
        "waiting": _("waiting for a grade"),
        "passed": _("passed") if quiz.pass_mark else _("handed in"),
        "not_yet": _("not yet"),
    }
    columns = [_("Name"), _("E-mail"), _("Result"), _("Percent"), _("Points"), _("of"), _("Attempts"), _("Begun"), _("Handed in"), _("Minutes")]  # fmt: skip
    rows = [
        (
            each.name, each.email, words[each.state], each.best.percent if each.best.state == "submitted" else None,
            round(each.best.earned, 2), round(each.best.most, 2), each.attempts, each.best.started_at,
            each.best.submitted_at, each.minutes,
        )
        for each in find_results(actor, activity_id)
    ]  # fmt: skip
    return Table(activity.title, columns, rows)


def items_table(actor: Actor, activity_id: uuid.UUID) -> Table:
    """Figures of the questions as a table to take along. Raises NotFound, Forbidden."""
    activity, _quiz = get_graded_quiz(actor, activity_id)
    columns = [_("Question"), _("Answers"), _("Reached, percent"), _("Agreement, -1 to 1"), _("Look at it")]
    rows = [
        (
            each.name, each.figures.count if each.figures else 0,
            round(100 * each.figures.facility, 1) if each.figures else None,
            None if each.figures is None or each.figures.discrimination is None else round(each.figures.discrimination, 3),
            each.advice,
        )
        for each in find_items(actor, activity_id)
    ]  # fmt: skip
    return Table(activity.title, columns, rows)


def find_items(actor: Actor, activity_id: uuid.UUID) -> list[ItemRow]:
    """Figures of each question over all attempts handed in and graded, the hardest first. Raises NotFound, Forbidden."""
    _activity, quiz = get_graded_quiz(actor, activity_id)
    rows = session().execute(
        select(AttemptAnswer.fraction, AttemptAnswer.points, Attempt.id, Attempt.earned, Attempt.most, QuestionVersion.question_id)
        .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
        .where(
            Attempt.quiz_id == quiz.id, Attempt.is_trial.is_(False), Attempt.state == "submitted",
            AttemptAnswer.fraction.is_not(None),
        )
    )  # fmt: skip
    shares: dict[uuid.UUID, list[tuple[float, float]]] = defaultdict(list)
    for fraction, points, _attempt, earned, most, question_id in rows:
        others = most - points
        rest = (earned - (fraction or 0) * points) / others if others > 0 else 0.0
        shares[question_id].append((fraction or 0.0, rest))
    questions = session().scalars(select(BankQuestion).where(BankQuestion.id.in_(shares)))
    found = [
        ItemRow(each.id, each.name, each.type, item_figures(shares[each.id]))
        for each in questions
        if each.type != "description"
    ]
    return sorted(found, key=lambda each: (each.figures.facility if each.figures else 0, each.name))


def get_any_attempt(actor: Actor, attempt_id: uuid.UUID) -> tuple[Attempt, Quiz, Activity]:
    """Somebody's attempt with answers, for those who grade. Raises NotFound, Forbidden."""
    query = select(Attempt).filter_by(id=attempt_id)
    attempt = session().scalar(query.options(selectinload(Attempt.answers)))
    quiz = session().get(Quiz, attempt.quiz_id) if attempt is not None else None
    if attempt is None or quiz is None:
        raise NotFound(_("There is no such attempt."))
    activity, _quiz = get_graded_quiz(actor, quiz.activity_id)
    return attempt, quiz, activity


def count_waiting(quiz: Quiz) -> int:
    """How many answers wait for a grade."""
    return session().scalar(
        select(func.count())
        .select_from(AttemptAnswer)
        .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
        .where(Attempt.quiz_id == quiz.id, Attempt.is_trial.is_(False), AttemptAnswer.waits_for_grade.is_(True))
    ) or 0  # fmt: skip


def names_of(actor: Actor, user_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names of people of the office; former members are called so."""
    people = find_members(actor, list(user_ids))
    return {user_id: _name(people.get(user_id)) for user_id in user_ids}


def _name(person: PersonView | None) -> str:
    return person.name if person else _("Former member")


def _counted(quiz: Quiz) -> Select[Attempt]:
    return select(Attempt).filter_by(quiz_id=quiz.id, is_trial=False)
