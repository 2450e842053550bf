"""What happens in one web process is true in the other."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
import socketio
from sqlalchemy import func, select

from lms.accounts.sessions import COOKIE
from lms.demo import PASSWORD
from lms.store.base import session
from lms.store.scope import all_offices
from lms.work.models import Job
from tests.scale.conftest import Pair
from tests.serving import Serving, wait_until

pytestmark = pytest.mark.scale
SILENT_WITHIN_SECONDS = 2.0


@contextmanager
def listening(serving: Serving, cookie: str) -> Iterator[list[tuple[str, Any]]]:
    """Somebody in the lounge at one of the processes; what they hear is collected."""
    heard: list[tuple[str, Any]] = []
    client = socketio.Client(reconnection=False, handle_sigint=False)
    for name in ("event", "goodbye", "disconnect"):
        client.on(name, lambda *data, name=name: heard.append((name, data)), namespace="/lounge")
    client.connect(
        serving.url, headers={"Cookie": f"{COOKIE}={cookie}"}, auth={"office": "siena"},
        namespaces=["/lounge"], transports=["websocket"], wait_timeout=20,
    )  # fmt: skip
    try:
        assert client.call("join", {"channel": "lounge", "since": None}, namespace="/lounge", timeout=20)[
            "ok"
        ]
        yield heard
    finally:
        client.disconnect()


def test_who_signs_in_at_one_process_is_signed_in_at_the_other(pair: Pair) -> None:
    browser = requests.Session()
    form = {"email": "trainee3@example.org", "password": PASSWORD}
    page = browser.get(f"{pair.one.url}/o/siena/sign-in", timeout=30)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)"[^>]*value="([^"]*)"', page.text)
    browser.post(f"{pair.one.url}/o/siena/sign-in", data=dict(hidden) | form, timeout=30)
    answer = browser.get(f"{pair.two.url}/o/siena/profile", timeout=30, allow_redirects=False)
    assert answer.status_code == 200
    assert "Matteo" in answer.text


def test_an_announcement_at_one_process_is_heard_at_the_other(pair: Pair) -> None:
    with listening(pair.two, pair.site.cookie_for("trainee")) as heard:
        answer = pair.site.browser_of("trainer").post(
            f"{pair.one.url}/o/siena/lounge",
            data={"text": "Heard next door."},
            timeout=30,
            allow_redirects=False,
        )
        assert answer.status_code == 302
        wait_until(
            lambda: any("Heard next door." in str(data) for _name, data in heard), 10, "the announcement"
        )


def test_who_is_blocked_at_one_process_is_silent_at_the_other_within_two_seconds(pair: Pair) -> None:
    victim = pair.site.user_id("trainee6")
    cookie = pair.site.cookie_for("trainee6")
    operator = pair.site.browser_of("operator")
    with listening(pair.two, cookie) as heard:
        answer = operator.post(
            f"{pair.one.url}/o/siena/people/{victim}/block",
            data={"reason": ""},
            timeout=30,
            allow_redirects=False,
        )
        assert answer.is_redirect
        began = time.monotonic()
        wait_until(
            lambda: any(name == "disconnect" for name, _data in heard), 10, "the end of the connection"
        )
        assert time.monotonic() - began <= SILENT_WITHIN_SECONDS
    page = requests.get(
        f"{pair.two.url}/o/siena/lounge",
        headers={"Cookie": f"{COOKIE}={cookie}"},
        timeout=30,
        allow_redirects=False,
    )
    assert page.status_code == 302


def test_a_part_that_is_switched_off_at_one_process_is_gone_at_the_other_within_two_seconds(
    pair: Pair,
) -> None:
    head, trainee = pair.site.browser_of("head"), pair.site.browser_of("trainee")
    assert trainee.get(f"{pair.two.url}/o/siena/links", timeout=30).status_code == 200
    try:
        head.post(f"{pair.one.url}/o/siena/admin/parts", data={"plugin": "links", "do": "off"}, timeout=30)
        began = time.monotonic()
        wait_until(
            lambda: trainee.get(f"{pair.two.url}/o/siena/links", timeout=30).status_code == 404, 10, "the 404"
        )
        assert time.monotonic() - began <= SILENT_WITHIN_SECONDS + 1
    finally:
        head.post(f"{pair.one.url}/o/siena/admin/parts", data={"plugin": "links", "do": "on"}, timeout=30)


def test_each_job_that_two_processes_ask_for_at_once_runs_once(pair: Pair) -> None:
    people = [pair.site.browser_of(f"trainee{number}") for number in (7, 8, 9, 10)]

    def ask(place: int, client: requests.Session) -> None:
        url = (pair.one, pair.two)[place % 2].url
        client.post(f"{url}/o/siena/privacy/export", timeout=60, allow_redirects=False)

    threads = [threading.Thread(target=ask, args=each) for each in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def states() -> list[tuple[str, int]]:
        with pair.site.app.app_context(), all_offices("looking at jobs"):
            rows = session().execute(select(Job.state, Job.attempts).where(Job.name.like("%export%"))).all()
            session().rollback()
        return [(state, attempts) for state, attempts in rows]

    wait_until(
        lambda: len(states()) == len(people) and all(s == "done" for s, _n in states()), 60, "the archives"
    )
    assert {attempts for _state, attempts in states()} == {1}
    with pair.site.app.app_context(), all_offices("looking at jobs"):
        assert session().scalar(select(func.count()).select_from(Job).where(Job.state == "failed")) == 0
