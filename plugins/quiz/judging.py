"""What people judge: essays and files one by one, and all attempts again after a question was mended."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.plugin import (
    Activity,
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Ref,
    _,
    _l,
    directory,
    notify,
    plain_text,
    require,
    session,
    utcnow,
    write_audit,
)
from plugins.quiz.attempts import count_up, tell_activity
from plugins.quiz.forms import GradeAnswer
from plugins.quiz.grading import Essay, FileAnswer, languages, read_question
from plugins.quiz.grading.scoring import Part, add_up
from plugins.quiz.models import Attempt, AttemptAnswer, BankQuestion, QuestionVersion, Quiz
from plugins.quiz.results import GRADE, get_graded_quiz, names_of

GRADED = "quiz_graded"
QUEUE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that waits for a grade."""

    answer_id: uuid.UUID
    attempt_id: uuid.UUID
    name: str
    question: str
    words: int


@dataclass(frozen=True, slots=True)
class ToGrade:
    """An answer with all that is needed to judge it. ``next_id`` is the one that waits after it."""

    row: AttemptAnswer
    attempt: Attempt
    quiz: Quiz
    question: Essay | FileAnswer
    name: str
    next_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Shift:
    """What judging again does to one attempt."""

    attempt_id: uuid.UUID
    name: str
    before: int
    after: int
    gains_pass: bool
    loses_pass: bool


def find_waiting(actor: Actor, activity_id: uuid.UUID) -> list[Waiting]:
    """Answers of a quiz that wait for a grade, the longest waiting first. Raises NotFound, Forbidden."""
    _activity, quiz = get_graded_quiz(actor, activity_id)
    rows = session().execute(_waiting(quiz).limit(QUEUE_SIZE)).all()
    names = names_of(actor, [attempt.user_id for _row, attempt, _version in rows])
    return [
        Waiting(
            row.id, attempt.id, names[attempt.user_id], plain_text(str(version.content.get("stem", "")))[:160],
            len(str(row.answer.get("text", "")).split()),
        )
        for row, attempt, version in rows
    ]  # fmt: skip


def get_answer(actor: Actor, answer_id: uuid.UUID) -> ToGrade:
    """An answer that a person judges, judged before or not. Raises NotFound, Forbidden."""
    row = session().scalar(
        select(AttemptAnswer)
        .filter_by(id=answer_id)
        .options(joinedload(AttemptAnswer.version), joinedload(AttemptAnswer.attempt))
    )
    quiz = session().get(Quiz, row.attempt.quiz_id) if row is not None else None
    question = read_question(row.version.content) if row is not None else None
    if row is None or quiz is None or not isinstance(question, Essay | FileAnswer):
        raise NotFound(_("There is no such answer."))
    get_graded_quiz(actor, quiz.activity_id)
    if row.attempt.state != "submitted":
        raise Conflict(_("This attempt is not handed in yet."))
    following = session().execute(_waiting(quiz).where(AttemptAnswer.id != row.id).limit(1)).first()
    name = names_of(actor, [row.attempt.user_id])[row.attempt.user_id]
    return ToGrade(row, row.attempt, quiz, question, name, following[0].id if following else None)


def grade_answer(actor: Actor, answer_id: uuid.UUID, command: GradeAnswer) -> None:
    """Judge an answer by its rubric, or in percent; the person is told when all is judged. Raises Invalid."""
    found = get_answer(actor, answer_id)
    share = found.question.share_of(command.levels) if found.question.rubric else None
    if found.question.rubric and share is None:
        raise Invalid(_("Please choose a level for each criterion."))
    if share is None and command.percent is None:
        text = _("Please say how many percent it is worth.")
        raise Invalid(text, fields={"percent": text})
    row = found.row
    row.fraction = share if share is not None else round((command.percent or 0) / 100, 4)
    row.levels = dict(command.levels) if found.question.rubric else {}
    row.comment, row.waits_for_grade = command.comment or "", False
    row.graded_by_id, row.graded_at = None if actor.is_system else actor.user_id, utcnow()
    _recount(found.attempt, found.quiz)


def preview_regrade(actor: Actor, activity_id: uuid.UUID) -> list[Shift]:
    """What judging all attempts by the questions as they are now would change. Nothing is written."""
    _activity, quiz = get_graded_quiz(actor, activity_id)
    shifts = []
    names = names_of(actor, [attempt.user_id for attempt in _finished(quiz)])
    for attempt, rows in _judged_again(quiz):
        after = add_up(Part(row.points, share) for row, _version, share in rows).percent
        if after != attempt.percent:
            passed, passes = attempt.percent >= quiz.pass_mark, after >= quiz.pass_mark
            shifts.append(
                Shift(
                    attempt.id, names[attempt.user_id], attempt.percent, after,
                    passes and not passed, passed and not passes,
                )
            )  # fmt: skip
    return sorted(shifts, key=lambda each: (not each.loses_pass, not each.gains_pass, each.name))


def regrade(actor: Actor, activity_id: uuid.UUID) -> int:
    """Judge all finished attempts by the questions as they are now; returns how many changed. Raises NotFound, Forbidden."""
    activity, quiz = get_graded_quiz(actor, activity_id)
    changed = 0
    for attempt, rows in _judged_again(quiz):
        for row, version_id, share in rows:
            row.version_id, row.fraction = version_id, share
        session().flush()
        before = attempt.percent
        count_up(attempt, [row for row, _version, _share in rows])
        if attempt.percent != before:
            changed += 1
            if not attempt.waits_for_grade:
                _tell_score(attempt, quiz)
    write_audit(
        actor, "quiz.regraded", Ref.of("core", "activity", activity.id), f"{changed} attempts changed"
    )
    return changed


def quizzes_with_waiting(actor: Actor) -> list[tuple[uuid.UUID, str, int]]:
    """Quizzes of the office with answers that wait: id and title of the activity, and how many. Raises Forbidden."""
    require(actor, GRADE)
    query = (
        select(Activity.id, Activity.title, func.count())
        .join(Quiz, Quiz.activity_id == Activity.id)
        .join(Attempt, Attempt.quiz_id == Quiz.id)
        .join(AttemptAnswer, AttemptAnswer.attempt_id == Attempt.id)
        .where(AttemptAnswer.waits_for_grade.is_(True), Attempt.is_trial.is_(False))
        .group_by(Activity.id, Activity.title)
        .order_by(func.count().desc())
    )
    return [(key, title, count) for key, title, count in session().execute(query.limit(5))]


def _waiting(quiz: Quiz) -> Select[AttemptAnswer, Attempt, QuestionVersion]:
    return (
        select(AttemptAnswer, Attempt, QuestionVersion)
        .join(Attempt, Attempt.id == AttemptAnswer.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptAnswer.version_id)
        .where(
            Attempt.quiz_id == quiz.id, Attempt.is_trial.is_(False), AttemptAnswer.waits_for_grade.is_(True)
        )
        .order_by(Attempt.submitted_at, AttemptAnswer.position)
    )


def _finished(quiz: Quiz) -> list[Attempt]:
    query = select(Attempt).filter_by(quiz_id=quiz.id, state="submitted", is_trial=False)
    return list(session().scalars(query.order_by(Attempt.submitted_at)))


def _judged_again(
    quiz: Quiz,
) -> list[tuple[Attempt, list[tuple[AttemptAnswer, uuid.UUID, float | None]]]]:
    """Finished attempts with their answers, the version in use now, and the share by it."""
    attempts = _finished(quiz)
    rows = list(
        session().scalars(
            select(AttemptAnswer)
            .where(AttemptAnswer.attempt_id.in_([attempt.id for attempt in attempts]))
            .options(joinedload(AttemptAnswer.version))
            .order_by(AttemptAnswer.position)
        )
    )
    newest = _versions_in_use({row.version.question_id for row in rows})
    by_attempt: dict[uuid.UUID, list[tuple[AttemptAnswer, uuid.UUID, float | None]]] = defaultdict(list)
    for row in rows:
        version = newest.get(row.version.question_id, row.version)
        by_attempt[row.attempt_id].append((row, version.id, _share_by(row, version, quiz)))
    return [(attempt, by_attempt[attempt.id]) for attempt in attempts]


def _share_by(row: AttemptAnswer, version: QuestionVersion, quiz: Quiz) -> float | None:
    """What an answer is worth by another version; verdicts of people, and of practice with tries, stay."""
    question = read_question(version.content)
    if not question.is_graded:
        return 1.0
    if question.needs_person or (quiz.mode == "practice" and row.tries):
        return row.fraction
    return languages.grade(question, languages.accept(question, row.answer)).fraction


def _versions_in_use(question_ids: set[uuid.UUID]) -> dict[uuid.UUID, QuestionVersion]:
    rows = session().scalars(
        select(QuestionVersion)
        .join(BankQuestion, BankQuestion.id == QuestionVersion.question_id)
        .where(BankQuestion.id.in_(question_ids), QuestionVersion.number == BankQuestion.version)
    )
    return {row.question_id: row for row in rows}


def _recount(attempt: Attempt, quiz: Quiz) -> None:
    was_waiting = attempt.waits_for_grade
    rows = list(session().scalars(select(AttemptAnswer).filter_by(attempt_id=attempt.id)))
    count_up(attempt, rows)
    if attempt.is_trial or attempt.waits_for_grade:
        return
    _tell_score(attempt, quiz)
    if was_waiting:
        slug = directory().get(quiz.office_id).slug
        title = _l("Your answers were graded: %(percent)s %%", percent=attempt.percent)
        notify(
            attempt.user_id, GRADED, title=title, url=f"/o/{slug}/quiz/attempts/{attempt.id}/review",
            ref=Ref.of("quiz", "attempt", attempt.id),
        )  # fmt: skip


def _tell_score(attempt: Attempt, quiz: Quiz) -> None:
    """The newest score takes the place of earlier ones of the attempt; its date stays that of handing in."""
    version = int(utcnow().timestamp() * 1000)
    tell_activity(attempt, quiz, "scored", attempt.submitted_at or utcnow(), version)
