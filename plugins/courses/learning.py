"""What a trainee does in a course: be led through it, keep a place, write notes, finish steps."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.plugin import (
    Activity,
    Actor,
    Completion,
    Forbidden,
    Invalid,
    NotFound,
    Record,
    _,
    get_activity,
    is_enrolled,
    may_manage,
    open_activity,
    reason_of,
    record_progress,
    session,
    utcnow,
)
from plugins.courses.models import Note, Page, Place
from plugins.courses.outline import Outline, StepView, address_of, read_outline

LONGEST_NOTE = 8000


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The steps before and after one, that can be worked on."""

    before: StepView | None
    after: StepView | None


def check_step(actor: Actor, course_id: uuid.UUID, step_id: uuid.UUID) -> None:
    """Raise Forbidden, with the reason, while a step is closed to the actor."""
    outline = read_outline(actor, course_id)
    if outline.may_manage:
        return
    step = outline.find(step_id)
    if step is None:
        raise NotFound(_("There is no such step."))
    check_open(outline, step)


def check_open(outline: Outline, step: StepView) -> None:
    """The same, for an outline that was read already."""
    if not outline.is_active:
        raise Forbidden(
            _("Take part in the course first; then its steps open."), back=address_of(outline.activity)
        )
    if step.lock:
        reason = _("This step is still locked. %(reason)s", reason=step.lock)
        raise Forbidden(reason, code="locked", back=address_of(outline.activity))


def neighbours(outline: Outline, step_id: uuid.UUID) -> Neighbours:
    """What comes before and after, leaving out what is locked or not there."""
    ids = [each.id for each in outline.steps]
    here = ids.index(step_id) if step_id in ids else 0
    before = next((each for each in reversed(outline.steps[:here]) if each.is_open), None)
    after = next((each for each in outline.steps[here + 1 :] if each.is_open), None)
    return Neighbours(before, after)


def get_step(actor: Actor, step_id: uuid.UUID) -> Activity:
    """A step of a course that the actor may see now. Raises NotFound; Forbidden while it is locked."""
    activity = open_activity(actor, step_id)
    if activity.parent_id is None:
        raise NotFound(_("There is no such step."))
    return activity


def keep_place(actor: Actor, step_id: uuid.UUID, page_id: uuid.UUID | None = None, depth: int = 0) -> None:
    """Remember where the person is, so that they go on there. ``depth``: how far down the page, in thousandths."""
    step = get_activity(actor, step_id)
    if step.parent_id is None or not is_enrolled(actor.user_id, step.parent_id):
        return
    if (
        page_id is not None
        and session().scalar(select(Page.id).filter_by(id=page_id, activity_id=step_id)) is None
    ):
        raise NotFound(_("There is no such page."))
    place = _place(actor, step.parent_id)
    place.step_id, place.page_id, place.depth = step_id, page_id, max(0, min(1000, depth))
    place.seen_at = utcnow()


def choose_language(actor: Actor, course_id: uuid.UUID, locale: str) -> None:
    """Read the course in another of its languages from now on. Raises Invalid for one that it does not have."""
    outline = read_outline(actor, course_id)
    if locale not in outline.languages:
        raise Invalid(_("The course is not there in this language."))
    if outline.is_active:
        _place(actor, course_id).locale = locale


def _place(actor: Actor, course_id: uuid.UUID) -> Place:
    place = session().scalar(select(Place).filter_by(course_id=course_id, user_id=actor.user_id))
    if place is None:
        place = Place(course_id=course_id, user_id=actor.user_id, depth=0)
        session().add(place)
        session().flush()
    return place


def note_of(actor: Actor, step_id: uuid.UUID) -> str:
    """The actor's own note beside a step."""
    query = select(Note.text).filter_by(step_id=step_id, user_id=actor.user_id)
    return session().scalar(query) or ""


def save_note(actor: Actor, step_id: uuid.UUID, text: str) -> datetime:
    """Keep the actor's own note beside a step; returns when. Raises NotFound, Invalid when it is too long."""
    get_activity(actor, step_id)
    if len(text) > LONGEST_NOTE:
        raise Invalid(_("Please write at most %(count)s characters.", count=LONGEST_NOTE))
    note = session().scalar(select(Note).filter_by(step_id=step_id, user_id=actor.user_id))
    if note is None:
        note = Note(step_id=step_id, user_id=actor.user_id)
        session().add(note)
    note.text = text
    session().flush()
    return utcnow()


def find_notes(actor: Actor, course_id: uuid.UUID) -> list[tuple[Activity, Note]]:
    """All own notes of a course, in the order of its steps. Raises NotFound."""
    get_activity(actor, course_id)
    rows = session().execute(
        select(Activity, Note)
        .join(Note, Note.step_id == Activity.id)
        .where(Activity.parent_id == course_id, Note.user_id == actor.user_id, Note.text != "")
        .order_by(Activity.position)
    )
    return [(activity, note) for activity, note in rows]


def finish_step(actor: Actor, step_id: uuid.UUID) -> None:
    """The person has seen a step to its end. Raises NotFound; Forbidden while it is locked."""
    step = get_step(actor, step_id)
    if _counts(actor, step):
        record_progress(actor, step_id, "viewed", key=f"viewed:{step_id}:{actor.user_id}")


def tick_step(actor: Actor, step_id: uuid.UUID, *, is_done: bool) -> None:
    """The person says that a step is done, or takes it back. Raises NotFound, Forbidden, Invalid where ticks do not count."""
    step = get_step(actor, step_id)
    if step.completion_rule != "own_tick":
        raise Invalid(_("This step is not ticked by hand."))
    if _counts(actor, step):
        record_progress(actor, step_id, "ticked", result={} if is_done else {"undone": True})


def work_a_minute(actor: Actor, step_id: uuid.UUID) -> None:
    """A minute of work in a step; by the server's clock, at most one each minute. Raises NotFound, Forbidden."""
    step = get_step(actor, step_id)
    if step.completion_rule == "minutes" and _counts(actor, step):
        minute = utcnow().strftime("%Y%m%d%H%M")
        record_progress(
            actor, step_id, "worked", result={"minutes": 1}, key=f"worked:{step_id}:{actor.user_id}:{minute}"
        )


def has_completed(actor: Actor, course_id: uuid.UUID) -> bool:
    """The actor has completed the course already."""
    query = select(Completion.id).filter_by(activity_id=course_id, user_id=actor.user_id)
    return session().scalar(query.where(Completion.withdrawn_at.is_(None))) is not None


def _counts(actor: Actor, step: Activity) -> bool:
    """What those do who only look at a course (trainers) is not recorded."""
    return step.parent_id is not None and is_enrolled(actor.user_id, step.parent_id)


def explain_steps(outline: Outline, user_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Why each tick of a person is there, by the step's id; the course's own, too."""
    ids = [outline.id, *(each.id for each in outline.steps)]
    rows = session().execute(
        select(Completion, Record)
        .outerjoin(Record, Record.id == Completion.record_id)
        .where(
            Completion.activity_id.in_(ids), Completion.user_id == user_id, Completion.withdrawn_at.is_(None)
        )
    )
    return {row.activity_id: reason_of(row, record) for row, record in rows}


def may_open(actor: Actor, outline: Outline) -> bool:
    """The person may work on steps: takes part, or manages the course."""
    return outline.is_active or may_manage(actor, outline.activity)
