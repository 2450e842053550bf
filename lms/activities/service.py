"""What can be done with activities: create, publish, find, complete. Enrolment has a module of its own."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from lms.access.actor import Actor
from lms.access.policy import require
from lms.activities.completion import RuleChange, concerns, evaluate, preview_rule, ref_of
from lms.activities.forms import ChangeRule, CreateActivity, EditActivity, EditEnrolment
from lms.activities.models import Activity, ActivityOwner, Completion, Enrolment
from lms.clock import utcnow
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.hooks.builtin import CORE
from lms.hooks.callers import hooks
from lms.hooks.contributions import ActivityType, Frame, StepGuide
from lms.offices.directory import directory
from lms.store.base import session
from lms.store.records import Record, write_record
from lms.text import gettext as _

MANAGE = "activities.manage"
MOST_BETWEEN = 10_000


def create_activity(actor: Actor, command: CreateActivity) -> Activity:
    """Make a draft, or a step of another activity (hidden, if that is published already).

    Raises Forbidden; Invalid for a type that is unknown, switched off, or has its place elsewhere.
    """
    parent = get_managed(actor, command.parent_id) if command.parent_id else None
    if parent is None:
        require(actor, MANAGE)
    kind = kind_to_create(actor, command.type)
    _check_place(kind, parent)
    last = session().scalar(select(func.max(Activity.position)).filter_by(parent_id=command.parent_id))
    activity = Activity(
        type=command.type, title=command.title, parent_id=command.parent_id, position=0 if last is None else last + 1,
        root_id=(parent.root_id or parent.id) if parent else None, owner_id=actor.user_id,
        state="published" if parent is not None and parent.state == "draft" else "draft",
        invitation_token=secrets.token_urlsafe(24), completion_rule=kind.completion[0],
    )  # fmt: skip
    session().add(activity)
    session().flush()
    if kind.content.create:
        kind.content.create(actor, activity.id)
    return activity


def offered_types(actor: Actor, place: Literal["top", "child"]) -> list[ActivityType]:
    """Kinds that the office has switched on and that may stand there."""
    switched_on = _switched_on(actor)
    return [
        kind
        for owner, kind in hooks().activity_types().values()
        if kind.place in {"any", place} and (owner.startswith(CORE) or owner in switched_on)
    ]


def kind_to_create(actor: Actor, name: str) -> ActivityType:
    """The type of that name. Raises Invalid where nobody provides it in the actor's office."""
    owner, kind = hooks().activity_types().get(name, ("", None))
    if kind is None or not (owner.startswith(CORE) or owner in _switched_on(actor)):
        raise Invalid(
            _("There is no such kind of activity."), fields={"type": _("Please choose another kind.")}
        )
    return kind


def _switched_on(actor: Actor) -> frozenset[str]:
    return directory().get(actor.office_id).plugins if actor.office_id else frozenset()


def _check_place(kind: ActivityType, parent: Activity | None) -> None:
    if parent is None and kind.place == "child":
        raise Invalid(_("This can only be a part of something larger, such as a course."))
    if parent is not None and (kind.place == "top" or guide_of(parent) is None):
        raise Invalid(_("This cannot be put there."))


def kind_of(activity: Activity) -> ActivityType | None:
    """Its type; None while the plugin that provides it is not loaded."""
    return hooks().activity_types().get(activity.type, ("", None))[1]


def is_switched_off(activity: Activity) -> bool:
    """The part that shows activities of this type is there, but its office has switched it off. Since 0.1."""
    owner, _kind = hooks().activity_types().get(activity.type, (CORE, None))
    return not owner.startswith(CORE) and owner not in directory().get(activity.office_id).plugins


def guide_of(activity: Activity) -> StepGuide | None:
    """How the activity leads through its children; None where it has none."""
    kind = kind_of(activity)
    return kind.steps if kind is not None else None


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
        raise Forbidden(_("Only its owners and people who manage activities can change this."))
    return activity


def may_see(actor: Actor, activity: Activity) -> bool:
    """Published ones are for all members, their steps for those enrolled; the rest for those who manage them."""
    if not actor.is_member:
        return False
    return actor.can(MANAGE) or _is_open_to(actor, activity) or may_manage(actor, activity)


def may_manage(actor: Actor, activity: Activity) -> bool:
    """The owners of it (of the whole, if it is a step), and those who manage all activities of the office."""
    if actor.can(MANAGE):
        return True
    whole = session().get_one(Activity, activity.root_id) if activity.root_id else activity
    return whole.owner_id == actor.user_id or any(row.user_id == actor.user_id for row in whole.more_owners)


def _is_open_to(actor: Actor, activity: Activity) -> bool:
    if activity.state != "published" or activity.root_id is None:
        return activity.state == "published"
    root = session().get(Activity, activity.root_id)
    return root is not None and root.state == "published" and is_enrolled(actor.user_id, root.id)


def find_manageable(actor: Actor, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the activities that the actor may change, as ``may_manage`` says, in one query. Since 0.1."""
    if not ids or actor.can(MANAGE):
        return set(ids)
    whole = aliased(Activity)
    shares = select(ActivityOwner.id).filter_by(activity_id=whole.id, user_id=actor.user_id)
    query = select(Activity.id).join(whole, whole.id == func.coalesce(Activity.root_id, Activity.id))
    owns = or_(whole.owner_id == actor.user_id, shares.exists())
    return set(session().scalars(query.where(Activity.id.in_(ids), owns)))


def is_enrolled(user_id: uuid.UUID, activity_id: uuid.UUID) -> bool:
    """True while the person takes part."""
    query = select(Enrolment.id).filter_by(activity_id=activity_id, user_id=user_id, state="active")
    return session().scalar(query) is not None


def open_activity(actor: Actor, activity_id: uuid.UUID) -> Activity:
    """An activity that the actor may work in now: a step must be unlocked. Raises NotFound, Forbidden with the reason."""
    activity = get_activity(actor, activity_id)
    _check_open(actor, activity)
    return activity


def frame_of(actor: Actor, activity: Activity) -> Frame | None:
    """Where a step stands in the whole that it belongs to; None for what stands alone."""
    parent = session().get(Activity, activity.parent_id) if activity.parent_id else None
    guide = guide_of(parent) if parent is not None else None
    return guide.frame(actor, parent.id, activity.id) if guide is not None and parent is not None else None


def count_missing_words(activities: Sequence[Activity], original: str, wanted: str) -> dict[uuid.UUID, int]:
    """What the content of activities lacks in a language, by their id, as far as their types can tell. Since 0.1."""
    by_type: dict[str, list[uuid.UUID]] = {}
    for each in activities:
        by_type.setdefault(each.type, []).append(each.id)
    found: dict[uuid.UUID, int] = {}
    for name, ids in by_type.items():
        kind = hooks().activity_types().get(name, ("", None))[1]
        if kind is not None and kind.content.missing is not None:
            found.update(kind.content.missing(ids, original, wanted))
    return found


def _check_open(actor: Actor, activity: Activity) -> None:
    if activity.parent_id is None or may_manage(actor, activity):
        return
    parent = session().get(Activity, activity.parent_id)
    guide = guide_of(parent) if parent is not None else None
    if guide is not None and parent is not None:
        guide.check(actor, parent.id, activity.id)


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

    ``user_id`` other than the actor's own needs the right to manage the activity; one's own
    progress needs a step that is not locked. The result of ``scored`` holds ``score`` from 0
    to 100 and may hold ``points`` and ``max``; of those with one ``source`` only the last counts
    (an attempt that was judged again). ``minutes`` is the one of ``worked`` and ``attended``.
    """
    person = user_id or actor.user_id
    activity = (
        get_activity(actor, activity_id) if person == actor.user_id else get_managed(actor, activity_id)
    )
    if person == actor.user_id:
        _check_open(actor, activity)
    record = write_record(person, verb, ref_of(activity.id), result=result, key=key, at=at)
    hooks().on_recorded(activity.office_id, record.id)
    if concerns(activity, verb):
        evaluate(activity, person)
    return record


def confirm(actor: Actor, activity_id: uuid.UUID, people: Sequence[uuid.UUID]) -> int:
    """Confirm that people took part; returns how many are newly confirmed."""
    activity = get_managed(actor, activity_id)
    enrolled = set(
        session().scalars(
            select(Enrolment.user_id)
            .filter_by(activity_id=activity.root_id or activity.id, state="active")
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
    """Dated activities that the actor may see and that touch the time between two moments, by start.

    Those of types that have their dates told by their own plugin are not among them.
    """
    if not actor.is_member or actor.office_id is None:
        return []
    wanted = {
        "actor_id": actor.user_id, "start": start, "end": end, "limit": limit or MOST_BETWEEN,
        "told": _types_with_own_dates(actor.office_id),
    }  # fmt: skip
    return list(session().scalars(_between(actor.can(MANAGE)), wanted))


def _types_with_own_dates(office_id: uuid.UUID) -> list[str]:
    here = directory().plugins_of(office_id)
    return [
        name
        for name, (owner, kind) in hooks().activity_types().items()
        if kind.has_own_dates and owner in here
    ]


@cache
def _between(sees_all: bool) -> Select[Activity]:
    """Built once: every dashboard and calendar asks it."""
    ends = func.coalesce(Activity.ends_at, Activity.starts_at)
    rows = _seen_by(bindparam("actor_id", type_=Activity.id.type), sees_all=sees_all)
    return (
        rows.where(
            Activity.starts_at < bindparam("end"), ends >= bindparam("start", type_=Activity.starts_at.type)
        )
        .where(Activity.type.not_in(bindparam("told", expanding=True)))
        .order_by(Activity.starts_at)
        .limit(bindparam("limit"))
    )


def owned_by(user_id: uuid.UUID | ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
    """SQL: the person owns the activity, or the whole that it is a step of, alone or with others. Since 0.1."""
    root = _root()
    first = select(root.id).where(root.id == Activity.root_id, root.owner_id == user_id)
    added = select(ActivityOwner.id).where(
        ActivityOwner.activity_id == func.coalesce(Activity.root_id, Activity.id),
        ActivityOwner.user_id == user_id,
    )
    return or_(and_(Activity.root_id.is_(None), Activity.owner_id == user_id), first.exists(), added.exists())


def find_visible(actor: Actor, ids: Sequence[uuid.UUID]) -> list[Activity]:
    """Those of the activities given that the actor may see."""
    return list(session().scalars(_visible(actor).where(Activity.id.in_(ids))))


@cache
def _root() -> type[Activity]:
    """The activity at the top of a tree, beside the one in it. Made once: its columns are worked out when first used."""
    return aliased(Activity)


def _visible(actor: Actor) -> Select[Activity]:
    rows = _seen_by(literal(actor.user_id, Activity.id.type), sees_all=actor.can(MANAGE))
    return rows.where(true() if actor.is_member else false())


def _seen_by(user_id: ColumnElement[uuid.UUID], *, sees_all: bool) -> Select[Activity]:
    root = _root()
    whole = select(root.id).where(root.id == Activity.root_id)
    joined = whole.join(Enrolment, Enrolment.activity_id == root.id).where(
        root.state == "published", Enrolment.user_id == user_id, Enrolment.state == "active"
    )
    seen: ColumnElement[bool] = and_(
        Activity.state == "published", or_(Activity.root_id.is_(None), joined.exists())
    )
    if sees_all:
        seen = Activity.state != "archived"
    return select(Activity).where(or_(seen, owned_by(user_id)))


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
