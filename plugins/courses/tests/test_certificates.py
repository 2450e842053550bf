"""Certificates: issued with the course, verified by anybody, revoked with a reason."""

from __future__ import annotations

import uuid

import pytest
from flask import current_app
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.plugin import Conflict, NotFound, Ref, World, hooks, office_scope, session
from lms.testing import SignIn, count_queries
from plugins.courses import authoring, certificates
from plugins.courses.cards import find_cards
from plugins.courses.certificates import ALPHABET, new_code, tidy_code
from plugins.courses.forms import EditCourse, Revoke
from plugins.courses.hooks import on_completed
from plugins.courses.models import Certificate, Course
from plugins.courses.tests.making import join, make_course, view

SITE = "/o/siena/courses"


def finish(world: World, key: str = "trainee") -> tuple[uuid.UUID, uuid.UUID, str]:
    """A completed course and its certificate. Call it inside an office."""
    course = make_course(world, "page")
    join(world, course.id, key)
    view(world, course.steps[0], key)
    row = certificates.claim_certificate(world.actor(key), course.id)
    return course.id, row.id, row.code


def test_who_completes_a_course_gets_one_certificate_and_can_download_it(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course_id, certificate_id, code = finish(world)
        again = certificates.issue_certificate(course_id, world.people["trainee"].id)
        assert again is not None
        assert again.id == certificate_id
    browser = sign_in("trainee")
    assert code in browser.get(f"{SITE}/certificates").text
    answer = browser.get(f"{SITE}/certificate/{certificate_id}.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert b"pdfuaid" in answer.data or len(answer.data) > 5000
    assert sign_in("trainer").get(f"{SITE}/certificate/{certificate_id}.pdf").status_code == 200
    assert sign_in("trainee2").get(f"{SITE}/certificate/{certificate_id}.pdf").status_code == 404
    assert (
        sign_in("trainer_vienna").get(f"/o/vienna/courses/certificate/{certificate_id}.pdf").status_code
        == 404
    )


def test_the_list_of_certificates_can_be_taken_along(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course_id, _certificate_id, code = finish(world)
    address = f"{SITE}/{course_id}/issued"
    assert code in sign_in("trainer").get(f"{address}?form=csv").data.decode("utf-8-sig")
    assert sign_in("trainer").get(f"{address}?form=xlsx").data.startswith(b"PK")
    assert sign_in("trainee").get(f"{address}?form=csv").status_code == 403


def test_the_fact_of_completion_issues_it_and_tells_the_person(world: World) -> None:
    with world.inside("siena"):
        course = make_course(world, "page")
        join(world, course.id)
        view(world, course.steps[0])
        on_completed(world.office("siena").id, course.id, world.people["trainee"].id)
        assert session().query(Certificate).filter_by(course_id=course.id).count() == 1
        on_completed(world.office("siena").id, course.steps[0], world.people["trainee"].id)
        assert session().query(Certificate).filter_by(course_id=course.steps[0]).count() == 0


def test_there_is_none_before_the_course_is_completed_nor_where_there_are_none(
    world: World, sign_in: SignIn
) -> None:
    with world.inside("siena"):
        course = make_course(world, "page")
        join(world, course.id)
        with pytest.raises(Conflict):
            certificates.claim_certificate(world.actor("trainee"), course.id)
        view(world, course.steps[0])
        session().get_one(Course, course.id).has_certificate = False
        assert certificates.issue_certificate(course.id, world.people["trainee"].id) is None
    assert sign_in("trainee").post(f"{SITE}/{course.id}/certificate").status_code == 409


def test_anybody_can_verify_it_by_its_code_however_they_write_it(world: World, client: FlaskClient) -> None:
    with world.inside("siena"):
        _course_id, _certificate_id, code = finish(world)
    page = client.get(f"{SITE}/verify/{code}")
    assert page.status_code == 200
    assert world.people["trainee"].name in page.text
    assert (
        client.get(f"{SITE}/verify?code={code.lower().replace('-', ' ')}").location == f"{SITE}/verify/{code}"
    )
    assert client.get(f"/o/vienna/courses/verify/{code}").status_code == 200
    wrong = client.get(f"{SITE}/verify/AAAA-AAAA-AAAA")
    assert wrong.status_code == 404
    assert world.people["trainee"].name not in wrong.text
    assert client.get(f"{SITE}/verify").status_code == 200


def test_a_revoked_one_says_so_to_everybody_and_can_hold_again(
    world: World, sign_in: SignIn, client: FlaskClient
) -> None:
    with world.inside("siena"):
        course_id, certificate_id, code = finish(world)
    assert (
        sign_in("trainee")
        .post(f"{SITE}/certificate/{certificate_id}/revoke", data={"reason": "mine"})
        .status_code
        == 403
    )
    trainer = sign_in("trainer")
    trainer.post(f"{SITE}/certificate/{certificate_id}/revoke", data={"reason": "Emesso per errore"})
    assert "Emesso per errore" in client.get(f"{SITE}/verify/{code}").text
    assert "Emesso per errore" in trainer.get(f"{SITE}/{course_id}/issued").text
    with office_scope(world.office("siena").id):
        assert attested(world) == set()
    trainer.post(f"{SITE}/certificate/{certificate_id}/reinstate")
    assert "Emesso per errore" not in client.get(f"{SITE}/verify/{code}").text
    with office_scope(world.office("siena").id):
        assert attested(world) == {"Colloquio efficace"}


def attested(world: World) -> set[str]:
    """Certificates among the evidence of the trainee."""
    trainee = world.actor("trainee")
    with current_app.test_request_context("/o/siena/"):
        found = hooks().evidence(trainee.user_id, trainee)
    return {each.title for each in found if each.ref.kind == "certificate"}


def test_many_cards_of_certificates_take_as_many_queries_as_one(world: World) -> None:
    with current_app.test_request_context(), world.inside("siena"):
        refs = [Ref.of("courses", "certificate", each) for each in session().scalars(select(Certificate.id))]
        assert len(refs) > 1
        for key, seen in (("counsellor", len(refs)), ("trainee", 0)):
            actor = world.actor(key)
            session().expire_all()
            with count_queries() as few:
                find_cards(refs[:1], actor)
            session().expire_all()
            with count_queries() as many:
                assert len(find_cards(refs, actor)) == seen
            assert len(few) == len(many)


def test_a_certificate_keeps_the_name_and_title_of_its_day(world: World, client: FlaskClient) -> None:
    with world.inside("siena"):
        course_id, _certificate_id, code = finish(world)
        authoring.edit_course(world.actor("trainer"), course_id, EditCourse(title="Altro titolo"))
    assert "Colloquio efficace" in client.get(f"{SITE}/verify/{code}").text


def test_another_persons_certificate_is_not_there(world: World) -> None:
    with world.inside("siena"):
        _course_id, certificate_id, _code = finish(world)
        with pytest.raises(NotFound):
            certificates.revoke_certificate(world.actor("trainee2"), certificate_id, Revoke(reason="because"))


@given(st.text(max_size=40))
def test_any_text_becomes_a_code_or_nothing(text: str) -> None:
    code = tidy_code(text)
    assert set(code) <= {*ALPHABET, "-"}
    assert len(code) <= 14
    assert tidy_code(code) == code


def test_codes_are_not_repeated() -> None:
    codes = {new_code() for _time in range(500)}
    assert len(codes) == 500
    assert all(tidy_code(code) == code for code in codes)
