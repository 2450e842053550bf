"""Results: tables, the queue of those who grade, figures, judging again, copies."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from lms.plugin import (
    ChangeRule,
    CreateActivity,
    Forbidden,
    NotFound,
    World,
    change_rule,
    completions_of,
    copy_activity,
    create_activity,
    hooks,
    session,
)
from lms.testing import SignIn, count_queries
from plugins.quiz import bank, judging, quizzes, results
from plugins.quiz.grading import read_question
from plugins.quiz.tests.making import ESSAY, NUMBER, SINGLE, TEXT, make_quiz
from plugins.quiz.tests.test_attempts import attempt_of, send, start

O = "/o/siena"  # noqa: E741 - the office, as short as it can be


def take(sign_in: SignIn, quiz: uuid.UUID, key: str, **answers: str) -> str:
    """Answer and hand in: ``a1_chosen="a"``."""
    browser = sign_in(key)
    url = start(browser, quiz)
    data = {name.replace("_", ".", 1): value for name, value in answers.items()}
    data |= {f"{name.split('.')[0]}.seq": "0" for name in data}
    assert browser.post(f"{url}/submit", data=data | {"key": key}).status_code == 303
    return url


def has_completed(world: World, key: str, quiz: uuid.UUID) -> bool:
    with world.inside("siena"):
        session().expire_all()
        return quiz in {activity.id for _row, activity in completions_of(world.people[key].id)}


def test_staff_see_who_reached_what_and_take_it_along(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    take(sign_in, quiz, "trainee", a1_chosen="a", a2_text="Rome", a3_text="42")
    take(sign_in, quiz, "trainee2", a1_chosen="b")
    start(sign_in("trainee3"), quiz)
    for key in ("trainer", "tutor", "head"):
        page = sign_in(key).get(f"{O}/quiz/{quiz}/results").text
        assert "100 %" in page
        assert "Matteo Conti" in page
    table = sign_in("trainer").get(f"{O}/quiz/{quiz}/results?form=csv").data.decode("utf-8-sig")
    assert len(table.strip().splitlines()) == 4
    assert sign_in("trainer").get(f"{O}/quiz/{quiz}/results?form=xlsx").data.startswith(b"PK")
    only = sign_in("trainer").get(f"{O}/quiz/{quiz}/results?state=passed").text
    assert "Matteo Conti" not in only


def test_trainees_and_other_offices_see_nothing_of_it(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, ESSAY)
    url = take(sign_in, quiz, "trainee", a1_text="My words")
    queue = sign_in("trainer").get(f"{O}/quiz/{quiz}/grading").text
    answer = re.findall(r"/quiz/answers/[\w-]+", queue)[0]
    seen = f"/quiz/results/{url.rsplit('/', 1)[1]}"
    pages = [
        f"/quiz/{quiz}/{name}"
        for name in ("results", "items", "grading", "regrade", "questions", "settings", "time")
    ]
    for page in [*pages, answer, seen]:
        assert sign_in("trainee2").get(O + page).status_code == 403, page
        assert sign_in("trainer_vienna").get("/o/vienna" + page).status_code == 404, page
    assert sign_in("trainee").post(O + answer, data={"percent": "100"}).status_code == 403
    assert sign_in("tutor").post(f"{O}/quiz/{quiz}/settings", data={"mode": "practice"}).status_code == 403
    assert sign_in("tutor").post(f"{O}/quiz/{quiz}/questions", data={"do": "add"}).status_code == 403


def test_an_essay_waits_is_graded_by_its_rubric_and_the_person_is_told(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, SINGLE, ESSAY)
    url = take(sign_in, quiz, "trainee", a1_chosen="a", a2_text="My words")
    assert attempt_of(url).waits_for_grade
    assert not has_completed(world, "trainee", quiz)
    tutor = sign_in("tutor")
    answer = O + re.findall(r"/quiz/answers/[\w-]+", tutor.get(f"{O}/quiz/{quiz}/grading").text)[0]
    assert "My words" in tutor.get(answer).text
    assert tutor.post(answer, data={"comment": "no level"}).status_code == 422
    assert tutor.post(answer, data={"level.r": "1", "comment": "Well said"}).status_code == 303
    assert attempt_of(url).percent == 100
    assert has_completed(world, "trainee", quiz)
    assert "Well said" in sign_in("trainee").get(f"{url}/review").text
    assert re.search("graded|valutat", sign_in("trainee").get(f"{O}/notifications").text)
    tutor.post(answer, data={"level.r": "0"})
    assert attempt_of(url).percent == 50
    assert not has_completed(world, "trainee", quiz)


def test_without_a_rubric_percent_are_given(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, ESSAY | {"rubric": []})
    url = take(sign_in, quiz, "trainee", a1_text="My words")
    tutor = sign_in("tutor")
    answer = O + re.findall(r"/quiz/answers/[\w-]+", tutor.get(f"{O}/quiz/{quiz}/grading").text)[0]
    assert tutor.post(answer, data={}).status_code == 422
    assert tutor.post(answer, data={"percent": "140"}).status_code == 422
    tutor.post(answer, data={"percent": "75"})
    assert attempt_of(url).percent == 75


def test_judging_again_shows_first_who_gains_and_who_loses(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, TEXT, pass_mark=60)
    gains, loses = (
        take(sign_in, quiz, "trainee", a1_text="Milano"),
        take(sign_in, quiz, "trainee2", a1_text="Roma"),
    )
    assert (has_completed(world, "trainee", quiz), has_completed(world, "trainee2", quiz)) == (False, True)
    trainer = world.actor("trainer")
    with world.inside("siena"):
        slot = quizzes.find_slots(quizzes.get_managed_quiz(trainer, quiz)[1])[0]
        assert slot.question_id is not None
        found = bank.get_question(trainer, slot.question_id)
        other = read_question(TEXT | {"answers": [{"pattern": "Milano"}]})
        bank.edit_question(trainer, slot.question_id, bank.Draft(found.row.category_id, other))
        shifts = judging.preview_regrade(trainer, quiz)
        assert [(each.before, each.after, each.gains_pass, each.loses_pass) for each in shifts] == [
            (100, 0, False, True), (0, 100, True, False),
        ]  # fmt: skip
    assert attempt_of(gains).percent == 0
    assert "1" in sign_in("trainer").get(f"{O}/quiz/{quiz}/regrade").text
    sign_in("trainer").post(f"{O}/quiz/{quiz}/regrade")
    assert (attempt_of(gains).percent, attempt_of(loses).percent) == (100, 0)
    assert (has_completed(world, "trainee", quiz), has_completed(world, "trainee2", quiz)) == (True, False)
    with world.inside("siena"):
        assert judging.preview_regrade(trainer, quiz) == []


def test_figures_tell_hard_questions_and_those_that_contradict_the_rest(
    sign_in: SignIn, world: World
) -> None:
    quiz = make_quiz(world, SINGLE, TEXT, NUMBER)
    keys = ["trainee", *(f"trainee{number}" for number in range(2, 7))]
    for number, key in enumerate(keys):
        good = number % 2 == 0
        take(
            sign_in,
            quiz,
            key,
            a1_chosen="a" if good else "b",
            a2_text="Rome" if good else "x",
            a3_text="x" if good else "42",
        )
    with world.inside("siena"):
        items = {each.type: each for each in results.find_items(world.actor("tutor"), quiz)}
    assert items["single"].figures is not None
    assert items["single"].figures.facility == 0.5
    assert items["number"].figures is not None
    assert items["number"].figures.discrimination is not None
    assert items["number"].figures.discrimination < 0
    assert items["number"].advice


def test_figures_of_questions_can_be_taken_along(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, SINGLE, TEXT)
    take(sign_in, quiz, "trainee", a1_chosen="a", a2_text="Rome")
    take(sign_in, quiz, "trainee2", a1_chosen="b", a2_text="Rome")
    address = f"{O}/quiz/{quiz}/items"
    assert "form=xlsx" in sign_in("trainer").get(address).text
    lines = sign_in("trainer").get(f"{address}?form=csv").data.decode("utf-8-sig").strip().splitlines()
    assert len(lines) == 3
    assert lines[1].split(",")[1:3] == ["2", "50.0"]
    assert sign_in("trainer").get(f"{address}?form=xlsx").data.startswith(b"PK")
    assert sign_in("trainee").get(f"{address}?form=csv").status_code == 403


def test_practice_that_is_done_whatever_one_answers_speaks_of_no_mark(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, SINGLE, TEXT, mode="practice")
    with world.inside("siena"):
        change_rule(world.actor("trainer"), quiz, ChangeRule(completion_rule="submitted"))
    url = take(sign_in, quiz, "trainee", a1_chosen="b", a2_text="Rome")
    browser = sign_in("trainee")
    pages = (browser.get(f"{O}/quiz/{quiz}?lang=en").text, browser.get(f"{url}/review?lang=en").text)
    for page in pages:
        assert "60 %" not in page
        assert "Not yet" not in page
    assert "1 of 2" in pages[1]
    assert has_completed(world, "trainee", quiz)


def test_the_table_asks_a_constant_number_of_questions(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    staff, counts = sign_in("trainer"), []
    for keys in (["trainee"], ["trainee2", "trainee3", "trainee4", "trainee5"]):
        for key in keys:
            take(sign_in, quiz, key, a1_chosen="a")
        staff.get(f"{O}/quiz/{quiz}/results")
        with count_queries() as counted:
            staff.get(f"{O}/quiz/{quiz}/results")
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_a_copy_has_the_same_rules_and_questions(world: World) -> None:
    trainer, quiz = world.actor("trainer"), make_quiz(world, SINGLE, TEXT, time_limit=20, pass_mark=80)
    with world.inside("siena"):
        made = copy_activity(trainer, quiz, title="Once more")[quiz]
        _activity, copied = quizzes.get_managed_quiz(trainer, made)
        assert (copied.time_limit, copied.pass_mark, copied.mode) == (20, 80, "test")
        assert [slot.type for slot in quizzes.find_slots(copied)] == ["single", "shorttext"]


def test_a_quiz_leaves_as_data_and_comes_back_whole(world: World) -> None:
    trainer, quiz = world.actor("trainer"), make_quiz(world, SINGLE, TEXT, time_limit=20)
    with world.inside("siena"):
        place = bank.category_of_path(["Pool of the archive"], None)
        assert place is not None
        bank.add_question(trainer, bank.Draft(place, read_question(NUMBER)))
        quizzes.add_draw(trainer, quiz, quizzes.DrawQuestions(category_id=place, draw_count=1))
        content = hooks().activity_types()["quiz"][1].content
        assert content.export is not None
        data = content.export(trainer, quiz, str)
    vienna = world.actor("trainer_vienna")
    with world.inside("vienna"):
        made = create_activity(vienna, CreateActivity(title="From Siena", type="quiz"))
        assert content.import_ is not None
        content.import_(vienna, made.id, data, uuid.UUID)
        _activity, copied = quizzes.get_managed_quiz(vienna, made.id)
        slots = quizzes.find_slots(copied)
        assert [(slot.type, slot.available) for slot in slots] == [("single", 1), ("shorttext", 1), ("", 1)]
        assert content.export(vienna, made.id, str)["questions"] == data["questions"]
        assert copied.time_limit == 20


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"rules": {}},
        {"rules": {}, "questions": [{}], "slots": []},
        {"rules": [], "questions": 1, "slots": 2},
    ],
)
def test_a_broken_archive_is_refused(world: World, broken: dict[str, Any]) -> None:
    from lms.plugin import Invalid

    trainer = world.actor("trainer")
    with world.inside("siena"), pytest.raises(Invalid):
        made = create_activity(trainer, CreateActivity(title="Broken", type="quiz"))
        quizzes.import_quiz(trainer, made.id, broken, uuid.UUID)


def test_somebody_without_rights_cannot_set_up(world: World) -> None:
    quiz = make_quiz(world)
    with world.inside("siena"):
        with pytest.raises(Forbidden):
            quizzes.get_managed_quiz(world.actor("trainee"), quiz)
        with pytest.raises(NotFound):
            quizzes.get_managed_quiz(world.actor("trainer"), uuid.uuid4())


def test_the_start_page_offers_to_go_on_and_shows_what_waits(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world, ESSAY)
    browser = sign_in("trainee")
    url = start(browser, quiz)
    send(browser, url, 1, 1, ("text", "half a"))
    assert url in browser.get(f"{O}/").text
    browser.post(f"{url}/submit", data={"key": "k"})
    assert url not in browser.get(f"{O}/").text
    assert f"/quiz/{quiz}/grading" in sign_in("tutor").get(f"{O}/").text


def test_where_there_is_nothing_to_pass_nobody_is_said_to_have_passed(world: World, sign_in: SignIn) -> None:
    activity_id = make_quiz(world, SINGLE, pass_mark=0)
    trainee = sign_in("trainee")
    attempt = trainee.post(f"/o/siena/quiz/{activity_id}/start").location
    trainee.post(f"{attempt}/submit", data={"a1.seq": "0", "a1.chosen": "b", "key": "k"})
    pages = [
        trainee.get(f"{attempt}/review?lang=en").text,
        trainee.get(f"/o/siena/quiz/{activity_id}?lang=en").text,
        sign_in("trainer").get(f"/o/siena/quiz/{activity_id}/results?lang=en").text,
    ]
    for page in pages:
        assert "Passed" not in page
        assert "Not yet" not in page
        assert "To pass" not in page
    assert "Handed in" in pages[2]
    table = sign_in("trainer").get(f"/o/siena/quiz/{activity_id}/results?form=csv&lang=en").text
    assert "handed in" in table
