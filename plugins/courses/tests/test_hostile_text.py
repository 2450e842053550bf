"""Hostile HTML in every text field that courses ask for: it is text, or it is cleaned, wherever it is shown."""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.plugin import Command, World, session
from lms.testing import SignIn
from plugins.courses import forms, writing
from plugins.courses.authoring import edit_course
from plugins.courses.models import Certificate
from plugins.courses.rubric import add_criterion
from plugins.courses.tests.making import Made, join, make_course

SITE = "/o/siena/courses"
BAD = '"><script>steal()</script><img src="https://evil.example.org" onerror="steal()"><a href="javascript:steal()">x</a><b onclick="steal()">x</b>'
HARM = ("<script>steal", "<img src=", 'href="javascript', "<b onclick")
CHOICES = {"AddStep.type", "WriteLink.url"}
"""Texts of which only known ones, or web addresses, are taken: tested by themselves."""


@dataclass
class Place:
    """A course with a page, a link, a file and an assignment, in two languages, and somebody at work in it."""

    sign_in: SignIn
    id: uuid.UUID
    steps: list[uuid.UUID]
    page: uuid.UUID
    criterion: uuid.UUID
    certificate: uuid.UUID
    code: str
    trainee: uuid.UUID

    def send(self, path: str, key: str = "trainer", **data: str) -> TestResponse:
        """Fill in a form."""
        return self.sign_in(key).post(f"{SITE}/{path}", data=data)

    def hand_in(self, text: str) -> str:
        """Hand in as the trainee; where the trainer grades it."""
        self.send(f"step/{self.steps[3]}/hand-in", "trainee", text=text)
        queue = self.sign_in("trainer").get(f"{SITE}/{self.id}/grading").text
        return re.findall(r"submission/[0-9a-f-]{36}", queue)[0]

    def read(self) -> list[tuple[str, str]]:
        """Everything that people see of it: addresses and pages."""
        steps = [f"{SITE}/step/{each}" for each in self.steps]
        parts = ("edit", "about", "rules", "people", "grading?show=all", "issued", f"people/{self.trainee}")
        writes = [f"{each}/{part}" for each in steps for part in ("write", "settings", "words/en")]
        more = ("link", "file", "assignment", "assignment?language=en")
        writes += [f"{steps[{'link': 1, 'file': 2}.get(each, 3)]}/{each}" for each in more]
        page = f"{SITE}/page/{self.page}"
        managed = [f"{SITE}/{self.id}/{each}" for each in parts]
        managed += [
            *writes,
            f"{SITE}/?show=draft",
            page,
            f"{page}?language=en",
            f"{page}/versions",
            f"{SITE}/{self.id}/words/en",
        ]
        seen = [
            f"{SITE}/", f"{SITE}/{self.id}", f"{SITE}/{self.id}?language=en", f"{SITE}/{self.id}/notes", *steps,
            "/o/siena/", "/o/siena/notifications", f"{SITE}/verify/{self.code}",
        ]  # fmt: skip
        found = [(path, self.sign_in("trainee").get(path, follow_redirects=True).text) for path in seen]
        trainer = self.sign_in("trainer")
        return found + [(path, trainer.get(path, follow_redirects=True).text) for path in managed]


def translate(place: Place, **words: str) -> None:
    place.send(f"{place.id}/words/en", **({"title": "T", "summary": "", "objectives": ""} | words))


def add_line(place: Place, **words: str) -> None:
    data = {"form_id": "savecriterion", "title": "Line", "hint": "", "points": "3"} | words
    place.send(f"step/{place.steps[3]}/assignment", **data)


def translate_line(place: Place, title: str, hint: str) -> None:
    data = {"criterion": str(place.criterion), "criterion_title": title, "criterion_hint": hint}
    place.send(f"step/{place.steps[3]}/assignment?language=en", form_id="rubric_words", **data)


def grade(place: Place) -> None:
    place.send(place.hand_in("Done"), outcome="returned", feedback=BAD, **{f"points-{place.criterion}": "3"})


def about(place: Place, **words: str) -> None:
    place.send(f"{place.id}/about", **({"title": "Course", "languages": "en"} | words))


def assign(place: Place) -> None:
    data = {"form_id": "writeassignment", "body": BAD, "takes_text": "1"}
    place.send(f"step/{place.steps[3]}/assignment", **data)


def settle(place: Place, step: int, form: str) -> None:
    place.send(f"step/{place.steps[step]}/settings", form_id=form, title=BAD, is_required="1")


WRITERS: dict[str, Callable[[Place], object]] = {
    "NewCourse.title": lambda place: place.send("new", title=BAD),
    "EditCourse.title": lambda place: about(place, title=BAD),
    "EditCourse.summary": lambda place: about(place, summary=BAD),
    "EditCourse.objectives": lambda place: about(place, objectives=BAD),
    "EditCourse.cover_alt": lambda place: about(place, cover_alt=BAD),
    "TranslateTexts.title": lambda place: translate(place, title=BAD),
    "TranslateTexts.summary": lambda place: translate(place, summary=BAD),
    "TranslateTexts.objectives": lambda place: translate(place, objectives=BAD),
    "AddStep.title": lambda place: place.send(f"{place.id}/edit", do="add", type="page", title=BAD),
    "Rename.title": lambda place: place.send(f"{place.id}/edit", do="rename", step=str(place.steps[0]), title=BAD),
    "SectionSettings.title": lambda place: settle(place, 4, "sectionsettings"),
    "StepSettings.title": lambda place: settle(place, 0, "stepsettings"),
    "WritePage.title": lambda place: place.send(f"page/{place.page}", title=BAD, html="<p>x</p>"),
    "WritePage.html": lambda place: place.send(f"page/{place.page}", title="", html=BAD),
    "WriteLink.body": lambda place: place.send(f"step/{place.steps[1]}/link", url="https://example.org", body=BAD),
    "WriteFile.body": lambda place: place.send(f"step/{place.steps[2]}/file", body=BAD),
    "WriteAssignment.body": assign,
    "SaveCriterion.title": lambda place: add_line(place, title=BAD),
    "SaveCriterion.hint": lambda place: add_line(place, hint=BAD),
    "CriterionWords.title": lambda place: translate_line(place, BAD, ""),
    "CriterionWords.hint": lambda place: translate_line(place, "Line", BAD),
    "HandIn.text": lambda place: place.hand_in(BAD),
    "Review.feedback": grade,
    "Revoke.reason": lambda place: place.send(f"certificate/{place.certificate}/revoke", reason=BAD),
    "Nudge.text": lambda place: place.send(f"{place.id}/people", do="nudge", user_id=str(place.trainee), text=BAD),
    "note": lambda place: place.send(f"step/{place.steps[0]}/note", "trainee", note=BAD),
}  # fmt: skip
"""How a person fills each text field. Notes have no command."""


def text_fields() -> set[str]:
    """Every text that a command of courses asks for."""
    commands = [
        each for _name, each in inspect.getmembers(forms, inspect.isclass) if issubclass(each, Command)
    ]
    return {
        f"{command.__name__}.{name}"
        for command in commands
        if command.__module__ == forms.__name__
        for name, field in command.model_fields.items()
        if field.annotation in (str, str | None)
    }


def test_every_text_field_is_tried() -> None:
    assert text_fields() - CHOICES <= set(WRITERS)


@pytest.fixture
def place(world: World, sign_in: SignIn) -> Place:
    with world.inside("siena"):
        course: Made = make_course(world, "page", "link", "file", "assignment", "section")
        trainer = world.actor("trainer")
        edit_course(trainer, course.id, forms.EditCourse(title="Course", languages=["en"]))
        criterion = add_criterion(trainer, course.steps[3], forms.SaveCriterion(title="Clear", points=5))
        join(world, course.id)
        certificate = (
            session().scalars(select(Certificate).filter_by(user_id=world.people["trainee5"].id)).one()
        )
        page = writing.pages_of(course.steps[0])[0].id
        trainee = world.people["trainee"].id
        return Place(
            sign_in, course.id, course.steps, page, criterion, certificate.id, certificate.code, trainee
        )


@pytest.mark.parametrize("field", sorted(WRITERS))
def test_what_is_written_into_it_runs_nowhere(place: Place, field: str) -> None:
    WRITERS[field](place)
    pages = place.read()
    assert any("steal" in page for _path, page in pages) or field in SILENT, "it was taken, and is shown"
    for path, page in pages:
        assert [harm for harm in HARM if harm in page] == [], path


SILENT = {
    "WritePage.html", "WriteLink.body", "WriteFile.body", "WriteAssignment.body",
}  # fmt: skip
"""Cleaned when it is stored, so that nothing of it is left to see."""
