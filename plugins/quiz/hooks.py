"""What quizzes give to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, url_for
from sqlalchemy import delete, select, update

from lms.plugin import (
    ActivityContent,
    ActivityType,
    Actor,
    AuditAction,
    Card,
    DashboardCard,
    ErasurePolicy,
    ExportArchive,
    Exporter,
    Importer,
    JobSpec,
    NavItem,
    NextStep,
    NotificationKind,
    OfferedQuestion,
    Permission,
    PersonalData,
    Ref,
    World,
    _,
    _l,
    all_offices,
    hookimpl,
    session,
)
from plugins.quiz import bank, judging, quizzes
from plugins.quiz.attempt_views import blueprint as attempt_pages
from plugins.quiz.bank_views import blueprint as bank_pages
from plugins.quiz.demo import build_quizzes
from plugins.quiz.import_views import blueprint as import_pages
from plugins.quiz.importing import examine_import, run_import
from plugins.quiz.jobs import settle_overdue
from plugins.quiz.language_views import blueprint as language_pages
from plugins.quiz.models import Attempt, AttemptAnswer, BankImport, ExtraTime, QuestionVersion
from plugins.quiz.offering import offer_questions
from plugins.quiz.quiz_views import blueprint as quiz_pages
from plugins.quiz.reading import find_cards, find_running
from plugins.quiz.result_views import blueprint as result_pages
from plugins.quiz.results import GRADE
from plugins.quiz.translating import count_missing

BANK_KIND = "questions"


@hookimpl
def permissions() -> Sequence[Permission]:
    """Who keeps the bank, and who grades."""
    return [
        Permission(bank.KEEP, _l("Keep the question bank"), frozenset({"head", "trainer", "counsellor"})),
        Permission(
            GRADE, _l("Grade answers and see the results of quizzes"), frozenset({"head", "trainer", "tutor"})
        ),
    ]


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """What is written into the audit."""
    return [
        AuditAction("quiz.imported", _l("Imported questions")),
        AuditAction("quiz.regraded", _l("Judged a quiz again")),
    ]


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [bank_pages, language_pages, quiz_pages, attempt_pages, result_pages, import_pages]


@hookimpl
def activity_types() -> Sequence[ActivityType]:
    """A quiz, by itself or as a step."""
    content = ActivityContent(
        create=quizzes.create_quiz,
        copy=quizzes.copy_quiz,
        export=quizzes.export_quiz,
        import_=quizzes.import_quiz,
        missing=count_missing,
    )
    summary = _l("Questions for practice or as a test, judged at once.")
    return [
        ActivityType(
            quizzes.TYPE, _l("Quiz"), "question-circle", "quiz.show", summary, ("score", "submitted", "viewed", "confirmed"),
            edit_endpoint="quiz.plan", content=content,
        )
    ]  # fmt: skip


@hookimpl
def jobs() -> Sequence[JobSpec]:
    """The end of time limits, and imports."""
    return [
        JobSpec("settle", settle_overdue, _l("Hand in quizzes whose time is over"), timedelta(minutes=1)),
        JobSpec("examine", examine_import, _l("Read a file of questions"), max_attempts=2),
        JobSpec("import", run_import, _l("Import questions"), max_attempts=3),
    ]


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """Grades."""
    return [NotificationKind(judging.GRADED, _l("Your answers were graded"), by_mail="at_once")]


@hookimpl
def importers() -> Sequence[Importer]:
    """Files of questions."""
    return [
        Importer("gift", BANK_KIND, _l("GIFT or Moodle XML"), "quiz_import.begin", (".txt", ".gift", ".xml")),
    ]


@hookimpl
def exporters() -> Sequence[Exporter]:
    """The bank, or a category of it."""
    return [
        Exporter("questions", BANK_KIND, _l("GIFT or Moodle XML"), "quiz_import.export"),
    ]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """The bank, for those who keep it."""
    if actor.office_id is None or not actor.is_member or not actor.can(bank.KEEP):
        return []
    return [
        NavItem(
            _l("Question bank"), url_for("quiz_bank.index"), "question-circle", priority=55, section="office"
        )
    ]


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """A quiz that runs comes first; graders see what waits for them."""
    found: list[DashboardCard] = []
    running = find_running(actor)
    if running:
        attempt, title = running[0]
        url = url_for("quiz_attempt.take", attempt_id=attempt.id)
        step = NextStep(
            title, url, _("You have begun this quiz. Your answers are saved."), _("Go on"), priority=15
        )
        found.append(DashboardCard("quiz/card_running.html", {"running": running}, 15, step))
    if actor.can(GRADE):
        waiting = judging.quizzes_with_waiting(actor)
        if waiting:
            found.append(DashboardCard("quiz/card_grading.html", {"waiting": waiting}, 30))
    return found


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Questions and attempts, as far as a person meets them."""
    return find_cards(refs, actor)


@hookimpl
def question_bank(actor: Actor, query: str | Ref, limit: int) -> Sequence[OfferedQuestion] | None:
    """Questions to choose from, for those who keep the bank."""
    return offer_questions(actor, query, limit)


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """What is held about people."""
    learning, kept = (
        _l("To judge what somebody learned, and to prove it"),
        _l("As long as the office must prove its work"),
    )
    authors, as_long = _l("Knowing who wrote a question"), _l("As long as the question is there")
    return [
        PersonalData("quiz_attempt", "user_id", ("submit_key", "percent", "started_at", "submitted_at"), learning, "public_task", kept),
        PersonalData("quiz_answer", "graded_by_id", ("comment", "graded_at"), _l("Knowing who gave a grade"), "public_task", kept),
        PersonalData("quiz_extra_time", "user_id", ("minutes",), _l("Giving people the time they need"), "legal_obligation", kept),
        PersonalData("quiz_question_version", "author_id", ("created_at",), authors, "public_task", as_long),
        PersonalData("quiz_import", "created_by_id", ("file_name",), _l("Knowing who imported questions"), "public_task", as_long),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Attempts with answers, grades given, extra time, questions written and imports, from all offices."""
    with all_offices("a person's own data"):
        own = session().scalars(select(Attempt).filter_by(user_id=user_id).order_by(Attempt.started_at)).all()
        archive.add_rows("quiz_attempts", _l("Your quizzes"), [_attempt_data(row) for row in own])
        answers = session().scalars(
            select(AttemptAnswer).where(AttemptAnswer.attempt_id.in_([row.id for row in own]))
        )
        archive.add_rows("quiz_answers", _l("Your answers"), [_answer_data(row) for row in answers])
        graded = session().scalars(select(AttemptAnswer).filter_by(graded_by_id=user_id))
        archive.add_rows(
            "quiz_grades", _l("Grades that you gave"),
            [{"graded_at": row.graded_at, "share": row.fraction, "comment": row.comment} for row in graded],
        )  # fmt: skip
        more = session().scalars(select(ExtraTime).filter_by(user_id=user_id))
        archive.add_rows(
            "quiz_extra_time", _l("Extra time in quizzes"), [{"minutes": row.minutes} for row in more]
        )
        written = session().scalars(select(QuestionVersion).filter_by(author_id=user_id))
        archive.add_rows(
            "quiz_questions", _l("Questions that you wrote"),
            [{"created_at": row.created_at, "question": row.content.get("stem", "")} for row in written],
        )  # fmt: skip
        files = session().scalars(select(BankImport).filter_by(created_by_id=user_id))
        archive.add_rows(
            "quiz_imports", _l("Questions that you imported"),
            [{"file": row.file_name, "at": row.created_at, "questions": row.good_count} for row in files],
        )  # fmt: skip


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Attempts and extra time go; questions and grades stay without the name of who gave them."""
    with all_offices("erasure of a person"):
        own = select(Attempt.id).filter_by(user_id=user_id)
        session().execute(delete(AttemptAnswer).where(AttemptAnswer.attempt_id.in_(own)))
        session().execute(delete(Attempt).where(Attempt.user_id == user_id))
        session().execute(delete(ExtraTime).where(ExtraTime.user_id == user_id))
        for column in (AttemptAnswer.graded_by_id, QuestionVersion.author_id, BankImport.created_by_id):
            model = column.class_
            session().execute(update(model).where(column == user_id).values({column: None}))


@hookimpl
def demo_data(world: World) -> None:
    """A bank on the nine actions, a self-check and a test, and what people answered."""
    build_quizzes(world)


def _attempt_data(row: Attempt) -> dict[str, object]:
    return {
        "number": row.number, "state": row.state, "started_at": row.started_at, "submitted_at": row.submitted_at,
        "percent": row.percent, "key": row.submit_key,
    }  # fmt: skip


def _answer_data(row: AttemptAnswer) -> dict[str, object]:
    return {
        "answer": row.answer,
        "answered_at": row.answered_at,
        "share": row.fraction,
        "comment": row.comment,
    }
