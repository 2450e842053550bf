"""What monitoring reads: figures of the process, and verdicts and figures of health checks."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from lms.demo import World
from lms.hooks.callers import Hooks
from lms.hooks.contributions import HealthCheck
from lms.hooks.figures import Figure
from lms.store.base import session
from lms.store.uow import unit_of_work
from lms.work.models import Mail


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
    checks = [HealthCheck("gate", "warning", "Ajar", figures=figures)]
    monkeypatch.setattr(Hooks, "health_checks", lambda _self: checks)
    found = read(client)
    assert found["lms_guests_total", "north"] == 5
    assert found["lms_guests_total", "south"] == 7
    assert found["lms_doors", ""] == 3
    assert found["lms_check", "gate"] == 1
