"""Owning an activity together: who may be added, what owners may do, and that the last one stays."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from lms.activities import service
from lms.activities.forms import CreateActivity, EditActivity
from lms.activities.models import Activity
from lms.activities.owners import MOST_OWNERS, add_owner, owners_of, remove_owner
from lms.demo import World
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.notifications.models import Notification
from lms.store.audit import AuditEntry
from lms.store.base import session
from lms.testing import count_queries


def _make(world: World) -> uuid.UUID:
    return service.create_activity(world.actor("trainer"), CreateActivity(title="Open day")).id


def _keys(world: World, activity_id: uuid.UUID) -> list[str]:
    by_id = {person.id: key for key, person in world.people.items()}
    return [by_id[each.user_id] for each in owners_of(world.actor("trainer"), activity_id)]


def test_who_was_added_may_see_and_change_a_draft_and_nobody_else_may(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        tutor = world.actor("tutor")
        with pytest.raises(NotFound):
            service.get_managed(tutor, activity_id)
        add_owner(world.actor("trainer"), activity_id, tutor.user_id)
        service.edit_activity(tutor, activity_id, EditActivity(title="Open evening"))
        assert activity_id in {each.id for each in service.find_visible(tutor, [activity_id])}
        assert _keys(world, activity_id) == ["trainer", "tutor"]
        with pytest.raises(NotFound):
            service.get_managed(world.actor("practitioner"), activity_id)


def test_owners_may_add_others_and_take_themselves_off(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        tutor, practitioner = world.actor("tutor"), world.actor("practitioner")
        add_owner(world.actor("trainer"), activity_id, tutor.user_id)
        add_owner(tutor, activity_id, practitioner.user_id)
        remove_owner(tutor, activity_id, tutor.user_id)
        assert _keys(world, activity_id) == ["trainer", "practitioner"]
        with pytest.raises(NotFound):
            service.get_managed(tutor, activity_id)


def test_who_is_added_twice_is_there_once_and_told_once(world: World) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        tutor = world.actor("tutor")
        for _time in range(2):
            add_owner(world.actor("trainer"), activity_id, tutor.user_id)
        assert _keys(world, activity_id) == ["trainer", "tutor"]
        told = select(Notification).filter_by(user_id=tutor.user_id, kind="made_author")
        assert len(session().scalars(told).all()) == 1


def test_the_last_owner_stays(world: World) -> None:
    with world.inside("siena"):
        activity_id, trainer = _make(world), world.actor("trainer")
        with pytest.raises(Conflict, match="only author"):
            remove_owner(trainer, activity_id, trainer.user_id)


def test_when_the_first_leaves_the_one_added_earliest_is_first(world: World) -> None:
    with world.inside("siena"):
        activity_id, trainer = _make(world), world.actor("trainer")
        for key in ("tutor", "practitioner"):
            add_owner(trainer, activity_id, world.people[key].id)
        remove_owner(world.actor("tutor"), activity_id, trainer.user_id)
        assert _keys(world, activity_id) == ["tutor", "practitioner"]
        assert session().get_one(Activity, activity_id).owner_id == world.people["tutor"].id
        assert [each.is_first for each in owners_of(trainer, activity_id)] == [True, False]


@pytest.mark.parametrize(
    ("key", "reason"), [("trainee", "is a trainee here"), ("head_vienna", "members of this office")]
)
def test_others_are_refused_with_the_reason(world: World, key: str, reason: str) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        with pytest.raises(Invalid, match=reason):
            add_owner(world.actor("trainer"), activity_id, world.people[key].id)
        with pytest.raises(Invalid, match="members of this office"):
            add_owner(world.actor("trainer"), activity_id, uuid.uuid4())
        assert _keys(world, activity_id) == ["trainer"]


def test_who_does_not_own_it_can_neither_add_nor_remove(world: World) -> None:
    with world.inside("siena"):
        activity_id, tutor = _make(world), world.actor("tutor")
        service.set_state(world.actor("trainer"), activity_id, "published")
        for change in (add_owner, remove_owner):
            with pytest.raises(Forbidden):
                change(tutor, activity_id, tutor.user_id)
        with pytest.raises(Forbidden):
            owners_of(tutor, activity_id)


def test_there_is_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.activities.owners.MOST_OWNERS", 2)
    assert MOST_OWNERS > 2
    with world.inside("siena"):
        activity_id, trainer = _make(world), world.actor("trainer")
        add_owner(trainer, activity_id, world.people["tutor"].id)
        with pytest.raises(Invalid, match="no more"):
            add_owner(trainer, activity_id, world.people["practitioner"].id)


def test_each_change_is_in_the_audit_without_a_name(world: World) -> None:
    with world.inside("siena"):
        activity_id, trainer = _make(world), world.actor("trainer")
        tutor = world.people["tutor"]
        add_owner(trainer, activity_id, tutor.id)
        remove_owner(trainer, activity_id, tutor.id)
        rows = session().scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(2)).all()
        assert [row.action for row in rows] == ["activity.owner_removed", "activity.owner_added"]
        assert all(str(tutor.id) in row.object and tutor.name not in row.detail for row in rows)


def test_who_owns_it_is_asked_once_in_a_session(world: World) -> None:
    with world.inside("siena"):
        activity_id, tutor = _make(world), world.actor("tutor")
        activity = session().get_one(Activity, activity_id)
        service.may_manage(tutor, activity)
        with count_queries() as queries:
            assert not service.may_manage(tutor, activity)
        assert len(queries) == 0


@pytest.mark.parametrize("key", ["trainer", "tutor", "counsellor", "practitioner", "head", "trainee"])
def test_what_one_may_change_of_many_is_found_at_once_and_is_what_each_says(world: World, key: str) -> None:
    with world.inside("siena"):
        activity_id = _make(world)
        add_owner(world.actor("trainer"), activity_id, world.actor("tutor").user_id)
        every = list(session().scalars(select(Activity)))
        actor = world.actor(key)
        with count_queries() as queries:
            found = service.find_manageable(actor, [each.id for each in every])
        assert len(queries) <= 1
        assert found == {each.id for each in every if service.may_manage(actor, each)}
