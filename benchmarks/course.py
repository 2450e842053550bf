"""A course with forty steps for a trainee in twenty courses; a step; the cohort of 200 people x 30 steps; a certificate.

Moodle's in a like set-up: course page 15.1 answers per second with 33 queries, a page of a course 25 per second,
its grader report 1,100 ms.
"""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks.load import ask
from benchmarks.tables import Table, percentile
from lms.accounts.models import Membership, MembershipRole, User
from lms.accounts.sessions import COOKIE
from lms.activities.forms import CreateActivity
from lms.activities.models import Activity, Completion, Enrolment
from lms.activities.service import create_activity, set_state
from lms.files.sizes import format_size
from lms.store.base import session
from lms.testing import count_queries
from plugins.courses import writing
from plugins.courses.forms import WritePage
from tests.serving import Installation, Serving, build_installation

COURSES, STEPS = 20, 40
PEOPLE, COHORT_STEPS = 200, 30
TEXT = "<p>" + "Short sentences, known words, examples from work. " * 40 + "</p>"


def run(folder: Path, is_smoke: bool) -> None:
    """Print the tables."""
    site = build_installation(folder / "instance", environment="production", base_url="http://127.0.0.1")
    with site.app.app_context(), site.world.inside("siena"):
        course_id, step_id = _build_courses(site, 2 if is_smoke else COURSES)
        cohort_id = _build_cohort(site, 10 if is_smoke else PEOPLE)
    trainee, trainer = (f"{COOKIE}={site.cookie_for(key)}" for key in ("trainee", "trainer"))
    queries = {
        name: _count_queries(site, who, path)
        for name, who, path in (
            ("course page", "trainee", f"/o/siena/courses/{course_id}"),
            ("step page", "trainee", f"/o/siena/courses/step/{step_id}"),
            ("cohort table", "trainer", f"/o/siena/courses/{cohort_id}/people"),
        )
    }
    seconds = _time_certificate(site)
    site.close()
    with Serving(site) as serving:
        _measure(serving.port, f"Course page, {STEPS} steps, trainee in {COURSES} courses, embedded",
                 f"/o/siena/courses/{course_id}", trainee, queries["course page"], 150, is_smoke)  # fmt: skip
        _measure(
            serving.port,
            "Step page",
            f"/o/siena/courses/step/{step_id}",
            trainee,
            queries["step page"],
            250,
            is_smoke,
        )
        _cohort(
            serving.port, f"/o/siena/courses/{cohort_id}/people", trainer, queries["cohort table"], is_smoke
        )
    table = Table("Certificate")
    table.add("PDF, the first", seconds[0] * 1000, "ms")
    table.add("PDF, median of the following", percentile(seconds[1:], 0.5) * 1000, "ms", at_most=200)
    table.print()


def _measure(port: int, title: str, path: str, cookie: str, queries: int, goal: int, is_smoke: bool) -> None:
    table = Table(title)
    table.add("database queries", queries, "", at_most=12)
    ask(port, path, cookie, 2, 1 if is_smoke else 3)  # warm up
    for clients in (1, 8, 32):
        found = ask(port, path, cookie, clients, 1 if is_smoke else 10)
        if found.bad:
            raise RuntimeError(f"{found.bad} answers were not 200")
        table.add(f"{clients} clients: answers", found.rate, "/s", at_least=goal if clients == 8 else None)
        table.add(f"{clients} clients: p95", percentile(found.seconds, 0.95) * 1000, "ms")
    table.print()


def _cohort(port: int, path: str, cookie: str, queries: int, is_smoke: bool) -> None:
    table = Table(f"Cohort table, {PEOPLE} people x {COHORT_STEPS} steps")
    table.add("database queries", queries, "")
    ask(port, path, cookie, 1, 1 if is_smoke else 3)
    found = ask(port, path, cookie, 1, 1 if is_smoke else 10)
    if found.bad:
        raise RuntimeError(f"{found.bad} answers were not 200")
    table.add("one client: p50", percentile(found.seconds, 0.5) * 1000, "ms")
    table.add("one client: p95", percentile(found.seconds, 0.95) * 1000, "ms", at_most=100)
    table.print()


def _build_courses(site: Installation, count: int) -> tuple[uuid.UUID, uuid.UUID]:
    """Courses of a trainee; the first has forty steps, a third of them done, a third locked."""
    person = site.user_id("trainee")
    found: list[tuple[uuid.UUID, list[uuid.UUID]]] = []
    for number in range(count):
        found.append(
            _make_course(site, f"Course {number + 1}: finding work step by step", STEPS if not number else 8)
        )
        _enrol(site, found[-1][0], [person])
    course_id, steps = found[0]
    for each in steps[: STEPS // 3]:
        session().add(
            Completion(
                activity_id=each, user_id=person, completed_at=site.world.now, rule="viewed", rule_version=1
            )
        )
    _write(site, _page_of(steps[STEPS // 3]))
    return course_id, steps[STEPS // 3]


def _make_course(site: Installation, title: str, steps: int) -> tuple[uuid.UUID, list[uuid.UUID]]:
    trainer = site.world.actor("trainer")
    course_id = create_activity(trainer, CreateActivity(title=title, type="course")).id
    made = []
    for number in range(steps):
        kind = "section" if number % 8 == 0 and steps > 8 else "page"
        step = create_activity(
            trainer,
            CreateActivity(title=f"Step {number + 1}: reading and doing", type=kind, parent_id=course_id),
        )
        step.minutes = 10
        step.is_required = kind == "page"
        if kind == "page":
            made.append(step.id)
    session().flush()
    set_state(trainer, course_id, "published")
    return course_id, made


def _enrol(site: Installation, activity_id: uuid.UUID, people: list[uuid.UUID]) -> None:
    at = site.world.now - timedelta(days=20)
    session().add_all(
        Enrolment(activity_id=activity_id, user_id=each, state="active", asked_at=at, enrolled_at=at)
        for each in people
    )
    session().flush()


def _page_of(step_id: uuid.UUID) -> uuid.UUID:
    table = Activity.metadata.tables["courses_page"]
    found: uuid.UUID = (
        session().execute(select(table.c.id).where(table.c.activity_id == step_id)).scalar_one()
    )
    return found


def _write(site: Installation, page_id: uuid.UUID) -> None:
    trainer = site.world.actor("trainer")
    writing.save_draft(trainer, page_id, "it", WritePage(title="", html=TEXT * 4))
    writing.publish_page(trainer, page_id, "it")


def _build_cohort(site: Installation, count: int) -> uuid.UUID:
    """A course with many people, each of whom did a part of it."""
    course_id, steps = _make_course(site, "A large course", COHORT_STEPS + 4)
    people = []
    for number in range(count):
        user = User(name=f"Person {number:03d} Example", email=f"person{number}@example.org", locale="it")
        session().add(user)
        session().flush()
        office = site.world.office("siena").id
        membership = Membership(user_id=user.id, office_id=office, function="", joined_at=site.world.now)
        membership.roles = [MembershipRole(role="trainee")]
        session().add(membership)
        people.append(user.id)
    session().flush()
    _enrol(site, course_id, people)
    for number, person in enumerate(people):
        for place, step in enumerate(steps[: number % len(steps)]):
            at = site.world.now - timedelta(days=place % 20)
            session().add(
                Completion(activity_id=step, user_id=person, completed_at=at, rule="viewed", rule_version=1)
            )
    session().flush()
    return course_id


def _count_queries(site: Installation, who: str, path: str) -> int:
    browser = site.app.test_client()
    browser.set_cookie(COOKIE, site.cookie_for(who), domain="127.0.0.1")
    browser.get(path, base_url="http://127.0.0.1")
    with site.app.app_context(), count_queries() as counted:
        answer = browser.get(path, base_url="http://127.0.0.1")
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(counted)


def _time_certificate(site: Installation) -> list[float]:
    browser = site.app.test_client()
    browser.set_cookie(COOKIE, site.cookie_for("counsellor"), domain="127.0.0.1")
    with site.app.app_context(), site.world.inside("siena"):
        table = Activity.metadata.tables["courses_certificate"]
        person = site.user_id("counsellor")
        found = session().execute(select(table.c.id).where(table.c.user_id == person)).scalars().first()
    times = []
    for _time in range(6):
        began = time.perf_counter()
        answer = browser.get(f"/o/siena/courses/certificate/{found}.pdf", base_url="http://127.0.0.1")
        times.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"the certificate answered {answer.status_code}")
    print(f"certificate: {format_size(len(answer.data))}")
    return times
