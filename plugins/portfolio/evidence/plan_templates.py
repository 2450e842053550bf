"""Plans of the office: newcomers get a copy, and staff give them to a group; days count from when somebody gets one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from lms.plugin import Actor, Text, _l, group_member_ids, notify, require, session, utcnow
from plugins.portfolio.cv.service import TEMPLATES
from plugins.portfolio.evidence.models import Item, Plan, Task

SAID_FOR = timedelta(days=7)
"""A step that has been late for longer is not spoken of any more."""


def find_plan_templates(actor: Actor) -> list[Plan]:
    """Plans that people of the office get copies of; for whoever keeps them. Raises Forbidden."""
    require(actor, TEMPLATES)
    return _templates()


def give_plan(actor: Actor, plan: Plan, group_id: uuid.UUID) -> int:
    """Copy a template that a ``get_`` function handed out to everybody of a group who has none; returns how many. Raises Forbidden."""
    require(actor, TEMPLATES)
    return _give(plan, sorted(set(group_member_ids(group_id)) - {actor.user_id}), actor.office_slug)


def give_plans_to_newcomer(user_id: uuid.UUID, office_slug: str) -> int:
    """Copy each template of the office in scope to somebody who joined; returns how many. Twice is once."""
    return sum(_give(plan, [user_id], office_slug) for plan in _templates())


def remind(today: date, office_slug: str) -> int:
    """Tell people of steps that begin, of steps and goals that are due by tomorrow, and once more when they are late.

    In the office in scope; returns how many. Each is told once for each of its days.
    """
    first, last = today - SAID_FOR, today + timedelta(days=1)
    steps = select(Task, Plan).join(Plan, Plan.id == Task.plan_id)
    steps = steps.where(Plan.removed_at.is_(None), Plan.is_template.is_(False), Task.done_at.is_(None), Task.due_on.between(first, last))  # fmt: skip
    begin = select(Task, Plan).join(Plan, Plan.id == Task.plan_id)
    begin = begin.where(Plan.removed_at.is_(None), Plan.is_template.is_(False), Task.done_at.is_(None), Task.starts_on == today)  # fmt: skip
    goals = select(Item).where(Item.kind == "goal", Item.removed_at.is_(None), Item.done_at.is_(None), Item.due_on.between(first, last))  # fmt: skip
    home = f"/o/{office_slug}/portfolio/evidence"
    told = 0
    for task, plan in session().execute(begin).all():
        title = _l("Begins today: %(title)s", title=task.title)
        told += _tell(
            task, title, str(plan.title), f"{home}/plans/{plan.id}", f"plan-begins:{task.id}:{today}"
        )
    for task, plan in session().execute(steps).all():
        told += _remind(task, str(plan.title), f"{home}/plans/{plan.id}", today)
    for goal in session().scalars(goals).all():
        told += _remind(goal, "", f"{home}/items/{goal.id}", today)
    return told


def _remind(row: Task | Item, plan_title: str, url: str, today: date) -> int:
    is_late = row.due_on is not None and row.due_on < today
    title = _l("Late: %(title)s", title=row.title) if is_late else _l("Soon due: %(title)s", title=row.title)
    return _tell(row, title, plan_title, url, f"plan-{'late' if is_late else 'soon'}:{row.id}:{row.due_on}")


def _tell(row: Task | Item, title: Text, body: str, url: str, key: str) -> int:
    return int(notify(row.owner_id, "portfolio_plan", title=title, body=body, url=url, key=key) is not None)


def _templates() -> list[Plan]:
    query = select(Plan).filter_by(is_template=True).where(Plan.removed_at.is_(None))
    return list(session().scalars(query.order_by(Plan.created_at)))


def _give(plan: Plan, user_ids: Iterable[uuid.UUID], office_slug: str) -> int:
    have = set(session().scalars(select(Plan.owner_id).filter_by(copied_from_id=plan.id)))
    tasks = list(session().scalars(select(Task).filter_by(plan_id=plan.id).order_by(Task.position)))
    later = utcnow().date() - plan.created_at.date()
    new = [user_id for user_id in user_ids if user_id not in have]
    for user_id in new:
        copy = Plan(
            owner_id=user_id, title=plan.title, description=plan.description, is_template=False, copied_from_id=plan.id
        )  # fmt: skip
        session().add(copy)
        session().flush()
        for task in tasks:
            starts_on, due_on = (day + later if day else None for day in (task.starts_on, task.due_on))
            session().add(
                Task(
                    owner_id=user_id, plan_id=copy.id, title=task.title, starts_on=starts_on, due_on=due_on, position=task.position
                )
            )  # fmt: skip
        notify(
            user_id, "portfolio_plan", title=_l("Your office gives you a plan: %(title)s", title=plan.title), body=plan.description,
            url=f"/o/{office_slug}/portfolio/evidence/plans/{copy.id}", key=f"plan-given:{copy.id}",
        )  # fmt: skip
    session().flush()
    return len(new)
