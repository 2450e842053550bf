"""The throw-away servers of the scale tests do what those tests rely on."""

from __future__ import annotations

import psycopg
import pytest
import redis

from tests.lms.ops.conftest import is_alive
from tests.services import postgres_server, redis_server

pytestmark = pytest.mark.scale


def test_postgresql_gives_an_owner_without_special_rights_and_survives_a_crash() -> None:
    with postgres_server() as server:
        other = server.create_database().replace("+psycopg", "")
        with psycopg.connect(other) as connection:
            rights = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            assert connection.execute(rights).fetchone() == (False, False)
            connection.execute("CREATE TABLE kept (n int)")
        server.kill()
        server.start()
        with psycopg.connect(other) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        server.restart()
        server.drop_database(other)
        pid, folder = server.pid, server.folder

    assert not is_alive(pid)
    assert not folder.exists()


def test_redis_answers_and_leaves_nothing_behind() -> None:
    with redis_server() as server:
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
        server.restart()
        pid, folder = server.pid, server.folder

    assert not is_alive(pid)
    assert not folder.exists()
