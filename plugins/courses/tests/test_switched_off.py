"""The part that a step belongs to is switched off in the middle of a course, and on again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from lms.plugin import World, record_progress
from lms.testing import SignIn
from plugins.courses import authoring
from plugins.courses.forms import AddCondition
from plugins.courses.outline import read_outline
from plugins.courses.tests.making import Made, join, make_course, view

SITE = "/o/siena/courses"
OFF = "This part is switched off at the moment. Nothing of it is lost."


def switch(sign_in: SignIn, do: str) -> None:
    """The head switches quizzes off or on, on the page for that."""
    sign_in("head").post("/o/siena/admin/parts", data={"plugin": "quiz", "do": do})


def score(world: World, step_id: uuid.UUID, key: str) -> None:
    """A person passes the quiz."""
    result = {"score": 80, "points": 8, "max": 10}
    record_progress(world.actor(key), step_id, "scored", result=result, key=f"{step_id}:{key}")


@pytest.fixture
def course(world: World, sign_in: SignIn) -> Iterator[Made]:
    """A page, two quizzes and a page that waits for the second; the trainee has done the first two when quizzes go."""
    with world.inside("siena"):
        made = make_course(world, "page", "quiz", "quiz", "page")
        condition = AddCondition(kind="step", other_id=made.steps[2])
        authoring.add_condition(world.actor("trainer"), made.steps[3], condition)
        for step in made.steps[1:3]:
            authoring.hide_step(world.actor("trainer"), step, is_hidden=False)
        join(world, made.id)
        view(world, made.steps[0])
        score(world, made.steps[1], "trainee")
    switch(sign_in, "off")
    yield made
    switch(sign_in, "on")


def read(sign_in: SignIn, key: str, path: str) -> str:
    """A page in English."""
    answer = sign_in(key).get(f"{SITE}/{path}{'&' if '?' in path else '?'}lang=en")
    assert answer.status_code == 200, path
    return answer.text


def test_a_trainee_sees_a_placeholder_and_keeps_what_was_done(
    world: World, sign_in: SignIn, course: Made
) -> None:
    page = read(sign_in, "trainee", f"{course.id}?why=1")
    assert page.count(OFF) == 1
    assert "“quiz 3” is done (it is switched off at the moment: ask your trainer)" in page
    assert "8 of 10" in page, "what was done can still be explained"
    assert sign_in("trainee").get(f"/o/siena/quiz/{course.steps[2]}").status_code == 404
    shown = sign_in("trainee").get(f"/o/siena/activities/{course.steps[2]}?lang=en")
    assert shown.status_code == 200
    assert "switched off in this office" in shown.text
    assert "Take part" not in shown.text
    with world.inside("siena"):
        states = [each.state for each in read_outline(world.actor("trainee"), course.id).steps]
        assert states == ["done", "done", "off", "locked"]


def test_a_trainer_reads_which_steps_are_off_and_every_tick_is_explained(
    world: World, sign_in: SignIn, course: Made
) -> None:
    outline = read(sign_in, "trainer", f"{course.id}/edit")
    assert "Some steps belong to a part that is switched off here." in outline
    assert "quiz 2, quiz 3" in outline
    assert read(sign_in, "trainer", f"{course.id}/people").count("quiz ") >= 2
    person = read(sign_in, "trainer", f"{course.id}/people/{world.people['trainee'].id}")
    assert "8 of 10" in person
    assert sign_in("trainer").get(f"{SITE}/step/{course.steps[2]}/settings").status_code == 200


def test_switched_on_again_everything_is_back_and_the_course_can_be_completed(
    world: World, sign_in: SignIn, course: Made
) -> None:
    switch(sign_in, "on")
    with world.inside("siena"):
        states = [each.state for each in read_outline(world.actor("trainee"), course.id).steps]
        assert states == ["done", "done", "todo", "locked"]
        score(world, course.steps[2], "trainee")
        view(world, course.steps[3])
        assert read_outline(world.actor("trainee"), course.id).completed_at is not None
    assert OFF not in read(sign_in, "trainee", str(course.id))
