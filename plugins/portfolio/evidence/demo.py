"""A plan of the demo's office."""

from __future__ import annotations

from datetime import timedelta

from lms.plugin import Actor, utcnow
from plugins.portfolio.evidence import plans
from plugins.portfolio.evidence.forms import AddTask, EditDescribed, NewThing

STEPS = (
    (3, "Scrivere il CV con il nostro aiuto"),
    (7, "Mettere tre foto di lavori su una pagina"),
    (14, "Mandare la prima candidatura"),
)


def add_office_plan(actor: Actor) -> None:
    """What newcomers do in their first two weeks."""
    title = "Le prime due settimane"
    plan = plans.add_plan(actor, NewThing(title=title), is_template=True)
    plans.edit_plan(actor, plan.id, EditDescribed(title=title, description="Tre passi per cominciare."))
    for days, step in STEPS:
        due_on = utcnow().date() + timedelta(days=days)
        plans.add_task(actor, plan.id, AddTask(title=step, due_on=due_on))
