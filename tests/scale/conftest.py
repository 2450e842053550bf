"""Two supervised sites over one database and one Redis, as on two machines; the second has the job worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.services import postgres_server, redis_server
from tests.serving import Installation, Serving, build_installation


@dataclass(frozen=True)
class Pair:
    """The installation, and the addresses of its two web processes."""

    site: Installation
    one: Serving
    two: Serving


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One with web alone, one with everything."""
    folder = tmp_path_factory.mktemp("scale") / "instance"
    with postgres_server() as postgres, redis_server() as redis:
        installed = build_installation(folder, database_url=postgres.url, redis_url=redis.url)
        with Serving(installed, only="web") as one, Serving(installed) as two:
            yield Pair(installed, one, two)
        installed.close()
