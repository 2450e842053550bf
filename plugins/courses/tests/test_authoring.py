"""A trainer builds a course: outline, pages with drafts and versions, rules, languages, copies."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plugin import (
    Activity,
    ActivityType,
    ChangeRule,
    CreateActivity,
    Forbidden,
    Invalid,
    World,
    children_of,
    create_activity,
    hooks,
    session,
)
from lms.testing import SignIn, count_queries
from plugins.courses import authoring, writing
from plugins.courses.authoring import moved
from plugins.courses.forms import (
    AddCondition,
    AddStep,
    EditCourse,
    StepSettings,
    TranslateTexts,
    WritePage,
)
from plugins.courses.models import Page, Step
from plugins.courses.outline import read_outline
from plugins.courses.reading import read_page
from plugins.courses.tests.making import join, make_course, view

SITE = "/o/siena/courses"


def titles(course_id: uuid.UUID) -> list[str]:
    return [each.title for each in children_of(course_id)]


def test_a_course_begins_with_its_title_and_opens_in_its_outline(world: World, sign_in: SignIn) -> None:
    browser = sign_in("trainer")
    answer = browser.post(f"{SITE}/new", data={"title": "Sicurezza"})
    assert answer.location.endswith("/edit")
    page = browser.get(answer.location).text
    assert "Sicurezza" in page
    assert 'value="page"' in page
    assert 'value="assignment"' in page


def test_only_those_who_may_make_courses(world: World, sign_in: SignIn) -> None:
    assert sign_in("trainee").post(f"{SITE}/new", data={"title": "Sicurezza"}).status_code == 403
    with world.inside("siena"):
        course = make_course(world)
        with pytest.raises(Forbidden):
            authoring.add_step(world.actor("trainee"), course.id, AddStep(type="page"))


def test_every_change_of_the_outline_can_be_undone_from_the_page(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "section", "page", "page")
    browser, edit = sign_in("trainer"), f"{SITE}/{course.id}/edit"

    def shown() -> list[tuple[str, int]]:
        with world.inside("siena"):
            levels = dict(authoring.order_of(course.id))
            return [
                (f"{each.title}{'*' if each.state == 'draft' else ''}", levels[each.id])
                for each in children_of(course.id)
            ]

    before = shown()
    assert before == [("section 1", 0), ("page 2", 1), ("page 3", 1)]
    for deed in ("up", "down", "outdent", "hide", "remove", "duplicate"):
        step = course.steps[2] if deed != "down" else course.steps[1]
        browser.post(edit, data={"do": deed, "step": str(step)})
        assert shown() != before, deed
        page = browser.get(edit).text
        fields = dict(_fields_of_undo(page))
        browser.post(edit, data=fields)
        assert shown() == before, deed


def _fields_of_undo(page: str) -> list[tuple[str, str]]:
    import re

    bar = page[page.rindex("<ui-undo-bar") :]
    return re.findall(r'name="(\w+)" value="([^"]*)"', bar[: bar.index("</form>")])


def test_a_section_takes_its_steps_along(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world, "section", "page", "section", "page")
        trainer = world.actor("trainer")
        authoring.move_step(trainer, course.steps[2], -1)
        assert titles(course.id) == ["section 3", "page 4", "section 1", "page 2"]
        authoring.hide_step(trainer, course.steps[0], is_hidden=True)
        hidden = {each.title for each in children_of(course.id) if each.state == "draft"}
        assert hidden == {"section 1", "page 2"}


@given(st.lists(st.integers(0, 1), min_size=1, max_size=8), st.data())
def test_moving_keeps_every_step_exactly_once(levels: list[int], data: st.DataObject) -> None:
    order = [(uuid.UUID(int=number), level) for number, level in enumerate(levels, start=1)]
    chosen = data.draw(st.sampled_from(order))[0]
    after = moved(order, chosen, data.draw(st.sampled_from([-1, 1])), data.draw(st.booleans()))
    assert sorted(after) == sorted(order)


def test_two_trainers_do_not_lose_a_step_of_each_other(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        old = authoring.order_of(course.id)
        authoring.add_step(world.actor("trainer"), course.id, AddStep(type="page", title="New"))
        with pytest.raises(Invalid):
            authoring.arrange(world.actor("head"), course.id, old)
        assert len(titles(course.id)) == 4


def test_a_step_of_another_course_is_not_moved_by_this_one(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course, other = make_course(world), make_course(world, title="Altro")
    answer = sign_in("trainer").post(
        f"{SITE}/{course.id}/edit", data={"do": "remove", "step": str(other.steps[0])}
    )
    assert answer.status_code == 422


def test_steps_of_any_registered_kind_can_be_added_and_of_no_other(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer = world.actor("trainer")
        event = authoring.add_step(trainer, course.id, AddStep(type="event", title="Visita"))
        assert read_outline(trainer, course.id).find(event).endpoint == "activities.show"
        for wrong in ("course", "nothing", "<script>"):
            with pytest.raises(Invalid):
                authoring.add_step(trainer, course.id, AddStep(type=wrong))


def test_a_step_whose_part_is_switched_off_shows_a_placeholder_and_loses_nothing(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = hooks().activity_types()
    extra = ActivityType("lab", "Lab", "gear", "activities.show", completion=("own_tick",))
    monkeypatch.setattr(hooks(), "activity_types", lambda: kinds | {"lab": ("core.activities", extra)})
    with world.inside("siena"):
        course = make_course(world, "page", "lab", "page")
        authoring.add_condition(
            world.actor("trainer"), course.steps[2], AddCondition(kind="step", other_id=course.steps[1])
        )
        join(world, course.id)
    monkeypatch.setattr(hooks(), "activity_types", lambda: kinds | {"lab": ("labs", extra)})
    page = sign_in("trainee").get(f"{SITE}/{course.id}")
    assert page.status_code == 200
    assert "is-off" in page.text
    assert sign_in("trainer").get(f"{SITE}/{course.id}/edit").status_code == 200
    with world.inside("siena"):
        assert read_outline(world.actor("trainee"), course.id).steps[2].lock
        with pytest.raises(Invalid):
            authoring.duplicate_step(world.actor("trainer"), course.steps[1])
        copy = authoring.copy_course(world.actor("trainer"), course.id, "Copy")
        assert titles(copy) == ["page 1", "page 3"]


def test_a_circle_of_conditions_is_refused_and_shown(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer = world.actor("trainer")
        a, b, c = course.steps
        authoring.add_condition(trainer, b, AddCondition(kind="step", other_id=a))
        authoring.add_condition(trainer, c, AddCondition(kind="score", other_id=b, score=50))
        with pytest.raises(Invalid, match="page . → page . → page . → page .".replace(".", "[123]")):
            authoring.add_condition(trainer, a, AddCondition(kind="step", other_id=c))
        with pytest.raises(Invalid):
            authoring.add_condition(trainer, a, AddCondition(kind="step", other_id=a))
        other = make_course(world, title="Altro")
        with pytest.raises(Invalid):
            authoring.add_condition(trainer, a, AddCondition(kind="step", other_id=other.steps[0]))
    path = f"{SITE}/step/{a}/conditions"
    assert (
        sign_in("trainer").post(path, data={"do": "add", "kind": "step", "other_id": str(c)}).status_code
        == 422
    )


def test_a_change_of_rule_shows_who_gains_before_it_holds(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
        join(world, course.id)
        trainer = world.actor("trainer")
        authoring.change_step_rule(trainer, course.steps[0], ChangeRule(completion_rule="own_tick"))
        view(world, course.steps[0])
        assert not read_outline(world.actor("trainee"), course.id).rows[0].done_at
    browser, path = sign_in("trainer"), f"{SITE}/step/{course.steps[0]}/settings"
    page = browser.post(path, data={"form_id": "changerule", "completion_rule": "viewed"}).text
    assert world.people["trainee"].name in page
    with world.inside("siena"):
        assert not read_outline(world.actor("trainee"), course.id).rows[0].done_at
    browser.post(path, data={"form_id": "changerule", "completion_rule": "viewed", "confirmed": "1"})
    with world.inside("siena"):
        assert read_outline(world.actor("trainee"), course.id).rows[0].done_at


def test_a_rule_that_concerns_nobody_holds_at_once(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world)
    path = f"{SITE}/step/{course.steps[0]}/settings"
    data = {"form_id": "changerule", "completion_rule": "minutes", "completion_goal": "5"}
    assert sign_in("trainer").post(path, data=data).status_code == 303
    with world.inside("siena"):
        step = session().get_one(Activity, course.steps[0])
        assert (step.completion_rule, step.completion_goal, step.rule_version) == ("minutes", 5, 2)


def test_a_section_has_a_title_and_nothing_that_counts(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "section", "page")
    browser, path = sign_in("trainer"), f"{SITE}/step/{course.steps[0]}/settings"
    assert 'name="minutes"' not in browser.get(path).text
    browser.post(
        path, data={"form_id": "sectionsettings", "title": "Begin here", "minutes": "5", "is_required": "1"}
    )
    with world.inside("siena"):
        step = read_outline(world.actor("trainer"), course.id).rows[0]
        assert (step.title, step.minutes, step.is_required) == ("Begin here", 0, False)


def test_drafts_save_themselves_and_are_not_shown_until_they_are_published(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world)
        join(world, course.id)
        page_id = writing.pages_of(course.steps[0])[0].id
    browser = sign_in("trainer")
    saved = browser.post(
        f"{SITE}/page/{page_id}/draft",
        data={"title": "", "html": "<p>Better</p>"},
        headers={"Accept": "application/json"},
    )
    assert "saved_at" in saved.json
    assert "Better" in browser.get(f"{SITE}/page/{page_id}").text
    assert "Better" in browser.get(f"{SITE}/step/{course.steps[0]}?draft=1").text
    step = f"{SITE}/step/{course.steps[0]}"
    assert "Better" not in sign_in("trainee").get(step).text
    assert "Better" not in sign_in("trainee").get(f"{step}?draft=1").text, "drafts are for authors"
    browser.post(f"{SITE}/page/{page_id}", data={"title": "", "html": "<p>Better</p>"})
    assert "Better" in sign_in("trainee").get(step).text


def test_versions_can_be_compared_and_brought_back(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "page")
        trainer = world.actor("trainer")
        page_id = writing.pages_of(course.steps[0])[0].id
        for html in ("<p>One</p><p>Two</p>", "<p>One</p><p>Three</p>"):
            writing.save_draft(trainer, page_id, "it", WritePage(html=html))
            writing.publish_page(trainer, page_id, "it")
        changes = [
            (line.change, line.text)
            for line in writing.compare("<p>One</p><p>Two</p>", "<p>One</p><p>Three</p>")
        ]
        assert changes == [("same", "One"), ("removed", "Two"), ("added", "Three")]
    browser = sign_in("trainer")
    page = browser.get(f"{SITE}/page/{page_id}/versions").text
    assert "<del>Two</del>" in page
    assert "<ins>Three</ins>" in page
    first = browser.get(f"{SITE}/page/{page_id}/versions?version=1").text
    assert "È la prima versione." in first
    assert "<ins>" not in first
    browser.post(f"{SITE}/page/{page_id}/restore", data={"version": "2"})
    with world.inside("siena"):
        assert "Two" in writing.read_written(page_id, "it").html
        assert "Three" in read_page(course.steps[0], None, ["it"]).html, "it is a draft until it is published"
    assert browser.get(f"{SITE}/page/{page_id}/versions?version=99").status_code == 404


def test_nothing_that_a_text_brings_along_runs_anywhere(world: World, sign_in: SignIn) -> None:
    bad = '<script>steal()</script><img src="https://evil.example.org/x" onerror="steal()"><a href="javascript:steal()">go</a><p style="x" onclick="steal()">Ciao</p>'
    with world.inside("siena"):
        course = make_course(world, "page", "link", "file", "assignment", title=bad[:190])
        trainer = world.actor("trainer")
        authoring.edit_course(
            trainer, course.id, EditCourse(title=bad[:190], summary=bad, objectives=bad, languages=["en"])
        )
        authoring.translate(
            trainer, course.id, "en", TranslateTexts(title=bad[:190], summary=bad, objectives=bad)
        )
        for step in course.steps:
            authoring.rename_step(trainer, step, bad)
        join(world, course.id)
    browser = sign_in("trainer")
    [page_id] = _pages(world, course.steps[0])
    browser.post(f"{SITE}/page/{page_id}", data={"title": bad[:190], "html": bad})
    browser.post(f"{SITE}/step/{course.steps[1]}/link", data={"url": "https://example.org", "body": bad})
    browser.post(f"{SITE}/step/{course.steps[2]}/file", data={"body": bad})
    browser.post(
        f"{SITE}/step/{course.steps[3]}/assignment",
        data={"form_id": "writeassignment", "body": bad, "takes_text": "1"},
    )
    trainee = sign_in("trainee")
    trainee.post(f"{SITE}/step/{course.steps[0]}/note", data={"note": bad})
    trainee.post(f"{SITE}/step/{course.steps[3]}/hand-in", data={"text": bad})
    paths = [
        f"{SITE}/{course.id}",
        f"{SITE}/",
        f"{SITE}/{course.id}/notes",
        *(f"{SITE}/step/{step}" for step in course.steps),
        "/o/siena/",
    ]
    pages = [trainee.get(path).text for path in paths]
    pages += [
        browser.get(f"{SITE}/{course.id}/{part}").text for part in ("edit", "about", "people", "grading")
    ]
    for text in pages:
        for harm in ("<script>steal", "<img src=", 'href="javascript', "<p style", "<p onclick"):
            assert harm not in text


def _pages(world: World, step_id: uuid.UUID) -> list[uuid.UUID]:
    with world.inside("siena"):
        return [page.id for page in writing.pages_of(step_id)]


def test_only_web_addresses_become_links(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "link")
    path = f"{SITE}/step/{course.steps[0]}/link"
    for wrong in ("javascript:alert(1)", "data:text/html,x", "nothing", "https://"):
        assert sign_in("trainer").post(path, data={"url": wrong}).status_code == 422, wrong


def test_a_copy_has_pages_rules_and_languages_and_waits_for_its_own_steps(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world, "section", "page", "book", "assignment")
        trainer = world.actor("trainer")
        authoring.edit_course(
            trainer,
            course.id,
            EditCourse(title="Uno", objectives="Saper fare", languages=["en"], has_certificate=True),
        )
        authoring.translate(trainer, course.steps[1], "en", TranslateTexts(title="First"))
        authoring.edit_step(
            trainer, course.steps[1], StepSettings(title="Prima", minutes=7, is_required=False)
        )
        authoring.add_condition(trainer, course.steps[2], AddCondition(kind="step", other_id=course.steps[1]))
        join(world, course.id)
        copy = authoring.copy_course(trainer, course.id, "Due")
        outline = read_outline(trainer, copy, language="en")
        assert [(each.title, each.level) for each in outline.rows] == [
            ("section 1", 0),
            ("First", 1),
            ("book 3", 1),
            ("assignment 4", 1),
        ]
        assert outline.rows[1].minutes == 7
        assert not outline.rows[1].is_required
        [(_match, gates)] = authoring.gates_of(copy).values()
        assert gates[0].other_id == outline.rows[1].id
        assert "Text of page 2" in read_page(outline.rows[1].id, None, ["it"]).html
        assert outline.enrolment == ""
        assert outline.activity.state == "draft"


def test_chapters_are_added_moved_and_taken_out(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "book", "page")
    browser, path = sign_in("trainer"), f"{SITE}/step/{course.steps[0]}/chapters"
    [first] = _pages(world, course.steps[0])
    browser.post(path, data={"do": "add"})
    _first, second = _pages(world, course.steps[0])
    browser.post(path, data={"do": "up", "page": str(second)})
    assert _pages(world, course.steps[0]) == [second, first]
    browser.post(path, data={"do": "remove", "page": str(second)})
    assert _pages(world, course.steps[0]) == [first]
    assert browser.post(path, data={"do": "remove", "page": str(first)}).status_code == 409
    browser.post(path, data={"do": "restore", "page": str(second)})
    assert len(_pages(world, course.steps[0])) == 2
    [foreign] = _pages(world, course.steps[1])
    assert browser.post(path, data={"do": "remove", "page": str(foreign)}).status_code == 404


def test_the_outline_asks_the_same_number_of_questions_however_long_it_is(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        short, long = make_course(world, *["page"] * 3), make_course(world, *["page"] * 30)
    browser = sign_in("trainer")
    browser.get(f"{SITE}/{short.id}/edit")
    with count_queries() as few:
        browser.get(f"{SITE}/{short.id}/edit")
    with count_queries() as many:
        browser.get(f"{SITE}/{long.id}/edit")
    assert len(few) == len(many)


def test_rows_of_a_step_made_by_others_are_there_when_they_are_needed(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        other = create_activity(
            world.actor("trainer"), CreateActivity(title="Evento", type="event", parent_id=course.id)
        )
        assert session().get(Step, other.id) is None
        assert authoring.get_managed_step(world.actor("trainer"), other.id)[1].level == 0
        assert session().query(Page).filter_by(activity_id=other.id).count() == 0
