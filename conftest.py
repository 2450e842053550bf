"""Fixtures of the whole suite: those that plugin authors use, on the database that is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.services import postgres_server

if TYPE_CHECKING:
    from lms.testing import DatabaseServer

pytest_plugins = ["lms.testing", "tests.chromium"]

settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture(scope="session")
def database_server() -> Iterator[DatabaseServer | None]:
    """SQLite, or a throw-away PostgreSQL with ``LMS_TEST_DATABASE=postgresql``."""
    if os.environ.get("LMS_TEST_DATABASE") != "postgresql":
        yield None
        return
    with postgres_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _steady_office_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine must not read the office tree again in the middle of a counted page."""
    monkeypatch.setattr("lms.offices.directory.MAX_AGE_SECONDS", 600.0)
