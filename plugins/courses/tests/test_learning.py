"""A trainee in a course: finds it, takes part, is led on, resumes where they left, sees why things are locked or done."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from flask import current_app

from lms.plugin import (
    ChangeRule,
    EditEnrolment,
    Forbidden,
    NotFound,
    World,
    completions_of,
    edit_enrolment_rule,
    open_activity,
    record_progress,
    session,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn, count_queries
from plugins.courses import authoring, learning
from plugins.courses.catalogue import Search, find_courses
from plugins.courses.forms import AddCondition, EditCourse, StepSettings, TranslateTexts
from plugins.courses.hooks import dashboard_cards
from plugins.courses.outline import read_outline
from plugins.courses.tests.making import join, make_course, view, write

SITE = "/o/siena/courses"


def made(
    world: World, *types: str, people: tuple[str, ...] = ("trainee",)
) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A published course with people in it, committed."""
    with world.inside("siena"):
        course = make_course(world, *types)
        join(world, course.id, *people)
    return course.id, course.steps


def test_a_trainee_finds_a_course_takes_part_and_is_led_to_its_first_step(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world)
    browser = sign_in("trainee")
    assert "Colloquio efficace" in browser.get(f"{SITE}/?q=efficace").text
    assert "Colloquio efficace" not in browser.get(f"{SITE}/?q=saldatura").text
    page = f"{SITE}/{course.id}"
    assert browser.post(f"{page}/join").location == page
    assert browser.get(f"{page}/resume").location == f"{SITE}/step/{course.steps[0]}"
    assert "Text of page 1" in browser.get(f"{SITE}/step/{course.steps[0]}").text


def test_the_catalogue_counts_steps_as_the_course_page_does(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world, "page", "page", "page")
        authoring.get_managed_step(world.actor("trainer"), course.steps[2])[0].is_required = False
        join(world, course.id)
        view(world, course.steps[0])
        view(world, course.steps[2])
        session().flush()
        cards, _count = find_courses(world.actor("trainee"), Search(text="Colloquio efficace"))
        outline = read_outline(world.actor("trainee"), course.id)
        [card] = [each for each in cards if each.id == course.id]
        assert (card.steps, card.required, card.done) == (len(outline.steps), outline.required, outline.done)
        assert (card.steps, card.required, card.done) == (3, 2, 1)


def test_next_finishes_a_step_and_the_last_one_completes_the_course(world: World, sign_in: SignIn) -> None:
    course_id, steps = made(world)
    browser = sign_in("trainee")
    assert browser.post(f"{SITE}/step/{steps[0]}").location == f"{SITE}/step/{steps[1]}"
    browser.post(f"{SITE}/step/{steps[1]}")
    assert browser.post(f"{SITE}/step/{steps[2]}").location == f"{SITE}/{course_id}"
    with world.inside("siena"):
        done = {activity.id for _row, activity in completions_of(world.people["trainee"].id)}
    assert {course_id, *steps} <= done


def test_a_person_goes_on_exactly_where_they_left(world: World, sign_in: SignIn) -> None:
    course_id, steps = made(world, "page", "book", "page")
    with world.inside("siena"):
        from plugins.courses import writing

        second = writing.add_chapter(world.actor("trainer"), steps[1])
    browser = sign_in("trainee")
    browser.post(f"{SITE}/step/{steps[0]}")
    browser.post(f"{SITE}/step/{steps[1]}/place", data={"page": str(second), "depth": "420"})
    target = browser.get(f"{SITE}/{course_id}/resume").location
    assert target == f"{SITE}/step/{steps[1]}?page={second}"
    assert 'data-depth="420"' in browser.get(target).text


def test_the_chapters_of_a_book_come_one_after_the_other_and_count_at_the_end(
    world: World, sign_in: SignIn
) -> None:
    _course_id, steps = made(world, "book", "page")
    with world.inside("siena"):
        from plugins.courses import writing

        first = writing.pages_of(steps[0])[0].id
        second = writing.add_chapter(world.actor("trainer"), steps[0])
    browser = sign_in("trainee")
    assert (
        browser.post(f"{SITE}/step/{steps[0]}", data={"page": str(first)}).location
        == f"{SITE}/step/{steps[0]}?page={second}"
    )
    assert (
        browser.post(f"{SITE}/step/{steps[0]}", data={"page": str(second)}).location
        == f"{SITE}/step/{steps[1]}"
    )


def test_a_locked_step_says_what_opens_it_and_cannot_be_reached_by_its_address(
    world: World, sign_in: SignIn
) -> None:
    course_id, steps = made(world)
    with world.inside("siena"):
        authoring.add_condition(
            world.actor("trainer"), steps[1], AddCondition(kind="step", other_id=steps[0])
        )
    browser = sign_in("trainee")
    assert (
        "Si apre quando" in browser.get(f"{SITE}/{course_id}").text
        or "Opens when" in browser.get(f"{SITE}/{course_id}").text
    )
    refused = browser.get(f"{SITE}/step/{steps[1]}")
    assert refused.status_code == 403
    assert f'href="/o/siena/activities/{course_id}"' in refused.text
    assert browser.post(f"{SITE}/step/{steps[1]}").status_code == 403
    assert browser.post(f"{SITE}/step/{steps[1]}/place", data={}).status_code == 204
    browser.post(f"{SITE}/step/{steps[0]}")
    assert browser.get(f"{SITE}/step/{steps[1]}").status_code == 200


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        ({"kind": "date", "opens_at": utcnow() + timedelta(days=1)}, False),
        ({"kind": "date", "opens_at": utcnow() - timedelta(days=1)}, True),
        ({"kind": "score", "score": 60}, True),
        ({"kind": "score", "score": 61}, False),
    ],
)
def test_dates_and_scores_open_steps(world: World, condition: dict[str, object], is_open: bool) -> None:
    with world.inside("siena"):
        course = make_course(world, "assignment", "page")
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        join(world, course.id)
        if condition["kind"] == "score":
            condition = condition | {"other_id": course.steps[0]}
        authoring.add_condition(trainer, course.steps[1], AddCondition.read(condition))
        record_progress(trainee, course.steps[0], "scored", result={"score": 60, "points": 6, "max": 10})
        if is_open:
            assert open_activity(trainee, course.steps[1]).id == course.steps[1]
        else:
            with pytest.raises(Forbidden):
                open_activity(trainee, course.steps[1])


def test_any_of_several_conditions_is_enough_when_the_trainer_says_so(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        join(world, course.id)
        for other in course.steps[:2]:
            authoring.add_condition(trainer, course.steps[2], AddCondition(kind="step", other_id=other))
        view(world, course.steps[0])
        assert read_outline(trainee, course.id).rows[2].lock
        authoring.set_match(trainer, course.steps[2], "any")
        assert not read_outline(trainee, course.id).rows[2].lock


def test_a_step_that_was_taken_out_holds_nobody_up(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer = world.actor("trainer")
        join(world, course.id)
        authoring.add_condition(trainer, course.steps[1], AddCondition(kind="step", other_id=course.steps[0]))
        authoring.take_out(trainer, course.steps[0])
        assert not read_outline(world.actor("trainee"), course.id).rows[0].lock


def test_who_does_not_take_part_reads_no_step(world: World, sign_in: SignIn) -> None:
    _course_id, steps = made(world)
    assert sign_in("trainee2").get(f"{SITE}/step/{steps[0]}").status_code == 404
    assert sign_in("trainee2").post(f"{SITE}/step/{steps[0]}").status_code == 404
    assert sign_in("trainee_vienna").get(f"{SITE}/step/{steps[0]}").status_code in {403, 404}


def test_drafts_are_seen_by_those_who_manage_courses_only(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, publish=False)
    assert sign_in("trainee").get(f"{SITE}/{course.id}").status_code == 404
    assert sign_in("trainer").get(f"{SITE}/{course.id}").status_code == 200


@pytest.mark.parametrize(
    ("rule", "sent", "is_in"),
    [
        ({"enrolment_rule": "self"}, {}, True),
        ({"enrolment_rule": "key", "enrolment_key": "palio"}, {"key": "wrong"}, False),
        ({"enrolment_rule": "key", "enrolment_key": "palio"}, {"key": "palio"}, True),
        ({"enrolment_rule": "invitation"}, {}, False),
        ({"enrolment_rule": "approval"}, {}, False),
    ],
)
def test_each_enrolment_rule_holds(
    world: World, sign_in: SignIn, rule: dict[str, str], sent: dict[str, str], is_in: bool
) -> None:
    with world.inside("siena"):
        course = make_course(world)
        edit_enrolment_rule(world.actor("trainer"), course.id, EditEnrolment.read(rule))
    sign_in("trainee").post(f"{SITE}/{course.id}/join", data=sent)
    with world.inside("siena"):
        assert read_outline(world.actor("trainee"), course.id).is_active is is_in


def test_notes_are_kept_and_only_the_person_sees_them(world: World, sign_in: SignIn) -> None:
    course_id, steps = made(world, people=("trainee", "trainee2"))
    browser = sign_in("trainee")
    saved = browser.post(
        f"{SITE}/step/{steps[0]}/note",
        data={"note": "Chiedere a Maria"},
        headers={"Accept": "application/json"},
    )
    assert re.fullmatch(r"\d\d:\d\d", saved.json["saved_at"])
    assert "Chiedere a Maria" in browser.get(f"{SITE}/step/{steps[0]}").text
    assert "Chiedere a Maria" in browser.get(f"{SITE}/{course_id}/notes").text
    assert "Chiedere a Maria" not in sign_in("trainee2").get(f"{SITE}/step/{steps[0]}").text
    assert "Chiedere a Maria" not in sign_in("trainer").get(f"{SITE}/step/{steps[0]}").text


def test_an_own_tick_can_be_set_and_taken_back(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        join(world, course.id)
        authoring.change_step_rule(trainer, course.steps[0], ChangeRule(completion_rule="own_tick"))
        learning.tick_step(trainee, course.steps[0], is_done=True)
        assert read_outline(trainee, course.id).rows[0].done_at
        learning.tick_step(trainee, course.steps[0], is_done=False)
        assert not read_outline(trainee, course.id).rows[0].done_at


def test_minutes_are_counted_by_the_servers_clock_at_most_one_a_minute(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        join(world, course.id)
        authoring.change_step_rule(
            trainer, course.steps[0], ChangeRule(completion_rule="minutes", completion_goal=3)
        )
        for _time in range(20):
            learning.work_a_minute(trainee, course.steps[0])
        assert not read_outline(trainee, course.id).rows[0].done_at


def test_a_trainer_who_looks_at_steps_leaves_no_trace(world: World, sign_in: SignIn) -> None:
    _course_id, steps = made(world)
    browser = sign_in("trainer")
    browser.get(f"{SITE}/step/{steps[0]}")
    browser.post(f"{SITE}/step/{steps[0]}")
    browser.post(f"{SITE}/step/{steps[0]}/place", data={})
    with world.inside("siena"):
        assert completions_of(world.people["trainer"].id) == []


def test_the_preview_shows_the_course_as_to_somebody_who_has_just_joined(
    world: World, sign_in: SignIn
) -> None:
    course_id, steps = made(world)
    with world.inside("siena"):
        authoring.add_condition(
            world.actor("trainer"), steps[1], AddCondition(kind="step", other_id=steps[0])
        )
        authoring.hide_step(world.actor("trainer"), steps[2], is_hidden=True)
    text = sign_in("trainer").get(f"{SITE}/{course_id}?as=trainee").text
    assert "is-locked" in text
    assert "page 3" not in text
    assert "is-locked" not in sign_in("trainer").get(f"{SITE}/{course_id}").text


def test_a_preview_stays_one_from_step_to_step_and_leaves_no_trace(world: World, sign_in: SignIn) -> None:
    course_id, steps = made(world)
    with world.inside("siena"):
        join(world, course_id, "trainer")
    browser = sign_in("trainer")
    first = browser.get(f"{SITE}/step/{steps[0]}?as=trainee").text
    assert f'href="{SITE}/{course_id}?as=trainee"' in first
    assert f'action="{SITE}/step/{steps[0]}?as=trainee"' in first
    after = browser.post(f"{SITE}/step/{steps[0]}?as=trainee").location
    assert after.endswith(f"/step/{steps[1]}?as=trainee")
    last = browser.post(f"{SITE}/step/{steps[2]}?as=trainee").location
    assert last.endswith(f"/{course_id}?as=trainee")
    with world.inside("siena"):
        assert completions_of(world.people["trainer"].id) == []
        assert read_outline(world.actor("trainer"), course_id).place is None


def test_a_course_in_two_languages_shows_what_there_is_and_progress_is_one(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer = world.actor("trainer")
        authoring.edit_course(trainer, course.id, EditCourse(title="Colloquio efficace", languages=["en"]))
        authoring.translate(trainer, course.id, "en", TranslateTexts(title="A good interview"))
        authoring.translate(trainer, course.steps[0], "en", TranslateTexts(title="First page"))
        write(world, course.steps[0], "<p>English words</p>", "en")
        join(world, course.id)
    browser = sign_in("trainee")
    assert "Text of page 1" in browser.get(f"{SITE}/step/{course.steps[0]}").text
    browser.post(f"{SITE}/{course.id}/language", data={"language": "en"})
    page = browser.get(f"{SITE}/{course.id}").text
    assert "A good interview" in page
    assert "First page" in page
    assert "page 2" in page, "what is not translated is there in the first language"
    assert "English words" in browser.get(f"{SITE}/step/{course.steps[0]}").text
    assert "Text of page 2" in browser.get(f"{SITE}/step/{course.steps[1]}").text
    assert browser.post(f"{SITE}/{course.id}/language", data={"language": "xx"}).status_code == 422
    browser.post(f"{SITE}/step/{course.steps[0]}")
    browser.post(f"{SITE}/{course.id}/language", data={"language": "it"})
    with world.inside("siena"):
        assert read_outline(world.actor("trainee"), course.id).done == 1


def test_minutes_left_count_required_steps_that_are_not_done(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world)
        trainer, trainee = world.actor("trainer"), world.actor("trainee")
        join(world, course.id)
        for step_id, minutes, required in zip(course.steps, (10, 20, 40), (True, True, False), strict=True):
            authoring.edit_step(
                trainer, step_id, StepSettings(title="Step", minutes=minutes, is_required=required)
            )
        view(world, course.steps[0])
        outline = read_outline(trainee, course.id)
        assert (outline.minutes, outline.minutes_left, outline.done, outline.required) == (30, 20, 1, 2)


def test_the_dashboard_offers_to_resume_the_course_seen_last(world: World, sign_in: SignIn) -> None:
    course_id, steps = made(world)
    browser = sign_in("trainee")
    browser.post(f"{SITE}/step/{steps[0]}")
    assert "Colloquio efficace" in browser.get("/o/siena/").text
    with world.inside("siena"), current_app.test_request_context():
        [card] = dashboard_cards(
            world.actor("trainee")
        )  # what comes first in the end, other parts have a say in
        assert card.next_step is not None
        assert card.next_step.url.endswith(f"/courses/{course_id}/resume")


def test_foreign_ids_lead_nowhere(world: World, sign_in: SignIn) -> None:
    course_id, steps = made(world)
    with world.inside("siena"):
        other = make_course(world, title="Altro")
        join(world, other.id)
    browser = sign_in("trainee")
    from plugins.courses import writing

    with world.inside("siena"):
        foreign_page = writing.pages_of(other.steps[0])[0].id
    assert browser.get(f"{SITE}/step/{steps[0]}?page={foreign_page}").status_code == 404
    assert browser.post(f"{SITE}/step/{steps[0]}/place", data={"page": str(foreign_page)}).status_code == 404
    assert browser.get(f"{SITE}/step/{course_id}").status_code == 404
    assert browser.get(f"{SITE}/{steps[0]}").status_code == 404
    for path in (
        f"{course_id}/edit",
        f"{course_id}/people",
        f"{course_id}/grading",
        f"step/{steps[0]}/settings",
        f"page/{foreign_page}",
    ):
        assert browser.get(f"{SITE}/{path}").status_code == 403, path


def test_the_course_page_asks_the_same_number_of_questions_however_long_it_is(
    world: World, sign_in: SignIn
) -> None:
    short, _steps = made(world, *["page"] * 3)
    long, _steps = made(world, *["page"] * 40)
    browser = sign_in("trainee")
    browser.get(f"{SITE}/{short}")
    with count_queries() as few:
        browser.get(f"{SITE}/{short}")
    with count_queries() as many:
        browser.get(f"{SITE}/{long}")
    assert len(few) == len(many)
    assert len(many) <= 12


def test_strangers_see_no_courses(world: World, sign_in: SignIn) -> None:
    course_id, _steps = made(world)
    assert sign_in("trainee_vienna").get(f"{SITE}/").status_code == 403
    with world.inside("siena"), unit_of_work(), pytest.raises(NotFound):
        read_outline(world.actor("trainee_vienna", "siena"), course_id)
