"""Answers that somebody should not send: foreign attempts, foreign questions, nonsense, too late, hostile."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from lms.plugin import Activity, World, session
from lms.testing import SignIn
from plugins.quiz import quizzes
from plugins.quiz.forms import EditSlot
from plugins.quiz.tests.making import ESSAY, TEXT, make_quiz
from plugins.quiz.tests.test_attempts import answers_of, attempt_of, send, start

O = "/o/siena"  # noqa: E741 - the office, as short as it can be


def test_a_foreign_attempt_is_not_found_at_any_address(sign_in: SignIn, world: World) -> None:
    url = start(sign_in("trainee"), make_quiz(world))
    elsewhere = url.replace("/o/siena", "/o/vienna")
    for browser, address in (
        (sign_in("trainee2"), url),
        (sign_in("trainer"), url),
        (sign_in("trainee_vienna"), elsewhere),
    ):
        assert browser.get(address).status_code == 404
        assert browser.get(f"{address}/review").status_code == 404
        assert send(browser, address, 1, 1, ("chosen", "a")).status_code == 404
        for action in ("save", "submit", "check/1", "reveal/1"):
            assert browser.post(f"{address}/{action}", data={"a1.chosen": "a"}).status_code == 404
    assert answers_of(url)[1] == {}


def test_an_answer_to_a_question_that_is_not_in_the_attempt_is_refused(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world))
    assert send(browser, url, 99, 1, ("chosen", "a")).status_code == 404
    assert browser.post(f"{url}/submit", data={"a99.seq": "0", "a99.chosen": "a"}).status_code == 404
    assert attempt_of(url).state == "active"


@pytest.mark.parametrize(
    "body",
    [None, [], {"changes": []}, {"changes": [{"position": 1}]}, {"changes": [{"position": 1, "seq": 0, "fields": []}]},
     {"changes": [{"position": 1, "seq": 2**70, "fields": []}]}, {"changes": "x"},
     {"changes": [{"position": 1, "seq": 1, "fields": [["a1.chosen", {"x": 1}]]}]}],
)  # fmt: skip
def test_nonsense_is_refused_politely(sign_in: SignIn, world: World, body: Any) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world))
    assert browser.post(f"{url}/answers", json=body).status_code == 422
    assert answers_of(url)[1] == {}


def test_after_handing_in_nothing_changes_any_more(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world))
    browser.post(f"{url}/submit", data={"key": "k"})
    assert send(browser, url, 1, 5, ("chosen", "a")).status_code == 409
    browser.post(f"{url}/save", data={"a1.seq": "9", "a1.chosen": "a"})
    browser.post(f"{url}/submit", data={"key": "other", "a1.seq": "9", "a1.chosen": "a"})
    assert answers_of(url)[1] == {}
    assert attempt_of(url).submit_key == "k"


def test_hostile_text_in_an_answer_is_only_text(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, TEXT, ESSAY)
    browser = sign_in("trainee")
    url = start(browser, quiz)
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    send(browser, url, 1, 1, ("text", evil))
    send(browser, url, 2, 1, ("text", evil))
    pages = [
        browser.get(url).text,
        browser.get(browser.post(f"{url}/submit", data={"key": "k"}).location).text,
    ]
    queue = sign_in("trainer").get(f"{O}/quiz/{quiz}/grading").text
    found = re.findall(r"/o/siena/quiz/answers/[\w-]+", queue)
    pages += [queue, sign_in("trainer").get(found[0]).text]
    assert not any("<script>alert" in page or "<img src=x" in page for page in pages)


def test_a_locked_person_cannot_take_a_quiz_of_another_office(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    assert sign_in("trainee_vienna").get(f"/o/vienna/quiz/{quiz}").status_code == 404
    assert sign_in("trainee_vienna").post(f"/o/vienna/quiz/{quiz}/start").status_code == 404
    assert sign_in("trainee_vienna").get(f"{O}/quiz/{quiz}").status_code == 403


def test_a_file_that_is_no_text_is_refused_with_what_would_be_accepted(sign_in: SignIn, world: World) -> None:
    data = {"file": (io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8), "questions.txt")}
    answer = sign_in("trainer").post(f"{O}/quiz/import?lang=en", data=data)
    assert answer.status_code == 422
    assert "GIFT" in answer.text
    assert "HTML" not in answer.text


def test_nothing_that_authors_write_anywhere_runs_anywhere(sign_in: SignIn, world: World) -> None:
    bad = '<script>steal()</script><img src="https://evil.example.org/x" onerror="steal()"><b onclick="steal()">x</b>'
    choices = [
        {"id": "a", "text": bad, "weight": 100, "feedback": bad},
        {"id": "b", "text": bad, "feedback": bad},
    ]
    single = {"type": "single", "stem": bad, "feedback": bad, "hints": [bad], "choices": choices}
    pair = {
        "type": "matching",
        "stem": bad,
        "pairs": [{"id": n, "prompt": bad, "answer": bad + n} for n in "ab"],
    }
    order = {"type": "ordering", "stem": bad, "items": [{"id": n, "text": bad + n} for n in "ab"]}
    text = {"type": "shorttext", "stem": bad, "answers": [{"pattern": bad, "feedback": bad}]}
    levels = [{"points": 0, "text": bad}, {"points": 1, "text": bad}]
    essay = {
        "type": "essay",
        "stem": bad,
        "rubric": [{"id": "r", "title": bad, "levels": levels}],
        "grader_notes": bad,
    }
    quiz = make_quiz(world, single, pair, order, text, essay, intro=bad)
    trainer, trainee = sign_in("trainer"), sign_in("trainee")
    trainer.post(f"{O}/quiz/bank/categories", data={"name": bad[:120]})
    with world.inside("siena"):
        session().get_one(Activity, quiz).title = bad[:190]
        who = world.actor("trainer")
        slot = quizzes.find_slots(quizzes.get_managed_quiz(who, quiz)[1])[0]
        quizzes.edit_slot(who, quiz, slot.id, EditSlot(section=bad[:120]))
        assert slot.question_id is not None
    question = f"{O}/quiz/bank/questions/{slot.question_id}"
    url = start(trainee, quiz)
    pages = [trainee.get(f"{O}/quiz/{quiz}").text, trainee.get(url).text]
    send(trainee, url, 5, 1, ("text", bad))
    pages.append(trainee.get(trainee.post(f"{url}/submit", data={"key": "k"}).location).text)
    queue = trainer.get(f"{O}/quiz/{quiz}/grading").text
    waiting = re.findall(r"/o/siena/quiz/answers/[\w-]+", queue)[0]
    trainer.post(waiting, data={"level.r": "1", "comment": bad})
    parts = ("questions", "settings", "results", "items", "regrade")
    pages += [queue, trainer.get(waiting).text, trainee.get(f"{url}/review").text]
    pages += [trainer.get(f"{O}/quiz/{quiz}/{part}").text for part in parts]
    pages += [trainer.get(f"{O}/quiz/bank{part}").text for part in ("", "/categories")]
    pages += [trainer.get(question + part).text for part in ("", "/preview", "/versions")]
    for number, page in enumerate(pages):
        for harm in ("<script>steal", "<img src=", "<b onclick"):
            assert harm not in page, number
