"""Many who answer at once: each is stored, a fault of one touches nobody else, a failed commit acknowledges nothing."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from lms.plugin import Unavailable, World, office_scope
from lms.testing import SignIn
from plugins.quiz import saving
from plugins.quiz.attempts import Given
from plugins.quiz.saving import Turns
from plugins.quiz.tests.making import make_quiz
from plugins.quiz.tests.test_attempts import answers_of, send, start


def test_all_who_answer_at_once_are_stored_and_the_wrong_ones_refused(sign_in: SignIn, world: World) -> None:
    quiz = make_quiz(world)
    keys = [f"trainee{number}" for number in range(6, 18)]
    urls = {key: start(sign_in(key), quiz) for key in keys}
    browsers = {key: sign_in(key) for key in keys}
    gate, found = threading.Barrier(len(keys) + 1), {}

    def answer(key: str, url: str) -> None:
        gate.wait()
        for seq in range(1, 6):
            found[key] = send(browsers.get(key) or wrong, url, 1, seq, ("chosen", "ab"[seq % 2])).status_code

    wrong = sign_in("trainee2")
    threads = [
        threading.Thread(target=answer, args=item) for item in [*urls.items(), ("wrong", urls["trainee6"])]
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == dict.fromkeys(keys, 200) | {"wrong": 404}
    assert all(answers_of(url)[1] == {"chosen": ["b"]} for url in urls.values())


def test_whoever_stands_behind_more_than_one_turn_takes_is_acknowledged_too(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_AT_ONCE", 1)
    quiz = make_quiz(world)
    keys = [f"trainee{number}" for number in range(6, 18)]
    browsers = {key: sign_in(key) for key in keys}
    urls = {key: start(browsers[key], quiz) for key in keys}
    gate = threading.Barrier(len(keys))
    wrong: list[Any] = []

    def answer(key: str) -> None:
        gate.wait()
        for seq in range(1, 16):
            told = send(browsers[key], urls[key], 1, seq, ("chosen", "ab"[seq % 2])).json
            wrong.extend([] if told["saved"] == {"1": seq} else [told])

    threads = [threading.Thread(target=answer, args=[key]) for key in keys]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []


def test_when_the_commit_fails_nobody_is_acknowledged(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = start(sign_in("trainee"), make_quiz(world))

    def fail(*_arguments: Any) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(saving, "_save_all", fail)
    actor, attempt_id = world.actor("trainee"), uuid.UUID(url.rsplit("/", 1)[1])
    with office_scope(world.office("siena").id), pytest.raises(Unavailable):
        Turns().save(actor, attempt_id, [Given(1, 1, {"chosen": ["a"]})])
    assert send(sign_in("trainee"), url, 1, 1, ("chosen", "a")).status_code == 503
    monkeypatch.undo()
    assert send(sign_in("trainee"), url, 1, 1, ("chosen", "a")).json["saved"] == {"1": 1}
