"""Is it alive, is it ready, and how is it doing: for supervisors and monitoring."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from lms.clock import monotonic
from lms.errors import Forbidden
from lms.hooks.callers import hooks
from lms.hooks.contributions import HealthCheck
from lms.hooks.figures import Figure
from lms.store import migrate
from lms.store.base import db, session
from lms.store.runtime import part
from lms.text import gettext as _
from lms.web.guard import guest_or_actor, public

blueprint = Blueprint("health", __name__)
METRICS = "lms_metrics"
CHECKS_SECONDS = 60.0


class _Checks(Collector):
    """What health checks find, and their numbers. They are asked once a minute at most, for some of them read much."""

    def __init__(self) -> None:
        self._checks: list[HealthCheck] = []
        self._asked_at = float("-inf")

    def describe(self) -> list[Metric]:
        """Nothing is known before anybody asks."""
        return []

    def collect(self) -> Iterable[Metric]:
        """One family for each name, in the order of names."""
        if monotonic() - self._asked_at > CHECKS_SECONDS:
            self._checks, self._asked_at = hooks().health_checks(), monotonic()
        told = sorted(
            (each for check in self._checks for each in _figures_of(check)), key=lambda each: each.name
        )
        for name, group in groupby(told, key=lambda each: each.name):
            figures = list(group)
            labels = sorted(figures[0].labels)
            family = CounterMetricFamily if figures[0].only_grows else GaugeMetricFamily
            metric = family(f"lms_{name}", figures[0].help, labels=labels)
            for figure in figures:
                metric.add_metric([figure.labels.get(label, "") for label in labels], figure.value)
            yield metric


def _figures_of(check: HealthCheck) -> list[Figure]:
    """Its verdict, and its numbers."""
    verdict = Figure("check", "Verdict of a health check", 1, {"name": check.name, "status": check.status})
    return [verdict, *hooks().figures_of(check)]


class Metrics:
    """Counters of one process, in a registry of their own, and what its parts tell."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("lms_requests", "Requests served", ["status"], registry=self.registry)
        self.seconds = Histogram(
            "lms_request_seconds", "Time to serve a request, in seconds", registry=self.registry
        )
        self.failures = Gauge(
            "lms_plugin_failures", "Failed hook calls still remembered", registry=self.registry
        )
        self.registry.register(_Checks())


@blueprint.get("/live")
@public
def live() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/ready")
@public
def ready() -> ResponseReturnValue:
    """The database answers and no migration is pending; 503 otherwise, saying which."""
    try:
        session().execute(sql("SELECT 1"))
        behind = migrate.pending(db.engine, migrate.owners(hooks().plugins))
    except SQLAlchemyError:
        return {"status": "failed", "reason": "database"}, 503
    if behind:
        return {
            "status": "failed",
            "reason": "migrations",
            "pending": sorted(behind),
            "remedy": "python3 -m lms upgrade",
        }, 503
    return {"status": "ok"}


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Numbers in Prometheus' text format, for this machine and for operators."""
    who = guest_or_actor()
    # A proxy on this machine speaks for others.
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    is_local = request.remote_addr in {"127.0.0.1", "::1"} and not is_forwarded
    if not is_local and not (who and who.is_operator):
        raise Forbidden(_("Only this machine and operators can read the metrics."))
    found: Metrics = part(METRICS)
    found.failures.set(len(hooks().watch.failures))
    return Response(generate_latest(found.registry), mimetype="text/plain; version=0.0.4")


def install_metrics(app: Flask) -> None:
    """Count and time every request."""
    metrics_of_app = app.extensions[METRICS] = Metrics()

    @app.before_request
    def _start() -> None:
        g.started_at = time.perf_counter()

    @app.after_request
    def _count(response: Any) -> Any:
        metrics_of_app.requests.labels(status=str(response.status_code)).inc()
        if "started_at" in g:
            metrics_of_app.seconds.observe(time.perf_counter() - g.started_at)
        return response
