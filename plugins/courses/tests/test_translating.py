"""What is not yet there in a course and its languages: counted, shown, and led to."""

from __future__ import annotations

import pytest

from lms.plugin import Invalid, World
from lms.testing import SignIn
from plugins.courses import authoring, rubric, translating, writing
from plugins.courses.forms import AddStep, EditCourse, SaveCriterion, TranslateTexts, WritePage
from plugins.courses.tests.making import join, make_course

SITE = "/o/siena/courses"


def test_what_is_not_translated_is_counted(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world, "page", "page")
        trainer = world.actor("trainer")
        authoring.edit_course(trainer, course.id, EditCourse(title="Uno", languages=["en"]))
        assert translating.count_missing(course.id, ["it", "en"]) == {"en": 3}
        for activity_id in (course.id, course.steps[0]):
            authoring.translate(trainer, activity_id, "en", TranslateTexts(title="One"))
        page_id = writing.pages_of(course.steps[0])[0].id
        writing.save_draft(trainer, page_id, "en", WritePage(html="<p>x</p>"))
        assert translating.count_missing(course.id, ["it", "en"]) == {"en": 1}
        with pytest.raises(Invalid):
            authoring.translate(trainer, course.id, "de", TranslateTexts(title="Eins"))


def test_the_outline_marks_what_has_nothing_in_it_yet(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        trainer = world.actor("trainer")
        course = make_course(world, "page", "file", "link", "assignment")
        empty = authoring.add_step(trainer, course.id, AddStep(type="book", title="Empty"))
        assert translating.find_empty(course.id, "it") == {*course.steps[1:3], empty}
        page_id = writing.pages_of(empty)[0].id
        writing.save_draft(trainer, page_id, "it", WritePage(html="<p>x</p>"))
        assert translating.find_empty(course.id, "it") == set(course.steps[1:3])
    page = sign_in("trainer").get(f"{SITE}/{course.id}/edit?lang=en").text
    assert page.count("Nothing in it yet") == 2


def test_the_outline_leads_to_each_title_and_text_that_is_not_translated(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world, "page")
        trainer, [step] = world.actor("trainer"), course.steps
        authoring.edit_course(trainer, course.id, EditCourse(title="Uno", languages=["en"]))
    browser = sign_in("trainer")
    places = [
        f"{SITE}/{course.id}/words/en",
        f"{SITE}/step/{step}/words/en",
        f"{SITE}/step/{step}/write?language=en",
    ]
    page = browser.get(f"{SITE}/{course.id}/edit").text
    for place in places:
        assert f'href="{place}"' in page
        assert browser.get(place, follow_redirects=True).status_code == 200
    saved = browser.post(places[1], data={"title": "First page"})
    assert saved.location == f"{SITE}/{course.id}/edit"
    page = browser.get(saved.location).text
    assert places[1] not in page
    assert places[2] in page


def test_the_rubric_is_there_in_each_language_and_its_points_are_one(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "assignment")
        trainer, [step] = world.actor("trainer"), course.steps
        line = rubric.add_criterion(trainer, step, SaveCriterion(title="Chiaro", hint="Si capisce", points=4))
        authoring.edit_course(trainer, course.id, EditCourse(title="Uno", languages=["en"]))
        for activity_id in (course.id, step):
            authoring.translate(trainer, activity_id, "en", TranslateTexts(title="One"))
        assert translating.count_missing(course.id, ["it", "en"]) == {"en": 1}
        join(world, course.id)
    browser = sign_in("trainer")
    place = f"{SITE}/step/{step}/assignment?language=en"
    assert place.partition("?")[0] in browser.get(f"{SITE}/step/{step}/write?language=en").location
    words = {
        "form_id": "rubric_words", "criterion": str(line), "criterion_title": "Clear<script>",
        "criterion_hint": "One understands it",
    }  # fmt: skip
    assert browser.post(place, data=words).status_code == 303
    trainee = sign_in("trainee")
    page = trainee.get(f"{SITE}/step/{step}?lang=en").text
    assert "Clear&lt;script&gt;" in page
    assert "Chiaro" not in page
    assert "Chiaro" in trainee.get(f"{SITE}/step/{step}?lang=it").text
    with world.inside("siena"):
        assert translating.count_missing(course.id, ["it", "en"]) == {"en": 0}
        [exported] = rubric.export_criteria(step)
        assert exported["words"] == {"en": {"title": "Clear<script>", "hint": "One understands it"}}
        with pytest.raises(Invalid):
            rubric.save_words(trainer, step, "de", {})
