"""Drafts that save themselves beside a publication."""

from __future__ import annotations

from lms.plugin import World
from lms.testing import SignIn
from plugins.courses import writing
from plugins.courses.tests.making import make_course

SITE = "/o/siena/courses"


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
