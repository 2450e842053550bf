"""Ten thousand tries to book a few times, two hundred conversations at once, and links that are cut."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.tables import Table, percentile
from lms.access.actor import system_actor
from lms.accounts.sessions import COOKIE
from lms.clock import utcnow
from lms.errors import AppError
from lms.live.channels import append
from lms.offices.service import save_settings
from lms.store.base import session
from lms.testing import count_queries
from plugins.tutoring import booking
from plugins.tutoring.chat import channel_of
from plugins.tutoring.forms import Book, TutoringSettings
from plugins.tutoring.models import Booking, Slot
from tests.services import postgres_server, redis_server
from tests.serving import Installation, Serving, build_installation

WRITERS = 8
TIMES = 60
TUTORS, CHATS_OF_EACH = 20, 10
PAUSE = 5.0
GIVEN_BACK = 0.995


def run(folder: Path, is_smoke: bool) -> None:
    """Print the tables."""
    plain = {"environment": "production", "base_url": "http://127.0.0.1"}
    site = build_installation(folder / "sqlite", **plain)
    _book(site, "SQLite", 200 if is_smoke else 10_000)
    _talk(site, "embedded", is_smoke)
    _resume(site, "embedded", is_smoke)
    site.close()
    if is_smoke:
        return
    with postgres_server(is_durable=True) as postgres, redis_server() as redis:
        scaled = build_installation(
            folder / "scaled", database_url=postgres.url, redis_url=redis.url, web__workers="2", **plain
        )
        _book(scaled, "PostgreSQL", 10_000)
        _talk(scaled, "scale mode, two web processes", is_smoke)
        _resume(scaled, "scale mode, two web processes", is_smoke)
        scaled.close()


def _book(site: Installation, name: str, count: int) -> None:
    with site.app.app_context(), site.world.inside("siena") as office:
        save_settings(
            system_actor(office.id), office.id, "tutoring", TutoringSettings(open_bookings=10, notice_hours=0)
        )
    keys = [person.key for person in site.world.trainees("siena")][2:]
    with site.app.app_context(), site.world.inside("siena"):
        slot_ids = [each.slot.id for each in booking.find_free(site.world.actor(keys[0]), limit=TIMES)]
    seconds: list[float] = []
    outcomes: list[str] = []
    writers = [
        threading.Thread(
            target=_try, args=(site, number, count // WRITERS, keys, slot_ids, seconds, outcomes)
        )
        for number in range(WRITERS)
    ]
    began = time.monotonic()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    duration = time.monotonic() - began
    with site.app.app_context(), site.world.inside("siena"):
        taken = session().scalars(
            select(Booking.slot_id).where(Booking.slot_id.in_(slot_ids), Booking.state == "booked")
        )
        double = sum(number - 1 for number in Counter(taken).values())
    told = Counter(outcomes)
    table = Table(f"Booking, {name}: {count} tries for {len(slot_ids)} times by {WRITERS} at once")
    table.add("given away twice", double + told["twice"], "", at_most=0)
    table.add("booked, most of them given back at once", told["booked"], "")
    table.add("refused: somebody was faster", told["taken"], "")
    for reason in sorted(told.keys() - {"booked", "taken", "twice"}):
        table.add(f"refused: {reason}", told[reason], "")
    table.add("whole run", duration, "s")
    table.add("one try, p95", percentile(seconds, 0.95) * 1000, "ms")
    table.add("queries of the booking page", _count_page_queries(site), "", at_most=10)
    table.print()


def _try(
    site: Installation,
    number: int,
    count: int,
    keys: list[str],
    slot_ids: list[uuid.UUID],
    seconds: list[float],
    outcomes: list[str],
) -> None:
    """Book again and again, and give most of it back, so that times are free all the while and tries are refused by the race alone."""
    chance = random.Random(number)
    with site.app.app_context():
        people = [site.world.actor(key) for key in keys]
        session().rollback()
        for _attempt in range(count):
            began = time.perf_counter()
            who, slot_id = chance.choice(people), chance.choice(slot_ids)
            try:
                with site.world.inside("siena"):
                    row = booking.book(who, slot_id, Book())
                    booking_id = row.id
                outcomes.append(_look(site, slot_id))
                if chance.random() < GIVEN_BACK:
                    with site.world.inside("siena"):
                        booking.end_booking(who, booking.get_booking(who, booking_id))
            except AppError as refusal:
                session().rollback()
                outcomes.append(refusal.code)
            seconds.append(time.perf_counter() - began)
        session().close()


def _look(site: Installation, slot_id: uuid.UUID) -> str:
    """Whether the time that was just booked is somebody else's too."""
    with site.world.inside("siena"):
        query = select(func.count(Booking.id)).where(Booking.slot_id == slot_id, Booking.state != "cancelled")
        return "booked" if (session().scalar(query) or 0) <= 1 else "twice"


def _count_page_queries(site: Installation) -> int:
    browser = site.app.test_client()
    browser.set_cookie(COOKIE, site.cookie_for("trainee"), domain="127.0.0.1")
    browser.get("/o/siena/tutoring", base_url="http://127.0.0.1")
    with site.app.app_context(), count_queries() as counted:
        browser.get("/o/siena/tutoring", base_url="http://127.0.0.1")
    return len(counted)


def _talk(site: Installation, mode: str, is_smoke: bool) -> None:
    tutors, each = (2, 3) if is_smoke else (TUTORS, CHATS_OF_EACH)
    seconds = 4.0 if is_smoke else 30.0
    plan = _begin_chats(site, tutors, each)
    site.close()
    with Serving(site) as serving, ExitStack() as stack:
        command = [sys.executable, "-m", "benchmarks.talkers", str(serving.port), str(seconds), str(PAUSE)]
        talkers = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(talkers.kill)
        lines = talkers.communicate(json.dumps(plan), timeout=seconds + 300)[0].splitlines()
        found = json.loads(lines[-1])
    delays = [delay * 1000 for delay in found["delays"]]
    table = Table(f"Conversations, {mode}: {tutors * each} at once, a message every {PAUSE:g} s in each")
    stored = found["sent"] - found["refused"]
    table.add(
        "arrived of what was stored", 100 * len(delays) / (2 * stored), "%", at_least=100
    )  # at both ends
    table.add("refused, for a page to send again", found["refused"], "", at_most=0)
    table.add("delay p50", percentile(delays, 0.5), "ms")
    table.add("delay p95", percentile(delays, 0.95), "ms", at_most=150)
    table.add("delay p99", percentile(delays, 0.99), "ms")
    table.add("lost connections", found["lost_connections"], "", at_most=0)
    table.print()


def _resume(site: Installation, mode: str, is_smoke: bool) -> None:
    """All links are cut for half a minute, in which much is written into each conversation."""
    tutors, each, messages, cut = (2, 2, 20, 1.0) if is_smoke else (TUTORS, 5, 1_000, 30.0)
    plan = [person for person in _begin_chats(site, tutors, each) if len(person["channels"]) == 1]
    site.close()
    with Serving(site) as serving, ExitStack() as stack:
        command = [sys.executable, "-m", "benchmarks.returners", str(serving.port)]
        returners = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(returners.kill)
        if returners.stdin is None or returners.stdout is None:
            raise RuntimeError("no pipes")
        returners.stdin.write(json.dumps(plan) + "\n")
        returners.stdin.flush()
        if returners.stdout.readline() != "cut\n":
            raise RuntimeError("the people could not come in")
        until = time.monotonic() + cut
        for person in plan:
            _write_meanwhile(site, person["channels"][0], messages)
        time.sleep(max(0.0, until - time.monotonic()))
        found = json.loads(returners.communicate("on\n", timeout=600)[0].splitlines()[-1])
    seconds = [each["seconds"] * 1000 for each in found]
    missing = sum(
        len(set(range(one["head"] + 1, one["head"] + messages + 1)) - set(one["got"])) for one in found
    )
    table = Table(f"A cut of {cut:g} s, {mode}: {len(plan)} come back to {messages} messages each")
    table.add("up to date, p50", percentile(seconds, 0.5), "ms")
    table.add("up to date, p95", percentile(seconds, 0.95), "ms", at_most=3000)
    table.add("missing", missing, "", at_most=0)
    table.add("repeated", sum(len(one["got"]) - len(set(one["got"])) for one in found), "", at_most=0)
    table.print()


def _write_meanwhile(site: Installation, channel: str, messages: int) -> None:
    with site.app.app_context(), site.world.inside("siena") as office:
        for number in range(messages):
            payload = {"text": f"number {number}"}
            append(system_actor(office.id), channel, "message.sent", payload, f"missed-{number}")


def _begin_chats(site: Installation, tutors: int, each: int) -> list[dict[str, Any]]:
    """Sessions that go on now: each of the first people helps ten of the others. Returns who connects, and to what."""
    people = site.world.trainees("siena")
    cookies = {person.id: f"{COOKIE}={site.cookie_for(person.key)}" for person in people}
    plan: list[dict[str, Any]] = []
    with site.app.app_context(), site.world.inside("siena"):
        for number in range(tutors):
            tutor = people[number % len(people)]
            channels: list[str] = []
            for place in range(each):
                trainee = people[(number + place + 1) % len(people)]
                begin = utcnow() - timedelta(minutes=5, seconds=number * 100 + place)
                slot = Slot(
                    tutor_id=tutor.id, starts_at=begin, ends_at=begin + timedelta(minutes=60), place="chat"
                )
                row = Booking(slot=slot, trainee_id=trainee.id, purpose="cv")
                session().add_all([slot, row])
                session().flush()
                channels.append(channel_of(row))
                plan.append({"cookie": cookies[trainee.id], "channels": [channel_of(row)]})
            plan.append({"cookie": cookies[tutor.id], "channels": channels})
    return plan
