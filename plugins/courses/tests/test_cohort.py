"""The people of a course: who is where, who is stuck, why, and a few words to them."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta

from openpyxl import load_workbook

from lms.plugin import Enrolment, World, record_progress, session
from lms.testing import SignIn, count_queries
from plugins.courses import cohort
from plugins.courses.cohort import Ask
from plugins.courses.tests.making import join, make_course, view

SITE = "/o/siena/courses"


def long_ago(world: World, course_id: uuid.UUID, key: str, days: int) -> None:
    row = session().query(Enrolment).filter_by(activity_id=course_id, user_id=world.people[key].id).one()
    row.enrolled_at = world.now - timedelta(days=days)


def test_the_table_shows_who_did_what_and_sorts_and_filters(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        join(world, course.id, "trainee", "trainee2", "trainee3")
        view(world, course.steps[0])
        view(world, course.steps[1])
        for step in course.steps:
            view(world, step, "trainee2")
        long_ago(world, course.id, "trainee3", 20)
        trainer = world.actor("trainer")
        names = {key: world.people[key].name for key in ("trainee", "trainee2", "trainee3")}

        def shown(**ask: object) -> list[str]:
            return [row.name for row in cohort.read_cohort(trainer, course.id, Ask(**ask)).rows]

        assert shown(sort="done", direction="desc") == [
            names["trainee2"],
            names["trainee"],
            names["trainee3"],
        ]
        assert shown(show="done") == [names["trainee2"]]
        assert shown(stuck=14) == [names["trainee3"]]
        assert shown(stuck=30) == []
        assert shown(text=names["trainee"][:5].upper()) == [names["trainee"]]
        table = cohort.read_cohort(trainer, course.id, Ask())
        assert (table.everybody, table.completed, table.stuck) == (3, 1, 1)
        stops = {row.name: table.stops_at(row) for row in table.rows}
        assert stops == {
            names["trainee"]: (3, "page 3"),
            names["trainee2"]: None,
            names["trainee3"]: (1, "page 1"),
        }


def test_people_who_are_stuck_are_reminded_in_one_action_and_once_a_day(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world)
        join(world, course.id, "trainee", "trainee2")
    chosen = [str(world.people[key].id) for key in ("trainee", "trainee3")]
    browser = sign_in("trainer")
    for _time in range(3):
        browser.post(
            f"{SITE}/{course.id}/people", data={"do": "nudge", "user_id": chosen, "text": "Ti aspettiamo"}
        )
    assert sign_in("trainee").get("/o/siena/notifications").text.count("Ti aspettiamo") == 1
    assert "Ti aspettiamo" not in sign_in("trainee3").get("/o/siena/notifications").text, (
        "who does not take part hears nothing"
    )
    assert browser.post(f"{SITE}/{course.id}/people", data={"do": "nudge"}).status_code == 422


def test_every_tick_is_explained_to_the_trainer_and_to_the_person(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "assignment", "page")
        join(world, course.id)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        from lms.plugin import ChangeRule
        from plugins.courses import authoring
        from plugins.courses.cohort import explain_person

        authoring.change_step_rule(
            trainer, course.steps[0], ChangeRule(completion_rule="score", completion_goal=60)
        )
        record_progress(trainee, course.steps[0], "scored", result={"score": 80, "points": 8, "max": 10})
        _name, ticks = explain_person(trainer, course.id, trainee.user_id)
        assert "8 of 10 points" in ticks[0].reason
        assert "rule 2" in ticks[0].reason
        assert ticks[1].completed_at is None
    assert "8" in sign_in("trainer").get(f"{SITE}/{course.id}/people/{trainee.user_id}").text
    assert "80" in sign_in("trainer").get(f"{SITE}/{course.id}/people").text
    assert (
        sign_in("trainer").get(f"{SITE}/{course.id}/people/{world.people['trainee9'].id}").status_code == 404
    )
    assert sign_in("trainee").get(f"{SITE}/{course.id}?why=1").status_code == 200


def test_the_table_leaves_as_a_file_in_which_no_cell_computes(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
        join(world, course.id)
        from plugins.courses import authoring

        authoring.rename_step(world.actor("trainer"), course.steps[0], "=cmd|calc")
        view(world, course.steps[0])
    browser = sign_in("trainer")
    text = browser.get(f"{SITE}/{course.id}/people.csv").data.decode("utf-8-sig")
    assert "'=cmd|calc" in text
    assert world.people["trainee"].name in text
    sheet = load_workbook(io.BytesIO(browser.get(f"{SITE}/{course.id}/people.xlsx").data)).active
    assert sheet is not None
    assert "=cmd|calc" in [cell.value for cell in sheet[1]]
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert browser.get(f"{SITE}/{course.id}/people.exe").status_code == 404
    assert sign_in("trainee").get(f"{SITE}/{course.id}/people.csv").status_code == 403


def test_the_table_asks_the_same_number_of_questions_for_few_and_for_many(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        small, large = make_course(world), make_course(world, *["page"] * 20)
        join(world, small.id)
        join(world, large.id, *(f"trainee{n}" for n in range(2, 22)))
        for key in ("trainee2", "trainee3"):
            view(world, large.steps[0], key)
    browser = sign_in("trainer")
    browser.get(f"{SITE}/{small.id}/people")
    with count_queries() as few:
        browser.get(f"{SITE}/{small.id}/people")
    with count_queries() as many:
        browser.get(f"{SITE}/{large.id}/people")
    assert len(few) == len(many)


def test_people_can_be_added_and_taken_out(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
    browser, person = sign_in("trainer"), str(world.people["trainee"].id)
    browser.post(f"{SITE}/{course.id}/people", data={"do": "add", "user_id": person})
    assert world.people["trainee"].name in browser.get(f"{SITE}/{course.id}/people").text
    browser.post(f"{SITE}/{course.id}/people", data={"do": "remove", "user_id": person})
    assert f'value="{person}"' not in browser.get(f"{SITE}/{course.id}/people").text
    foreign = str(world.people["trainee_vienna"].id)
    browser.post(f"{SITE}/{course.id}/people", data={"do": "add", "user_id": foreign})
    assert f'value="{foreign}"' not in browser.get(f"{SITE}/{course.id}/people").text


def test_the_table_shows_a_tick_with_its_day_and_last_activity_is_the_latest_thing(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world)
        join(world, course.id, "trainee")
        long_ago(world, course.id, "trainee", 20)
        view(world, course.steps[0])
        table = cohort.read_cohort(world.actor("trainer"), course.id, Ask())
        [row], [cells] = table.rows, cohort.cells_of(table)
        assert row.last_at == row.done[course.steps[0]]
        assert re.fullmatch(r'<td title="[^"]+">✓</td><td></td><td></td>', cells)
    page = sign_in("trainer").get(f"{SITE}/{course.id}/people").text
    assert re.search(r'<td title="[^"]+">✓</td><td></td><td></td></tr>', page)
    assert f"/people/{row.user_id}" in page
