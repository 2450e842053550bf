"""Submissions and certificates as cards: for their person, and for those who run the course. Many take as many queries as one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select

from lms.plugin import Activity, Actor, Card, Ref, _, find_manageable, session
from plugins.courses.assignment_models import Submission
from plugins.courses.models import Certificate
from plugins.courses.showing import submission_url


def find_cards(refs: Sequence[Ref], actor: Actor) -> list[Card]:
    """Cards of those that the actor may see."""
    own = [ref for ref in refs if ref.plugin == "courses"]
    submissions = {ref.uuid: ref for ref in own if ref.kind == "submission"}
    certificates = {ref.uuid: ref for ref in own if ref.kind == "certificate"}
    return [*_submissions(submissions, actor), *_certificates(certificates, actor)]


def _submissions(refs: dict[uuid.UUID, Ref], actor: Actor) -> list[Card]:
    if not refs:
        return []
    query = select(Submission, Activity.title).join(Activity, Activity.id == Submission.activity_id)
    rows = session().execute(query.where(Submission.id.in_(refs))).all()
    managed = find_manageable(actor, {row.activity_id for row, _title in rows})
    return [
        Card(refs[row.id], title, submission_url(actor, row), "clipboard-check", "", _("Work handed in"))
        for row, title in rows
        if row.user_id == actor.user_id or (row.round > 0 and row.activity_id in managed)
    ]


def _certificates(refs: dict[uuid.UUID, Ref], actor: Actor) -> list[Card]:
    if not refs:
        return []
    rows = session().scalars(select(Certificate).where(Certificate.id.in_(refs))).all()
    managed = find_manageable(actor, {row.course_id for row in rows})
    return [
        Card(refs[row.id], row.course_title, url_for("courses.verify", code=row.code), "award", row.holder, _("Certificate"))
        for row in rows
        if row.user_id == actor.user_id or row.course_id in managed
    ]  # fmt: skip
