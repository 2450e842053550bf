"""Who gains or loses by a change of a course, asked before it is made: steps hidden or needed, conditions, completion rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lms.plugin import Activity, Actor, ChangeRule, children_of, find_member_names, preview_rule_change
from plugins.courses.authoring import conditions_of, gate_of, get_managed_step, with_inside
from plugins.courses.effects import Effect, Plan, compare, read_people, read_plan
from plugins.courses.forms import AddCondition
from plugins.courses.outline import SECTION


@dataclass(frozen=True, slots=True)
class EffectView:
    """An effect in words: names of people, and titles of the steps that open or close with names."""

    gains: list[str]
    losses: list[str]
    keeps: list[str]
    opens: list[tuple[str, list[str]]]
    closes: list[tuple[str, list[str]]]
    takes_away: bool


def foresee_shown(actor: Actor, step_id: uuid.UUID, *, is_shown: bool) -> Effect:
    """If trainees saw a step (a section: with what is in it), or no longer. Raises NotFound, Forbidden."""
    activity, step = get_managed_step(actor, step_id)
    steps = _working(activity, with_inside(activity))
    before = read_plan(step.course_id)
    shown = before.show((each.id for each in steps), (each.id for each in steps if each.is_required))
    return _foresee(step.course_id, before, shown if is_shown else before.hide(each.id for each in steps))


def foresee_removed(actor: Actor, step_id: uuid.UUID) -> Effect:
    """If a step were taken out; the steps of a section stay. Raises NotFound, Forbidden."""
    _activity, step = get_managed_step(actor, step_id)
    before = read_plan(step.course_id)
    return _foresee(step.course_id, before, before.hide([step_id]))


def foresee_required(actor: Actor, step_id: uuid.UUID, *, is_required: bool) -> Effect:
    """If the course waited for a step, or no longer. Raises NotFound, Forbidden."""
    _activity, step = get_managed_step(actor, step_id)
    before = read_plan(step.course_id)
    return _foresee(step.course_id, before, before.require(step_id, is_required=is_required))


def foresee_condition(actor: Actor, step_id: uuid.UUID, command: AddCondition) -> Effect:
    """If a step had one more condition. Raises NotFound, Forbidden."""
    _activity, step = get_managed_step(actor, step_id)
    before = read_plan(step.course_id)
    match, gates = before.gates.get(step_id, (step.match, ()))
    return _foresee(step.course_id, before, before.gate(step_id, match, [*gates, gate_of(command)]))


def foresee_without(actor: Actor, step_id: uuid.UUID, condition_id: uuid.UUID) -> Effect:
    """If a step had one condition less. Raises NotFound, Forbidden."""
    _activity, step = get_managed_step(actor, step_id)
    before = read_plan(step.course_id)
    kept = [gate_of(each) for each in conditions_of(step_id) if each.id != condition_id]
    return _foresee(step.course_id, before, before.gate(step_id, step.match, kept))


def foresee_match(actor: Actor, step_id: uuid.UUID, match: str) -> Effect:
    """If all conditions, or any, opened a step. Raises NotFound, Forbidden."""
    _activity, step = get_managed_step(actor, step_id)
    before = read_plan(step.course_id)
    _match, gates = before.gates.get(step_id, (match, ()))
    return _foresee(step.course_id, before, before.gate(step_id, match, gates))


def foresee_rule(actor: Actor, step_id: uuid.UUID, command: ChangeRule) -> tuple[Effect, Effect]:
    """What another completion rule of a step does: to the step, and through it to the course. Raises NotFound, Forbidden."""
    _activity, step = get_managed_step(actor, step_id)
    change = preview_rule_change(actor, step_id, command)
    plan = read_plan(step.course_id)
    people = read_people(step.course_id, [plan])
    changed = [replace(each, done=each.done | {step_id}) for each in people if each.user_id in change.gains]
    changed += [replace(each, done=each.done - {step_id}) for each in people if each.user_id in change.losses]
    return Effect(change.gains, change.losses), compare(plan, plan, people, changed)


def show_effect(actor: Actor, course_id: uuid.UUID, effect: Effect) -> EffectView:
    """An effect for a page. People who have left the office are left out."""
    names = find_member_names(actor, list(effect.people))
    titles = {each.id: each.title for each in children_of(course_id, with_removed=True)}

    def named(people: Iterable[uuid.UUID]) -> list[str]:
        return sorted(names[each] for each in people if each in names)

    def by_step(found: Mapping[uuid.UUID, tuple[uuid.UUID, ...]]) -> list[tuple[str, list[str]]]:
        return [(title, named(found[step_id])) for step_id, title in titles.items() if step_id in found]

    return EffectView(
        named(effect.gains), named(effect.losses), named(effect.keeps), by_step(effect.opens), by_step(effect.closes),
        effect.takes_away,
    )  # fmt: skip


def _foresee(course_id: uuid.UUID, before: Plan, after: Plan) -> Effect:
    return compare(before, after, read_people(course_id, (before, after)))


def _working(activity: Activity, ids: Iterable[uuid.UUID]) -> list[Activity]:
    wanted = set(ids)
    steps = children_of(activity.parent_id, with_removed=True) if activity.parent_id else []
    return [each for each in steps if each.id in wanted and each.type != SECTION]
