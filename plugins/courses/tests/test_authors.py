"""Authors write, publish and grade a course together."""

from __future__ import annotations

import uuid

import pytest

from lms.plugin import Forbidden, NotFound, World, add_owner, owners_of, remove_owner
from lms.testing import SignIn
from plugins.courses import assignments, authoring, writing
from plugins.courses.catalogue import Search, find_courses
from plugins.courses.forms import AddStep, HandIn, Review, WritePage
from plugins.courses.tests.making import join, make_course

SITE = "/o/siena/courses"


def authors(world: World, course_id: uuid.UUID) -> set[uuid.UUID]:
    with world.inside("siena"):
        return {each.user_id for each in owners_of(world.actor("trainer"), course_id)}


def test_an_author_adds_steps_writes_them_and_publishes(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world, "page", publish=False)
        tutor = world.actor("tutor")
        with pytest.raises(NotFound):
            authoring.add_step(tutor, course.id, AddStep(type="page"))
        add_owner(world.actor("trainer"), course.id, tutor.user_id)
        step_id = authoring.add_step(tutor, course.id, AddStep(type="page", title="Mine"))
        [page] = writing.pages_of(step_id)
        writing.save_draft(tutor, page.id, "it", WritePage(title="", html="<p>Written by the tutor</p>"))
        assert authoring.publish_course(tutor, course.id) == 1
        drafts, _count = find_courses(tutor, Search(show="all"))
        assert course.id in {each.id for each in drafts}


def test_who_was_taken_off_can_no_longer_change_the_steps_that_they_made(world: World) -> None:
    with world.inside("siena"):
        course, tutor = make_course(world, "page"), world.actor("tutor")
        add_owner(world.actor("trainer"), course.id, tutor.user_id)
        step_id = authoring.add_step(tutor, course.id, AddStep(type="page", title="Mine"))
        remove_owner(world.actor("trainer"), course.id, tutor.user_id)
        for act in (
            lambda: authoring.rename_step(tutor, step_id, "Still mine"),
            lambda: authoring.add_step(tutor, course.id, AddStep(type="page")),
        ):
            with pytest.raises((Forbidden, NotFound)):
                act()


def test_an_author_grades_what_is_handed_in(world: World) -> None:
    with world.inside("siena"):
        course, tutor = make_course(world, "assignment"), world.actor("practitioner")
        join(world, course.id)
        sent = assignments.hand_in(world.actor("trainee"), course.steps[0], HandIn(text="My work"), [])
        command = Review(outcome="accepted", feedback="Good.")
        with pytest.raises((Forbidden, NotFound)):
            assignments.review(tutor, sent.id, command, {})
        add_owner(world.actor("trainer"), course.id, tutor.user_id)
        assignments.review(tutor, sent.id, command, {})


def test_authors_are_added_and_taken_off_on_the_page(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
    browser, tutor = sign_in("trainer"), world.people["tutor"]
    address = f"{SITE}/{course.id}/authors"
    browser.post(address, data={"do": "add", "user_id": str(tutor.id)})
    assert authors(world, course.id) == {tutor.id, world.people["trainer"].id}
    assert tutor.name in browser.get(f"{SITE}/{course.id}/about").text
    browser.post(address, data={"do": "remove", "user_id": str(tutor.id)})
    assert authors(world, course.id) == {world.people["trainer"].id}


def test_without_scripts_an_author_is_added_by_address(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
    tutor = world.people["tutor"]
    sign_in("trainer").post(
        f"{SITE}/{course.id}/authors", data={"do": "add", "user_id": "", "user_id_text": tutor.email.upper()}
    )
    assert tutor.id in authors(world, course.id)


@pytest.mark.parametrize(
    ("key", "deed", "said"),
    [
        ("trainee", "add", "solo il ruolo di partecipante"),
        ("head_vienna", "add", "fanno parte di questo ufficio"),
        ("trainer", "remove", "unica persona fra gli autori"),
        ("tutor", "remove", "non è fra gli autori"),
    ],
)
def test_what_is_refused_is_said_on_the_page(
    world: World, sign_in: SignIn, key: str, deed: str, said: str
) -> None:
    with world.inside("siena"):
        course = make_course(world)
    browser = sign_in("trainer")
    fields = {"do": deed, "user_id": str(world.people[key].id)}
    page = browser.post(f"{SITE}/{course.id}/authors", data=fields, follow_redirects=True)
    assert said in page.text
    assert authors(world, course.id) == {world.people["trainer"].id}


def test_who_takes_off_themselves_is_led_to_the_catalogue(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
        add_owner(world.actor("trainer"), course.id, world.people["tutor"].id)
    browser = sign_in("tutor")
    fields = {"do": "remove", "user_id": str(world.people["tutor"].id)}
    assert browser.post(f"{SITE}/{course.id}/authors", data=fields).location.endswith("/courses/")
    assert browser.get(f"{SITE}/{course.id}/about").status_code in {403, 404}


def test_drafts_are_shown_to_their_authors(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, title="Bozza segreta", publish=False)
    browser = sign_in("tutor")
    assert "Bozza segreta" not in browser.get(f"{SITE}/?show=draft").text
    with world.inside("siena"):
        add_owner(world.actor("trainer"), course.id, world.people["tutor"].id)
    assert "show=draft" in browser.get(f"{SITE}/").text
    assert "Bozza segreta" in browser.get(f"{SITE}/?show=draft").text
