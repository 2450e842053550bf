"""What a trainer does to a course: make it, arrange its steps, say when they open, publish it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import get_args

from sqlalchemy import delete, select

from lms.plugin import (
    Activity,
    ActivityType,
    Actor,
    ChangeRule,
    Conflict,
    CreateActivity,
    EditActivity,
    Invalid,
    NotFound,
    Ref,
    RuleChange,
    StoredFile,
    _,
    arrange_children,
    attach_file,
    change_rule,
    children_of,
    copy_activity,
    create_activity,
    directory,
    edit_activity,
    find_groups,
    get_managed_activity,
    hide_child,
    offered_types,
    remove_child,
    require_child,
    session,
    set_state,
    utcnow,
)
from plugins.courses import writing
from plugins.courses.forms import (
    LANGUAGES,
    AddCondition,
    AddStep,
    EditCourse,
    NewCourse,
    Rename,
    SectionSettings,
    StepSettings,
    TranslateTexts,
)
from plugins.courses.gates import ConditionKind, Gate, find_circle
from plugins.courses.models import ActivityText, Condition, Course, Step
from plugins.courses.outline import COURSE, SECTION, gates_of, languages_of

Order = Sequence[tuple[uuid.UUID, int]]
"""Steps in their order, each with its level: 1 inside the section above, 0 beside it."""


def create_course(actor: Actor, command: NewCourse) -> uuid.UUID:
    """Make a course from its title. Raises Forbidden."""
    return create_activity(actor, CreateActivity(title=command.title, type=COURSE)).id


def set_up_course(actor: Actor, course_id: uuid.UUID) -> None:
    """The rows of a new course: written in the office's first language, completed with all its steps."""
    office = directory().get(session().get_one(Activity, course_id).office_id)
    first = next((each for each in office.languages if each in LANGUAGES), LANGUAGES[0])
    session().add(Course(activity_id=course_id, languages=first))
    session().flush()


def get_course(actor: Actor, course_id: uuid.UUID) -> tuple[Activity, Course]:
    """A course to be changed. Raises NotFound, Forbidden."""
    activity = get_managed_activity(actor, course_id)
    course = session().get(Course, course_id)
    if course is None or activity.type != COURSE:
        raise NotFound(_("There is no such course."))
    return activity, course


def get_managed_step(actor: Actor, step_id: uuid.UUID) -> tuple[Activity, Step]:
    """A step to be changed, with what its course holds about it. Raises NotFound, Forbidden."""
    activity = get_managed_activity(actor, step_id)
    if activity.parent_id is None or session().get(Course, activity.parent_id) is None:
        raise NotFound(_("There is no such step."))
    return activity, step_of(activity)


def step_of(activity: Activity) -> Step:
    """What the course holds about a step; made when it was not there."""
    row = session().get(Step, activity.id)
    if row is None:
        row = Step(activity_id=activity.id, course_id=activity.parent_id, level=0, match="all")
        session().add(row)
        session().flush()
    return row


def edit_course(actor: Actor, course_id: uuid.UUID, command: EditCourse) -> None:
    """Change what a course says of itself. Times come aware. Raises NotFound, Forbidden, Invalid."""
    activity, course = get_course(actor, course_id)
    edit_activity(
        actor, course_id,
        EditActivity(
            title=command.title, summary=command.summary, starts_at=command.starts_at, ends_at=command.ends_at,
            place=activity.place or None, capacity=command.capacity,
        ),
    )  # fmt: skip
    first = languages_of(course)[0]
    others = [each for each in LANGUAGES if each in command.languages and each != first]
    course.languages = ",".join([first, *others])
    course.has_certificate, course.cover_alt = command.has_certificate, command.cover_alt or ""
    texts_of(course_id, first).objectives = command.objectives or ""


def set_cover(actor: Actor, course_id: uuid.UUID, file: StoredFile | None) -> None:
    """Use an own picture as the cover, or none. Raises NotFound, Forbidden."""
    _activity, course = get_course(actor, course_id)
    course.cover_id = file.id if file is not None else None
    if file is not None:
        attach_file(file, Ref.of("core", "activity", course_id))


def translate(actor: Actor, activity_id: uuid.UUID, locale: str, command: TranslateTexts) -> None:
    """Write the words of a course or step in another of the course's languages. Raises NotFound, Forbidden, Invalid."""
    activity = get_managed_activity(actor, activity_id)
    course = session().get(Course, activity.root_id or activity.id)
    if course is None or locale not in languages_of(course):
        raise Invalid(_("The course is not there in this language."))
    words = texts_of(activity_id, locale)
    words.title, words.summary = command.title or "", command.summary or ""
    if command.objectives is not None or activity.parent_id is None:
        words.objectives = command.objectives or ""


def texts_of(activity_id: uuid.UUID, locale: str) -> ActivityText:
    """The words of a course or step in a language; made when they were not there."""
    row = session().scalar(select(ActivityText).filter_by(activity_id=activity_id, locale=locale))
    if row is None:
        row = ActivityText(
            activity_id=activity_id, locale=locale, title="", summary="", objectives="", body=""
        )
        session().add(row)
        session().flush()
    return row


def find_texts(activity_id: uuid.UUID, locale: str) -> ActivityText | None:
    """The words of a course or step in a language, if there are any."""
    return session().scalar(select(ActivityText).filter_by(activity_id=activity_id, locale=locale))


def palette(actor: Actor) -> list[ActivityType]:
    """Every kind of step that the office has switched on; sections first, then the courses' own, then others by title."""
    own = {"section": 0, "page": 1, "book": 2, "file": 3, "link": 4, "assignment": 5}
    return sorted(offered_types(actor, "child"), key=lambda each: (own.get(each.name, 9), str(each.title)))


def add_step(actor: Actor, course_id: uuid.UUID, command: AddStep) -> uuid.UUID:
    """Put a step (or section) at the end. Raises NotFound, Forbidden, Invalid for a kind that is not offered."""
    get_course(actor, course_id)
    kind = next((each for each in offered_types(actor, "child") if each.name == command.type), None)
    if kind is None:
        raise Invalid(_("There is no such kind of step here."))
    before = children_of(course_id)
    made = create_activity(
        actor, CreateActivity(title=command.title or str(kind.title), type=command.type, parent_id=course_id)
    )
    if command.type == SECTION:
        made.is_required = False
    elif before and (before[-1].type == SECTION or step_of(before[-1]).level):
        step_of(made).level = 1
    step_of(made)
    session().flush()
    return made.id


def rename_step(actor: Actor, step_id: uuid.UUID, title: str) -> str:
    """Give a step another title; returns the one before. Raises NotFound, Forbidden, Invalid."""
    activity, _step = get_managed_step(actor, step_id)
    before, activity.title = activity.title, Rename.read({"title": " ".join(title.split())}).title
    return before


def order_of(course_id: uuid.UUID) -> list[tuple[uuid.UUID, int]]:
    """Steps and levels as they are now."""
    levels = dict(
        session().execute(select(Step.activity_id, Step.level).filter_by(course_id=course_id)).all()
    )
    return [(each.id, levels.get(each.id, 0)) for each in children_of(course_id)]


def arrange(actor: Actor, course_id: uuid.UUID, order: Order) -> None:
    """Put steps into another order and on other levels. Raises Invalid when somebody else changed them meanwhile."""
    get_course(actor, course_id)
    arrange_children(actor, course_id, [step_id for step_id, _level in order])
    is_after_section = False
    for child, (_id, level) in zip(children_of(course_id), order, strict=True):
        if child.type == SECTION:
            is_after_section, level = True, 0
        step_of(child).level = 1 if level and is_after_section else 0


def move_step(actor: Actor, step_id: uuid.UUID, by: int) -> Order:
    """Move a step up or down; a section takes its steps along. Returns the order before."""
    activity, _step = get_managed_step(actor, step_id)
    course_id = _course_id(activity)
    before = order_of(course_id)
    arrange(actor, course_id, moved(before, step_id, by, activity.type == SECTION))
    return before


def moved(order: Order, step_id: uuid.UUID, by: int, is_section: bool) -> Order:
    """The order after a step went up (-1) or down (1); a section goes as a whole, past the whole block beside it."""
    here = next(number for number, (each, _level) in enumerate(order) if each == step_id)
    end = here + 1
    while is_section and end < len(order) and order[end][1]:
        end += 1
    block, rest = list(order[here:end]), [*order[:here], *order[end:]]
    there = max(0, min(len(rest), here + by))
    while is_section and 0 < there < len(rest) and rest[there][1]:
        there += by
    return [*rest[:there], *block, *rest[there:]]


def indent_step(actor: Actor, step_id: uuid.UUID, level: int) -> Order:
    """Put a step into the section above (1) or out of it (0). Returns the order before. Raises Invalid without a section."""
    activity, _step = get_managed_step(actor, step_id)
    before = order_of(_course_id(activity))
    order = [(each, level if each == step_id else old) for each, old in before]
    arrange(actor, _course_id(activity), order)
    if level and not step_of(activity).level:
        raise Invalid(_("There is no section above this step."))
    return before


def hide_step(actor: Actor, step_id: uuid.UUID, *, is_hidden: bool) -> None:
    """Show a step to trainees or not; a section takes its steps along."""
    activity, _step = get_managed_step(actor, step_id)
    for each in with_inside(activity):
        hide_child(actor, each, is_hidden=is_hidden)


def take_out(actor: Actor, step_id: uuid.UUID) -> str:
    """Take a step out of the course; it can be put back. Returns its state before. Steps of a section stay."""
    get_managed_step(actor, step_id)
    return remove_child(actor, step_id)


def put_back(actor: Actor, step_id: uuid.UUID, state: str) -> None:
    """Put back a step that was taken out."""
    get_managed_step(actor, step_id)
    hide_child(actor, step_id, is_hidden=state != "published")


def find_taken_out(course_id: uuid.UUID) -> list[Activity]:
    """Steps that were taken out, to be put back."""
    return [each for each in children_of(course_id, with_removed=True) if each.state == "archived"]


def duplicate_step(actor: Actor, step_id: uuid.UUID) -> uuid.UUID:
    """Copy a step with its content and rules, right behind it. Raises Invalid for a kind that is switched off."""
    activity, _step = get_managed_step(actor, step_id)
    title = _("%(title)s (copy)", title=activity.title)[:200]
    return copy_activity(actor, step_id, title=title, parent_id=activity.parent_id)[step_id]


def edit_step(actor: Actor, step_id: uuid.UUID, command: SectionSettings) -> None:
    """Change how a step counts; a section has a title alone. Raises NotFound, Forbidden."""
    activity, _step = get_managed_step(actor, step_id)
    activity.title = command.title
    if isinstance(command, StepSettings) and activity.type != SECTION:
        activity.minutes = command.minutes
        require_child(actor, step_id, is_required=command.is_required)


def change_step_rule(actor: Actor, step_id: uuid.UUID, command: ChangeRule) -> RuleChange:
    """Change when a step is done; dates that stand are not changed."""
    get_managed_step(actor, step_id)
    return change_rule(actor, step_id, command)


def conditions_of(step_id: uuid.UUID) -> list[Condition]:
    """What opens a step."""
    return list(session().scalars(select(Condition).filter_by(step_id=step_id).order_by(Condition.id)))


def add_condition(actor: Actor, step_id: uuid.UUID, command: AddCondition) -> uuid.UUID:
    """Add what opens a step. Raises Invalid for a step of another course or a circle, which is shown."""
    check_condition(actor, step_id, command)
    row = Condition(
        step_id=step_id, kind=command.kind, other_id=command.other_id if command.kind in {"step", "score"} else None,
        opens_at=command.opens_at if command.kind == "date" else None,
        group_id=command.group_id if command.kind == "group" else None,
        score=command.score if command.kind == "score" else None,
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row.id


def check_condition(actor: Actor, step_id: uuid.UUID, command: AddCondition) -> None:
    """Raise Invalid for a condition that cannot be added, as ``add_condition`` does."""
    activity, step = get_managed_step(actor, step_id)
    siblings = {each.id: each for each in children_of(step.course_id)}
    if command.other_id is not None and (
        command.other_id not in siblings or siblings[command.other_id].type == SECTION
    ):
        raise Invalid(_("Please choose a step of this course."))
    if command.kind == "group" and command.group_id not in _groups(actor):
        raise Invalid(_("There is no such group."))
    _refuse_circle(step.course_id, activity.id, gate_of(command), siblings)


def gate_of(condition: AddCondition | Condition) -> Gate:
    """A condition, to be judged."""
    kind = next(each for each in get_args(ConditionKind) if each == condition.kind)
    return Gate(kind, condition.other_id, condition.opens_at, condition.group_id, condition.score or 0)


def remove_condition(actor: Actor, step_id: uuid.UUID, condition_id: uuid.UUID) -> None:
    """Take away what opens a step. Raises NotFound, Forbidden."""
    get_managed_step(actor, step_id)
    session().execute(delete(Condition).where(Condition.id == condition_id, Condition.step_id == step_id))


def set_match(actor: Actor, step_id: uuid.UUID, match: str) -> None:
    """Whether all conditions or any of them open the step. Raises Invalid for another word."""
    _activity, step = get_managed_step(actor, step_id)
    if match not in {"all", "any"}:
        raise Invalid(_("Please choose what to do."))
    step.match = match


def publish_course(actor: Actor, course_id: uuid.UUID) -> int:
    """Open a course to people, with everything that is written; returns its version. Raises Conflict without a step."""
    activity, course = get_course(actor, course_id)
    steps = [each for each in children_of(course_id) if each.state == "published" and each.type != SECTION]
    if not steps:
        raise Conflict(_("A course needs at least one step that is not hidden."))
    if activity.state == "draft":
        writing.publish_drafts(actor, course_id)
    set_state(actor, course_id, "published")
    course.version, course.published_at = course.version + 1, utcnow()
    return course.version


def copy_course(actor: Actor, course_id: uuid.UUID, title: str) -> uuid.UUID:
    """Copy a course with all steps, rules and languages, without people. Raises NotFound, Forbidden."""
    get_course(actor, course_id)
    return copy_activity(actor, course_id, title=title)[course_id]


def copy_course_rows(actor: Actor, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """What belongs to a course itself, for its copy."""
    source, target = session().get_one(Course, source_id), session().get_one(Course, target_id)
    for name in ("languages", "cover_id", "cover_alt", "has_certificate", "template"):
        setattr(target, name, getattr(source, name))
    if source.cover_id is not None:
        _share_file(source.cover_id, target_id)
    _copy_texts({source_id: target_id})


def copy_step_rows(actor: Actor, ids: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """What a course holds about its steps, for their copies; conditions lead to the copies where there are some."""
    sources = session().scalars(select(Step).where(Step.activity_id.in_(ids)))
    for source in sources.all():
        target = step_of(session().get_one(Activity, ids[source.activity_id]))
        for name in ("level", "match", "url", "file_id"):
            setattr(target, name, getattr(source, name))
        if source.file_id is not None:
            _share_file(source.file_id, target.activity_id)
    _copy_texts(ids)
    for old in (
        session().scalars(select(Condition).where(Condition.step_id.in_(ids)).order_by(Condition.id)).all()
    ):
        session().add(
            Condition(
                step_id=ids[old.step_id], kind=old.kind, other_id=ids.get(old.other_id, old.other_id) if old.other_id else None,
                opens_at=old.opens_at, group_id=old.group_id, score=old.score,
            )
        )  # fmt: skip
    session().flush()


def _copy_texts(ids: Mapping[uuid.UUID, uuid.UUID]) -> None:
    for old in session().scalars(select(ActivityText).where(ActivityText.activity_id.in_(ids))).all():
        new = texts_of(ids[old.activity_id], old.locale)
        new.title, new.summary, new.objectives, new.body = old.title, old.summary, old.objectives, old.body
        writing.share_embedded(new.body, new.activity_id)


def _share_file(file_id: uuid.UUID, activity_id: uuid.UUID) -> None:
    writing.share_files([file_id], activity_id)


def _groups(actor: Actor) -> set[uuid.UUID]:
    return {each.id for each in find_groups(actor)} if actor.can("groups.manage") else set()


def _refuse_circle(
    course_id: uuid.UUID, step_id: uuid.UUID, gate: Gate, steps: Mapping[uuid.UUID, Activity]
) -> None:
    gates = {each: list(some) for each, (_match, some) in gates_of(course_id).items()}
    gates.setdefault(step_id, []).append(gate)
    circle = find_circle(gates)
    if circle:
        names = " → ".join(steps[each].title if each in steps else "?" for each in circle)
        raise Invalid(_("These steps would wait for each other for ever: %(circle)s.", circle=names))


def _course_id(activity: Activity) -> uuid.UUID:
    if activity.parent_id is None:
        raise NotFound(_("There is no such step."))
    return activity.parent_id


def with_inside(activity: Activity) -> list[uuid.UUID]:
    """A step; a section with the steps that stand in it."""
    if activity.type != SECTION:
        return [activity.id]
    order = order_of(_course_id(activity))
    here = next((at for at, (each, _level) in enumerate(order) if each == activity.id), len(order))
    inside = [activity.id]
    for step_id, level in order[here + 1 :]:
        if not level:
            break
        inside.append(step_id)
    return inside
