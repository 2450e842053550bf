"""Answers of a quiz while the server is killed at random moments: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from sqlalchemy import select

from lms.config import ROOT
from lms.ops.ports import find_free_port
from lms.store.base import Base, session
from lms.store.scope import all_offices
from tests.serving import Installation

pytestmark = pytest.mark.fault
KILLS = 200
PEOPLE = 3
QUESTION = 6
"""The sixth question of the self-check is answered by choosing; any answer will do."""


@dataclass
class Answering:
    """A person who changes an answer again and again, with a higher number each time."""

    client: requests.Session
    url: str
    attempt: str = ""
    acknowledged: int = 0
    sent: dict[int, str] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)
    refused: list[str] = field(default_factory=list)

    def begin(self, quiz: str) -> None:
        """Start the quiz."""
        answer = self.client.post(f"{self.url}/o/siena/quiz/{quiz}/start", timeout=30, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        self.attempt = answer.headers["Location"]

    def run(self) -> None:
        """Until it is over; a broken connection means: not acknowledged, and the next number follows."""
        seq = 0
        while not self.is_over.is_set():
            seq += 1
            self.sent[seq] = ("n1", "n2", "n3")[seq % 3]
            change = {"position": QUESTION, "seq": seq, "fields": [[f"a{QUESTION}.chosen", self.sent[seq]]]}
            try:
                answer = self.client.post(
                    f"{self.url}{self.attempt}/answers", json={"changes": [change]}, timeout=30
                )
            except requests.RequestException:
                self.is_over.wait(0.002)
                continue
            if answer.status_code == 200 and answer.json()["saved"].get(str(QUESTION), 0) >= seq:
                self.acknowledged = seq
            elif answer.status_code != 503:
                self.refused.append(answer.text[:200])


@contextmanager
def killable(site: Installation, port: int) -> Iterator[subprocess.Popen[str]]:
    """The server that lives on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.quiz_server", str(site.folder), str(port)],
        cwd=ROOT, env=kept | site.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def stored(site: Installation, attempt: str) -> tuple[int, dict[str, Any]]:
    """Number and answer as the database holds them."""
    answers, attempts = Base.metadata.tables["quiz_answer"], Base.metadata.tables["quiz_attempt"]
    with site.app.app_context(), all_offices("counting what was stored"):
        query = select(answers.c.seq, answers.c.answer).join(attempts, attempts.c.id == answers.c.attempt_id)
        ids = session().execute(select(attempts.c.id)).scalars()
        own = next(each for each in ids if str(each) == attempt.rsplit("/", 1)[1])
        row = session().execute(query.where(attempts.c.id == own, answers.c.position == QUESTION)).one()
        session().rollback()
    return row[0], row[1]


def test_no_acknowledged_answer_is_lost_in_two_hundred_kills(installed: Installation) -> None:
    chance, port = random.Random(20), find_free_port()
    activities = Base.metadata.tables["activity"]
    with installed.app.app_context(), all_offices("looking for the quiz"):
        query = select(activities.c.id).where(activities.c.title == "Autovalutazione: le nove azioni")
        quiz = str(session().execute(query).scalar_one())
        session().rollback()
    people = [
        Answering(installed.browser_of(f"trainee{20 + number}"), f"http://127.0.0.1:{port}")
        for number in range(PEOPLE)
    ]
    installed.close()
    kills = checked = 0
    with killable(installed, port) as server:
        assert server.stdout is not None
        life = int(server.stdout.readline())
        for each in people:
            each.begin(quiz)
        threads = [threading.Thread(target=each.run) for each in people]
        for thread in threads:
            thread.start()
        pause = threading.Event()
        try:
            while kills < KILLS:
                before = sum(each.acknowledged for each in people)
                deadline = time.monotonic() + 20
                while sum(each.acknowledged for each in people) == before and time.monotonic() < deadline:
                    pause.wait(0.001)
                assert sum(each.acknowledged for each in people) > before, [
                    each.refused[-1:] for each in people
                ]
                pause.wait(chance.uniform(0, 0.05))
                os.kill(life, signal.SIGKILL)
                kills += 1
                life = int(server.stdout.readline())
                if kills % 20 == 0:
                    for each in people:
                        promised = each.acknowledged
                        assert stored(installed, each.attempt)[0] >= promised
                        checked += 1
        finally:
            for each in people:
                each.is_over.set()
            for thread in threads:
                thread.join()
    for each in people:
        seq, answer = stored(installed, each.attempt)
        assert seq >= each.acknowledged > 0
        assert answer == {"chosen": [each.sent[seq]]}
        assert each.refused == []
        each.client.close()
    assert kills == KILLS
    assert checked == 10 * PEOPLE
