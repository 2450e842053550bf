"""What monitoring reads: figures of the process, and verdicts and figures of health checks."""

from __future__ import annotations

from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from lms.demo import World
from lms.hooks.callers import Hooks
from lms.hooks.contributions import HealthCheck
from lms.hooks.figures import Figure
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.web.health import METRICS, Metrics
from lms.work.models import Mail


@pytest.fixture(autouse=True)
def _nothing_asked_yet(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, METRICS, Metrics())


def read(client: FlaskClient) -> dict[tuple[str, str], float]:
    """Each sample by its name and the first label it may have."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_tasks_and_messages_that_wait_are_counted(client: FlaskClient, world: World) -> None:
    before = read(client)
    with unit_of_work():
        row = Mail(message_id="<early@example.org>", to="somebody@example.org", subject="Good morning")
        row.text, row.html, row.locale = "It is early.", "<p>It is early.</p>", "en"
        session().add(row)
    after = read(client)
    assert after["lms_mail_waiting", ""] == before["lms_mail_waiting", ""] + 1
    assert ("lms_jobs", "failed") in after


def test_figures_of_checks_are_grouped_by_name_and_told_apart_by_labels(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = [
        Figure("doors", "Doors", 3),
        Figure("guests", "Guests so far", 5, {"door": "north"}, only_grows=True),
        Figure("guests", "Guests so far", 7, {"door": "south"}, only_grows=True),
    ]
    checks = [HealthCheck("gate", "warning", "Ajar", figures=lambda: figures)]
    monkeypatch.setattr(Hooks, "health_checks", lambda _self: checks)
    found = read(client)
    assert found["lms_guests_total", "north"] == 5
    assert found["lms_guests_total", "south"] == 7
    assert found["lms_doors", ""] == 3
    assert found["lms_check", "gate"] == 1


def test_a_check_that_cannot_tell_its_numbers_takes_no_others_with_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[Figure]:
        raise OSError("no such door")

    checks = [
        HealthCheck("gate", "ok", "Shut", figures=fail),
        HealthCheck("wall", "ok", "Stands", figures=lambda: [Figure("stones", "Stones", 9)]),
    ]
    monkeypatch.setattr(Hooks, "health_checks", lambda _self: checks)
    found = read(client)
    assert (found["lms_check", "gate"], found["lms_stones", ""]) == (1, 9)


def test_numbers_are_of_the_moment_though_checks_are_asked_once_a_minute(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def check(_self: Hooks) -> list[HealthCheck]:
        asked.append("again")
        return [HealthCheck("gate", "ok", "Shut", figures=lambda: [Figure("steps", "Steps", next(steps))])]

    steps = count(1)
    monkeypatch.setattr(Hooks, "health_checks", check)
    assert [read(client)["lms_steps", ""] for _ in range(3)] == [1, 2, 3]
    assert asked == ["again"]
