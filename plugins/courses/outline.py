"""Reading a course: its steps as one person sees them, in a few queries however many there are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, get_args

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from lms.plugin import (
    Activity,
    Actor,
    Completion,
    Enrolment,
    NotFound,
    Record,
    Ref,
    _,
    current_locale,
    directory,
    format_date,
    format_datetime,
    get_activity,
    groups_of,
    hooks,
    may_manage,
    session,
    utcnow,
)
from plugins.courses.gates import ConditionKind, Gate, Standing, missing
from plugins.courses.models import ActivityText, Condition, Course, Place, Step

SECTION = "section"
COURSE = "course"


@dataclass(slots=True)
class StepView:
    """A step as one person sees it. ``lock`` says what opens it; ``section`` is the heading above it.

    ``begins_at``: when it takes place, if it does at a set time. ``is_there`` is False while the part of the product that shows it is switched off.
    """

    id: uuid.UUID
    type: str
    title: str
    icon: str
    endpoint: str
    level: int
    minutes: int
    is_required: bool
    is_hidden: bool
    is_there: bool
    rule: str
    goal: int | None
    done_at: datetime | None = None
    lock: str = ""
    section: str = ""
    number: int = 0
    match: str = "all"
    begins_at: datetime | None = None
    gates: list[Gate] = field(default_factory=list)

    @property
    def is_section(self) -> bool:
        """A heading, nothing to work on."""
        return self.type == SECTION

    @property
    def is_open(self) -> bool:
        """The person may work on it now."""
        return self.is_there and not self.lock

    @property
    def state(self) -> str:
        """``done``, ``locked``, ``off`` or ``todo``."""
        if self.done_at:
            return "done"
        if not self.is_there:
            return "off"
        return "locked" if self.lock else "todo"


@dataclass(slots=True)
class Outline:
    """A course as one person sees it, in one of its languages."""

    activity: Activity
    course: Course
    locale: str
    title: str
    summary: str
    objectives: str
    rows: list[StepView]
    enrolment: str = ""
    completed_at: datetime | None = None
    place: Place | None = None
    may_manage: bool = False
    is_preview: bool = False
    steps: list[StepView] = field(default_factory=list)

    @property
    def id(self) -> uuid.UUID:
        """The course's activity."""
        return self.activity.id

    @property
    def languages(self) -> list[str]:
        """Codes; the first is the one it is written in."""
        return languages_of(self.course)

    @property
    def is_active(self) -> bool:
        """The person takes part now."""
        return self.enrolment == "active"

    @property
    def done(self) -> int:
        """How many required steps are done."""
        return sum(1 for each in self.steps if each.done_at and each.is_required)

    @property
    def required(self) -> int:
        """How many steps are required."""
        return sum(1 for each in self.steps if each.is_required)

    @property
    def minutes(self) -> int:
        """How long the required steps take in all."""
        return sum(each.minutes for each in self.steps if each.is_required)

    @property
    def minutes_left(self) -> int:
        """How long the required steps that are not done take."""
        return sum(each.minutes for each in self.steps if each.is_required and not each.done_at)

    @property
    def next_step(self) -> StepView | None:
        """Where to go on: the step where one left, if it is not done, else the next open one after it, else the first."""
        return choose_next(self.steps, self.place.step_id if self.place else None)

    def find(self, step_id: uuid.UUID) -> StepView | None:
        """A step by its id."""
        return next((each for each in self.rows if each.id == step_id), None)


def choose_next(steps: Sequence[StepView], place_id: uuid.UUID | None) -> StepView | None:
    """The step where one left, if it is not done, else the next open one after it, else the first; required ones first."""
    here = next((number for number, each in enumerate(steps) if each.id == place_id), 0)
    waiting = [each for each in (*steps[here:], *steps[:here]) if not each.done_at and each.is_open]
    return next((each for each in waiting if each.is_required), waiting[0] if waiting else None)


def address_of(activity: Activity) -> str:
    """A path at which an activity is found, for messages: wherever they are written, and whatever shows it later."""
    return f"/o/{directory().get(activity.office_id).slug}/activities/{activity.id}"


def languages_of(course: Course) -> list[str]:
    """Codes of the languages of a course, the one it is written in first."""
    return course.languages.split(",")


def choose_language(course: Course, wanted: str = "") -> str:
    """The language asked for, else the reader's, else the course's own."""
    have = languages_of(course)
    return next((each for each in (wanted, current_locale()) if each in have), have[0])


def read_step(
    actor: Actor, step_id: uuid.UUID, *, language: str = "", as_trainee: bool = False
) -> tuple[Outline, StepView]:
    """A step in its course, for those who take part or manage it. Raises NotFound."""
    course = session().scalars(_whole_query(), {"step_id": step_id}).one_or_none()
    if course is None:
        raise NotFound(_("There is no such step."))
    outline = read_outline(actor, course.id, language=language, as_trainee=as_trainee, with_words=False)
    view = outline.find(step_id)
    if view is None or not (outline.is_active or outline.may_manage):
        raise NotFound(_("There is no such step."))
    return outline, view


def read_outline(
    actor: Actor,
    course_id: uuid.UUID,
    *,
    language: str = "",
    as_trainee: bool = False,
    with_words: bool = True,
) -> Outline:
    """The course for the actor. ``as_trainee``: as somebody who has just joined. Raises NotFound.

    Without words, the objectives are left out.
    """
    activity = get_activity(actor, course_id)
    head = _read_head(activity, actor.user_id)
    if head is None:
        raise NotFound(_("There is no such course."))
    course, enrolment, place, completed_at = head
    manages = may_manage(actor, activity)
    shown = choose_language(course, language or (place.locale if place else ""))
    is_original = shown == languages_of(course)[0]
    words = _translation(activity.id, shown) if with_words or not is_original else None
    is_preview = manages and as_trainee
    reader = None if is_preview else actor.user_id
    rows = _read_rows(activity.id, activity.office_id, "" if is_original else shown, reader)
    visible = [each for each in rows if not each.is_hidden or (manages and not is_preview)]
    number_steps(visible)
    outline = Outline(
        activity, course, shown,
        title=(words.title if words and not is_original else "") or activity.title,
        summary=(words.summary if words and not is_original else "") or activity.summary,
        objectives=words.objectives if words else "", rows=visible,
        enrolment="active" if is_preview else enrolment or "",
        completed_at=None if is_preview else completed_at, place=None if is_preview else place,
        may_manage=manages, is_preview=is_preview, steps=[each for each in visible if not each.is_section],
    )  # fmt: skip
    _lock(outline, actor, is_fresh=is_preview)
    return outline


def _read_head(
    activity: Activity, user_id: uuid.UUID
) -> tuple[Course, str | None, Place | None, datetime | None] | None:
    found = session().execute(_head_query(), {"course_id": activity.id, "user_id": user_id}).one_or_none()
    return (found[0], found[1], found[2], found[3]) if found else None


@cache
def _whole_query() -> Select[Activity]:
    """The course of a step; read whole, as it is needed next."""
    step = aliased(Activity)
    return select(Activity).join(step, step.parent_id == Activity.id).where(step.id == bindparam("step_id"))


@cache
def _head_query() -> Select[*tuple[Any, ...]]:
    """Made once, as the next two: they are asked for each page of each course."""
    return (
        select(Course, Enrolment.state, Place, Completion.completed_at)
        .outerjoin(
            Enrolment,
            and_(
                Enrolment.activity_id == Course.activity_id,
                Enrolment.user_id == bindparam("user_id"),
                Enrolment.state != "ended",
            ),
        )
        .outerjoin(Place, and_(Place.course_id == Course.activity_id, Place.user_id == bindparam("user_id")))
        .outerjoin(Completion, _completed(Course.activity_id))
        .where(Course.activity_id == bindparam("course_id"))
    )


@cache
def _words() -> type[ActivityText]:
    """Made once: its columns are worked out when first used."""
    return aliased(ActivityText)


def step_columns() -> tuple[Any, ...]:
    """What is read of each step."""
    return (
        Activity.id, Activity.type, Activity.title, Activity.minutes, Activity.is_required, Activity.state,
        Activity.completion_rule, Activity.completion_goal, Step.level, _words().title, Completion.completed_at,
        Step.match, Condition.kind, Condition.other_id, Condition.opens_at, Condition.group_id, Condition.score,
        Activity.starts_at,
    )  # fmt: skip


def join_steps(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Where that is found, for a statement that reads activities; it needs ``locale`` and ``user_id``."""
    words = _words()
    return (
        query.outerjoin(Step, Step.activity_id == Activity.id)
        .outerjoin(Condition, Condition.step_id == Activity.id)
        .outerjoin(words, and_(words.activity_id == Activity.id, words.locale == bindparam("locale")))
        .outerjoin(Completion, _completed(Activity.id))
    )


def step_order() -> tuple[Any, ...]:
    """The order of steps in their course."""
    return Activity.position, Activity.id, Condition.id


@cache
def _rows_query() -> Select[*tuple[Any, ...]]:
    steps = select(*step_columns()).where(
        Activity.parent_id == bindparam("course_id"), Activity.state != "archived"
    )
    return join_steps(steps).order_by(*step_order())


@cache
def _gates_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Condition.step_id, Step.match, Condition.kind, Condition.other_id, Condition.opens_at,
            Condition.group_id, Condition.score,
        )
        .join(Step, Step.activity_id == Condition.step_id)
        .where(Step.course_id == bindparam("course_id"))
        .order_by(Condition.id)
    )  # fmt: skip


def _completed(column: Any) -> Any:
    return and_(
        Completion.activity_id == column,
        Completion.user_id == bindparam("user_id"),
        Completion.withdrawn_at.is_(None),
    )


def _translation(activity_id: uuid.UUID, locale: str) -> ActivityText | None:
    return session().scalar(select(ActivityText).filter_by(activity_id=activity_id, locale=locale))


def _read_rows(
    course_id: uuid.UUID, office_id: uuid.UUID, locale: str, user_id: uuid.UUID | None
) -> list[StepView]:
    """All steps with what opens them, hidden ones too; an empty ``locale`` is the language that the course is written in."""
    known = {"course_id": course_id, "locale": locale, "user_id": user_id or uuid.UUID(int=0)}
    return views_of(session().execute(_rows_query(), known), office_id, is_original=not locale)


def views_of(rows: Iterable[Any], office_id: uuid.UUID, *, is_original: bool) -> list[StepView]:
    """The steps that rows of ``step_columns``, in ``step_order``, tell of."""
    kinds = hooks().activity_types()
    plugins = directory().get(office_id).plugins
    found: list[StepView] = []
    for row in rows:
        if not found or found[-1].id != row[0]:  # a step with several conditions has several rows
            owner, kind = kinds.get(row[1], ("", None))
            is_there = kind is not None and (owner.startswith("core") or owner in plugins)
            found.append(
                StepView(
                    row[0], row[1], row[2] if is_original else row[9] or row[2], kind.icon if kind else "puzzle", kind.endpoint if kind else "",
                    row[8] or 0, row[3] or 0, row[4], row[5] != "published", is_there, row[6], row[7], row[10],
                    match=row[11] or "all", begins_at=row[17] if kind and kind.is_timed else None,
                )
            )  # fmt: skip
        if row[12]:
            found[-1].gates.append(Gate(_kind(row[12]), row[13], row[14], row[15], row[16] or 0))
    return found


def number_steps(rows: Sequence[StepView]) -> None:
    """Count them, and name the heading above each."""
    number, section = 0, ""
    for row in rows:
        if row.is_section:
            section = row.title
            continue
        number += 1
        row.number = number
        row.section = section if row.level else ""


def gates_of(course_id: uuid.UUID) -> dict[uuid.UUID, tuple[str, list[Gate]]]:
    """How conditions are combined, and the conditions, of each step that has some."""
    found: dict[uuid.UUID, tuple[str, list[Gate]]] = {}
    for row in session().execute(_gates_query(), {"course_id": course_id}):
        gate = Gate(_kind(row.kind), row.other_id, row.opens_at, row.group_id, row.score or 0)
        found.setdefault(row.step_id, (row.match, []))[1].append(gate)
    return found


def _kind(name: str) -> ConditionKind:
    return next(each for each in get_args(ConditionKind) if each == name)


def _lock(outline: Outline, actor: Actor, *, is_fresh: bool) -> None:
    if not outline.may_manage or outline.is_preview or outline.is_active:
        lock_steps(outline.steps, actor, is_fresh=is_fresh)


def lock_steps(steps: Sequence[StepView], actor: Actor, *, is_fresh: bool) -> None:
    """Say what opens those that are not open; ``is_fresh`` for somebody who has done nothing yet."""
    every = [gate for step in steps for gate in step.gates]
    if not every:
        return
    standing = Standing(
        utcnow(),
        frozenset(each.id for each in steps if not each.is_hidden),
        frozenset(each.id for each in steps if each.done_at),
        {} if is_fresh else best_scores(actor.user_id, {g.other_id for g in every if g.kind == "score" and g.other_id}),
        frozenset(each.id for each in groups_of(actor.user_id)) if any(g.kind == "group" for g in every) else frozenset(),
    )  # fmt: skip
    titles = {each.id: each for each in steps}
    for step in steps:
        unmet = missing(step.gates, "any" if step.match == "any" else "all", standing)
        if unmet and not step.done_at:
            step.lock = why_locked(unmet, step.match, titles)


def best_scores(user_id: uuid.UUID, step_ids: set[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The best score of a person in each of these activities, 0 to 100."""
    if not step_ids:
        return {}
    by_object = {str(Ref.of("core", "activity", each)): each for each in step_ids}
    rows = session().execute(
        select(Record.object, Record.result).where(
            Record.user_id == user_id, Record.object.in_(by_object), Record.verb == "scored"
        )
    )
    best: dict[uuid.UUID, int] = {}
    for name, result in rows:
        step_id = by_object[name]
        best[step_id] = max(best.get(step_id, 0), int(result.get("score", 0)))
    return best


def why_locked(unmet: Sequence[Gate], match: str, steps: Mapping[uuid.UUID, StepView]) -> str:
    """What opens a step, in words."""
    reasons = [_reason(gate, steps) for gate in unmet]
    joined = (_(" or ") if match == "any" else _(" and ")).join(reasons)
    return _("Opens when %(reasons)s.", reasons=joined)


def _reason(gate: Gate, steps: Mapping[uuid.UUID, StepView]) -> str:
    other = steps.get(gate.other_id) if gate.other_id else None
    title = other.title if other else ""
    match gate.kind:
        case "step" if other is not None and not other.is_there:
            return _("“%(title)s” is done (it is switched off at the moment: ask your trainer)", title=title)
        case "step":
            return _("“%(title)s” is done", title=title)
        case "score":
            return _("you reach %(score)s %% in “%(title)s”", score=gate.score, title=title)
        case "date" if gate.opens_at is not None:
            whole_day = gate.opens_at.second == 0 and gate.opens_at.minute == 0
            return _("it is %(date)s", date=(format_date if whole_day and gate.opens_at.hour == 0 else format_datetime)(gate.opens_at))  # fmt: skip
        case _:
            return _("you are in the group that this is for")
