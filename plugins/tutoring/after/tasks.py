"""Next steps that a trainee takes home; they and the tutor of the session add them and tick them off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select

from lms.plugin import Actor, Conflict, NotFound, _, session, utcnow
from plugins.tutoring.after.forms import AddTask
from plugins.tutoring.booking import get_booking
from plugins.tutoring.models import Booking, Slot, Task, Waiting

MOST = 20
SHOWN = 30


def add_task(actor: Actor, booking_id: uuid.UUID, command: AddTask) -> Task:
    """Add a next step to a session. Raises NotFound, and Conflict when there are many already."""
    row = get_booking(actor, booking_id)
    if len(tasks_of([row])) >= MOST:
        raise Conflict(_("There are many next steps already. Do or remove one first."))
    task = Task(booking_id=row.id, trainee_id=row.trainee_id, text=command.text, due_on=command.due_on)
    session().add(task)
    session().flush()
    return task


def tick_task(actor: Actor, task_id: uuid.UUID, *, is_done: bool) -> Task:
    """Tick a step off, or open it again. Raises NotFound."""
    task = get_task(actor, task_id)
    task.done_at = (task.done_at or utcnow()) if is_done else None
    session().flush()
    return task


def remove_task(actor: Actor, task_id: uuid.UUID) -> None:
    """Take a step out. Raises NotFound."""
    session().delete(get_task(actor, task_id))
    session().flush()


def get_task(actor: Actor, task_id: uuid.UUID) -> Task:
    """A step of a session in which the actor is trainee or tutor. Raises NotFound."""
    query = (
        select(Task)
        .join(Booking, Booking.id == Task.booking_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Task.id == task_id, (Task.trainee_id == actor.user_id) | (Slot.tutor_id == actor.user_id))
    )
    found = session().scalar(query)
    if found is None:
        raise NotFound(_("This step is not there any more."))
    return found


def tasks_of(rows: Sequence[Booking]) -> list[Task]:
    """The steps of these sessions, in the order they were added; whoever may see the sessions may see them."""
    ids = [row.id for row in rows]
    return list(session().scalars(select(Task).where(Task.booking_id.in_(ids)).order_by(Task.created_at)))


@dataclass(frozen=True, slots=True)
class Later:
    """What somebody still has to do, and whether they wait for a freed time."""

    steps: list[Task]
    is_waiting: bool


def find_later(actor: Actor) -> Later:
    """Next steps that are open, the nearest date first, then what has none; and the waiting list: one query."""
    me = select(literal(actor.user_id, Task.trainee_id.type).label("id")).subquery()
    query = (
        select(Task, Waiting.id)
        .select_from(me)
        .outerjoin(Waiting, Waiting.trainee_id == me.c.id)
        .outerjoin(Task, (Task.trainee_id == me.c.id) & Task.done_at.is_(None))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.created_at)
        .limit(SHOWN)
    )
    rows = session().execute(query).all()
    return Later([task for task, _id in rows if task is not None], any(waits for _task, waits in rows))
