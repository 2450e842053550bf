"""Quizzes: from start to review, five hundred people answering at once, ten thousand questions from a file.

Moodle in a like set-up: 3.7 ten-question quizzes a second, from start to review, with 530 queries each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from benchmarks.tables import Table, percentile
from lms.accounts.membership import join_office
from lms.accounts.models import User
from lms.accounts.sessions import COOKIE
from lms.activities.forms import CreateActivity
from lms.activities.service import create_activity, set_state
from lms.store.base import session
from lms.store.scope import office_scope
from lms.testing import count_queries, open_session_for
from lms.work.worker import run_due_jobs
from plugins.quiz import bank, importing, quizzes
from plugins.quiz.forms import SetUpQuiz
from plugins.quiz.grading import read_question
from plugins.quiz.models import AttemptAnswer, BankQuestion
from tests.serving import Installation, Serving, build_installation

QUESTIONS = 10
PEOPLE = 500
PAUSE = 5.0
"""Seconds between two answers of a person."""


def run(folder: Path, is_smoke: bool) -> None:
    """Print the tables."""
    site = build_installation(folder / "instance", environment="production", base_url="http://127.0.0.1")
    count = 20 if is_smoke else PEOPLE
    quiz, cookies = make_quiz(site), make_people(site, count)
    queries = count_quiz_queries(site, quiz)
    run_due_jobs(site.app)  # what the demo world left to do would be done while we measure
    site.close()
    with Serving(site) as serving:
        flow = _people("flow", serving.port, quiz, 2 if is_smoke else 15, cookies[:16])
        saving = _people("saving", serving.port, quiz, 4 if is_smoke else 40, cookies)
    lost = _lost(site, saving["acknowledged"])
    table = Table(f"A quiz of {QUESTIONS} questions from start to review, 8 clients, embedded")
    table.add("quizzes", flow["count"] / flow["seconds"], "/s", at_least=40)
    table.add("one quiz, p95", percentile(flow["times"], 0.95) * 1000, "ms")
    table.add("database queries", queries, "", at_most=530)
    table.print()
    table = Table(f"{count} people answering, each every {PAUSE:g} s, on the cores that also make the load")
    table.add("answers", saving["count"] / saving["seconds"], "/s")
    table.add("acknowledged, p50", percentile(saving["times"], 0.5) * 1000, "ms")
    table.add("acknowledged, p95", percentile(saving["times"], 0.95) * 1000, "ms", at_most=300)
    table.add("not acknowledged", saving["bad"], "", at_most=0)
    table.add("acknowledged but lost", lost, "", at_most=0)
    table.print()
    _measure_import(site, 200 if is_smoke else 10_000)
    site.close()


def make_quiz(site: Installation) -> str:
    """A published practice of ten questions with one right answer each; returns its id."""
    with site.app.app_context(), site.world.inside("siena"):
        trainer = site.world.actor("trainer")
        activity = create_activity(trainer, CreateActivity(title="Ten questions", type="quiz"))
        home, ids = bank.default_category(), []
        for number in range(QUESTIONS):
            choices = [
                {"id": f"n{n}", "text": f"Answer {n}", "weight": 100 if n == 1 else 0} for n in range(1, 5)
            ]
            content = {
                "type": "single",
                "stem": f"<p>Question {number + 1}: which one?</p>",
                "choices": choices,
            }
            ids.append(bank.add_question(trainer, bank.Draft(home, read_question(content))))
        quizzes.add_questions(trainer, activity.id, ids)
        quizzes.set_up(trainer, activity.id, SetUpQuiz(mode="test"))
        set_state(trainer, activity.id, "published")
        return str(activity.id)


def make_people(site: Installation, count: int) -> list[str]:
    """Cookies of new trainees."""
    with site.app.app_context():
        ids = []
        with site.world.inside("siena") as office:
            for number in range(count):
                user = User(name=f"Person {number}", email=f"bench{number}@example.org", locale="en")
                session().add(user)
                session().flush()
                join_office(user.id, office.id, ["trainee"])
                ids.append(user.id)
        return [f"{COOKIE}={open_session_for(each)}" for each in ids]


def count_quiz_queries(site: Installation, quiz: str) -> int:
    """Statements from start to review, all answers handed in with the last page."""
    browser = site.app.test_client()
    browser.set_cookie(COOKIE, site.cookie_for("trainee20"), domain="127.0.0.1")
    address, base = f"/o/siena/quiz/{quiz}", "http://127.0.0.1"
    browser.get(address, base_url=base)
    with site.app.app_context(), count_queries() as counted:
        attempt = browser.post(f"{address}/start", base_url=base).location
        browser.get(attempt, base_url=base)
        data = {
            f"a{n}.{name}": value
            for n in range(1, QUESTIONS + 1)
            for name, value in (("seq", "0"), ("chosen", "n1"))
        }
        review = browser.post(f"{attempt}/submit", data=data | {"key": "k"}, base_url=base).location
        if browser.get(review, base_url=base).status_code != 200:
            raise RuntimeError("the quiz did not end")
    return len(counted)


def _people(mode: str, port: int, quiz: str, seconds: float, cookies: list[str]) -> dict[str, Any]:
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.quiz_people", mode, str(port), quiz, str(seconds), str(PAUSE)],
        input="\n".join(cookies), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(process.stdout)
    return found


def _lost(site: Installation, acknowledged: dict[str, dict[str, list[Any]]]) -> int:
    """Answers that were acknowledged last and are not there."""
    lost = 0
    with site.app.app_context(), office_scope(site.world.office("siena").id):
        for attempt, answers in acknowledged.items():
            query = select(AttemptAnswer).filter_by(attempt_id=uuid.UUID(attempt))
            rows = {str(row.position): row for row in session().scalars(query)}
            lost += sum(
                rows[place].seq < seq
                or (rows[place].seq == seq and rows[place].answer != {"chosen": [value]})
                for place, (seq, value) in answers.items()
            )
        session().rollback()
    return lost


def _measure_import(site: Installation, count: int) -> None:
    text = "\n\n".join(f"::Bench {n}::What is {n}? {{={n}#Yes ~{n + 1}#No ~{n + 2}}}" for n in range(count))
    with site.app.app_context(), office_scope(site.world.office("siena").id):
        trainer = site.world.actor("trainer")
        began = time.perf_counter()
        import_id = importing.begin_import(trainer, text.encode(), "bench.gift.txt", None)
        job: Any = SimpleNamespace(
            payload={"import_id": str(import_id)}, progress=lambda done, total: None, stop_if_cancelled=lambda: None,
            result=lambda values: None,
        )  # fmt: skip
        importing.examine_import(job)
        examined = time.perf_counter() - began
        with site.world.inside("siena"):
            importing.confirm_import(trainer, import_id)
        began = time.perf_counter()
        importing.run_import(job)
        written = time.perf_counter() - began
        there = len(
            list(session().scalars(select(BankQuestion.id).filter_by(import_id=import_id, is_listed=True)))
        )
        session().rollback()
    table = Table(f"Import of {count} GIFT questions ({len(text) / 1e6:.1f} MB)")
    table.add("read and reported", examined, "s")
    table.add("written, in pieces that nobody waits for", written, "s")
    table.add("questions that are missing", count - there, "", at_most=0)
    table.print()
