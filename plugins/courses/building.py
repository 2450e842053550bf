"""Making a whole course from a plan: what a template and an archive have in common."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lms.plugin import (
    Activity,
    Actor,
    CreateActivity,
    Invalid,
    StoredFile,
    TakeFile,
    _,
    create_activity,
    find_groups,
    get_file,
    hooks,
    offered_types,
    session,
)
from plugins.courses import authoring
from plugins.courses.forms import LANGUAGES
from plugins.courses.gates import find_circle
from plugins.courses.models import Condition
from plugins.courses.outline import COURSE, SECTION, gates_of

Text = Annotated[str, Field(max_length=4000)]
Title = Annotated[str, Field(min_length=2, max_length=200)]
Key = Annotated[str, Field(min_length=1, max_length=80)]
Language = Literal["en", "it", "es", "de", "ro", "ca"]
Rule = Literal["viewed", "minutes", "score", "submitted", "attended", "confirmed", "own_tick", "children"]
MOST_STEPS = 500


class Plan(BaseModel):
    """Base of the parts of a plan: nothing that is not known, nothing unlimited."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Words(Plan):
    """Title and the like in a further language."""

    title: Annotated[str, Field(max_length=200)] = ""
    summary: Annotated[str, Field(max_length=2000)] = ""
    objectives: Text = ""


class PlannedCondition(Plan):
    """What opens a step; ``other`` is the key of another step, ``group`` a name."""

    kind: Literal["step", "date", "group", "score"]
    other: Key | None = None
    opens_at: datetime | None = None
    group: Annotated[str, Field(max_length=200)] | None = None
    score: Annotated[int, Field(ge=1, le=100)] | None = None


class PlannedStep(Plan):
    """A step: what the core and the course hold about it, and the content, in the form of its kind."""

    key: Key
    type: Annotated[str, Field(min_length=1, max_length=60)]
    title: Title
    summary: Annotated[str, Field(max_length=2000)] = ""
    minutes: Annotated[int, Field(ge=0, le=6000)] | None = None
    is_required: bool = True
    is_hidden: bool = False
    level: Literal[0, 1] = 0
    match: Literal["all", "any"] = "all"
    completion_rule: Rule | None = None
    completion_goal: Annotated[int, Field(ge=1, le=100_000)] | None = None
    words: dict[Language, Words] = Field(default_factory=dict)
    conditions: Annotated[list[PlannedCondition], Field(max_length=50)] = Field(default_factory=list)
    content: dict[str, Any] = Field(default_factory=dict)


class CoursePlan(Plan):
    """A course: its words, its rules, its steps in order."""

    title: Title
    summary: Annotated[str, Field(max_length=2000)] = ""
    objectives: Text = ""
    languages: Annotated[list[Language], Field(min_length=1, max_length=len(LANGUAGES))]
    words: dict[Language, Words] = Field(default_factory=dict)
    has_certificate: bool = True
    cover: Key | None = None
    cover_alt: Annotated[str, Field(max_length=200)] = ""
    capacity: Annotated[int, Field(ge=1, le=10_000)] | None = None
    enrolment_rule: Literal["self", "key", "invitation", "cohort", "approval"] = "self"
    enrolment_key: Annotated[str, Field(max_length=80)] = ""
    completion_rule: Rule = "children"
    completion_goal: Annotated[int, Field(ge=1, le=100_000)] | None = None
    template: Annotated[str, Field(max_length=40)] = ""
    steps: Annotated[list[PlannedStep], Field(max_length=MOST_STEPS)] = Field(default_factory=list)


@dataclass(slots=True)
class Made:
    """The course that came out, and a line for each thing that could not be taken over."""

    course_id: uuid.UUID
    left_out: list[str] = field(default_factory=list)


def build_course(actor: Actor, plan: CoursePlan, take_file: TakeFile) -> Made:
    """Make a draft course from a plan. Kinds of steps that the office does not have are left out, with a line each.

    Raises Forbidden; Invalid when the plan is wrong (nothing is kept then, as the unit of work is undone).
    """
    activity = create_activity(actor, CreateActivity(title=plan.title, type=COURSE))
    made = Made(activity.id)
    _fill_course(actor, activity, plan, take_file)
    offered = {each.name for each in offered_types(actor, "child")}
    ids: dict[str, uuid.UUID] = {}
    missing: dict[str, list[str]] = {}
    for step in plan.steps:
        if step.key in ids:
            raise Invalid(_("Two steps of this course have the same key."))
        if step.type not in offered:
            missing.setdefault(step.type, []).append(step.title)
            continue
        ids[step.key] = _build_step(actor, activity.id, step, take_file)
    made.left_out.extend(_tell_missing(kind, titles) for kind, titles in missing.items())
    groups = _groups(actor)
    for step in plan.steps:
        if step.key in ids:
            _build_conditions(step, ids, groups, made)
    session().flush()
    _check_circles(activity.id)
    return made


def _tell_missing(kind: str, titles: Sequence[str]) -> str:
    """Which steps were left out because the office does not have their kind."""
    steps = ", ".join(f"“{each}”" for each in titles)
    _owner, known = hooks().activity_types().get(kind, ("", None))
    if known is None:
        return _(
            "Nothing here shows steps of the kind “%(kind)s”. Left out: %(steps)s.", kind=kind, steps=steps
        )
    return _(
        "“%(part)s” is switched off in this office. Left out: %(steps)s. Whoever manages the office can switch it on.",
        part=known.title, steps=steps,
    )  # fmt: skip


def _fill_course(actor: Actor, activity: Activity, plan: CoursePlan, take_file: TakeFile) -> None:
    for name in ("summary", "capacity", "enrolment_key", "completion_rule", "completion_goal"):
        setattr(activity, name, getattr(plan, name))
    # the members of a group of another office are not those of one here
    activity.enrolment_rule = "approval" if plan.enrolment_rule == "cohort" else plan.enrolment_rule
    course = authoring.get_course(actor, activity.id)[1]
    course.languages = ",".join(dict.fromkeys(plan.languages))
    course.has_certificate, course.template, course.cover_alt = (
        plan.has_certificate,
        plan.template,
        plan.cover_alt,
    )
    if plan.cover:
        authoring.set_cover(actor, activity.id, _own_file(actor, take_file(plan.cover)))
    authoring.texts_of(activity.id, plan.languages[0]).objectives = plan.objectives
    _fill_words(activity.id, plan.words)


def _own_file(actor: Actor, file_id: uuid.UUID) -> StoredFile:
    return get_file(actor, file_id)


def _build_step(actor: Actor, course_id: uuid.UUID, step: PlannedStep, take_file: TakeFile) -> uuid.UUID:
    activity = create_activity(actor, CreateActivity(title=step.title, type=step.type, parent_id=course_id))
    activity.summary, activity.minutes = step.summary, step.minutes
    activity.is_required = step.is_required and step.type != SECTION
    activity.state = "draft" if step.is_hidden else "published"
    kind = hooks().activity_types()[step.type][1]
    if step.completion_rule in kind.completion:
        activity.completion_rule, activity.completion_goal = step.completion_rule, step.completion_goal
    row = authoring.step_of(activity)
    row.level, row.match = step.level, step.match
    session().flush()
    if step.content and kind.content.import_:
        kind.content.import_(actor, activity.id, step.content, take_file)
    _fill_words(activity.id, step.words)
    return activity.id


def _fill_words(activity_id: uuid.UUID, words: Mapping[Language, Words]) -> None:
    for locale, each in words.items():
        row = authoring.texts_of(activity_id, locale)
        row.title, row.summary = each.title, each.summary
        row.objectives = each.objectives or row.objectives


def _build_conditions(
    step: PlannedStep, ids: Mapping[str, uuid.UUID], groups: Mapping[str, uuid.UUID], made: Made
) -> None:
    for gate in step.conditions:
        if gate.kind in {"step", "score"} and gate.other not in ids:
            if gate.other is None:
                raise Invalid(_("A condition of “%(title)s” names no step.", title=step.title))
            made.left_out.append(
                _(
                    "A condition of “%(title)s” was left out, because the step that it waits for is not there.",
                    title=step.title,
                )
            )
            continue
        group_id = groups.get((gate.group or "").casefold())
        if gate.kind == "group" and group_id is None:
            made.left_out.append(
                _(
                    "A condition of “%(title)s” was left out: there is no group “%(group)s” here.",
                    title=step.title,
                    group=gate.group or "",
                )
            )
            continue
        session().add(
            Condition(
                step_id=ids[step.key], kind=gate.kind, other_id=ids[gate.other] if gate.other and gate.kind in {"step", "score"} else None,
                opens_at=gate.opens_at if gate.kind == "date" else None, group_id=group_id if gate.kind == "group" else None,
                score=gate.score if gate.kind == "score" else None,
            )
        )  # fmt: skip


def _groups(actor: Actor) -> dict[str, uuid.UUID]:
    return (
        {each.name.casefold(): each.id for each in find_groups(actor)} if actor.can("groups.manage") else {}
    )


def _check_circles(course_id: uuid.UUID) -> None:
    gates = {each: some for each, (_match, some) in gates_of(course_id).items()}
    if find_circle(gates):
        raise Invalid(_("Steps of this course would wait for each other for ever."))
