"""Steps: the children of an activity, in their order; and copies of an activity with all of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from lms.access.actor import Actor
from lms.activities.completion import settle
from lms.activities.forms import CreateActivity
from lms.activities.models import Activity
from lms.activities.service import create_activity, get_managed, guide_of, kind_to_create
from lms.errors import Invalid
from lms.hooks.contributions import ActivityType
from lms.store.base import session
from lms.text import gettext as _

COPIED = (
    "title", "summary", "place", "minutes", "is_required", "enrolment_rule", "enrolment_key", "group_id", "capacity",
    "completion_rule", "completion_goal",
)  # fmt: skip


def find_children(actor: Actor, parent_id: uuid.UUID, *, with_removed: bool = False) -> list[Activity]:
    """All steps of an activity that the actor manages, in their order. Raises NotFound, Forbidden."""
    return children_of(get_managed(actor, parent_id).id, with_removed=with_removed)


def children_of(parent_id: uuid.UUID, *, with_removed: bool = False) -> list[Activity]:
    """The steps of an activity in their order, hidden ones too."""
    query = select(Activity).filter_by(parent_id=parent_id).order_by(Activity.position, Activity.id)
    return list(session().scalars(query if with_removed else query.where(Activity.state != "archived")))


def arrange_children(actor: Actor, parent_id: uuid.UUID, order: Sequence[uuid.UUID]) -> None:
    """Put the steps into a new order: exactly those that there are. Raises Invalid when somebody else changed them."""
    children = {child.id: child for child in find_children(actor, parent_id)}
    if len(order) != len(children) or set(order) != set(children):
        raise Invalid(_("The steps have changed meanwhile. Look at them again and repeat your change."))
    for position, child_id in enumerate(order):
        children[child_id].position = position
    session().flush()


def move_child(actor: Actor, child_id: uuid.UUID, by: int) -> None:
    """Move a step by some places, as far as there are any."""
    child = _get_child(actor, child_id)
    order = [each.id for each in children_of(_parent(child)) if each.id != child.id]
    here = sum(each.position < child.position for each in children_of(_parent(child)) if each.id != child.id)
    order.insert(max(0, min(len(order), here + by)), child.id)
    arrange_children(actor, _parent(child), order)


def hide_child(actor: Actor, child_id: uuid.UUID, *, is_hidden: bool) -> None:
    """Show a step to trainees or not; what people did in it stays. Brings one back that was taken out."""
    child = _get_child(actor, child_id)
    child.state = "draft" if is_hidden else "published"
    _settle_parent(child)


def remove_child(actor: Actor, child_id: uuid.UUID) -> str:
    """Take a step out; nothing of it is lost, and ``hide_child`` brings it back. Returns the state that it had."""
    child = _get_child(actor, child_id)
    before, child.state = child.state, "archived"
    _settle_parent(child)
    return before


def require_child(actor: Actor, child_id: uuid.UUID, *, is_required: bool) -> None:
    """Whether the whole waits for a step. Whoever has done all the others has completed it then."""
    child = _get_child(actor, child_id)
    child.is_required = is_required
    _settle_parent(child)


def copy_activity(
    actor: Actor, source_id: uuid.UUID, *, title: str, parent_id: uuid.UUID | None = None
) -> dict[uuid.UUID, uuid.UUID]:
    """Copy an activity with its content and steps, without people and dates; returns new ids by old ones.

    A copy is a draft. A copied step stands behind its original. Kinds that are switched off
    in the office are left out; if that is the activity itself, Invalid is raised.
    """
    source = get_managed(actor, source_id)
    ids = {source.id: _copy_one(actor, source, title, parent_id)}
    if guide_of(source) is not None:
        for child in children_of(source.id):
            if _can_be_made(actor, child):
                ids[child.id] = _copy_one(actor, child, child.title, ids[source.id])
        _tell_guide(actor, source, {old: new for old, new in ids.items() if old != source.id})
    if source.parent_id is not None and source.parent_id == parent_id:
        _stand_behind(actor, source, ids[source.id])
        parent = session().get_one(Activity, source.parent_id)
        _tell_guide(actor, parent, {source.id: ids[source.id]})
    return ids


def _copy_one(actor: Actor, source: Activity, title: str, parent_id: uuid.UUID | None) -> uuid.UUID:
    kind = kind_to_create(actor, source.type)
    made = create_activity(actor, CreateActivity(title=title, type=source.type, parent_id=parent_id))
    for name in COPIED:
        if name != "title":
            setattr(made, name, getattr(source, name))
    if parent_id is not None and source.state != "published":
        made.state = "draft"
    _copy_content(actor, kind, source.id, made.id)
    session().flush()
    return made.id


def _copy_content(actor: Actor, kind: ActivityType, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    content = kind.content
    if content.copy:
        content.copy(actor, source_id, target_id)
    elif content.export and content.import_:
        content.import_(actor, target_id, content.export(actor, source_id, str), uuid.UUID)


def _can_be_made(actor: Actor, child: Activity) -> bool:
    try:
        kind_to_create(actor, child.type)
    except Invalid:
        return False
    return True


def _tell_guide(actor: Actor, parent: Activity, ids: dict[uuid.UUID, uuid.UUID]) -> None:
    guide = guide_of(parent)
    if guide is not None and ids:
        guide.copy(actor, ids)


def _stand_behind(actor: Actor, source: Activity, copy_id: uuid.UUID) -> None:
    parent_id = _parent(source)
    order = [each.id for each in children_of(parent_id) if each.id != copy_id]
    order.insert(order.index(source.id) + 1, copy_id)
    arrange_children(actor, parent_id, order)


def _settle_parent(child: Activity) -> None:
    session().flush()
    parent = session().get_one(Activity, _parent(child))
    if parent.completion_rule == "children":
        settle(parent)


def _get_child(actor: Actor, child_id: uuid.UUID) -> Activity:
    child = get_managed(actor, child_id)
    _parent(child)
    return child


def _parent(child: Activity) -> uuid.UUID:
    if child.parent_id is None:
        raise Invalid(_("This is not a part of something larger."))
    return child.parent_id
