"""When a course and its steps open for others, and when they may not close again."""

from __future__ import annotations

import pytest

from lms.plugin import (
    Conflict,
    World,
)
from lms.testing import SignIn
from plugins.courses import authoring, writing
from plugins.courses.forms import (
    AddStep,
    NewCourse,
)
from plugins.courses.outline import read_outline
from plugins.courses.tests.making import join, make_course

SITE = "/o/siena/courses"


def test_an_empty_course_is_not_published(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        course_id = authoring.create_course(trainer, NewCourse(title="Leer"))
        with pytest.raises(Conflict):
            authoring.publish_course(trainer, course_id)
    assert (
        sign_in("trainer").post(f"{SITE}/{course_id}/state", data={"state": "published"}).status_code == 409
    )


def test_a_step_added_to_an_open_course_is_hidden_until_it_is_ready(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        added = authoring.add_step(world.actor("trainer"), course.id, AddStep(type="page", title="Later"))
        join(world, course.id)
        assert read_outline(world.actor("trainee"), course.id).find(added) is None


def test_a_course_cannot_become_a_draft_with_people_in_it(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
        join(world, course.id)
    assert sign_in("trainer").post(f"{SITE}/{course.id}/state", data={"state": "draft"}).status_code == 409
    assert sign_in("trainer").post(f"{SITE}/{course.id}/state", data={"state": "archived"}).status_code == 303
    assert sign_in("trainee").get(f"{SITE}/{course.id}").status_code == 404


def test_an_autosave_that_arrives_behind_the_publication_makes_no_draft(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world, "page")
        page = writing.pages_of(course.steps[0])[0].id
    browser, text = sign_in("trainer"), {"title": "", "html": "<p>Knock twice</p>"}
    assert browser.post(f"{SITE}/page/{page}", data=text).status_code == 303
    late = browser.post(f"{SITE}/page/{page}/draft", data=text, headers={"Accept": "application/json"})
    assert late.status_code == 200
    with world.inside("siena"):
        written = writing.read_written(page, "it")
        assert (written.is_draft, written.version) == (False, 2)
    assert browser.post(f"{SITE}/page/{page}", data=text).status_code == 303, "nothing new is no mistake"
    with world.inside("siena"):
        assert writing.read_written(page, "it").version == 2
