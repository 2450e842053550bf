"""Assignments: handing in, the trainer's queue, rubric, feedback, handing in again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from lms.plugin import (
    Activity,
    Actor,
    AddFile,
    Conflict,
    Family,
    Invalid,
    NotFound,
    PersonView,
    Ref,
    StoredFile,
    TakeFile,
    _,
    _l,
    attach_file,
    find_members,
    get_managed_activity,
    is_enrolled,
    may_manage,
    notify,
    record_progress,
    session,
    utcnow,
)
from plugins.courses import rubric
from plugins.courses.assignment_models import (
    Assignment,
    Criterion,
    Mark,
    Submission,
    SubmissionFile,
)
from plugins.courses.assignment_models import Review as ReviewRow
from plugins.courses.authoring import get_managed_step
from plugins.courses.forms import HandIn, Review, WriteAssignment
from plugins.courses.learning import get_step
from plugins.courses.materials import export_bodies, import_bodies, save_body
from plugins.courses.outline import address_of

MOST_FILES = 10
ALLOWED: frozenset[Family] = frozenset({"image", "audio", "video", "document", "text", "archive"})
PURPOSE = "courses.submission"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission in the queue."""

    id: uuid.UUID
    person: str
    title: str
    course_title: str
    submitted_at: datetime
    round: int
    is_late: bool
    state: str
    score: int | None


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What was said to one round, with the points by criterion."""

    round: int
    outcome: str
    feedback: str
    text: str
    score: int | None
    reviewed_at: datetime
    reviewer: str
    points: Mapping[uuid.UUID, int]


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A submission with its files and everything that was said to it."""

    id: uuid.UUID
    activity_id: uuid.UUID
    user_id: uuid.UUID
    state: str
    text: str
    round: int
    submitted_at: datetime | None
    score: int | None
    files: Sequence[StoredFile]
    reviews: Sequence[ReviewView]
    saved_at: datetime | None = None

    @property
    def is_editable(self) -> bool:
        """The person may write and send now."""
        return self.state in {"draft", "returned"}


def set_up_assignment(actor: Actor, activity_id: uuid.UUID) -> None:
    """The row of a new assignment."""
    session().add(Assignment(activity_id=activity_id, takes_text=True, takes_files=True))
    session().flush()


def get_assignment(activity_id: uuid.UUID) -> Assignment:
    """What may be handed in. Raises NotFound."""
    row = session().get(Assignment, activity_id)
    if row is None:
        raise NotFound(_("There is no such assignment."))
    return row


def edit_assignment(actor: Actor, step_id: uuid.UUID, locale: str, command: WriteAssignment) -> None:
    """Change what is asked. Times come aware. Raises NotFound, Forbidden, Invalid."""
    get_managed_step(actor, step_id)
    row = get_assignment(step_id)
    row.takes_text, row.takes_files, row.due_at = command.takes_text, command.takes_files, command.due_at
    save_body(actor, step_id, locale, command.body or "")


def find_own_submission(actor: Actor, step_id: uuid.UUID) -> SubmissionView | None:
    """What the actor wrote and sent so far."""
    row = session().scalar(select(Submission).filter_by(activity_id=step_id, user_id=actor.user_id))
    return _view(actor, row) if row is not None else None


def save_submission(
    actor: Actor, step_id: uuid.UUID, command: HandIn, files: Sequence[StoredFile] = ()
) -> datetime:
    """Keep what a person is writing, without handing it in; returns when. Raises NotFound, Forbidden, Conflict, Invalid."""
    row = _open_submission(actor, step_id)
    if command.text is not None:
        row.text = command.text
    _take_files(actor, row, files)
    session().flush()
    return utcnow()


def hand_in(
    actor: Actor, step_id: uuid.UUID, command: HandIn, files: Sequence[StoredFile] = ()
) -> SubmissionView:
    """Hand in; once more after it was returned. Doing it twice is once. Raises NotFound, Forbidden, Conflict, Invalid."""
    known = find_own_submission(actor, step_id)
    if known is not None and known.state == "submitted":
        return known
    row = _open_submission(actor, step_id)
    asked = get_assignment(step_id)
    if command.text is not None:
        row.text = command.text if asked.takes_text else ""
    _take_files(actor, row, files)
    has_files = session().scalar(select(SubmissionFile.id).filter_by(submission_id=row.id).limit(1))
    if not row.text.strip() and not has_files:
        text = _("Write something or add a file first.")
        raise Invalid(text, fields={"text": text})
    row.state, row.round, row.submitted_at = "submitted", row.round + 1, utcnow()
    session().flush()
    record_progress(
        actor, step_id, "submitted", result={"round": row.round}, key=f"submitted:{row.id}:{row.round}"
    )
    return _view(actor, row)


def remove_file(actor: Actor, step_id: uuid.UUID, file_id: uuid.UUID) -> None:
    """Take a file out of what one is about to hand in; it stays in one's files. Raises NotFound, Forbidden, Conflict."""
    row = _open_submission(actor, step_id)
    session().execute(
        delete(SubmissionFile).where(
            SubmissionFile.submission_id == row.id, SubmissionFile.file_id == file_id
        )
    )


def find_queue(actor: Actor, course_id: uuid.UUID, *, show: str = "submitted") -> list[Waiting]:
    """What was handed in in a course, the oldest first; ``show`` is a state or ``all``. Raises NotFound, Forbidden."""
    course = get_managed_activity(actor, course_id)
    query = (
        select(Submission, Activity.title, Assignment.due_at)
        .join(Activity, Activity.id == Submission.activity_id)
        .join(Assignment, Assignment.activity_id == Activity.id)
        .where(Activity.parent_id == course_id, Submission.state != "draft")
        .order_by(Submission.submitted_at, Submission.id)
    )
    if show != "all":
        query = query.where(Submission.state == show)
    rows = session().execute(query).all()
    names = find_members(actor, [row.user_id for row, _title, _due in rows])
    return [
        Waiting(
            row.id, _name(names, row.user_id), title, course.title, row.submitted_at or utcnow(), row.round,
            bool(due and row.submitted_at and row.submitted_at > due), row.state, row.score,
        )
        for row, title, due in rows
    ]  # fmt: skip


def count_waiting(course_id: uuid.UUID) -> int:
    """How many submissions of a course wait for a trainer."""
    query = select(func.count(Submission.id)).join(Activity, Activity.id == Submission.activity_id)
    return (
        session().scalar(query.where(Activity.parent_id == course_id, Submission.state == "submitted")) or 0
    )


def get_submission(actor: Actor, submission_id: uuid.UUID) -> tuple[SubmissionView, Activity, str]:
    """A submission, its assignment and the name of the person; for that person and for trainers. Raises NotFound."""
    row = session().get(Submission, submission_id)
    activity = session().get(Activity, row.activity_id) if row is not None else None
    if row is None or activity is None or not may_see_submission(actor, row, activity):
        raise NotFound(_("There is no such submission."))
    return _view(actor, row), activity, _name(find_members(actor, [row.user_id]), row.user_id)


def may_see_submission(actor: Actor, row: Submission, activity: Activity) -> bool:
    """The person who wrote it, and, once it was handed in, whoever manages the course."""
    return row.user_id == actor.user_id or (row.round > 0 and may_manage(actor, activity))


def review(actor: Actor, submission_id: uuid.UUID, command: Review, points: Mapping[uuid.UUID, int]) -> None:
    """Accept a submission, or return it to be handed in again. Raises NotFound, Forbidden, Conflict, Invalid."""
    row = session().get(Submission, submission_id)
    if row is None:
        raise NotFound(_("There is no such submission."))
    activity = get_managed_activity(actor, row.activity_id)
    if row.state != "submitted":
        raise Conflict(_("This was graded already, or is being written again."))
    criteria = rubric.criteria_of(activity.id)
    given = _checked(criteria, points)
    total = sum(each.points for each in criteria)
    row.score = round(100 * sum(given.values()) / total) if total else None
    row.state = command.outcome
    said = ReviewRow(
        submission_id=row.id, round=row.round, outcome=command.outcome, feedback=command.feedback or "", text=row.text,
        score=row.score, reviewer_id=actor.user_id, reviewed_at=utcnow(),
    )  # fmt: skip
    session().add(said)
    session().flush()
    session().add_all(
        Mark(review_id=said.id, criterion_id=each, points=value) for each, value in given.items()
    )
    _write_records(actor, row, activity, sum(given.values()), total)
    title = (
        _l("Your work in “%(title)s” was accepted", title=activity.title)
        if command.outcome == "accepted"
        else _l("“%(title)s”: please look at the feedback and hand in again", title=activity.title)
    )
    notify(
        row.user_id, "courses_feedback", title=title, body=(command.feedback or "")[:300], url=address_of(activity),
        ref=Ref.of("core", "activity", activity.id), key=f"courses-review:{said.id}",
    )  # fmt: skip


def export_assignment(actor: Actor, step_id: uuid.UUID, add_file: AddFile) -> dict[str, Any]:
    """What is asked, and the rubric."""
    row = get_assignment(step_id)
    return {
        "takes_text": row.takes_text,
        "takes_files": row.takes_files,
        "criteria": rubric.export_criteria(step_id),
        "texts": export_bodies(step_id, add_file),
    }


def import_assignment(actor: Actor, step_id: uuid.UUID, data: Mapping[str, Any], take_file: TakeFile) -> None:
    """What ``export_assignment`` wrote. Raises Invalid."""
    row = get_assignment(step_id)
    row.takes_text, row.takes_files = bool(data.get("takes_text")), bool(data.get("takes_files"))
    if not row.takes_text and not row.takes_files:
        raise Invalid(_("An assignment of the archive asks for nothing."))
    rubric.import_criteria(actor, step_id, data.get("criteria") or [])
    import_bodies(step_id, data.get("texts") or {}, take_file)


def _open_submission(actor: Actor, step_id: uuid.UUID) -> Submission:
    step = get_step(actor, step_id)
    get_assignment(step_id)
    if step.parent_id is None or not is_enrolled(actor.user_id, step.parent_id):
        raise Conflict(_("Only people who take part in the course hand something in."))
    query = select(Submission).filter_by(activity_id=step_id, user_id=actor.user_id).with_for_update()
    row = session().scalar(query)
    if row is None:
        row = Submission(activity_id=step_id, user_id=actor.user_id, state="draft", text="", round=0)
        session().add(row)
        session().flush()
    if row.state in {"submitted", "accepted"}:
        raise Conflict(_("This was handed in already. You can change it when your trainer returns it."))
    return row


def _take_files(actor: Actor, row: Submission, files: Sequence[StoredFile]) -> None:
    if not files:
        return
    if not get_assignment(row.activity_id).takes_files:
        raise Invalid(_("This assignment takes no files."))
    known = set(session().scalars(select(SubmissionFile.file_id).filter_by(submission_id=row.id)))
    for file in files:
        if file.owner_id != actor.user_id:
            raise NotFound(_("There is no such file. It may have been deleted."))
        attach_file(file, Ref.of("courses", "submission", row.id))
        if file.id not in known:
            known.add(file.id)
            session().add(SubmissionFile(submission_id=row.id, file_id=file.id))
    if len(known) > MOST_FILES:
        text = _("At most %(count)s files can be handed in.", count=MOST_FILES)
        raise Invalid(text, fields={"files": text})


def _checked(criteria: Sequence[Criterion], points: Mapping[uuid.UUID, int]) -> dict[uuid.UUID, int]:
    wrong = [each for each in criteria if not 0 <= points.get(each.id, -1) <= each.points]
    if wrong:
        text = _(
            "Please give points for “%(title)s”, from 0 to %(most)s.",
            title=wrong[0].title,
            most=wrong[0].points,
        )
        raise Invalid(text)
    return {each.id: points[each.id] for each in criteria}


def _write_records(actor: Actor, row: Submission, activity: Activity, points: int, total: int) -> None:
    person: dict[str, Any] = {"user_id": row.user_id}
    if row.score is not None:
        result = {"score": row.score, "points": points, "max": total}
        record_progress(
            actor, activity.id, "scored", result=result, key=f"scored:{row.id}:{row.round}", **person
        )
    if row.state == "accepted":
        record_progress(actor, activity.id, "confirmed", key=f"accepted:{row.id}", **person)


def _view(actor: Actor, row: Submission) -> SubmissionView:
    files = session().scalars(
        select(StoredFile)
        .join(SubmissionFile, SubmissionFile.file_id == StoredFile.id)
        .where(SubmissionFile.submission_id == row.id, StoredFile.deleted_at.is_(None))
        .order_by(SubmissionFile.id)
    )
    said = list(
        session().scalars(select(ReviewRow).filter_by(submission_id=row.id).order_by(ReviewRow.round.desc()))
    )
    marks: Iterable[Mark] = (
        session().scalars(select(Mark).where(Mark.review_id.in_([each.id for each in said]))) if said else []
    )
    by_review: dict[uuid.UUID, dict[uuid.UUID, int]] = {}
    for mark in marks:
        by_review.setdefault(mark.review_id, {})[mark.criterion_id] = mark.points
    names = find_members(actor, [each.reviewer_id for each in said if each.reviewer_id])
    return SubmissionView(
        row.id, row.activity_id, row.user_id, row.state, row.text, row.round, row.submitted_at, row.score, list(files),
        [
            ReviewView(
                each.round, each.outcome, each.feedback, each.text, each.score, each.reviewed_at,
                _name(names, each.reviewer_id), by_review.get(each.id, {}),
            )
            for each in said
        ],
        row.updated_at,
    )  # fmt: skip


def _name(people: Mapping[uuid.UUID, PersonView], user_id: uuid.UUID | None) -> str:
    person = people.get(user_id) if user_id else None
    return person.name if person is not None else _("Former member")
