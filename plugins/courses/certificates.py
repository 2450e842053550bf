"""Certificates: issued when a course is completed, verified by anybody, revoked by the office."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.plugin import (
    Activity,
    Actor,
    Completion,
    Conflict,
    NotFound,
    Ref,
    Table,
    _,
    _l,
    all_offices,
    children_of,
    directory,
    find_members,
    get_activity,
    get_managed_activity,
    may_manage,
    notify,
    session,
    system_actor,
    utcnow,
    write_audit,
)
from plugins.courses.forms import Revoke
from plugins.courses.models import ActivityText, Certificate, Course, Place
from plugins.courses.outline import SECTION, languages_of

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without letters that are taken for digits."""
GROUPS = 3


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody may know of a certificate who has its code."""

    code: str
    holder: str
    course_title: str
    office_name: str
    minutes: int
    completed_at: datetime
    issued_at: datetime
    revoked_at: datetime | None
    revoked_reason: str


def issue_certificate(course_id: uuid.UUID, user_id: uuid.UUID) -> Certificate | None:
    """Write the certificate of a person who completed a course; once. None where there is none to be had."""
    known = session().scalar(select(Certificate).filter_by(course_id=course_id, user_id=user_id))
    if known is not None:
        return known
    activity, course = session().get(Activity, course_id), session().get(Course, course_id)
    done = session().scalar(
        select(Completion)
        .filter_by(activity_id=course_id, user_id=user_id)
        .where(Completion.withdrawn_at.is_(None))
    )
    if activity is None or course is None or done is None or not course.has_certificate:
        return None
    office = directory().get(activity.office_id)
    holder = _name_of(office.id, user_id)
    if holder is None:
        return None
    locale = _locale(course, user_id)
    title = _title(activity, course, locale)
    row = Certificate(
        course_id=course_id, user_id=user_id, code=new_code(), locale=locale, holder=holder, course_title=title,
        office_name=office.name, minutes=_minutes(course_id), parts="\n".join(_parts(course_id, course, locale)),
        version=max(course.version, 1), completed_at=done.completed_at,
    )  # fmt: skip
    session().add(row)
    session().flush()
    notify(
        user_id, "courses_certificate", title=_l("Your certificate for “%(title)s” is there", title=title),
        url=f"/o/{office.slug}/courses/certificates", ref=Ref.of("core", "activity", course_id),
        key=f"courses-certificate:{row.id}",
    )  # fmt: skip
    return row


def claim_certificate(actor: Actor, course_id: uuid.UUID) -> Certificate:
    """One's own certificate, made now if it was not yet. Raises Conflict while the course is not completed."""
    get_activity(actor, course_id)
    row = issue_certificate(course_id, actor.user_id)
    if row is None:
        raise Conflict(_("There is a certificate once the course is completed."))
    return row


def find_certificates(actor: Actor) -> list[Certificate]:
    """One's own certificates in this office, newest first."""
    query = select(Certificate).filter_by(user_id=actor.user_id)
    return list(session().scalars(query.order_by(Certificate.completed_at.desc())))


def find_certificate_for(actor: Actor, course_id: uuid.UUID) -> Certificate | None:
    """One's own certificate of a course."""
    return session().scalar(select(Certificate).filter_by(course_id=course_id, user_id=actor.user_id))


def issued_table(actor: Actor, course_id: uuid.UUID) -> Table:
    """The certificates of a course as a table to take along. Raises NotFound, Forbidden."""
    course = get_managed_activity(actor, course_id)
    columns = [_("Name"), _("Completed"), _("Code"), _("Revoked"), _("Reason")]
    rows = [
        (each.holder, each.completed_at, each.code, each.revoked_at, each.revoked_reason or "")
        for each in find_issued(actor, course_id)
    ]
    return Table(course.title, columns, rows)


def find_issued(actor: Actor, course_id: uuid.UUID) -> list[Certificate]:
    """All certificates of a course. Raises NotFound, Forbidden."""
    get_managed_activity(actor, course_id)
    query = select(Certificate).filter_by(course_id=course_id)
    return list(session().scalars(query.order_by(Certificate.issued_at.desc())))


def get_certificate(actor: Actor, certificate_id: uuid.UUID) -> Certificate:
    """A certificate, for its holder and whoever manages the course. Raises NotFound."""
    row = session().get(Certificate, certificate_id)
    activity = session().get(Activity, row.course_id) if row is not None else None
    if row is None or activity is None or not (row.user_id == actor.user_id or may_manage(actor, activity)):
        raise NotFound(_("There is no such certificate."))
    return row


def revoke_certificate(actor: Actor, certificate_id: uuid.UUID, command: Revoke) -> None:
    """Say that a certificate no longer holds, and why. Raises NotFound, Forbidden."""
    row = get_certificate(actor, certificate_id)
    get_managed_activity(actor, row.course_id)
    row.revoked_at, row.revoked_reason = utcnow(), command.reason
    write_audit(actor, "courses.certificate_revoked", Ref.of("courses", "certificate", row.id), row.code)


def reinstate_certificate(actor: Actor, certificate_id: uuid.UUID) -> None:
    """Let a revoked certificate hold again. Raises NotFound, Forbidden."""
    row = get_certificate(actor, certificate_id)
    get_managed_activity(actor, row.course_id)
    row.revoked_at, row.revoked_reason = None, ""
    write_audit(actor, "courses.certificate_reinstated", Ref.of("courses", "certificate", row.id), row.code)


def verify(code: str) -> Verified | None:
    """What a code stands for; None if no certificate has it. Anybody may ask, from any office's address."""
    wanted = tidy_code(code)
    with all_offices("anybody may verify a certificate whose code they have"):
        row = session().scalar(select(Certificate).filter_by(code=wanted))
        if row is None:
            return None
        return Verified(
            row.code, row.holder, row.course_title, row.office_name, row.minutes, row.completed_at, row.issued_at,
            row.revoked_at, row.revoked_reason,
        )  # fmt: skip


def new_code() -> str:
    """A code that nobody guesses, in groups that can be read out: 32**12 of them."""
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(GROUPS))


def tidy_code(text: str) -> str:
    """A code as people write it (small letters, blanks, no hyphens), as it is kept."""
    letters = [each for each in text.upper() if each in ALPHABET][: 4 * GROUPS]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, len(letters), 4))


def _name_of(office_id: uuid.UUID, user_id: uuid.UUID) -> str | None:
    person = find_members(system_actor(office_id), [user_id]).get(user_id)
    return person.name if person is not None else None


def _locale(course: Course, user_id: uuid.UUID) -> str:
    chosen = session().scalar(select(Place.locale).filter_by(course_id=course.activity_id, user_id=user_id))
    codes = languages_of(course)
    return chosen if chosen in codes else codes[0]


def _title(activity: Activity, course: Course, locale: str) -> str:
    if locale == languages_of(course)[0]:
        return activity.title
    there = session().scalar(select(ActivityText.title).filter_by(activity_id=activity.id, locale=locale))
    return there or activity.title


def _minutes(course_id: uuid.UUID) -> int:
    query = select(func.coalesce(func.sum(Activity.minutes), 0)).filter_by(
        parent_id=course_id, state="published"
    )
    return int(session().scalar(query.where(Activity.is_required.is_(True))) or 0)


def _parts(course_id: uuid.UUID, course: Course, locale: str) -> Sequence[str]:
    steps = [
        each
        for each in children_of(course_id)
        if each.state == "published" and each.type != SECTION and each.is_required
    ]
    rows = session().execute(
        select(ActivityText.activity_id, ActivityText.title).where(
            ActivityText.activity_id.in_([each.id for each in steps]), ActivityText.locale == locale
        )
    )
    titles = dict(rows.all()) if locale != languages_of(course)[0] else {}
    return [titles.get(each.id) or each.title for each in steps]
