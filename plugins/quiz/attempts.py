"""Taking a quiz: beginning, answering, checking, handing in. The clock is the server's.

An answer is acknowledged only by returning from the unit of work, which means that it is
on the disk. The latest answer of a question is the one with the highest number that its
browser gave it (``seq``); whatever arrives later with a lower number changes nothing.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import defer
from sqlalchemy.orm.attributes import set_committed_value

from lms.plugin import (
    Activity,
    Actor,
    Conflict,
    Enrol,
    Forbidden,
    NotFound,
    Ref,
    _,
    attach_file,
    enrol,
    enrolment_of,
    find_visible_files,
    may_manage,
    new_id,
    open_activity,
    record_progress,
    session,
    system_actor,
    utcnow,
)
from plugins.quiz.asked import find_questions, question_of
from plugins.quiz.drawing import draw
from plugins.quiz.grading import AnyQuestion, languages
from plugins.quiz.grading.arranging import is_untouched, mixing_seed
from plugins.quiz.grading.scoring import Part, add_up, after_tries
from plugins.quiz.models import Attempt, AttemptAnswer, Quiz
from plugins.quiz.quizzes import end_of, extra_time, get_managed_quiz, quiz_of

Fields = Mapping[str, Any]

_WHOLE = (
    select(Attempt, Quiz, Activity)
    .join(Quiz, Quiz.id == Attempt.quiz_id)
    .join(Activity, Activity.id == Quiz.activity_id)
    .where(Attempt.id == bindparam("attempt_id"), Attempt.user_id == bindparam("user_id"))
)
_LOCKED = _WHOLE.with_for_update(of=Attempt).execution_options(populate_existing=True)
WITHOUT_LEVELS = defer(AttemptAnswer.levels, raiseload=True)
"""Only those who grade ask for the levels of a rubric; whoever answers has none of them read."""

_ANSWERS = (
    select(AttemptAnswer)
    .where(AttemptAnswer.attempt_id == bindparam("attempt_id"))
    .options(WITHOUT_LEVELS)
    .order_by(AttemptAnswer.position)
)
_LAST = (
    select(Attempt)
    .where(
        Attempt.quiz_id == bindparam("quiz_id"),
        Attempt.user_id == bindparam("user_id"),
        Attempt.is_trial == bindparam("is_trial"),
    )
    .order_by(Attempt.number.desc())
    .limit(1)
)
"""Kept ready: they are asked for each page of a quiz and each answer."""


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """An attempt of the person who asks, the quiz, and the activity that the quiz is."""

    attempt: Attempt
    quiz: Quiz
    activity: Activity


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it arrives: the raw fields of the question at ``position``, and its number."""

    position: int
    seq: int
    raw: Fields


@dataclass
class Saved:
    """What became of answers: numbers that are stored now, those that are older than what is there, and the time left."""

    saved: dict[int, int] = field(default_factory=dict)
    stale: dict[int, int] = field(default_factory=dict)
    seconds_left: int | None = None
    is_over: bool = False


def start_attempt(actor: Actor, activity_id: uuid.UUID, *, is_trial: bool = False) -> Attempt:
    """Begin an attempt, or go on with the one that runs. Whoever is not enrolled yet is, if the rule allows it.

    A trial of staff counts nowhere. Raises NotFound, Forbidden, Conflict with the reason.
    """
    if is_trial:
        activity, quiz = get_managed_quiz(actor, activity_id)
    else:
        activity = open_activity(actor, activity_id)
        quiz = quiz_of(activity)
        _take_part(actor, activity)
    _lock(quiz)
    now = utcnow()
    last = _last_attempt(quiz, actor.user_id, is_trial=is_trial)
    taken = last.number if last is not None else 0
    if last is not None and last.state == "active" and not settle(last, quiz):
        return last
    extra = extra_time(quiz, actor.user_id)
    if not is_trial:
        _check_may_begin(quiz, taken, now, extra)
    attempt = Attempt(
        id=new_id(), quiz_id=quiz.id, user_id=actor.user_id, is_trial=is_trial, number=taken + 1,
        seed=random.SystemRandom().getrandbits(31), started_at=now, due_at=end_of(quiz, now, extra),
    )  # fmt: skip
    answers = draw(quiz, attempt)
    if not answers:
        raise Conflict(_("This quiz has no questions yet."))
    session().add_all([attempt, *answers])
    session().flush()
    return attempt


def reason_against(quiz: Quiz, taken: int, now: datetime, extra: int) -> str:
    """Why a person who has ``taken`` that many attempts cannot begin (again) now, in words; empty if they can."""
    if quiz.opens_at is not None and now < quiz.opens_at:
        return _("This quiz is not open yet.")
    end = end_of(quiz, now, extra)
    if quiz.closes_at is not None and end is not None and end <= now:
        return _("This quiz is closed.")
    if quiz.max_attempts is not None and taken >= quiz.max_attempts:
        return _("You have used all your attempts.")
    return ""


def may_begin(actor: Actor, quiz: Quiz) -> bool:
    """True if the actor may begin another attempt now."""
    extra = extra_time(quiz, actor.user_id)
    last = _last_attempt(quiz, actor.user_id, is_trial=False)
    return not reason_against(quiz, last.number if last is not None else 0, utcnow(), extra)


def own_attempts(actor: Actor, quiz: Quiz) -> list[Attempt]:
    """The actor's attempts that count, the first one first."""
    query = select(Attempt).filter_by(quiz_id=quiz.id, user_id=actor.user_id, is_trial=False)
    return list(session().scalars(query.order_by(Attempt.number)))


def get_attempt(actor: Actor, attempt_id: uuid.UUID) -> OwnAttempt:
    """One's own attempt with its answers, and what it is an attempt at. Raises NotFound."""
    found = session().execute(_WHOLE, {"attempt_id": attempt_id, "user_id": actor.user_id}).one_or_none()
    if found is None:
        raise NotFound(_("There is no such attempt of yours."))
    attempt: Attempt = found[0]
    set_committed_value(attempt, "answers", list(_rows(attempt).values()))
    return OwnAttempt(attempt, found[1], found[2])


def save_answers(actor: Actor, attempt_id: uuid.UUID, given: Sequence[Given]) -> Saved:
    """Store answers of a running attempt. What is stored is acknowledged by returning. Raises NotFound."""
    attempt, quiz, _activity = _locked_attempt(actor, attempt_id)
    return save_into(actor, attempt, quiz, _rows(attempt, [each.position for each in given]), given)


def save_into(
    actor: Actor, attempt: Attempt, quiz: Quiz, rows: Mapping[int, AttemptAnswer], given: Sequence[Given]
) -> Saved:
    """Store answers in the rows of an attempt that is locked. Raises NotFound, before anything is changed,
    for a question that is not in it. Questions that are finished are left as they are."""
    result = Saved()
    if any(each.position not in rows for each in given):
        raise NotFound(_("This question is not in your quiz."))
    if attempt.state != "active" or settle(attempt, quiz):
        result.is_over = True
        return result
    questions = find_questions(rows[each.position].version_id for each in given)
    for each in given:
        row = rows[each.position]
        _store(actor, attempt, row, questions[row.version_id], each, result)
    result.seconds_left = seconds_left(attempt)
    return result


def check_answer(actor: Actor, attempt_id: uuid.UUID, given: Given) -> AttemptAnswer:
    """Practice: store an answer and judge it at once; tries that are not right cost a little. Raises NotFound, Conflict."""
    attempt, row, quiz = _open_row(actor, attempt_id, given.position)
    if quiz.mode != "practice":
        raise Conflict(_("In a test, answers are judged when it is handed in."))
    if row.is_done:
        return row
    question = question_of(row.version_id)
    _store(actor, attempt, row, question, given, Saved())
    if question.needs_person or not question.is_answered(row.answer):
        return row
    grade = languages.grade(question, row.answer)
    reached = after_tries(grade.fraction or 0.0, question.penalty, row.tries)
    row.fraction = max(row.fraction or 0.0, reached)
    row.tries += 1
    row.is_done = grade.is_right
    return row


def reveal_answer(actor: Actor, attempt_id: uuid.UUID, position: int) -> AttemptAnswer:
    """Practice: show the right answer of a question and finish it. Raises NotFound, Conflict."""
    _attempt, row, quiz = _open_row(actor, attempt_id, position)
    if quiz.mode != "practice":
        raise Conflict(_("In a test, answers are judged when it is handed in."))
    row.is_done = True
    row.fraction = row.fraction or 0.0
    return row


def submit_attempt(
    actor: Actor, attempt_id: uuid.UUID, key: str, given: Sequence[Given] = ()
) -> tuple[Attempt, Saved]:
    """Hand in; the first time counts, whatever comes after it changes nothing.

    After the end, what arrived in time is judged and ``given`` is not. Answers that are older
    than what is stored come back as stale and nothing is handed in. Raises NotFound.
    """
    attempt, quiz, _activity = _locked_attempt(actor, attempt_id)
    result = Saved(is_over=attempt.state != "active")
    if attempt.state != "active" or settle(attempt, quiz, key=key):
        return attempt, result
    rows = _rows(attempt)
    if any(each.position not in rows for each in given):
        raise NotFound(_("This question is not in your quiz."))
    questions = find_questions(row.version_id for row in rows.values())
    for each in given:
        row = rows[each.position]
        _store(actor, attempt, row, questions[row.version_id], each, result)
    if not result.stale:
        _finish(attempt, quiz, utcnow(), key, list(rows.values()), questions)
    return attempt, result


def seconds_left(attempt: Attempt) -> int | None:
    """Seconds until the end, by the server's clock; None without a limit."""
    if attempt.due_at is None:
        return None
    return max(0, int((attempt.due_at - utcnow()).total_seconds()))


def settle(attempt: Attempt, quiz: Quiz, *, key: str = "") -> bool:
    """Finish a running attempt whose time is over; True if it was."""
    if attempt.state != "active" or attempt.due_at is None or utcnow() < attempt.due_at:
        return False
    attempt.is_late = True
    finish(attempt, quiz, attempt.due_at, key, list(_rows(attempt).values()))
    return True


def settle_overdue() -> int:
    """Finish all attempts of the office in scope whose time is over; returns how many."""
    due = (
        select(Attempt, Quiz)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Attempt.state == "active", Attempt.due_at < utcnow())
    )
    rows = session().execute(due.limit(200)).all()
    return sum(settle(attempt, quiz) for attempt, quiz in rows)


def finish(attempt: Attempt, quiz: Quiz, at: datetime, key: str, rows: Sequence[AttemptAnswer]) -> None:
    """Judge all answers of an attempt, count, and tell the activity."""
    _finish(attempt, quiz, at, key, rows, find_questions(row.version_id for row in rows))


def _finish(
    attempt: Attempt, quiz: Quiz, at: datetime, key: str,
    rows: Sequence[AttemptAnswer], questions: Mapping[uuid.UUID, AnyQuestion],
) -> None:  # fmt: skip
    attempt.state, attempt.submitted_at, attempt.submit_key = "submitted", at, key[:60]
    for row in rows:
        judge(row, questions[row.version_id], is_practice=quiz.mode == "practice")
    count_up(attempt, rows)
    if attempt.is_trial:
        return
    tell_activity(attempt, quiz, "submitted", at)
    if not attempt.waits_for_grade:
        tell_activity(attempt, quiz, "scored", at)


def judge(row: AttemptAnswer, question: AnyQuestion, *, is_practice: bool) -> None:
    """The share of an answer that was handed in; what only a person can judge waits."""
    if not question.is_graded:
        row.fraction = 1.0
        return
    grade = languages.grade(question, row.answer)
    row.waits_for_grade = grade.fraction is None
    if grade.fraction is None:
        row.fraction = None
    elif is_practice and row.is_done:
        row.fraction = row.fraction or 0.0
    elif is_practice:
        row.fraction = max(row.fraction or 0.0, after_tries(grade.fraction, question.penalty, row.tries))
    else:
        row.fraction = grade.fraction


def count_up(attempt: Attempt, rows: Sequence[AttemptAnswer]) -> None:
    """Write the sum of its answers on an attempt."""
    total = add_up(Part(row.points, row.fraction) for row in rows)
    attempt.earned, attempt.most, attempt.percent = total.earned, total.most, total.percent
    attempt.waits_for_grade = any(row.waits_for_grade for row in rows)


def tell_activity(attempt: Attempt, quiz: Quiz, verb: str, at: datetime, version: int = 1) -> None:
    """Record what an attempt reached; a record with a higher ``version`` takes the place of earlier ones."""
    result: dict[str, Any] = {}
    if verb == "scored":
        result = {
            "score": attempt.percent, "points": round(attempt.earned, 2), "max": round(attempt.most, 2),
            "source": f"quiz:attempt:{attempt.id}",
        }  # fmt: skip
    key = f"quiz:{attempt.id}:{verb}:{version}"
    system = system_actor(attempt.office_id or quiz.office_id)
    record_progress(system, quiz.activity_id, verb, user_id=attempt.user_id, result=result, key=key, at=at)


def _take_part(actor: Actor, activity: Activity) -> None:
    if activity.parent_id is not None:
        return
    own = enrolment_of(actor, activity.id)
    if (own is None or own.state != "active") and may_manage(actor, activity):
        return
    if own is None:
        own = enrol(actor, activity.id, Enrol())
    if own.state != "active":
        raise Forbidden(_("You are on the list, and will be told when you can take part."))


def _check_may_begin(quiz: Quiz, taken: int, now: datetime, extra: int) -> None:
    reason = reason_against(quiz, taken, now, extra)
    if reason:
        raise Conflict(reason)


def _store(
    actor: Actor, attempt: Attempt, row: AttemptAnswer, question: AnyQuestion, given: Given, result: Saved
) -> None:
    answer = languages.accept(question, given.raw)
    if not row.answer and is_untouched(question, answer, mixing_seed(attempt.seed, row.position)):
        answer = {}
    if answer == row.answer:
        row.seq = max(row.seq, given.seq)
        result.saved[row.position] = row.seq
        return
    if row.is_done or given.seq <= row.seq:
        result.stale[row.position] = row.seq
        return
    if question.kind == "file":
        answer = _own_files(actor, row, answer)
    row.answer, row.seq, row.answered_at = answer, given.seq, utcnow()
    result.saved[row.position] = row.seq


def _own_files(actor: Actor, row: AttemptAnswer, answer: dict[str, Any]) -> dict[str, Any]:
    """Only files of the person who answers; graders can read them from now on."""
    wanted = [uuid.UUID(each) for each in answer.get("files", ())]
    files = [each for each in find_visible_files(actor, wanted) if each.owner_id == actor.user_id]
    for file in files:
        attach_file(file, Ref.of("quiz", "attempt", row.attempt_id))
    kept = {file.id for file in files}
    found = [str(each) for each in wanted if each in kept]
    return {"files": found} if found else {}


def _last_attempt(quiz: Quiz, user_id: uuid.UUID, *, is_trial: bool) -> Attempt | None:
    """They are numbered from 1 without a hole, and only the last one can run."""
    return session().scalar(_LAST, {"quiz_id": quiz.id, "user_id": user_id, "is_trial": is_trial})


def _lock(quiz: Quiz) -> None:
    """Lock the row until the commit, so that two clicks begin one attempt; SQLite has one writer anyway."""
    if session().get_bind().dialect.name != "sqlite":
        session().refresh(quiz, with_for_update=True)


def _locked_attempt(actor: Actor, attempt_id: uuid.UUID) -> tuple[Attempt, Quiz, Activity]:
    """With its activity, so that whoever is told of it need not ask for it again."""
    found = session().execute(_LOCKED, {"attempt_id": attempt_id, "user_id": actor.user_id}).one_or_none()
    if found is None:
        raise NotFound(_("There is no such attempt of yours."))
    return found[0], found[1], found[2]


def _open_row(actor: Actor, attempt_id: uuid.UUID, position: int) -> tuple[Attempt, AttemptAnswer, Quiz]:
    attempt, quiz, _activity = _locked_attempt(actor, attempt_id)
    if attempt.state != "active" or (attempt.due_at is not None and utcnow() >= attempt.due_at):
        raise Conflict(_("This attempt is over."))
    row = _rows(attempt, [position]).get(position)
    if row is None:
        raise NotFound(_("This question is not in your quiz."))
    return attempt, row, quiz


def _rows(attempt: Attempt, positions: Sequence[int] | None = None) -> dict[int, AttemptAnswer]:
    """Answers of an attempt by position; all of them, if none are named."""
    query = _ANSWERS
    if positions is not None:
        query = query.where(AttemptAnswer.position.in_(positions))
    return {row.position: row for row in session().scalars(query, {"attempt_id": attempt.id})}
