"""What a change of a course's rules would do to people, told before it is made: who gains or loses the whole, and for whom steps open or close."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select

from lms.plugin import (
    Activity,
    Completion,
    Enrolment,
    Record,
    Ref,
    children_of,
    group_member_ids,
    session,
    utcnow,
)
from plugins.courses.gates import Gate, Standing, missing
from plugins.courses.outline import SECTION, gates_of

Gates = Mapping[uuid.UUID, tuple[str, Sequence[Gate]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of a course: the steps that trainees see, those of them that the whole waits for, and what opens which.

    ``is_sum``: whoever has done all required steps has completed the course.
    """

    shown: frozenset[uuid.UUID]
    required: frozenset[uuid.UUID]
    gates: Gates
    is_sum: bool = True

    def hide(self, steps: Iterable[uuid.UUID]) -> Plan:
        """Without these steps."""
        return replace(self, shown=self.shown - set(steps))

    def show(self, steps: Iterable[uuid.UUID], required: Iterable[uuid.UUID] = ()) -> Plan:
        """With these steps, of which some are required."""
        return replace(self, shown=self.shown | set(steps), required=self.required | set(required))

    def require(self, step_id: uuid.UUID, *, is_required: bool) -> Plan:
        """The whole waits for a step, or no longer."""
        others = self.required - {step_id}
        return replace(self, required=others | {step_id} if is_required else others)

    def gate(self, step_id: uuid.UUID, match: str, gates: Sequence[Gate]) -> Plan:
        """A step opens when these hold."""
        return replace(self, gates={**self.gates, step_id: (match, gates)})


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody who takes part has reached. ``has_whole``: the course is completed."""

    user_id: uuid.UUID
    done: frozenset[uuid.UUID] = frozenset()
    scores: Mapping[uuid.UUID, int] = field(default_factory=dict)
    groups: frozenset[uuid.UUID] = frozenset()
    has_whole: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """Who gains or loses the whole; who keeps it though a step was added; for whom which step opens or closes."""

    gains: tuple[uuid.UUID, ...] = ()
    losses: tuple[uuid.UUID, ...] = ()
    keeps: tuple[uuid.UUID, ...] = ()
    opens: Mapping[uuid.UUID, tuple[uuid.UUID, ...]] = field(default_factory=dict)
    closes: Mapping[uuid.UUID, tuple[uuid.UUID, ...]] = field(default_factory=dict)

    @property
    def people(self) -> set[uuid.UUID]:
        """Everybody concerned."""
        opened = {each for some in (*self.opens.values(), *self.closes.values()) for each in some}
        return {*self.gains, *self.losses, *self.keeps, *opened}

    @property
    def takes_away(self) -> bool:
        """Somebody loses something."""
        return bool(self.losses or self.closes)

    def __bool__(self) -> bool:
        return bool(self.people)


def compare(before: Plan, after: Plan, people: Sequence[Person], changed: Sequence[Person] = ()) -> Effect:
    """What the step from one plan to another does to people; ``changed`` are those of them whose ticks differ afterwards."""
    now, later = utcnow(), {each.user_id: each for each in changed}
    opens: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    closes: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    gains: list[uuid.UUID] = []
    losses: list[uuid.UUID] = []
    keeps: list[uuid.UUID] = []
    for person in people:
        then = later.get(person.user_id, person)
        was, will = _open(before, person, now), _open(after, then, now)
        for step_id in will - was:
            opens[step_id].append(person.user_id)
        for step_id in was - will:
            closes[step_id].append(person.user_id)
        meets = _meets(after, then)
        if meets and not person.has_whole and not _meets(before, person):
            gains.append(person.user_id)
        elif person.has_whole and not meets and _meets(before, person):
            (losses if person.done - then.done else keeps).append(person.user_id)
    return Effect(tuple(gains), tuple(losses), tuple(keeps), _fixed(opens), _fixed(closes))


def _open(plan: Plan, person: Person, now: datetime) -> set[uuid.UUID]:
    standing = Standing(now, plan.shown, person.done & plan.shown, person.scores, person.groups)
    return {
        step_id for step_id in plan.shown if step_id in person.done or not _unmet(plan, step_id, standing)
    }


def _unmet(plan: Plan, step_id: uuid.UUID, standing: Standing) -> list[Gate]:
    match, gates = plan.gates.get(step_id, ("all", ()))
    return missing(gates, "any" if match == "any" else "all", standing)


def _meets(plan: Plan, person: Person) -> bool:
    wanted = plan.required & plan.shown
    return plan.is_sum and bool(wanted) and wanted <= person.done


def _fixed(found: Mapping[uuid.UUID, Sequence[uuid.UUID]]) -> dict[uuid.UUID, tuple[uuid.UUID, ...]]:
    return {step_id: tuple(people) for step_id, people in found.items()}


def read_plan(course_id: uuid.UUID) -> Plan:
    """The rules of a course as they are."""
    steps = [each for each in children_of(course_id) if each.state == "published" and each.type != SECTION]
    return Plan(
        frozenset(each.id for each in steps),
        frozenset(each.id for each in children_of(course_id) if each.is_required and each.type != SECTION),
        gates_of(course_id),
        session().get_one(Activity, course_id).completion_rule == "children",
    )


def read_people(course_id: uuid.UUID, plans: Sequence[Plan]) -> list[Person]:
    """Everybody who takes part, with what the plans ask about; in a number of queries that does not grow with people."""
    active = (
        session().scalars(select(Enrolment.user_id).filter_by(activity_id=course_id, state="active")).all()
    )
    gates = [gate for plan in plans for _match, some in plan.gates.values() for gate in some]
    done: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    rows = session().execute(
        select(Completion.user_id, Completion.activity_id)
        .join(Activity, Activity.id == Completion.activity_id)
        .where(
            (Activity.parent_id == course_id) | (Activity.id == course_id), Completion.withdrawn_at.is_(None)
        )
    )
    for user_id, activity_id in rows:
        done[user_id].add(activity_id)
    scores = (
        _scores({gate.other_id for gate in gates if gate.kind == "score" and gate.other_id}) if active else {}
    )
    groups = {gate.group_id: set(group_member_ids(gate.group_id)) for gate in gates if gate.group_id}
    return [
        Person(
            each, frozenset(done[each]), scores.get(each, {}),
            frozenset(key for key, members in groups.items() if each in members), course_id in done[each],
        )
        for each in active
    ]  # fmt: skip


def _scores(step_ids: set[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
    by_object = {str(Ref.of("core", "activity", each)): each for each in step_ids}
    if not by_object:
        return {}
    query = select(Record.user_id, Record.object, Record.result).where(
        Record.object.in_(by_object), Record.verb == "scored"
    )
    best: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
    for user_id, name, result in session().execute(query):
        step_id, score = by_object[name], int(result.get("score", 0))
        best[user_id][step_id] = max(best[user_id].get(step_id, 0), score)
    return best
