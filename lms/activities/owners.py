"""Who owns an activity together: its first owner, and people of the office who were added. The last owner stays."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import NoReturn

from lms.access.actor import Actor
from lms.accounts.people import find_member_names, find_members
from lms.activities.completion import ref_of
from lms.activities.models import Activity, ActivityOwner
from lms.activities.service import get_managed
from lms.errors import Conflict, Invalid
from lms.notifications.service import notify
from lms.offices.directory import directory
from lms.refs import Ref
from lms.store.audit import write_audit
from lms.store.base import session
from lms.text import gettext as _
from lms.text import lazy_gettext as _l

LEARNS_ONLY = frozenset({"trainee"})
MOST_OWNERS = 20


@dataclass(frozen=True, slots=True)
class Owner:
    """A person who owns an activity. ``name`` is empty when they have left the office; ``is_first``: it carries their name."""

    user_id: uuid.UUID
    name: str
    is_first: bool


def owners_of(actor: Actor, activity_id: uuid.UUID) -> list[Owner]:
    """Everybody who owns an activity, the first owner first. Raises NotFound, Forbidden. Since 0.1."""
    activity = _whole(actor, activity_id)
    ids = [activity.owner_id, *(row.user_id for row in activity.more_owners)]
    names = find_member_names(actor, ids)
    return [Owner(each, names.get(each, ""), each == activity.owner_id) for each in ids]


def add_owner(actor: Actor, activity_id: uuid.UUID, user_id: uuid.UUID) -> Owner:
    """Let another member of the office own an activity, too: change, publish and grade it, with all its steps.

    They are told. Raises NotFound, Forbidden; Invalid, with the reason, for somebody who is not a member, is
    blocked or only learns here, and when there are too many. Somebody who owns it already stays. Since 0.1.
    """
    activity = _whole(actor, activity_id)
    person = find_members(actor, [user_id]).get(user_id)
    if person is None or person.is_blocked:
        _refuse(_("Only people who are members of this office can be added."))
    if set(person.roles) <= LEARNS_ONLY:
        text = _("%(name)s is a trainee here. Whoever grades others needs another role: ask the head of the office.", name=person.name)  # fmt: skip
        _refuse(text)
    if user_id != activity.owner_id and all(row.user_id != user_id for row in activity.more_owners):
        if len(activity.more_owners) + 1 >= MOST_OWNERS:
            _refuse(_("There are %(count)s authors already, and no more can be added.", count=MOST_OWNERS))
        activity.more_owners.append(ActivityOwner(user_id=user_id))
        session().flush()
        _audit(actor, "activity.owner_added", activity, user_id)
        _tell(actor, activity, user_id)
    return Owner(user_id, person.name, user_id == activity.owner_id)


def remove_owner(actor: Actor, activity_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Take an owner off. When it is the first, the one who was added earliest takes the place.

    Raises NotFound, Forbidden; Invalid for somebody who owns it not; Conflict for the last one. Since 0.1.
    """
    activity = _whole(actor, activity_id)
    more = list(activity.more_owners)
    known = {row.user_id: row for row in more}
    if user_id != activity.owner_id and user_id not in known:
        _refuse(_("This person is not among the authors."))
    if not more:
        raise Conflict(_("This is the only author. Add somebody else first."))
    leaving = known[user_id] if user_id in known else more[0]
    if user_id == activity.owner_id:
        activity.owner_id = leaving.user_id
    activity.more_owners.remove(leaving)
    session().flush()
    _audit(actor, "activity.owner_removed", activity, user_id)


def _whole(actor: Actor, activity_id: uuid.UUID) -> Activity:
    """What is owned is the whole; its steps belong to the same people."""
    activity = get_managed(actor, activity_id)
    return get_managed(actor, activity.root_id) if activity.root_id else activity


def _refuse(text: str) -> NoReturn:
    raise Invalid(text, fields={"user_id": text})


def _audit(actor: Actor, action: str, activity: Activity, user_id: uuid.UUID) -> None:
    write_audit(actor, action, Ref.of("core", "user", user_id), activity.title)


def _tell(actor: Actor, activity: Activity, user_id: uuid.UUID) -> None:
    if user_id == actor.user_id:
        return
    title = _l("%(name)s made you an author of “%(title)s”", name=actor.name, title=activity.title)
    url = f"/o/{directory().get(activity.office_id).slug}/activities/{activity.id}"
    notify(user_id, "made_author", title=title, url=url, ref=ref_of(activity.id))
