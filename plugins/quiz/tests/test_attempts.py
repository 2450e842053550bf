"""Taking a quiz: nothing is lost, nothing counts twice, the clock is the server's, everything works without scripts."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.plugin import (
    Invalid,
    Record,
    World,
    all_offices,
    completions_of,
    enqueue,
    office_scope,
    session,
    unit_of_work,
    utcnow,
)
from lms.testing import SignIn, count_queries
from plugins.quiz import attempts, quizzes
from plugins.quiz.forms import DrawQuestions, GiveTime, SetUpQuiz
from plugins.quiz.models import Attempt, AttemptAnswer, Quiz
from plugins.quiz.tests.making import FILE, NUMBER, ORDER, SINGLE, TEXT, add_question, make_quiz

O = "/o/siena"  # noqa: E741 - the office, as short as it can be


def start(browser: FlaskClient, activity_id: uuid.UUID) -> str:
    """Begin; returns the address of the attempt."""
    answer = browser.post(f"{O}/quiz/{activity_id}/start")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def send(browser: FlaskClient, url: str, position: int, seq: int, *fields: tuple[str, str]) -> Any:
    """One answer as the script sends it."""
    change = {
        "position": position,
        "seq": seq,
        "fields": [[f"a{position}.{name}", value] for name, value in fields],
    }
    return browser.post(f"{url}/answers", json={"changes": [change]})


def attempt_of(url: str) -> Attempt:
    with all_offices("a test looks"):
        session().rollback()
        return session().scalars(select(Attempt).filter_by(id=uuid.UUID(url.rsplit("/", 1)[1]))).one()


def answers_of(url: str) -> dict[int, dict[str, Any]]:
    with all_offices("a test looks"):
        session().rollback()
        rows = session().scalars(select(AttemptAnswer).filter_by(attempt_id=uuid.UUID(url.rsplit("/", 1)[1])))
        return {row.position: row.answer for row in rows}


def turn_clock(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    """Let the server's clock be later."""
    later = utcnow() + timedelta(minutes=minutes)
    monkeypatch.setattr(attempts, "utcnow", lambda: later)


def test_a_trainee_answers_hands_in_and_sees_the_score(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    browser = sign_in("trainee")
    assert "Comincia" in browser.get(f"{O}/quiz/{quiz}").text
    url = start(browser, quiz)
    assert "Which one?" in browser.get(url).text
    saved = send(browser, url, 1, 1, ("chosen", "a")).json
    assert saved["saved"] == {"1": 1}
    assert send(browser, url, 2, 1, ("text", "roma")).json["saved"] == {"2": 1}
    answer = browser.post(f"{url}/submit", data={"key": "k"})
    page = browser.get(answer.location).text
    assert "66 %" in page
    assert "Because." in page


def test_completion_follows_from_the_score_at_once(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    browser = sign_in("trainee")
    url = start(browser, quiz)
    browser.post(
        f"{url}/submit", data={"key": "k", "a1.chosen": "a", "a1.seq": "0", "a2.text": "Rome", "a2.seq": "0"}
    )
    with world.inside("siena"):
        done = {activity.id: row.value for row, activity in completions_of(world.people["trainee"].id)}
    assert done[quiz] == 66


def test_without_scripts_the_whole_page_is_saved_and_handed_in_as_a_form(
    sign_in: SignIn, world: World
) -> None:
    quiz = make_quiz(world, SINGLE, TEXT, ORDER)
    browser = sign_in("trainee")
    url = start(browser, quiz)
    page = browser.get(url).text
    fields = dict(re.findall(r'name="(a\d+\.seq)" value="(\d+)"', page))
    saved = browser.post(f"{url}/save", data=fields | {"a1.chosen": "b", "a2.text": "Rome"})
    assert saved.status_code == 303
    assert answers_of(url) == {1: {"chosen": ["b"]}, 2: {"text": "Rome"}, 3: {}}
    fields = dict(re.findall(r'name="(a\d+\.seq)" value="(\d+)"', browser.get(url).text))
    places = {"a3.place.a": "1", "a3.place.b": "2", "a3.place.c": "3"}
    browser.post(f"{url}/submit", data=fields | {"a1.chosen": "a", "a2.text": "Rome", "key": "k"} | places)
    assert attempt_of(url).percent == 100


def test_an_answer_can_be_taken_back(sign_in: SignIn, world: World) -> None:
    url = start(sign_in("trainee"), make_quiz(world))
    browser = sign_in("trainee")
    send(browser, url, 1, 1, ("chosen", "a"))
    send(browser, url, 1, 2)
    assert answers_of(url)[1] == {}


def test_a_late_and_older_answer_never_replaces_a_newer_one(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world))
    assert send(browser, url, 1, 7, ("chosen", "a")).json["saved"] == {"1": 7}
    old = send(browser, url, 1, 3, ("chosen", "b")).json
    assert (old["saved"], old["stale"]) == ({}, {"1": 7})
    assert answers_of(url)[1] == {"chosen": ["a"]}
    again = send(browser, url, 1, 7, ("chosen", "a")).json
    assert again["saved"] == {"1": 7}
    two_tabs = send(browser, url, 1, 7, ("chosen", "b")).json
    assert two_tabs["stale"] == {"1": 7}


def test_a_form_from_an_old_tab_does_not_hand_in_over_newer_answers(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world))
    send(browser, url, 1, 5, ("chosen", "a"))
    answer = browser.post(f"{url}/submit", data={"key": "old", "a1.seq": "2", "a1.chosen": "b"})
    assert answer.location == url
    assert attempt_of(url).state == "active"
    assert answers_of(url)[1] == {"chosen": ["a"]}


def test_twenty_parallel_submissions_are_one(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    browser = sign_in("trainee")
    url = start(browser, quiz)
    send(browser, url, 1, 1, ("chosen", "a"))
    browsers = [sign_in("trainee") for _number in range(20)]
    gate, found = threading.Barrier(20), []

    def submit(own: FlaskClient) -> None:
        gate.wait()
        found.append(own.post(f"{url}/submit", data={"key": "the same"}).status_code)

    threads = [threading.Thread(target=submit, args=(own,)) for own in browsers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [303] * 20
    with all_offices("a test counts"):
        count = (
            select(func.count()).select_from(Record).where(Record.key.like(f"quiz:{url.rsplit('/', 1)[1]}:%"))
        )
        assert session().scalar(count) == 2  # submitted, scored


def test_two_clicks_on_begin_are_one_attempt(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    first, second = start(sign_in("trainee"), quiz), start(sign_in("trainee"), quiz)
    assert first == second


def test_after_the_end_answers_are_refused_and_those_in_time_are_judged(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world, time_limit=10))
    send(browser, url, 1, 1, ("chosen", "a"))
    turn_clock(monkeypatch, 11)
    late = send(browser, url, 2, 1, ("text", "Rome"))
    assert (late.status_code, late.json["over"], late.json["saved"]) == (409, True, {})
    row = attempt_of(url)
    assert (row.state, row.percent, row.is_late) == ("submitted", 33, True)
    assert row.submitted_at == row.due_at


def test_a_late_submission_is_judged_by_the_servers_clock(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world, time_limit=10))
    send(browser, url, 1, 1, ("chosen", "a"))
    turn_clock(monkeypatch, 12)
    data = {"key": "k", "a1.seq": "1", "a1.chosen": "b", "a2.seq": "0", "a2.text": "Rome"}
    browser.post(f"{url}/submit", data=data, headers={"Date": "Mon, 01 Jan 2001 00:00:00 GMT"})
    assert (attempt_of(url).percent, answers_of(url)[2]) == (33, {})


def test_the_clock_tells_seconds_that_are_left_and_a_reload_resumes(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world, time_limit=10))
    assert 590 <= send(browser, url, 1, 1, ("chosen", "c")).json["seconds_left"] <= 600
    turn_clock(monkeypatch, 4)
    page = browser.get(url).text
    left = int(re.findall(r'data-left="(\d+)"', page)[0])
    assert 350 <= left <= 361
    assert re.search(r'value="c" checked', page)


def test_extra_time_moves_the_end_of_a_running_attempt(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, time_limit=10)
    url = start(sign_in("trainee"), quiz)
    before = attempt_of(url).due_at
    with world.inside("siena"):
        give = GiveTime(user_id=world.people["trainee"].id, minutes=20)
        quizzes.give_time(world.actor("trainer"), quiz, give)
        quizzes.give_time(world.actor("trainer"), quiz, give)
    after = attempt_of(url).due_at
    assert before is not None
    assert after == before + timedelta(minutes=20)


def test_the_job_hands_in_what_nobody_did(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = start(sign_in("trainee"), make_quiz(world, time_limit=10))
    turn_clock(monkeypatch, 11)
    with world.inside("siena"):
        assert attempts.settle_overdue() >= 1
    assert attempt_of(url).state == "submitted"


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"), [(-1, 1, True), (1, 2, False), (-2, -1, False), (None, None, True)]
)
def test_a_quiz_is_open_only_in_its_window(
    sign_in: SignIn, world: World, opens: int | None, closes: int | None, is_open: bool
) -> None:
    def moment(hours: int | None) -> datetime | None:
        return None if hours is None else utcnow() + timedelta(hours=hours)

    quiz = make_quiz(world, opens_at=moment(opens), closes_at=moment(closes))
    assert (sign_in("trainee").post(f"{O}/quiz/{quiz}/start").status_code == 303) == is_open


def test_attempts_are_limited_and_a_trial_of_staff_counts_nowhere(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, max_attempts=1)
    browser = sign_in("trainee")
    browser.post(f"{start(browser, quiz)}/submit", data={"key": "k"})
    assert browser.post(f"{O}/quiz/{quiz}/start").status_code == 409
    trainer = sign_in("trainer")
    for _number in range(2):
        trial = trainer.post(f"{O}/quiz/{quiz}/trial").location
        assert trainer.post(f"{trial}/submit", data={"key": "k"}).status_code == 303
        assert trainer.get(f"{trial}/review").status_code == 200
    with all_offices("a test looks"):
        keys = (
            session()
            .scalars(select(Record.key).where(Record.key.like(f"quiz:{trial.rsplit('/', 1)[1]}%")))
            .all()
        )
    assert keys == []
    assert sign_in("trainee2").post(f"{O}/quiz/{quiz}/trial").status_code == 403


def test_practice_checks_hints_costs_tries_and_can_show_the_answer(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world, SINGLE, TEXT, mode="practice"))
    browser.post(f"{url}/check/1", data={"a1.seq": "0", "a1.chosen": "b"})
    page = browser.get(url).text
    assert "Not this." in page
    assert "Think." in page
    browser.post(
        f"{url}/check/1", data={"a1.seq": "1", "a1.chosen": "a", "a2.seq": "0", "a2.text": "on the way"}
    )
    browser.post(f"{url}/check/2", data={"a2.seq": "1", "a2.text": "Paris"})
    browser.post(f"{url}/reveal/2", data={})
    assert "Rome" in browser.get(url).text
    changed = send(browser, url, 2, 9, ("text", "Rome")).json
    assert changed["stale"] == {"2": 2}
    browser.post(f"{url}/submit", data={"key": "k"})
    assert attempt_of(url).earned == 0.75


def test_a_test_does_not_tell_before_it_is_handed_in(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world))
    assert browser.post(f"{url}/check/1", data={"a1.seq": "0", "a1.chosen": "b"}).status_code == 409
    page = browser.get(url).text
    assert "Because." not in page
    assert "Think." not in page
    assert "weight" not in page


@pytest.mark.parametrize(
    ("review", "sees", "hides"), [("answers", ["33 %", "Because."], []), ("score", ["33 %"], ["Because."]), ("nothing", [], ["33 %", "Because."])]
)  # fmt: skip
def test_afterwards_one_sees_what_the_quiz_allows(
    sign_in: SignIn, world: World, review: str, sees: list[str], hides: list[str]
) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world, review=review))
    send(browser, url, 1, 1, ("chosen", "a"))
    page = browser.get(browser.post(f"{url}/submit", data={"key": "k"}).location).text
    assert all(text in page for text in sees)
    assert not any(text in page for text in hides)


def test_a_random_draw_asks_each_person_other_questions_and_none_twice(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, SINGLE)
    trainer = world.actor("trainer")
    with world.inside("siena"):
        from plugins.quiz import bank

        place = bank.category_of_path(["Pool"], None)
        assert place is not None
        for number in range(9):
            made = add_question(world, NUMBER | {"stem": f"<p>Question {number}</p>"})
            bank.get_question(trainer, made).row.category_id = place
        session().flush()
        quizzes.add_draw(trainer, quiz, DrawQuestions(category_id=place, draw_count=3))
        quizzes.add_draw(trainer, quiz, DrawQuestions(category_id=place, draw_count=3))
    sets = []
    for key in ("trainee", "trainee2", "trainee3", "trainee4"):
        with all_offices("a test looks"):
            url = start(sign_in(key), quiz)
            rows = (
                session()
                .scalars(
                    select(AttemptAnswer.version_id).filter_by(attempt_id=uuid.UUID(url.rsplit("/", 1)[1]))
                )
                .all()
            )
        assert len(rows) == len(set(rows)) == 7
        sets.append(frozenset(rows))
    assert len(set(sets)) > 1


def test_a_file_answer_is_stored_and_only_ones_own(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, FILE)
    browser, other = sign_in("trainee"), sign_in("trainee2")
    url = start(browser, quiz)
    sent = browser.post(
        f"{url}/save", data={"a1.seq": "0", "a1.upload": (BytesIO(b"My page of evidence."), "page.txt")}, content_type="multipart/form-data"
    )  # fmt: skip
    assert sent.status_code == 303
    [file_id] = answers_of(url)[1]["files"]
    assert "page.txt" in browser.get(url).text
    stolen = start(other, quiz)
    send(other, stolen, 1, 1, ("files", file_id))
    assert answers_of(stolen)[1] == {}
    assert other.get(f"{O}/files/{file_id}/page.txt").status_code == 404
    browser.post(f"{url}/submit", data={"key": "k"})
    with sign_in("tutor").get(f"{O}/files/{file_id}/page.txt") as seen:
        assert seen.status_code == 200


def test_the_page_asks_a_constant_number_of_questions(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    small = start(browser, make_quiz(world, SINGLE))
    large = start(browser, make_quiz(world, *[SINGLE, TEXT, NUMBER] * 8))
    browser.get(small)
    browser.get(large)
    counts = []
    for url in (small, large):
        with count_queries() as counted:
            browser.get(url)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_saving_an_answer_needs_few_statements(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    url = start(browser, make_quiz(world))
    send(browser, url, 1, 1, ("chosen", "a"))
    with count_queries() as counted:
        send(browser, url, 1, 2, ("chosen", "b"))
    own = [each for each in counted.statements if "quiz_" in each]
    assert len(own) == 2, own


def test_rules_that_do_not_fit_are_refused(world: World) -> None:
    now = utcnow()
    for rules in ({"review_time": "after_close"}, {"opens_at": now, "closes_at": now}, {"pass_mark": 101}):
        with pytest.raises(Invalid):
            SetUpQuiz.read(rules)


def test_the_result_is_held_back_until_the_quiz_closes(sign_in: SignIn, world: World) -> None:
    browser = sign_in("trainee")
    quiz = make_quiz(world, review_time="after_close", closes_at=utcnow() + timedelta(hours=1))
    url = start(browser, quiz)
    send(browser, url, 1, 1, ("chosen", "a"))
    page = browser.get(browser.post(f"{url}/submit", data={"key": "k"}).location).text
    assert "33 %" not in page
    assert "Because." not in page
    with office_scope(world.office("siena").id), unit_of_work():
        row = session().scalars(select(Quiz).filter_by(activity_id=quiz)).one()
        row.closes_at = utcnow() - timedelta(minutes=1)
    assert "33 %" in browser.get(f"{url}/review").text


def test_jobs_of_the_plugin_are_known(world: World) -> None:
    with world.inside("siena") as office:
        assert enqueue("quiz.settle", {}, office_id=office.id).name == "quiz.settle"


def test_who_did_not_pass_is_offered_another_attempt_at_once_while_there_is_one(
    sign_in: SignIn, world: World
) -> None:
    quiz = make_quiz(world, SINGLE, max_attempts=2)
    browser = sign_in("trainee")
    again = f'action="{O}/quiz/{quiz}/start"'
    first = start(browser, quiz)
    send(browser, first, 1, 1, ("chosen", "b"))
    browser.post(f"{first}/submit", data={"key": "k1"})
    assert again in browser.get(f"{first}/review").text
    second = start(browser, quiz)
    send(browser, second, 1, 1, ("chosen", "a"))
    browser.post(f"{second}/submit", data={"key": "k2"})
    assert again not in browser.get(f"{second}/review").text
    assert again not in browser.get(f"{first}/review").text
