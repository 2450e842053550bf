"""Hostile HTML in every text field that quizzes ask for: it is text, or it is cleaned, wherever it is shown."""

from __future__ import annotations

import inspect
import io
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.plugin import Command, World, session
from lms.testing import SignIn
from plugins.quiz import bank, editing, forms, translating
from plugins.quiz.models import AttemptAnswer
from plugins.quiz.tests.making import ESSAY, FILE, SINGLE, make_quiz

SITE = "/o/siena/quiz"
BANK = f"{SITE}/bank"
BAD = 'steal? "><script>steal()</script><img src="https://evil.example.org" onerror="steal()"><a href="javascript:steal()">x</a><b onclick="steal()">x</b>'
SHORT = '"><b onclick="steal()">'
"""For fields of a few signs."""
NAME = "<b onclick=steal()>"
"""For names of files, which a form cannot send with quotes in them."""
HARM = ("<script>steal", '<img src="https://evil', 'href="javascript', "<b onclick")
NO_TEXT = {
    "SaveQuestion.right", "SaveQuestion.option_id", "SaveQuestion.prompt_id", "SaveQuestion.item_id", "SaveQuestion.criterion_id",
    "SaveQuestion.option_weight", "SaveQuestion.pattern_weight", "SaveQuestion.value", "SaveQuestion.tolerance",
    "SaveQuestion.value_weight", "SaveQuestion.unit_factor",
}  # fmt: skip
"""Numbers and ids of rows: refused, or replaced, when they are something else."""
KINDS: dict[str, dict[str, Any]] = {
    "single": {"option": ["Yes", "No"], "right": ["0"]},
    "truefalse": {"is_true": "true"},
    "shorttext": {"pattern": ["Rome"]},
    "number": {"value": ["42"]},
    "matching": {"prompt": ["One", "Two"], "match": ["1", "2"]},
    "ordering": {"item": ["One", "Two"]},
    "gaps": {"stem": "Rome lies in [Italy]."},
    "essay": {"criterion": ["Clear"], "levels": ["0 no\n2 yes"]},
}
"""What makes each kind of question complete."""
ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "stem": ("single", {"stem": f"<p>{BAD}</p>"}),
    "feedback": ("single", {"feedback": f"<p>{BAD}</p>"}),
    "hint": ("single", {"hint": [BAD]}),
    "name": ("single", {"name": BAD[:200]}),
    "tags": ("single", {"tags": BAD}),
    "option": ("single", {"option": [BAD, "No"]}),
    "option_feedback": ("single", {"option_feedback": [BAD, ""]}),
    "feedback_true": ("truefalse", {"feedback_true": BAD}),
    "feedback_false": ("truefalse", {"feedback_false": BAD}),
    "pattern": ("shorttext", {"pattern": [BAD]}),
    "pattern_feedback": ("shorttext", {"pattern_feedback": [BAD]}),
    "value_feedback": ("number", {"value_feedback": [BAD]}),
    "unit": ("number", {"unit": [SHORT], "unit_rule": "required"}),
    "prompt": ("matching", {"prompt": [BAD, "Two"]}),
    "match": ("matching", {"match": [BAD, "2"]}),
    "extra": ("matching", {"extra": BAD}),
    "item": ("ordering", {"item": [BAD, "Two"]}),
    "words": ("gaps", {"words": BAD, "kind": "selected"}),
    "criterion": ("essay", {"criterion": [BAD]}),
    "levels": ("essay", {"levels": [f"0 no\n2 {BAD}"]}),
    "grader_notes": ("essay", {"grader_notes": f"<p>{BAD}</p>"}),
}
"""How each text of a question is filled: the kind of question that has it, and what is typed."""


@dataclass
class Desk:
    """A trainer with a bank, a quiz, and a trainee who takes it."""

    sign_in: SignIn
    world: World
    seen: list[str] = field(default_factory=list)

    def send(self, path: str, key: str = "trainer", **data: Any) -> TestResponse:
        """Fill in a form."""
        return self.sign_in(key).post(path, data=data)

    def write(self, kind: str, given: dict[str, Any]) -> str:
        """Write a question of that kind; its address."""
        with self.world.inside("siena"):
            category = bank.default_category()
        plain = {
            "stem": "<p>A question</p>",
            "category_id": str(category),
            "scoring": "position",
            "unit_rule": "none",
        }
        made = self.send(f"{BANK}/new/{kind}", **(plain | KINDS[kind] | given))
        assert made.status_code == 303, made.text[-2000:]
        question = str(made.location).removesuffix("/preview")
        self.seen += [
            BANK,
            question,
            f"{question}/preview",
            f"{question}/versions",
            f"{question}/../../questions",
        ]
        return question

    def take(self, *contents: dict[str, Any], **given: Any) -> str:
        """A trainee takes a quiz with these questions and hands it in; the address of the attempt."""
        activity = make_quiz(self.world, *contents)
        begun = self.send(f"{SITE}/{activity}/start", "trainee")
        attempt = str(begun.location)
        self.sign_in("trainee").post(
            f"{attempt}/submit", data={"key": "k" * 20, **given}, content_type="multipart/form-data"
        )
        parts = (
            "",
            "/questions",
            "/settings",
            "/time",
            "/results",
            "/grading",
            "/items",
            "/regrade",
            "/languages/en",
        )
        self.seen += [f"{SITE}/{activity}{part}" for part in parts]
        return attempt

    def waiting(self) -> str:
        """The address at which the answer that waits is graded."""
        with self.world.inside("siena"):
            rows = session().scalars(select(AttemptAnswer.id).filter_by(waits_for_grade=True))
            found = [f"{SITE}/answers/{each}" for each in rows]
        self.seen += found
        return found[-1]

    def read(self, paths: list[str], key: str = "trainer") -> str:
        """Pages as that person sees them."""
        browser = self.sign_in(key)
        return "\n".join(browser.get(path, follow_redirects=True).text for path in paths)


def answer_essay(desk: Desk) -> None:
    desk.seen.append(f"{desk.take(ESSAY, **{'a1.text': BAD, 'a1.seq': '0'})}/review")
    desk.waiting()


def comment(desk: Desk) -> None:
    attempt = desk.take(ESSAY, **{"a1.text": "Words", "a1.seq": "0"})
    graded = desk.send(desk.waiting(), **{"level.r": "1", "comment": BAD})
    assert graded.status_code == 303
    desk.seen += [f"{attempt}/review", f"{SITE}/results/{attempt.rsplit('/', 1)[1]}"]


def name_file(desk: Desk) -> None:
    body = io.BytesIO()
    Image.new("RGB", (8, 8)).save(body, "PNG")
    attempt = desk.take(
        FILE, **{"a1.upload": (io.BytesIO(body.getvalue()), f"{NAME}steal.png"), "a1.seq": "0"}
    )
    desk.seen += [attempt, f"{attempt}/review"]
    desk.waiting()


def set_up(desk: Desk, intro: str = f"<p>{BAD}</p>") -> None:
    desk.take(SINGLE)
    quiz = desk.seen[-9]
    rules = {"mode": "practice", "pass_mark": "60", "review": "answers", "review_time": "at_once"}
    assert desk.send(f"{quiz}/settings", intro=intro, **rules).status_code == 303


def head_slot(desk: Desk) -> None:
    attempt = desk.take(SINGLE)
    quiz = desk.seen[-9]
    slot = re.findall(rf"{quiz}/questions/([0-9a-f-]{{36}})", desk.read([f"{quiz}/questions"]))[0]
    desk.send(f"{quiz}/questions/{slot}", do="save", points="1", section=BAD[:120])
    desk.seen.append(f"{attempt}/review")


def translate_quiz(desk: Desk) -> None:
    set_up(desk, "<p>Read this first</p>")
    sent = desk.send(f"{desk.seen[-9]}/languages/en", intro=f"<p>{BAD}</p>")
    assert sent.status_code == 303


def translate_question(desk: Desk) -> None:
    address = f"{desk.write('single', {})}/languages/en"
    names = re.findall(r'name="(text[0-9]+)"', desk.read([address]))
    assert len(names) > 2
    desk.send(address, **dict.fromkeys(names, BAD))
    desk.seen.append(address)


def name_category(desk: Desk) -> None:
    desk.send(f"{BANK}/categories", name=BAD[:120])
    desk.seen += [BANK, f"{BANK}/categories", f"{BANK}/new/single", f"{SITE}/import", f"{SITE}/import/export"]


def name_import(desk: Desk) -> None:
    bad = re.sub(r"([=:{}~#])", r"\\\1", BAD)
    content = f"::{bad}::{bad} {{={bad} ~no}}\n\n::{bad}::open {{=a\n".encode()
    sent = desk.send(f"{SITE}/import", file=(io.BytesIO(content), f"{NAME}steal.txt"))
    assert sent.status_code == 303
    desk.seen += [f"{SITE}/import", str(sent.location)]


def write_text(name: str) -> Callable[[Desk], object]:
    kind, given = ROWS[name]
    return lambda desk: desk.write(kind, given)


WRITERS: dict[str, Callable[[Desk], object]] = {f"SaveQuestion.{name}": write_text(name) for name in ROWS} | {
    "SaveCategory.name": name_category, "SetUpQuiz.intro": set_up, "EditSlot.section": head_slot, "GradeAnswer.comment": comment,
    "WriteIntro.intro": translate_quiz, "words of a question": translate_question, "answer": answer_essay,
    "name of a file": name_file, "UploadQuestions.file": name_import,
}  # fmt: skip
"""How a person fills each text field. Answers and translated words have no field of a command of their own."""
TEXTS = (str, str | None, list[str], editing.Rows)


def text_fields() -> set[str]:
    """Every text that a command of quizzes asks for; those of questions once, whatever their kind."""
    found = set()
    for module in (forms, editing, translating):
        for _name, command in inspect.getmembers(module, inspect.isclass):
            if not issubclass(command, Command) or command.__module__ != module.__name__:
                continue
            owner = "SaveQuestion" if issubclass(command, editing.SaveQuestion) else command.__name__
            found |= {
                f"{owner}.{name}" for name, each in command.model_fields.items() if each.annotation in TEXTS
            }
    return found


def test_every_text_field_of_quizzes_is_tried() -> None:
    assert text_fields() - NO_TEXT <= set(WRITERS)
    assert "SaveQuestion.option" in text_fields()


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_what_is_written_into_a_quiz_runs_nowhere(sign_in: SignIn, world: World, name: str) -> None:
    desk = Desk(sign_in, world)
    WRITERS[name](desk)
    paths = list(dict.fromkeys(desk.seen))
    pages = desk.read(paths) + desk.read([path for path in paths if "/attempts/" in path], "trainee")
    assert "steal" in pages, "it was taken, and is shown"
    assert [harm for harm in HARM if harm in pages] == []


@pytest.mark.parametrize("given", [{"option_weight": [BAD, ""]}, {"right": [BAD]}, {"option_id": [BAD, BAD]}])
def test_what_should_be_a_number_or_an_id_is_refused_or_harmless(
    sign_in: SignIn, world: World, given: dict[str, Any]
) -> None:
    with world.inside("siena"):
        category = str(bank.default_category())
    answer = sign_in("trainer").post(
        f"{BANK}/new/single", data={"stem": "<p>A question</p>", "category_id": category, **KINDS["single"], **given}
    )  # fmt: skip
    page = answer.text if answer.status_code != 303 else sign_in("trainer").get(answer.location).text
    assert [harm for harm in HARM if harm in page] == []
    assert answer.status_code in {200, 303, 422}


def test_an_unknown_id_in_a_field_is_refused(sign_in: SignIn) -> None:
    sent = sign_in("trainer").post(
        f"{BANK}/new/single", data={"stem": "<p>x</p>", "category_id": BAD, **KINDS["single"]}
    )
    assert sent.status_code == 422
    assert [harm for harm in HARM if harm in sent.text] == []
    missing = str(uuid.uuid4())
    sent = sign_in("trainer").post(
        f"{BANK}/new/single", data={"stem": "<p>x</p>", "category_id": missing, **KINDS["single"]}
    )
    assert sent.status_code in {404, 422}
