"""The dashboard of a trainee with twenty enrolments: queries, answers per second, waiting time.

Moodle's in a like set-up: 37 queries, 23.7 answers per second, p95 103 ms for one client alone.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select

from benchmarks.load import ask
from benchmarks.tables import Table, percentile
from lms.access.actor import system_actor
from lms.accounts.sessions import COOKIE
from lms.activities.models import Activity, Enrolment
from lms.offices.service import switch_plugin
from lms.ops.demo import every_plugin
from lms.store.base import session
from lms.testing import count_queries
from tests.serving import Installation, Serving, build_installation

ENROLMENTS, MOST_QUERIES = 20, 12
PATH = "/o/siena/"


def run(folder: Path, is_smoke: bool) -> None:
    """Print a table for the house alone and one with everything switched on."""
    site = build_installation(folder / "instance", environment="production", base_url="http://127.0.0.1")
    enrol(site, ENROLMENTS)
    measure(site, "every plugin", is_smoke)
    switch_off_plugins(site)
    measure(site, "the house alone", is_smoke)


def measure(site: Installation, name: str, is_smoke: bool) -> None:
    """Count, then ask with one, eight and thirty-two clients."""
    table = Table(f"Dashboard with {ENROLMENTS} enrolments, embedded, {name}")
    table.add("database queries", count_page_queries(site), "", at_most=MOST_QUERIES)
    cookie = f"{COOKIE}={site.cookie_for('trainee')}"
    site.close()
    with Serving(site) as serving:
        ask(serving.port, PATH, cookie, 2, 1 if is_smoke else 3)  # warm up
        for clients in (1, 8, 32):
            found = ask(serving.port, PATH, cookie, clients, 1 if is_smoke else 10)
            if found.bad:
                raise RuntimeError(f"{found.bad} answers were not 200")
            goal = 240 if clients == 8 else None
            table.add(f"{clients} clients: answers", found.rate, "/s", at_least=goal)
            table.add(
                f"{clients} clients: p95", percentile(found.seconds, 0.95) * 1000, "ms",
                at_most=103 if clients == 1 else None,
            )  # fmt: skip
    table.print()


def switch_off_plugins(site: Installation) -> None:
    """Leave the office with the core and nothing else."""
    with site.app.app_context(), site.world.inside("siena") as office:
        for plugin in every_plugin():
            switch_plugin(system_actor(office.id), office.id, plugin, is_enabled=False)


def enrol(site: Installation, count: int) -> None:
    """Give the trainee exactly so many enrolments in published activities."""
    user_id = site.user_id("trainee")
    with site.app.app_context(), site.world.inside("siena"):
        session().execute(delete(Enrolment).where(Enrolment.user_id == user_id))
        some = session().scalars(select(Activity).where(Activity.state == "published").limit(1)).one()
        for number in range(count):
            starts = site.world.now + timedelta(days=number - 8)
            activity = Activity(
                type=some.type, title=f"Workshop {number + 1}: writing, speaking, listening", owner_id=some.owner_id,
                state="published", starts_at=starts, ends_at=starts + timedelta(hours=2), place="Room 2",
            )  # fmt: skip
            session().add(activity)
            session().flush()
            session().add(
                Enrolment(
                    activity_id=activity.id,
                    user_id=user_id,
                    state="active",
                    asked_at=starts,
                    enrolled_at=starts,
                )
            )


def count_page_queries(site: Installation) -> int:
    """Statements for one dashboard, when everything that is kept is known."""
    browser = site.app.test_client()
    browser.set_cookie(COOKIE, site.cookie_for("trainee"), domain="127.0.0.1")
    browser.get(PATH, base_url="http://127.0.0.1")
    with site.app.app_context(), count_queries() as counted:
        if browser.get(PATH, base_url="http://127.0.0.1").status_code != 200:
            raise RuntimeError("the dashboard did not open")
    return len(counted)
