"""Handing in, grading with a rubric, handing in again; one submission for each person."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from lms.plugin import (
    Conflict,
    Invalid,
    NotFound,
    Ref,
    World,
    hooks,
    office_scope,
    read_records,
    session,
    store_file,
)
from lms.testing import SignIn
from plugins.courses import assignments, rubric
from plugins.courses.assignment_models import Submission
from plugins.courses.forms import HandIn, Review, SaveCriterion
from plugins.courses.outline import read_outline
from plugins.courses.tests.making import Made, join, make_course

SITE = "/o/siena/courses"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def make(world: World, *people: str) -> Made:
    """A course with one assignment and two lines of rubric. Call it inside an office."""
    course = make_course(world, "assignment", "page")
    for title, points in (("Chiarezza", 5), ("Risultati", 15)):
        rubric.add_criterion(
            world.actor("trainer"), course.steps[0], SaveCriterion(title=title, points=points)
        )
    join(world, course.id, *(people or ("trainee",)))
    return course


def points(step_id: uuid.UUID, *given: int) -> dict[uuid.UUID, int]:
    return {row.id: value for row, value in zip(rubric.criteria_of(step_id), given, strict=True)}


def test_a_trainee_hands_in_and_gets_feedback_and_hands_in_again(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make(world)
    trainee, trainer, step = sign_in("trainee"), sign_in("trainer"), f"{SITE}/step/{course.steps[0]}"
    trainee.post(
        f"{step}/hand-in", data={"text": "La mia relazione", "files": (io.BytesIO(PDF), "prova.pdf")}
    )
    assert "La mia relazione" in trainee.get(step).text
    queue = trainer.get(f"{SITE}/{course.id}/grading").text
    assert world.people["trainee"].name in queue
    with world.inside("siena"):
        [row] = session().query(Submission).filter_by(activity_id=course.steps[0]).all()
        [first, second] = [each.id for each in rubric.criteria_of(course.steps[0])]
        submission = row.id
    page = trainer.get(f"{SITE}/submission/{submission}").text
    assert "prova.pdf" in page
    marks = {f"points-{first}": "4", f"points-{second}": "6"}
    trainer.post(
        f"{SITE}/submission/{submission}",
        data={"outcome": "returned", "feedback": "Mancano i numeri", **marks},
    )
    assert "Mancano i numeri" in trainee.get(step).text
    trainee.post(f"{step}/hand-in", data={"text": "Con i numeri"})
    trainer.post(f"{SITE}/submission/{submission}", data={"outcome": "accepted", "feedback": "Bene", **marks})
    text = trainee.get(step).text
    assert "Bene" in text
    assert "50 %" in text
    with world.inside("siena"):
        assert read_outline(world.actor("trainee"), course.id).rows[0].done_at


def test_twenty_hand_ins_are_one(world: World) -> None:
    with world.inside("siena"):
        course = make(world)
        trainee = world.actor("trainee")
        rounds = {
            assignments.hand_in(trainee, course.steps[0], HandIn(text="Ecco")).round for _time in range(20)
        }
        assert rounds == {1}
        assert (
            session()
            .query(Submission)
            .filter_by(user_id=trainee.user_id, activity_id=course.steps[0])
            .count()
            == 1
        )
        assert (
            len(read_records(trainee.user_id, [Ref.of("core", "activity", course.steps[0])], ["submitted"]))
            == 1
        )


def test_the_database_itself_keeps_one_submission_for_each_person(world: World) -> None:
    with pytest.raises((IntegrityError, Conflict)), world.inside("siena"):
        course = make(world)
        for _time in range(2):
            session().add(
                Submission(
                    activity_id=course.steps[0],
                    user_id=world.people["trainee"].id,
                    state="draft",
                    text="",
                    round=0,
                )
            )
        session().flush()


def test_nothing_is_handed_in_empty(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make(world)
    answer = sign_in("trainee").post(f"{SITE}/step/{course.steps[0]}/hand-in", data={"text": "   "})
    assert answer.status_code == 422


def test_what_is_written_is_kept_without_being_handed_in(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make(world)
    browser = sign_in("trainee")
    saved = browser.post(
        f"{SITE}/step/{course.steps[0]}/hand-in/draft",
        data={"text": "A metà"},
        headers={"Accept": "application/json"},
    )
    assert "saved_at" in saved.json
    assert "A metà" in browser.get(f"{SITE}/step/{course.steps[0]}").text
    assert (
        world.people["trainee"].name
        not in sign_in("trainer").get(f"{SITE}/{course.id}/grading?show=all").text
    )


def test_a_trainer_sees_work_only_once_it_was_handed_in_and_others_never(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make(world, "trainee", "trainee2")
        trainee = world.actor("trainee")
        file = store_file(trainee, io.BytesIO(PDF), "prova.pdf", assignments.PURPOSE)
        assignments.save_submission(trainee, course.steps[0], HandIn(text="x"), [file])
        row = session().query(Submission).filter_by(activity_id=course.steps[0]).one().id
        address = f"/o/siena/files/{file.id}/prova.pdf"
        with pytest.raises(NotFound):
            assignments.get_submission(world.actor("trainer"), row)
    assert status(sign_in("trainer"), address) == 404
    sign_in("trainee").post(f"{SITE}/step/{course.steps[0]}/hand-in", data={"text": "x"})
    assert status(sign_in("trainer"), address) == 200
    assert status(sign_in("trainee2"), address) == 404
    assert sign_in("trainee2").get(f"{SITE}/submission/{row}").status_code == 404
    assert sign_in("trainer_vienna").get(f"/o/vienna/courses/submission/{row}").status_code == 404
    with office_scope(world.office("siena").id), current_app.test_request_context("/o/siena/"):
        ref = Ref.of("courses", "submission", row)
        assert ref in hooks().cards([ref], world.actor("trainer"))
        assert ref not in hooks().cards([ref], world.actor("trainee2"))


def status(browser: FlaskClient, address: str) -> int:
    """How a file is answered."""
    with browser.get(address) as answer:
        return answer.status_code


def test_what_was_handed_in_is_changed_by_nobody_until_it_is_returned(world: World) -> None:
    with world.inside("siena"):
        course = make(world)
        trainee = world.actor("trainee")
        view = assignments.hand_in(trainee, course.steps[0], HandIn(text="Ecco"))
        with pytest.raises(Conflict):
            assignments.save_submission(trainee, course.steps[0], HandIn(text="Anzi"))
        assignments.review(
            world.actor("trainer"), view.id, Review(outcome="accepted"), points(course.steps[0], 5, 15)
        )
        with pytest.raises(Conflict):
            assignments.hand_in(trainee, course.steps[0], HandIn(text="Anzi"))
        with pytest.raises(Conflict):
            assignments.review(
                world.actor("trainer"), view.id, Review(outcome="returned"), points(course.steps[0], 5, 15)
            )


@pytest.mark.parametrize("given", [(6, 15), (-1, 15), (5, 16)])
def test_points_keep_within_the_rubric(world: World, given: tuple[int, int]) -> None:
    with world.inside("siena"):
        course = make(world)
        view = assignments.hand_in(world.actor("trainee"), course.steps[0], HandIn(text="Ecco"))
        with pytest.raises(Invalid):
            assignments.review(
                world.actor("trainer"), view.id, Review(outcome="accepted"), points(course.steps[0], *given)
            )
        with pytest.raises(Invalid):
            assignments.review(world.actor("trainer"), view.id, Review(outcome="accepted"), {})


def test_a_line_of_the_rubric_that_was_used_stays(world: World) -> None:
    with world.inside("siena"):
        course = make(world)
        trainer = world.actor("trainer")
        view = assignments.hand_in(world.actor("trainee"), course.steps[0], HandIn(text="Ecco"))
        assignments.review(trainer, view.id, Review(outcome="accepted"), points(course.steps[0], 5, 15))
        with pytest.raises(Conflict):
            rubric.remove_criterion(trainer, course.steps[0], rubric.criteria_of(course.steps[0])[0].id)


def test_the_file_of_somebody_else_cannot_be_handed_in(world: World) -> None:
    with world.inside("siena"):
        course = make(world, "trainee", "trainee2")
        foreign = store_file(world.actor("trainee2"), io.BytesIO(PDF), "sua.pdf", assignments.PURPOSE)
        with pytest.raises(NotFound):
            assignments.hand_in(world.actor("trainee"), course.steps[0], HandIn(text="x"), [foreign])


def test_a_file_that_is_refused_says_why_and_keeps_nothing(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make(world)
    answer = sign_in("trainee").post(
        f"{SITE}/step/{course.steps[0]}/hand-in",
        data={"text": "Ecco", "files": (io.BytesIO(b"MZ\x90\x00" + b"\0" * 200), "prova.exe")},
    )
    assert answer.status_code == 422
    with world.inside("siena"):
        assert assignments.find_own_submission(world.actor("trainee"), course.steps[0]) is None


def test_a_file_over_the_limit_is_refused_with_the_limit_named(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside("siena"):
        course = make(world)
    monkeypatch.setattr("lms.files.accepting.MEGABYTE", 1)
    answer = sign_in("trainee").post(
        f"{SITE}/step/{course.steps[0]}/hand-in",
        data={"text": "Ecco", "files": (io.BytesIO(PDF * 100), "lunga.pdf")},
    )
    assert answer.status_code == 422
    assert re.search(r"\d+ (B|KB)", answer.text)
    with world.inside("siena"):
        assert assignments.find_own_submission(world.actor("trainee"), course.steps[0]) is None


def test_who_does_not_take_part_hands_nothing_in(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make(world)
    path = f"{SITE}/step/{course.steps[0]}/hand-in"
    assert sign_in("trainee2").post(path, data={"text": "x"}).status_code == 404
    assert sign_in("trainer").post(path, data={"text": "x"}).status_code == 409
