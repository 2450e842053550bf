"""Plans of the office: who gets a copy, when its steps are due, and who is reminded."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from lms.plugin import Forbidden, NotFound, World, session, utcnow
from lms.testing import SignIn, notifications_of
from plugins.portfolio.evidence import plan_templates, plans, service
from plugins.portfolio.evidence.forms import AddTask, EditGoal, NewThing
from plugins.portfolio.evidence.models import Plan
from plugins.portfolio.newcomers import welcome

HOME = "/o/siena/portfolio"
STAFF = "counsellor"


TITLE = "I miei primi dieci giorni"


def make_template(world: World, *, days: int = 10) -> uuid.UUID:
    """A plan of the office with one step that is due some days after somebody gets it."""
    with world.inside("siena"):
        actor = world.actor(STAFF)
        plan = plans.add_plan(actor, NewThing(title=TITLE), is_template=True)
        plans.add_task(
            actor, plan.id, AddTask(title="Scrivere il CV", due_on=utcnow().date() + timedelta(days=days))
        )
        return plan.id


def plans_of(world: World, key: str) -> list[tuple[str, date | None]]:
    """Titles of somebody's plans with the day of their first step."""
    with world.inside("siena"):
        found = plans.find_plans(world.actor(key))
        return [(plan.title, tasks[0].due_on if tasks else None) for plan, tasks in found]


def test_newcomers_get_the_plans_of_the_office_once_with_days_from_their_own_first_one(world: World) -> None:
    template = make_template(world)
    with world.inside("siena"):
        session().get_one(Plan, template).created_at = utcnow() - timedelta(days=30)
        task = plans.tasks_of(session().get_one(Plan, template))[0]
        task.starts_on = utcnow().date() - timedelta(days=27)
        task.due_on = utcnow().date() - timedelta(days=20)
    for _again in range(2):
        with world.inside("siena"):
            welcome(world.office("siena").id, world.people["trainee12"].id)
    found = [pair for pair in plans_of(world, "trainee12") if pair[0] == TITLE]
    assert found == [(TITLE, utcnow().date() + timedelta(days=10))]
    with world.inside("siena"):
        copy = next(pair for pair in plans.find_plans(world.actor("trainee12")) if pair[0].title == TITLE)
        assert copy[1][0].starts_on == utcnow().date() + timedelta(days=3)
    assert TITLE not in dict(plans_of(world, STAFF))
    told = notifications_of(world.people["trainee12"].id)
    assert sum(TITLE in each.title for each in told) == 1


def test_a_plan_is_given_to_a_group_by_those_who_keep_templates_alone(world: World, sign_in: SignIn) -> None:
    template = make_template(world)
    address = f"{HOME}/evidence/plans/{template}"
    assert sign_in("trainee2").get(address).status_code == 404
    assert sign_in("trainee2").post(f"{address}/give").status_code == 403
    assert sign_in("head").get(address).status_code == 200
    with world.inside("siena"), pytest.raises(Forbidden):
        plans.add_plan(world.actor("trainee2"), NewThing(title="x"), is_template=True)
    with world.inside("siena"), pytest.raises(NotFound):
        plans.add_task(world.actor("trainee2"), template, AddTask(title="x"))
    head = sign_in("head")
    page = head.get(address).text
    group = page.partition('<option value="')[2].partition('"')[0]
    assert head.post(f"{address}/give", data={"group": group}).status_code == 303
    assert head.post(f"{address}/give", data={"group": group}).status_code == 303
    with world.inside("siena"):
        copies = session().query(Plan).filter_by(copied_from_id=template).all()
        owners = [copy.owner_id for copy in copies]
    assert len(owners) == len(set(owners)) > 1
    assert head.post(f"{address}/give", data={"group": str(template)}).status_code == 404


def test_people_are_reminded_of_what_is_due_and_late_once_each_and_not_of_what_is_done(world: World) -> None:
    today = utcnow().date()
    with world.inside("siena"):
        actor = world.actor("trainee5")
        plan = plans.add_plan(actor, NewThing(title="Trovare lavoro"))
        days = {"Domani": 1, "Ieri": -1, "Fra un mese": 30, "Da tanto": -40, "Fatto": 0}
        for title, shift in days.items():
            task = plans.add_task(actor, plan.id, AddTask(title=title, due_on=today + timedelta(days=shift)))
            plans.tick_task(actor, task.id, is_done=title == "Fatto")
        goal = service.add_item(actor, "goal", NewThing(title="Patente B"))
        service.edit_item(actor, goal.id, EditGoal(title="Patente B", due_on=today))
        for _again in range(2):
            plan_templates.remind(today, "siena")
        plan_templates.remind(today + timedelta(days=2), "siena")
    told = [
        each.title for each in notifications_of(world.people["trainee5"].id) if "plan-" in (each.key or "")
    ]
    for title, times in {
        "Domani": 2,
        "Ieri": 1,
        "Fra un mese": 0,
        "Da tanto": 0,
        "Fatto": 0,
        "Patente B": 2,
    }.items():
        assert sum(title in each for each in told) == times, title


def test_steps_of_templates_are_in_nobody_s_calendar_and_remind_nobody(world: World, sign_in: SignIn) -> None:
    make_template(world, days=0)
    with world.inside("siena"):
        plan_templates.remind(utcnow().date(), "siena")
    assert not any("Scrivere il CV" in each.title for each in notifications_of(world.people[STAFF].id))
    assert "Scrivere il CV" not in sign_in(STAFF).get("/o/siena/calendar?view=list").text


def test_staff_make_a_plan_of_the_office_beside_its_template_pages(sign_in: SignIn) -> None:
    browser = sign_in(STAFF)
    made = browser.post(f"{HOME}/templates", data={"form_id": "newplan", "title": "Dieci giorni"})
    assert "/portfolio/evidence/plans/" in made.headers["Location"]
    assert "Dieci giorni" in browser.get(f"{HOME}/templates").text
    assert sign_in("trainee2").get(f"{HOME}/templates").status_code == 403


def test_a_step_says_when_it_begins_and_people_hear_of_it_that_day(world: World, sign_in: SignIn) -> None:
    first, last = date(2031, 5, 5), date(2031, 5, 9)
    with world.inside("siena"):
        plan_id = plans.add_plan(world.actor("trainee5"), NewThing(title="Patente")).id
    browser, address = sign_in("trainee5"), f"{HOME}/evidence/plans/{plan_id}"
    step = {"title": "Esercizi di guida", "starts_on": str(first), "due_on": str(last)}
    assert browser.post(address, data=step).status_code == 303
    assert "dal 5 mag 2031 al 9 mag 2031" in browser.get(address).text
    with world.inside("siena"):
        for day in (first - timedelta(days=1), first, first):
            plan_templates.remind(day, "siena")
    told = [each.title for each in notifications_of(world.people["trainee5"].id)]
    assert sum("Esercizi di guida" in each for each in told) == 1


def test_a_step_does_not_end_before_it_begins(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        plan_id = plans.add_plan(world.actor("trainee5"), NewThing(title="Patente")).id
    step = {"title": "Esercizi", "starts_on": "2031-05-09", "due_on": "2031-05-05"}
    assert sign_in("trainee5").post(f"{HOME}/evidence/plans/{plan_id}", data=step).status_code == 422
