"""Plans: what somebody wants to reach, in steps that begin on a day, are due by another, and are ticked."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import func, select

from lms.plugin import Actor, NotFound, _, require, session, utcnow
from plugins.portfolio.cv.service import KEEP, TEMPLATES
from plugins.portfolio.evidence.forms import AddTask, EditDescribed, NewThing
from plugins.portfolio.evidence.models import Plan, Task
from plugins.portfolio.evidence.service import own_row, own_rows
from plugins.portfolio.evidence.tags import set_tags, tagged
from plugins.portfolio.refs import ref_of


def find_plans(actor: Actor, *, tag: str = "") -> list[tuple[Plan, list[Task]]]:
    """The actor's plans (those that bear a tag) with their steps. Raises Forbidden."""
    require(actor, KEEP)
    steps: dict[uuid.UUID, list[Task]] = {}
    for task in session().scalars(
        select(Task).filter_by(owner_id=actor.user_id).order_by(Task.position, Task.created_at)
    ):
        steps.setdefault(task.plan_id, []).append(task)
    plans = [plan for plan in own_rows(actor, Plan) if not plan.is_template]
    if tag:
        wanted = tagged(actor, tag, "plan")
        plans = [plan for plan in plans if plan.id in wanted]
    return [(plan, steps.get(plan.id, [])) for plan in plans]


def tasks_of(plan: Plan) -> list[Task]:
    """The steps of a plan that a ``get_`` function handed out, in their order."""
    query = select(Task).filter_by(plan_id=plan.id).order_by(Task.position, Task.created_at)
    return list(session().scalars(query))


def get_plan(actor: Actor, plan_id: uuid.UUID, *, with_removed: bool = False) -> Plan:
    """A plan that the actor may change: their own, or a template of the office. Raises NotFound, Forbidden."""
    row = session().scalar(select(Plan).filter_by(id=plan_id, is_template=True))
    if row is None or not actor.can(TEMPLATES) or (row.removed_at is not None and not with_removed):
        return own_row(actor, Plan, plan_id, with_removed=with_removed)
    return row


def add_plan(actor: Actor, command: NewThing, *, is_template: bool = False) -> Plan:
    """Begin a plan. Raises Forbidden."""
    require(actor, TEMPLATES if is_template else KEEP)
    row = Plan(owner_id=actor.user_id, title=command.title, is_template=is_template)
    session().add(row)
    session().flush()
    return row


def edit_plan(actor: Actor, plan_id: uuid.UUID, command: EditDescribed) -> None:
    """Change what a plan is called. Raises NotFound."""
    row = get_plan(actor, plan_id)
    row.title, row.description = command.title, command.description
    if row.owner_id == actor.user_id:
        set_tags(actor, ref_of("plan", row.id), command.tags)


def add_task(actor: Actor, plan_id: uuid.UUID, command: AddTask) -> Task:
    """Add a step at the end. Raises NotFound."""
    plan = get_plan(actor, plan_id)
    count = session().scalar(select(func.count()).select_from(Task).where(Task.plan_id == plan_id)) or 0
    row = Task(
        owner_id=plan.owner_id, plan_id=plan_id, title=command.title, starts_on=command.starts_on, due_on=command.due_on, position=count,
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row


def get_task(actor: Actor, task_id: uuid.UUID) -> Task:
    """A step of a plan that the actor may change. Raises NotFound."""
    row = session().scalar(select(Task).filter_by(id=task_id))
    if row is None:
        raise NotFound(_("This step is not there any more."))
    get_plan(actor, row.plan_id)
    return row


def tick_task(actor: Actor, task_id: uuid.UUID, *, is_done: bool) -> Task:
    """Tick a step, or take the tick back. Raises NotFound."""
    row = get_task(actor, task_id)
    row.done_at = utcnow() if is_done else None
    return row


def remove_task(actor: Actor, task_id: uuid.UUID) -> uuid.UUID:
    """Take a step out; returns its plan. Raises NotFound."""
    row = get_task(actor, task_id)
    session().delete(row)
    return row.plan_id


def is_overdue(due_on: date | None, done_at: object, today: date) -> bool:
    """True for what should be done by now and is not."""
    return due_on is not None and done_at is None and due_on < today
