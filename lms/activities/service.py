"""What can be done with activities: create, publish, find, complete. Enrolment has a module of its own."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from lms.access.actor import Actor
from lms.access.policy import require
from lms.activities.completion import RuleChange, evaluate, preview_rule, ref_of
from lms.activities.forms import ChangeRule, CreateActivity, EditActivity, EditEnrolment
from lms.activities.models import Activity, Completion, Enrolment
from lms.clock import utcnow
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.hooks.builtin import CORE
from lms.hooks.callers import hooks
from lms.store.base import session
from lms.store.records import Record, write_record
from lms.text import gettext as _

MANAGE = "activities.manage"


def create_activity(actor: Actor, command: CreateActivity) -> Activity:
    """Make a draft. Raises Forbidden; Invalid for an unknown type."""
    require(actor, MANAGE)
    if command.type not in hooks().activity_types():
        raise Invalid(
            _("There is no such kind of activity."), fields={"type": _("Please choose another kind.")}
        )
    if command.parent_id:
        get_managed(actor, command.parent_id)
    position = (
        session().scalar(select(func.count()).select_from(Activity).filter_by(parent_id=command.parent_id))
        or 0
    )
    rules = hooks().activity_types()[command.type][1].completion
    activity = Activity(
        type=command.type, title=command.title, parent_id=command.parent_id, position=position, owner_id=actor.user_id,
        invitation_token=secrets.token_urlsafe(24), completion_rule=rules[0],
    )  # fmt: skip
    session().add(activity)
    session().flush()
    return activity


def get_activity(actor: Actor, activity_id: uuid.UUID) -> Activity:
    """An activity that the actor may see. Raises NotFound."""
    activity = session().get(Activity, activity_id)
    if activity is None or not may_see(actor, activity):
        raise NotFound(_("There is no such activity."))
    return activity


def get_managed(actor: Actor, activity_id: uuid.UUID) -> Activity:
    """An activity that the actor may change. Raises NotFound, Forbidden."""
    activity = get_activity(actor, activity_id)
    if not may_manage(actor, activity):
        raise Forbidden(_("Only its owner and people who manage activities can change this."))
    return activity


def may_see(actor: Actor, activity: Activity) -> bool:
    """Published ones are for all members; drafts and archived ones for those who manage them."""
    return actor.is_member and (activity.state == "published" or may_manage(actor, activity))


def may_manage(actor: Actor, activity: Activity) -> bool:
    """Its owner, and whoever manages all activities of the office."""
    return actor.can(MANAGE) or activity.owner_id == actor.user_id


def edit_activity(actor: Actor, activity_id: uuid.UUID, command: EditActivity) -> Activity:
    """Change what it says of itself; more places let people in from the waiting list.

    Times come aware. Raises Invalid if the end is before the beginning.
    """
    activity = get_managed(actor, activity_id)
    for name in ("title", "starts_at", "ends_at", "capacity"):
        setattr(activity, name, getattr(command, name))
    activity.summary, activity.place = command.summary or "", command.place or ""
    session().flush()
    return activity


def edit_enrolment_rule(actor: Actor, activity_id: uuid.UUID, command: EditEnrolment) -> None:
    """Change who may take part."""
    activity = get_managed(actor, activity_id)
    activity.enrolment_rule = command.enrolment_rule
    activity.enrolment_key = command.enrolment_key or ""
    activity.group_id = command.group_id if command.enrolment_rule == "cohort" else None


def set_state(actor: Actor, activity_id: uuid.UUID, state: str) -> None:
    """Publish, archive, or take back to draft. Raises Conflict for a draft with people in it."""
    activity = get_managed(actor, activity_id)
    if state == "draft" and session().scalar(
        select(Enrolment.id).filter_by(activity_id=activity.id, state="active").limit(1)
    ):
        raise Conflict(_("People already take part, so it cannot become a draft again. You can archive it."))
    activity.state = state


def preview_rule_change(actor: Actor, activity_id: uuid.UUID, command: ChangeRule) -> RuleChange:
    """Who would gain or lose the completion if the rule were changed."""
    activity = get_managed(actor, activity_id)
    return preview_rule(activity, command.completion_rule, command.completion_goal)


def change_rule(actor: Actor, activity_id: uuid.UUID, command: ChangeRule) -> RuleChange:
    """Change the completion rule; completions that stay keep their date and their version of the rule."""
    activity = get_managed(actor, activity_id)
    kind = hooks().activity_types()[activity.type][1]
    if command.completion_rule not in kind.completion:
        raise Invalid(_("This rule does not fit this kind of activity."))
    change = preview_rule(activity, command.completion_rule, command.completion_goal)
    activity.completion_rule, activity.completion_goal = command.completion_rule, command.completion_goal
    activity.rule_version += 1
    for person in (*change.gains, *change.losses):
        evaluate(activity, person)
    return change


def record_progress(
    actor: Actor,
    activity_id: uuid.UUID,
    verb: str,
    *,
    user_id: uuid.UUID | None = None,
    result: dict[str, Any] | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Record:
    """Write what a person did in an activity and see at once whether that completes it.

    ``user_id`` other than the actor's own needs the right to manage the activity.
    """
    person = user_id or actor.user_id
    activity = (
        get_activity(actor, activity_id) if person == actor.user_id else get_managed(actor, activity_id)
    )
    record = write_record(person, verb, ref_of(activity.id), result=result, key=key, at=at)
    hooks().on_recorded(activity.office_id, record.id)
    evaluate(activity, person)
    return record


def confirm(actor: Actor, activity_id: uuid.UUID, people: Sequence[uuid.UUID]) -> int:
    """Confirm that people took part; returns how many are newly confirmed."""
    activity = get_managed(actor, activity_id)
    enrolled = set(
        session().scalars(
            select(Enrolment.user_id)
            .filter_by(activity_id=activity.id, state="active")
            .where(Enrolment.user_id.in_(people))
        )
    )
    for person in sorted(enrolled):
        write_record(
            person,
            "confirmed",
            ref_of(activity.id),
            context={"by": str(actor.user_id)},
            key=f"confirmed:{activity.id}:{person}",
        )
        evaluate(activity, person)
    return len(enrolled)


def find_activities(actor: Actor, *, query: str = "", limit: int = 50, offset: int = 0) -> list[Activity]:
    """Top-level activities that the actor may see: what is coming first, then what has no date, then the past."""
    rows = _visible(actor).where(Activity.parent_id.is_(None))
    if query:
        rows = rows.where(Activity.title.icontains(query, autoescape=True))
    order = (is_past(utcnow()), Activity.starts_at.is_(None), Activity.starts_at, Activity.title)
    return list(session().scalars(rows.order_by(*order).limit(limit).offset(offset)))


def is_past(now: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
    """SQL: the activity had a time and that is over."""
    return and_(Activity.starts_at.is_not(None), func.coalesce(Activity.ends_at, Activity.starts_at) < now)


def find_between(actor: Actor, start: datetime, end: datetime, limit: int | None = None) -> list[Activity]:
    """Dated activities that the actor may see and that touch the time between two moments, by start."""
    ends = func.coalesce(Activity.ends_at, Activity.starts_at)
    rows = _visible(actor).where(Activity.starts_at < end, ends >= start).order_by(Activity.starts_at)
    return list(session().scalars(rows.limit(limit)))


def find_visible(actor: Actor, ids: Sequence[uuid.UUID]) -> list[Activity]:
    """Those of the activities given that the actor may see."""
    return list(session().scalars(_visible(actor).where(Activity.id.in_(ids))))


def _visible(actor: Actor) -> Select[Activity]:
    seen: ColumnElement[bool] = Activity.state == "published"
    if actor.can(MANAGE):
        seen = Activity.state != "archived"
    return select(Activity).where(
        or_(seen, Activity.owner_id == actor.user_id), true() if actor.is_member else false()
    )


def completions_of(user_id: uuid.UUID) -> list[tuple[Completion, Activity]]:
    """What a person completed in this office, newest first."""
    rows = session().execute(
        select(Completion, Activity)
        .join(Activity, Activity.id == Completion.activity_id)
        .where(Completion.user_id == user_id, Completion.withdrawn_at.is_(None))
        .order_by(Completion.completed_at.desc())
    )
    return [(completion, activity) for completion, activity in rows]


def completions_in(activity: Activity, user_id: uuid.UUID | None = None) -> list[Completion]:
    """Who completed an activity (or whether one person did)."""
    rows = select(Completion).filter_by(activity_id=activity.id).where(Completion.withdrawn_at.is_(None))
    return list(session().scalars(rows if user_id is None else rows.filter_by(user_id=user_id)))


def known_types() -> set[str]:
    """Names of the kinds of activities that loaded plugins provide."""
    return set(hooks().activity_types())


def endpoint_of(activity: Activity, switched_on: frozenset[str]) -> str:
    """Where an activity is shown; the core's own page while its plugin is off or not loaded."""
    owner, kind = hooks().activity_types().get(activity.type, ("", None))
    is_on = kind is not None and (owner.startswith(CORE) or owner in switched_on)
    return kind.endpoint if kind is not None and is_on else "activities.show"
