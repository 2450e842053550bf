"""What courses give to the rest."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import Blueprint, url_for
from sqlalchemy import delete, select, update

from lms.plugin import (
    Activity,
    ActivityContent,
    ActivityType,
    Actor,
    AuditAction,
    Card,
    DashboardCard,
    ErasurePolicy,
    Evidence,
    ExportArchive,
    NavItem,
    NextStep,
    NotificationKind,
    PersonalData,
    Ref,
    SearchDocument,
    StepGuide,
    World,
    _,
    _l,
    all_offices,
    directory,
    hookimpl,
    plain_text,
    session,
)
from plugins.courses import (
    assignments,
    authoring,
    catalogue,
    certificates,
    learning,
    materials,
    showing,
    writing,
)
from plugins.courses.assignment_models import Review, Submission, SubmissionFile
from plugins.courses.cards import find_cards
from plugins.courses.demo import build_courses
from plugins.courses.models import Certificate, Course, Note, Page, PageText, PageVersion, Place
from plugins.courses.outline import COURSE, SECTION
from plugins.courses.privacy import export_rows
from plugins.courses.views import blueprint

READ = ("viewed", "own_tick", "minutes", "confirmed")


@hookimpl
def blueprints() -> Sequence[Blueprint]:
    """The pages."""
    return [blueprint]


@hookimpl
def activity_types() -> Sequence[ActivityType]:
    """Courses, and their own kinds of steps. Steps of all other kinds come from whoever provides them."""
    guide = StepGuide(learning.check_step, showing.frame_step, authoring.copy_step_rows)
    course = ActivityContent(create=authoring.set_up_course, copy=authoring.copy_course_rows)
    pages = ActivityContent(writing.set_up_pages, None, writing.export_pages, writing.import_pages)
    material = ActivityContent(None, None, materials.export_material, materials.import_material)
    task = ActivityContent(
        assignments.set_up_assignment, None, assignments.export_assignment, assignments.import_assignment
    )
    step, write = "courses.step", "courses.write"
    return [
        ActivityType(COURSE, _l("Course"), "mortarboard", "courses.show", _l("Steps that people work through at their own pace."),
                     ("children", "confirmed"), "courses.outline", "top", course, guide),
        ActivityType(SECTION, _l("Section"), "list-ul", step, _l("A heading that keeps steps together."),
                     ("confirmed",), "courses.settings", "child"),
        ActivityType("page", _l("Page"), "file-text", step, _l("Text, pictures, tables, video."), READ, write, "child", pages),
        ActivityType("book", _l("Book"), "book", step, _l("A longer text in chapters."), READ, write, "child", pages),
        ActivityType("file", _l("File"), "file-earmark", step, _l("A document, a recording, a sheet to fill in."), READ, write, "child", material),
        ActivityType("link", _l("Link"), "link-45deg", step, _l("A page elsewhere on the web."), READ, write, "child", material),
        ActivityType("assignment", _l("Assignment"), "clipboard-check", step, _l("People hand in a text or files and get feedback."),
                     ("submitted", "confirmed", "score"), write, "child", task),
    ]  # fmt: skip


@hookimpl
def notification_kinds() -> Sequence[NotificationKind]:
    """What people are told."""
    return [
        NotificationKind("courses_feedback", _l("Feedback on what you handed in"), by_mail="at_once"),
        NotificationKind("courses_certificate", _l("A certificate of yours is there"), by_mail="at_once"),
        NotificationKind("courses_nudge", _l("A course waits for you"), by_mail="daily"),
    ]


@hookimpl
def audit_actions() -> Sequence[AuditAction]:
    """Certificates that were taken back or given back."""
    return [
        AuditAction("courses.certificate_revoked", _l("Revoked a certificate")),
        AuditAction("courses.certificate_reinstated", _l("Let a certificate hold again")),
    ]


@hookimpl
def nav_items(actor: Actor) -> Sequence[NavItem]:
    """For members."""
    if actor.office_id is None or not actor.is_member:
        return []
    return [NavItem(_l("Courses"), url_for("courses.index"), "mortarboard", priority=15)]


@hookimpl
def dashboard_cards(actor: Actor) -> Sequence[DashboardCard]:
    """The courses that one is in; the one seen last is offered as the next step."""
    own, ahead = catalogue.find_own_courses(actor, limit=4) if actor.is_member else ([], None)
    if not own:
        return []
    latest, step = own[0], None
    if ahead is not None:
        title, url = (
            _("Resume: %(title)s", title=latest.title),
            url_for("courses.resume", activity_id=latest.id),
        )
        step = NextStep(title, url, showing.describe_next(ahead), _("Resume"), 30)
    return [DashboardCard("courses/card.html", {"courses": own}, 15, step)]


@hookimpl
def cards(refs: Sequence[Ref], actor: Actor) -> Sequence[Card]:
    """Submissions and certificates, for their person and for trainers."""
    return find_cards(refs, actor)


@hookimpl
def evidence(user_id: uuid.UUID, actor: Actor) -> Sequence[Evidence]:
    """Certificates that hold, to the person and to those who manage courses."""
    if user_id != actor.user_id and not actor.can(catalogue.MANAGE):
        return []
    query = select(Certificate).filter_by(user_id=user_id).where(Certificate.revoked_at.is_(None))
    return [
        Evidence(
            Ref.of("courses", "certificate", row.id), row.course_title, _l("Certificate"), row.completed_at,
            url_for("courses.verify", code=row.code), row.code,
        )
        for row in session().scalars(query)
    ]  # fmt: skip


@hookimpl
def search_documents(since: datetime | None) -> Iterator[SearchDocument]:
    """The texts of pages and books, under their step."""
    query = (
        select(PageText, Activity.title, Page.activity_id)
        .join(Page, Page.id == PageText.page_id)
        .join(Activity, Activity.id == Page.activity_id)
        .where(Page.removed_at.is_(None), Activity.state == "published", PageText.html != "")
    )
    best: dict[uuid.UUID, tuple[str, list[str], datetime, PageText]] = {}
    for row, title, activity_id in session().execute(
        query if since is None else query.where(PageText.updated_at > since)
    ):
        _title, parts, changed, first = best.get(activity_id, (title, [], row.updated_at, row))
        best[activity_id] = (
            title,
            [*parts, row.title, plain_text(row.html)],
            max(changed, row.updated_at),
            first,
        )
    for activity_id, (title, parts, changed, first) in best.items():
        language = directory().get(first.office_id).languages[0]
        yield SearchDocument(
            Ref.of("core", "activity", activity_id),
            first.office_id,
            title,
            "\n".join(parts),
            language,
            changed,
        )


@hookimpl
def on_completed(office_id: uuid.UUID, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """A completed course brings its certificate. Twice is once."""
    if session().get(Course, activity_id) is not None:
        certificates.issue_certificate(activity_id, user_id)


@hookimpl
def personal_data() -> Sequence[PersonalData]:
    """What is held about people who learn and teach."""
    learn, prove = (
        _l("To let people go on where they left"),
        _l("To give feedback and to prove what was learned"),
    )
    kept = _l("As long as the office must prove its work; then the name is removed")
    account = _l("As long as the account exists")
    return [
        PersonalData("courses_place", "user_id", ("seen_at", "depth"), learn, "public_task", account),
        PersonalData("courses_note", "user_id", ("text",), _l("Own notes while learning"), "consent", account),
        PersonalData("courses_submission", "user_id", ("text", "state", "score", "submitted_at"), prove, "public_task", kept),
        PersonalData("courses_review", "reviewer_id", ("feedback",), prove, "public_task", kept, stays_nameless=True),
        PersonalData("courses_certificate", "user_id", ("holder", "course_title", "completed_at", "code"), prove, "public_task", kept),
        PersonalData("courses_page_version", "author_id", ("title", "html"), _l("To know who wrote what"), "public_task", account, stays_nameless=True),
    ]  # fmt: skip


@hookimpl
def export_user(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Everything of a person, from all offices."""
    with all_offices("export of one person's data"):
        export_rows(user_id, archive)


@hookimpl
def erase_user(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """Places, notes, work and certificates go; texts and feedback stay with their course, without the name."""
    with all_offices("erasure of one person's data"):
        mine = select(Submission.id).filter_by(user_id=user_id)
        session().execute(delete(SubmissionFile).where(SubmissionFile.submission_id.in_(mine)))
        for model in (Place, Note, Submission, Certificate):
            session().execute(delete(model).where(model.user_id == user_id))
        session().execute(update(PageVersion).where(PageVersion.author_id == user_id).values(author_id=None))
        session().execute(update(Review).where(Review.reviewer_id == user_id).values(reviewer_id=None))


@hookimpl
def demo_data(world: World) -> None:
    """Courses in both demo offices, with people on their way."""
    build_courses(world)
