"""Before a rule is changed, whoever changes it sees who gains or loses by it; and what is shown is what happens."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import ChangeRule, Enrolment, World, children_of, record_progress, session
from lms.testing import SignIn, count_queries
from plugins.courses import authoring, foreseeing
from plugins.courses.effects import Person, Plan, compare
from plugins.courses.forms import AddCondition, StepSettings
from plugins.courses.gates import Gate
from plugins.courses.outline import read_outline
from plugins.courses.tests.making import Made, join, make_course, view

SITE = "/o/siena/courses"


def make(world: World) -> Made:
    """Three pages; the trainee has done the first two, the second trainee the first. Call it inside an office."""
    course = make_course(world)
    join(world, course.id, "trainee", "trainee2")
    for step in course.steps[:2]:
        view(world, step)
    view(world, course.steps[0], "trainee2")
    return course


def has_completed(world: World, course: Made, key: str = "trainee") -> bool:
    return read_outline(world.actor(key), course.id).completed_at is not None


def test_a_step_that_is_no_longer_needed_gives_the_course_to_who_did_the_others(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make(world)
        trainer = world.actor("trainer")
        effect = foreseeing.foresee_required(trainer, course.steps[2], is_required=False)
        assert effect.gains == (world.people["trainee"].id,)
    browser, address = sign_in("trainer"), f"{SITE}/step/{course.steps[2]}/settings"
    fields = {"form_id": "stepsettings", "title": "page 3"}
    page = browser.post(address, data=fields)
    assert page.status_code == 200
    assert world.people["trainee"].name in page.text
    assert world.people["trainee2"].name not in page.text
    with world.inside("siena"):
        assert not has_completed(world, course)
    browser.post(address, data={**fields, "confirmed": "1"})
    with world.inside("siena"):
        assert has_completed(world, course)


@pytest.mark.parametrize("deed", ["hide", "remove"])
def test_hiding_a_step_or_taking_it_out_is_asked_about_first(
    world: World, sign_in: SignIn, deed: str
) -> None:
    with world.inside("siena"):
        course = make(world)
    browser, address = sign_in("trainer"), f"{SITE}/{course.id}/edit"
    fields = {"do": deed, "step": str(course.steps[2])}
    page = browser.post(address, data=fields)
    assert page.status_code == 200
    assert world.people["trainee"].name in page.text
    with world.inside("siena"):
        assert len([each for each in children_of(course.id) if each.state == "published"]) == 3
    assert browser.post(address, data={**fields, "confirmed": "1"}).status_code == 303
    with world.inside("siena"):
        assert has_completed(world, course)
        assert not has_completed(world, course, "trainee2")


def test_nothing_is_asked_where_nobody_gains_or_loses(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
    browser = sign_in("trainer")
    for deed in ("hide", "show", "remove"):
        fields = {"do": deed, "step": str(course.steps[2])}
        assert browser.post(f"{SITE}/{course.id}/edit", data=fields).status_code == 303


def test_who_has_the_course_keeps_it_when_a_step_becomes_needed(world: World) -> None:
    with world.inside("siena"):
        course, trainer = make(world), world.actor("trainer")
        authoring.edit_step(trainer, course.steps[2], StepSettings(title="page 3", is_required=False))
        effect = foreseeing.foresee_required(trainer, course.steps[2], is_required=True)
        assert effect.keeps == (world.people["trainee"].id,)
        assert not effect.takes_away
        authoring.edit_step(trainer, course.steps[2], StepSettings(title="page 3", is_required=True))
        assert has_completed(world, course)


def test_a_condition_closes_a_step_for_those_who_do_not_meet_it(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make(world)
    browser, address = sign_in("trainer"), f"{SITE}/step/{course.steps[2]}/conditions"
    fields = {"do": "add", "kind": "step", "other_id": str(course.steps[1])}
    page = browser.post(address, data=fields).text
    assert world.people["trainee2"].name in page
    assert world.people["trainee"].name not in page.replace(world.people["trainee2"].name, "")
    browser.post(address, data={**fields, "confirmed": "1"})
    with world.inside("siena"):
        [condition] = authoring.conditions_of(course.steps[2])
        step = read_outline(world.actor("trainee2"), course.id).find(course.steps[2])
        assert step is not None
        assert step.lock
        effect = foreseeing.foresee_without(world.actor("trainer"), course.steps[2], condition.id)
        assert dict(effect.opens) == {course.steps[2]: (world.people["trainee2"].id,)}


def test_any_instead_of_all_opens_a_step(world: World) -> None:
    with world.inside("siena"):
        course, trainer = make(world), world.actor("trainer")
        for other in course.steps[:2]:
            authoring.add_condition(trainer, course.steps[2], AddCondition(kind="step", other_id=other))
        effect = foreseeing.foresee_match(trainer, course.steps[2], "any")
        assert dict(effect.opens) == {course.steps[2]: (world.people["trainee2"].id,)}
        assert not effect.closes


def test_a_rule_of_a_step_shows_what_it_does_to_the_course(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make(world)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        record_progress(trainee, course.steps[2], "ticked")
        own, whole = foreseeing.foresee_rule(
            trainer, course.steps[2], ChangeRule(completion_rule="own_tick", completion_goal=None)
        )
        assert own.gains == whole.gains == (trainee.user_id,)
        authoring.change_step_rule(trainer, course.steps[2], ChangeRule(completion_rule="own_tick"))
        assert has_completed(world, course)
        own, whole = foreseeing.foresee_rule(
            trainer, course.steps[2], ChangeRule(completion_rule="confirmed")
        )
        assert own.losses == whole.losses == (trainee.user_id,)
    page = sign_in("trainer").post(
        f"{SITE}/step/{course.steps[2]}/settings",
        data={"form_id": "changerule", "completion_rule": "confirmed", "completion_goal": ""},
    )
    assert page.text.count(world.people["trainee"].name) >= 2
    with world.inside("siena"):
        authoring.change_step_rule(trainer, course.steps[2], ChangeRule(completion_rule="confirmed"))
        assert not has_completed(world, course)


def test_the_preview_takes_as_many_queries_for_one_person_as_for_fourteen(world: World) -> None:
    with world.inside("siena"):
        course, trainer = make(world), world.actor("trainer")
        foreseeing.foresee_removed(trainer, course.steps[2])
        with count_queries() as few:
            foreseeing.foresee_removed(trainer, course.steps[2])
        join(world, course.id, *(f"trainee{n}" for n in range(3, 15)))
        assert session().query(Enrolment).filter_by(activity_id=course.id).count() == 14
        with count_queries() as many:
            foreseeing.foresee_removed(trainer, course.steps[2])
        assert len(many) == len(few)


STEPS = [uuid.UUID(int=n) for n in range(1, 6)]
sets = st.frozensets(st.sampled_from(STEPS))


@given(sets, sets, sets, st.booleans(), st.sampled_from(STEPS), st.sampled_from(STEPS))
def test_no_change_has_no_effect_and_undoing_turns_it_round(
    shown: frozenset[uuid.UUID], required: frozenset[uuid.UUID], done: frozenset[uuid.UUID], has: bool, step: uuid.UUID, other: uuid.UUID,
) -> None:  # fmt: skip
    plan = Plan(shown, required, {step: ("all", [Gate("step", other)])})
    person = Person(uuid.UUID(int=99), done, has_whole=has)
    assert not compare(plan, plan, [person])
    there, back = compare(plan, plan.hide([other]), [person]), compare(plan.hide([other]), plan, [person])
    assert (there.opens, there.closes) == (back.closes, back.opens)
    assert not there.losses
    assert not (set(there.gains) & set(there.keeps))
