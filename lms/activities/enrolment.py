"""Taking part: enrolment rules, places and the waiting list."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from lms.access.actor import Actor
from lms.accounts.people import find_members
from lms.activities.completion import ref_of
from lms.activities.forms import Enrol
from lms.activities.models import Activity, Completion, Enrolment
from lms.activities.service import get_activity, get_managed, is_past
from lms.clock import utcnow
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.groups.service import member_ids
from lms.hooks.callers import hooks
from lms.hooks.contributions import Text
from lms.notifications.service import notify
from lms.offices.directory import directory
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Places:
    """How full an activity is. ``free`` is None where there is no limit."""

    taken: int
    waiting: int
    free: int | None


@dataclass(frozen=True, slots=True)
class Participation:
    """An activity as one person takes part in it."""

    activity: Activity
    state: str
    is_completed: bool


def enrol(actor: Actor, activity_id: uuid.UUID, command: Enrol) -> Enrolment:
    """Take part, join the waiting list, or ask for approval, as the activity's rule says.

    Doing it twice is once. Raises Forbidden with the reason where the rule says no.
    """
    activity = _locked(get_activity(actor, activity_id).id)
    if activity.state != "published":
        raise Conflict(_("This is not open yet."))
    if activity.root_id is not None:
        raise Conflict(_("This is a part of something larger. Whoever takes part in that takes part here."))
    _check_rule(actor, activity, command)
    hooks().check_enrol(actor, activity.id, actor.user_id)
    return _admit(activity, actor.user_id, needs_approval=activity.enrolment_rule == "approval")


def enrol_people(actor: Actor, activity_id: uuid.UUID, people: Sequence[uuid.UUID]) -> int:
    """Enrol members of the office by hand; whoever finds no place waits for one. Returns how many are new."""
    activity = _locked(get_managed(actor, activity_id).id)
    known = set(
        session().scalars(
            select(Enrolment.user_id).filter_by(activity_id=activity.id).where(Enrolment.state != "ended")
        )
    )
    members = find_members(actor, people)
    new = [person for person in dict.fromkeys(people) if person in members and person not in known]
    for person in new:
        hooks().check_enrol(actor, activity.id, person)
        if _admit(activity, person, needs_approval=False).state == "active":
            _tell(activity, person, "enrolled", _l("You were enrolled in “%(title)s”", title=activity.title))
    return len(new)


def approve(actor: Actor, activity_id: uuid.UUID, user_id: uuid.UUID) -> Enrolment:
    """Let somebody in who asked; on the waiting list if all places are taken."""
    activity = _locked(get_managed(actor, activity_id).id)
    row = _enrolment(activity.id, user_id)
    if row is None or row.state != "pending":
        raise Conflict(_("This person is not waiting for approval."))
    admitted = _admit(activity, user_id, needs_approval=False)
    if admitted.state == "active":
        _tell(activity, user_id, "approved", _l("You may take part in “%(title)s”", title=activity.title))
    return admitted


def leave(actor: Actor, activity_id: uuid.UUID, user_id: uuid.UUID | None = None) -> None:
    """Stop taking part (or take somebody out); a freed place goes to the next on the waiting list."""
    person = user_id or actor.user_id
    found = get_activity(actor, activity_id) if person == actor.user_id else get_managed(actor, activity_id)
    activity = _locked(found.id)
    row = _enrolment(activity.id, person)
    if row is None or row.state == "ended":
        raise NotFound(_("There is no enrolment to end."))
    row.state = "ended"
    session().flush()
    fill_places(activity)


def fill_places(activity: Activity) -> list[uuid.UUID]:
    """Give free places to the waiting list, first come first served; returns who got one."""
    free = places(_locked(activity.id)).free
    waiting = (
        select(Enrolment)
        .filter_by(activity_id=activity.id, state="waiting")
        .order_by(Enrolment.asked_at, Enrolment.id)
    )
    rows = list(session().scalars(waiting if free is None else waiting.limit(free)))
    for row in rows:
        row.state, row.enrolled_at = "active", utcnow()
        hooks().on_enrolled(activity.office_id, activity.id, row.user_id)
        _tell(
            activity,
            row.user_id,
            "waiting_list_place",
            _l("You have got a place in “%(title)s”", title=activity.title),
        )
    session().flush()
    return [row.user_id for row in rows]


def places(activity: Activity) -> Places:
    """How many take part, wait, and could still come."""
    counts = dict(
        session().execute(
            select(Enrolment.state, func.count()).filter_by(activity_id=activity.id).group_by(Enrolment.state)
        ).all()
    )  # fmt: skip
    taken = counts.get("active", 0)
    free = None if activity.capacity is None else max(0, activity.capacity - taken)
    return Places(taken, counts.get("waiting", 0), free)


def enrolment_of(actor: Actor, activity_id: uuid.UUID) -> Enrolment | None:
    """The actor's own living enrolment."""
    row = _enrolment(activity_id, actor.user_id)
    return row if row is not None and row.state != "ended" else None


_PARTICIPATIONS = (
    select(Activity, Enrolment.state, Completion.completed_at)
    .join(Enrolment, Enrolment.activity_id == Activity.id)
    .outerjoin(
        Completion,
        (Completion.activity_id == Activity.id)
        & (Completion.user_id == bindparam("user_id"))
        & Completion.withdrawn_at.is_(None),
    )
    .where(
        Enrolment.user_id == bindparam("user_id"), Enrolment.state != "ended", Activity.state == "published"
    )
    .order_by(
        Completion.completed_at.is_not(None),
        is_past(bindparam("now", type_=Activity.starts_at.type)),
        Activity.starts_at.is_(None),
        Activity.starts_at,
        Activity.title,
    )
    .limit(bindparam("limit"))
)


def participations(user_id: uuid.UUID, limit: int = 50) -> list[Participation]:
    """Where a person takes part: what is next first; what is completed last."""
    rows = session().execute(_PARTICIPATIONS, {"user_id": user_id, "now": utcnow(), "limit": limit})
    return [
        Participation(activity, state, completed_at is not None) for activity, state, completed_at in rows
    ]


def list_enrolments(actor: Actor, activity_id: uuid.UUID) -> list[Enrolment]:
    """Everybody who takes part or waits, in the order they asked."""
    activity = get_managed(actor, activity_id)
    rows = select(Enrolment).filter_by(activity_id=activity.id).where(Enrolment.state != "ended")
    return list(session().scalars(rows.order_by(Enrolment.state, Enrolment.asked_at)))


def _check_rule(actor: Actor, activity: Activity, command: Enrol) -> None:
    if actor.can("activities.manage"):
        return
    match activity.enrolment_rule:
        case "key" if not _is_same(activity.enrolment_key, command.key):
            raise Invalid(
                _("This is not the key of this activity."),
                fields={"key": _("Please ask your trainer for the key.")},
            )
        case "invitation" if not _is_same(activity.invitation_token, command.token):
            raise Forbidden(_("You need an invitation link to take part. Your trainer can give it to you."))
        case "cohort" if activity.group_id is None or actor.user_id not in member_ids(activity.group_id):
            raise Forbidden(_("This is for the members of one group, and you are not in it."))


def _is_same(wanted: str, given: str | None) -> bool:
    return bool(wanted) and hmac.compare_digest(wanted.encode(), (given or "").encode())


def _admit(activity: Activity, user_id: uuid.UUID, *, needs_approval: bool) -> Enrolment:
    row = _enrolment(activity.id, user_id)
    if row is not None and row.state in {"active", "waiting"}:
        return row
    if row is None:
        row = Enrolment(activity_id=activity.id, user_id=user_id, state="ended", asked_at=utcnow())
        session().add(row)
    elif row.state == "ended":
        row.asked_at = utcnow()
    free = places(activity).free
    row.state = "pending" if needs_approval else ("active" if free is None or free > 0 else "waiting")
    row.enrolled_at = utcnow() if row.state == "active" else None
    session().flush()
    if row.state == "active":
        hooks().on_enrolled(activity.office_id, activity.id, user_id)
    return row


def _tell(activity: Activity, user_id: uuid.UUID, kind: str, title: Text) -> None:
    slug = directory().get(activity.office_id).slug
    notify(user_id, kind, title=title, url=f"/o/{slug}/activities/{activity.id}", ref=ref_of(activity.id))


def _enrolment(activity_id: uuid.UUID, user_id: uuid.UUID) -> Enrolment | None:
    return session().scalar(select(Enrolment).filter_by(activity_id=activity_id, user_id=user_id))


def _locked(activity_id: uuid.UUID) -> Activity:
    """The activity's row, locked until the commit, so that the last place is given once."""
    query = select(Activity).filter_by(id=activity_id).with_for_update()
    return session().scalars(query.execution_options(populate_existing=True)).one()
