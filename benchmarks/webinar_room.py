"""A thousand people in one webinar room: how late what somebody writes is seen, and when the chart of a poll is final.

Scale mode: PostgreSQL, Redis, two web processes, on the cores that the people's sockets use too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from benchmarks.media_clients import cpu_of
from benchmarks.tables import Table, machine, percentile
from lms.accounts.models import Membership, MembershipRole, User
from lms.accounts.sessions import COOKIE
from lms.clock import utcnow
from lms.store.base import session
from lms.testing import open_session_for
from plugins.webinar import rooms
from plugins.webinar.forms import CreateRoom
from plugins.webinar.models import Participant
from tests.services import postgres_server, redis_server
from tests.serving import Installation, Serving, build_installation

PEOPLE, SECONDS, PAUSE = 1000, 20.0, 0.5
VOTE_SECONDS = (10.0, 2.0)


def run(folder: Path, is_smoke: bool) -> None:
    """Print the tables."""
    plain = {"environment": "production", "base_url": "http://127.0.0.1"}
    if is_smoke:
        site = build_installation(folder / "embedded", **plain)
        _measure(site, "embedded", 20, 0.5, (0.2,))
        return
    with postgres_server() as postgres, redis_server() as redis:
        site = build_installation(
            folder / "scaled", database_url=postgres.url, redis_url=redis.url, web__workers="2", **plain
        )
        _measure(site, "scale mode, two web processes", PEOPLE, SECONDS, VOTE_SECONDS)
        site.close()


def _measure(site: Installation, mode: str, count: int, seconds: float, votes: tuple[float, ...]) -> None:
    on = machine()
    room, people = make_room(site, count)
    with site.app.app_context():
        cookies = [f"{COOKIE}={open_session_for(each)}" for each in people]
    with Serving(site) as serving, ExitStack() as stack:
        crowd = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.room_people", str(serving.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        stack.callback(crowd.kill)
        servers = serving.pids_of("gunicorn")
        before = sum(map(cpu_of, servers))
        plan = {
            "room": str(room), "cookies": cookies, "servers": servers, "seconds": seconds, "pause": PAUSE, "votes": votes,
        }  # fmt: skip
        output, _ = crowd.communicate(json.dumps(plan))
    if crowd.returncode:
        raise RuntimeError("the people have failed")
    found = json.loads(output)
    delays = [delay * 1000 for delay in found["delays"]]
    table = Table(f"Webinar room, {mode}: {count} sockets, {1 / PAUSE:g} messages a second, then polls", on)
    table.add("everybody has come in after", found["all_in"], "s")
    table.add("coming in p95", percentile(found["joins"], 0.95) * 1000, "ms")
    table.add("messages that arrived", 100 * len(delays) / (found["sent"] * count), "%", at_least=100)
    table.add("message p50", percentile(delays, 0.5), "ms")
    table.add("message p95", percentile(delays, 0.95), "ms", at_most=200)
    table.add("message p99", percentile(delays, 0.99), "ms")
    for poll in found["polls"]:
        name = f"votes within {poll['seconds']:g} s: "
        table.add(name + "answered by the server", 100 * poll["answered"] / count, "%", at_least=100)
        table.add(name + "pages with the final chart", 100 * len(poll["charts"]) / count, "%", at_least=100)
        last = max(poll["charts"], default=float("inf"))
        table.add(name + "last vote to the last page's final chart", last, "s", at_most=2)
        table.add(name + "updates of the chart", poll["updates"], "a second")
    table.add("orders refused, and given again", found["refused"], "", at_most=0)
    table.add("lost connections", found["lost_connections"], "", at_most=0)
    joined, talked, voted = found["cpu"]
    table.add("CPU of the web processes: coming in", (joined - before) / count * 1000, "ms each")
    table.add("a message to everybody", (talked - joined) / found["sent"] * 1000, "ms each")
    table.add("a vote", (voted - talked) / (count * len(votes)) * 1000, "ms each")
    table.add("CPU of the people's process", found["client_share"] * 100, "% of a core")
    table.print()


def make_room(site: Installation, count: int) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A room that began a while ago with so many people in it, the host first."""
    with site.app.app_context(), site.world.inside("siena") as office:
        host = site.world.actor("trainer")
        begins = utcnow() - timedelta(minutes=10)
        meeting = rooms.create_room(
            host, CreateRoom(title="A thousand people", starts_at=begins, duration=120)
        )
        rooms.publish_room(host, meeting.activity.id)
        meeting.activity.capacity = None
        users = [
            User(name=f"Person {number}", email=f"person{number}@example.org", email_confirmed_at=begins)
            for number in range(count - 1)
        ]
        session().add_all(users)
        session().flush()
        for each in users:
            roles = [MembershipRole(role="trainee")]
            session().add(Membership(user_id=each.id, office_id=office.id, state="active", roles=roles))
        session().flush()
        inside = session().query(Participant).filter_by(room_id=meeting.activity.id).one()
        inside.state = "inside"
        session().add_all(
            Participant(room_id=meeting.activity.id, user_id=each.id, name=each.name, state="inside")
            for each in users
        )
        return meeting.activity.id, [host.user_id, *(each.id for each in users)]
