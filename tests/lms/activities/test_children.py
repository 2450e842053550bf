"""Steps of an activity: order, who sees them, locks, required steps, copies."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

import pytest
from flask import current_app

from lms.access.actor import Actor
from lms.activities import children, enrolment, service
from lms.activities.forms import ChangeRule, CreateActivity, Enrol
from lms.activities.models import Activity
from lms.demo import World
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.hooks.callers import EXTENSION
from lms.hooks.contributions import ActivityContent, ActivityType, Frame, StepGuide
from lms.store.base import session

LOCKED: set[uuid.UUID] = set()
COPIED: list[Mapping[uuid.UUID, uuid.UUID]] = []


def check(actor: Actor, parent_id: uuid.UUID, child_id: uuid.UUID) -> None:
    """Locked are those in the list."""
    if child_id in LOCKED:
        raise Forbidden("Not yet: finish the first step.")


def frame(actor: Actor, parent_id: uuid.UUID, child_id: uuid.UUID) -> Frame | None:
    """Always the same place."""
    return Frame("The whole", "/out", step=1, steps=2)


def copy(actor: Actor, ids: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """Remember what was asked."""
    COPIED.append(ids)


def own_rows(actor: Actor, activity_id: uuid.UUID) -> None:
    """The content of a new activity."""
    session().get_one(Activity, activity_id).place = "made"


WHOLE = ActivityType(
    "whole", "Whole", "collection", "activities.show", completion=("children",), place="top",
    steps=StepGuide(check, frame, copy),
)  # fmt: skip
PART = ActivityType(
    "part", "Part", "file-text", "activities.show", completion=("own_tick",), place="child",
    content=ActivityContent(create=own_rows),
)  # fmt: skip


@pytest.fixture(autouse=True)
def types(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two more kinds of activities, of the core."""
    known = current_app.extensions[EXTENSION]
    before = known.activity_types()
    more = before | {each.name: ("core.activities", each) for each in (WHOLE, PART)}
    monkeypatch.setattr(known, "activity_types", lambda: more)
    LOCKED.clear()
    COPIED.clear()
    with world.inside("siena"):
        yield


def make(world: World, parts: int = 2) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A published whole with some parts, in which the trainee is enrolled."""
    trainer = world.actor("trainer")
    whole = service.create_activity(trainer, CreateActivity(title="Whole", type="whole")).id
    ids = [
        service.create_activity(trainer, CreateActivity(title=f"Part {n}", type="part", parent_id=whole)).id
        for n in range(parts)
    ]
    service.set_state(trainer, whole, "published")
    enrolment.enrol(world.actor("trainee"), whole, Enrol())
    return whole, ids


def titles(parent_id: uuid.UUID) -> list[str]:
    return [each.title for each in children.children_of(parent_id)]


def test_steps_are_seen_by_those_enrolled_in_the_whole_and_by_nobody_else(world: World) -> None:
    _whole, [first, _second] = make(world)
    assert service.open_activity(world.actor("trainee"), first).title == "Part 0"
    assert [each.id for each in service.find_visible(world.actor("trainee"), [first])] == [first]
    with pytest.raises(NotFound):
        service.get_activity(world.actor("trainee2"), first)
    assert service.find_visible(world.actor("trainee2"), [first]) == []


def test_nobody_can_be_enrolled_in_a_step_alone(world: World) -> None:
    _whole, [first, _second] = make(world)
    with pytest.raises(Conflict):
        enrolment.enrol(world.actor("trainee"), first, Enrol())


def test_a_locked_step_opens_for_those_who_manage_it_only_and_takes_no_progress(world: World) -> None:
    _whole, [first, second] = make(world)
    LOCKED.add(second)
    with pytest.raises(Forbidden, match="finish the first"):
        service.open_activity(world.actor("trainee"), second)
    with pytest.raises(Forbidden):
        service.record_progress(world.actor("trainee"), second, "ticked")
    assert service.open_activity(world.actor("trainer"), second).id == second
    found = service.frame_of(world.actor("trainee"), session().get_one(Activity, first))
    assert found is not None
    assert found.context["exit_url"] == "/out"


def test_the_whole_is_completed_with_the_last_required_step_and_not_taken_away_by_a_new_one(
    world: World,
) -> None:
    whole, [first, second] = make(world)
    trainee = world.actor("trainee")
    extra = service.create_activity(
        world.actor("trainer"), CreateActivity(title="More", type="part", parent_id=whole)
    )
    extra.is_required = False
    assert extra.state == "draft", "a step added to a published whole is hidden at first"
    extra.state = "published"
    for step in (first, second):
        assert whole not in {each.id for _row, each in service.completions_of(trainee.user_id)}
        service.record_progress(trainee, step, "ticked")
    assert whole in {each.id for _row, each in service.completions_of(trainee.user_id)}
    added = service.create_activity(
        world.actor("trainer"), CreateActivity(title="New", type="part", parent_id=whole)
    )
    added.state = "published"
    service.record_progress(trainee, extra.id, "ticked")
    assert whole in {each.id for _row, each in service.completions_of(trainee.user_id)}


def test_a_step_that_is_no_longer_required_completes_the_whole_for_those_who_did_the_rest(
    world: World,
) -> None:
    trainee, trainer = world.actor("trainee"), world.actor("trainer")
    for change in (
        lambda step: children.require_child(trainer, step, is_required=False),
        lambda step: children.hide_child(trainer, step, is_hidden=True),
        lambda step: children.remove_child(trainer, step),
    ):
        whole, [first, second] = make(world)
        service.record_progress(trainee, first, "ticked")
        assert whole not in {each.id for _row, each in service.completions_of(trainee.user_id)}
        change(second)
        assert whole in {each.id for _row, each in service.completions_of(trainee.user_id)}


def test_a_tick_taken_back_takes_the_whole_back_too(world: World) -> None:
    whole, [first] = make(world, 1)
    trainee = world.actor("trainee")
    service.record_progress(trainee, first, "ticked")
    service.record_progress(trainee, first, "ticked", result={"undone": True})
    assert {each.id for _row, each in service.completions_of(trainee.user_id)}.isdisjoint({whole, first})


def test_the_preview_of_a_rule_of_a_step_counts_those_enrolled_in_the_whole(world: World) -> None:
    _whole, [first] = make(world, 1)
    trainee, trainer = world.actor("trainee"), world.actor("trainer")
    service.record_progress(trainee, first, "viewed")
    change = service.preview_rule_change(trainer, first, ChangeRule(completion_rule="viewed"))
    assert change.gains == (trainee.user_id,)


def test_steps_can_be_moved_hidden_taken_out_and_brought_back(world: World) -> None:
    whole, ids = make(world, 3)
    trainer = world.actor("trainer")
    children.move_child(trainer, ids[0], 1)
    assert titles(whole) == ["Part 1", "Part 0", "Part 2"]
    children.move_child(trainer, ids[2], -9)
    assert titles(whole) == ["Part 2", "Part 1", "Part 0"]
    state = children.remove_child(trainer, ids[1])
    assert titles(whole) == ["Part 2", "Part 0"]
    children.hide_child(trainer, ids[1], is_hidden=state == "draft")
    assert len(titles(whole)) == 3
    with pytest.raises(Invalid):
        children.arrange_children(trainer, whole, ids[:2])
    with pytest.raises(Forbidden):
        children.move_child(world.actor("trainee"), ids[0], 1)


def test_a_copy_has_all_steps_their_content_and_no_people(world: World) -> None:
    whole, ids = make(world)
    made = children.copy_activity(world.actor("trainer"), whole, title="Again")
    assert titles(made[whole]) == ["Part 0", "Part 1"]
    assert set(COPIED[-1]) == set(ids)
    copied = session().get_one(Activity, made[ids[0]])
    assert (copied.place, copied.root_id) == ("made", made[whole])
    assert not service.is_enrolled(world.people["trainee"].id, made[whole])


def test_a_copied_step_stands_behind_its_original(world: World) -> None:
    whole, ids = make(world)
    children.copy_activity(world.actor("trainer"), ids[0], title="Part 0 again", parent_id=whole)
    assert titles(whole) == ["Part 0", "Part 0 again", "Part 1"]


def test_kinds_are_made_only_where_they_belong(world: World) -> None:
    trainer = world.actor("trainer")
    whole, _ids = make(world)
    for wrong in ({"type": "part"}, {"type": "whole", "parent_id": whole}, {"type": "nothing"}):
        with pytest.raises(Invalid):
            service.create_activity(trainer, CreateActivity(title="Wrong", **wrong))
    event = service.create_activity(trainer, CreateActivity(title="Event"))
    with pytest.raises(Invalid):
        service.create_activity(trainer, CreateActivity(title="Wrong", type="part", parent_id=event.id))
    assert {"part"}.isdisjoint(each.name for each in service.offered_types(trainer, "top"))
