"""Everything that courses hold about one person, as rows for their export."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from lms.plugin import Activity, ExportArchive, _l, session
from plugins.courses.assignment_models import Review, Submission
from plugins.courses.models import Certificate, Note, PageVersion, Place


def export_rows(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Places, notes, work with its feedback, certificates, and what the person wrote for others."""
    titles = dict(session().execute(select(Activity.id, Activity.title)).all())
    places = session().scalars(select(Place).filter_by(user_id=user_id)).all()
    archive.add_rows(
        "courses_places", _l("Where you are in courses"),
        [{"course": titles.get(row.course_id, ""), "seen_at": row.seen_at, "depth": row.depth, "locale": row.locale} for row in places],
    )  # fmt: skip
    notes = session().scalars(select(Note).filter_by(user_id=user_id)).all()
    archive.add_rows(
        "courses_notes", _l("Your notes in courses"),
        [{"step": titles.get(row.step_id, ""), "text": row.text, "updated_at": row.updated_at} for row in notes],
    )  # fmt: skip
    _export_work(user_id, archive, titles)
    papers = session().scalars(select(Certificate).filter_by(user_id=user_id)).all()
    archive.add_rows(
        "courses_certificates", _l("Your certificates"),
        [{"holder": row.holder, "course_title": row.course_title, "completed_at": row.completed_at, "code": row.code} for row in papers],
    )  # fmt: skip
    written = session().scalars(select(PageVersion).filter_by(author_id=user_id)).all()
    archive.add_rows(
        "courses_pages", _l("Pages that you wrote"),
        [{"title": row.title, "html": row.html, "created_at": row.created_at} for row in written],
    )  # fmt: skip


def _export_work(user_id: uuid.UUID, archive: ExportArchive, titles: dict[uuid.UUID, str]) -> None:
    work = session().scalars(select(Submission).filter_by(user_id=user_id)).all()
    said = session().scalars(select(Review).where(Review.submission_id.in_([row.id for row in work]))).all()
    by_work = {row.id: [each.feedback for each in said if each.submission_id == row.id] for row in work}
    archive.add_rows(
        "courses_submissions", _l("What you handed in"),
        [
            {
                "assignment": titles.get(row.activity_id, ""), "text": row.text, "state": row.state, "score": row.score,
                "submitted_at": row.submitted_at, "feedback": "\n\n".join(by_work[row.id]),
            }
            for row in work
        ],
    )  # fmt: skip
    given = session().scalars(select(Review).filter_by(reviewer_id=user_id)).all()
    archive.add_rows(
        "courses_reviews", _l("Feedback that you gave"),
        [{"feedback": row.feedback, "reviewed_at": row.reviewed_at} for row in given],
    )  # fmt: skip
