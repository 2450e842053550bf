"""Starts that cannot work say why."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
import requests
from sqlalchemy import text

from lms.config import ROOT
from lms.store.base import db
from tests.serving import Installation, Serving, wait_until

pytestmark = pytest.mark.fault


def test_a_taken_port_is_named_with_a_free_one_and_nothing_stays_behind(installed: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        serving = Serving(installed, port=port)
        serving.start(until="")
        assert serving.process is not None
        assert serving.process.wait(60) == 78
        wait_until(lambda: any("taken" in line for line in serving.lines), 5, "the explanation")
        said = "\n".join(serving.lines)
        assert f"Port {port} on 127.0.0.1 is taken by another program" in said
        assert "--port" in said
        assert "Traceback" not in said
        serving.stop()


@pytest.mark.parametrize("only", ["", "web"])
def test_a_site_with_a_public_name_behind_a_proxy_says_that_it_is_ready(
    installed: Installation, only: str
) -> None:
    public = {"environment": "production", "base_url": "https://learning.example.org"}
    with Serving(installed, only=only, web__trusted_proxies="1", **public) as serving:
        by_proxy = {"Host": "learning.example.org", "X-Forwarded-Proto": "https"}
        assert requests.get(f"{serving.url}/ready", headers=by_proxy, timeout=60).status_code == 200
        assert requests.get(f"{serving.url}/ready", timeout=60).status_code == 422


def test_a_pending_migration_is_said_by_ready_and_nobody_migrates_at_the_start(
    installed: Installation,
) -> None:
    with installed.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version_links SET version_num = 'before'"))
        connection.execute(text("DELETE FROM alembic_version_links"))
    serving = Serving(installed)
    serving.start(until="")
    try:
        serving.wait_for("not ready yet", 120)
        answer = requests.get(f"{serving.url}/ready", timeout=60)
        assert answer.status_code == 503
        assert answer.json()["reason"] == "migrations"
        assert "lms upgrade" in answer.json()["remedy"]
        assert "links" in answer.json()["pending"]
    finally:
        serving.stop()


def test_a_site_without_a_secret_says_how_to_make_one(installed: Installation) -> None:
    (installed.folder / "keys" / "secret.key").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "lms.cli", "serve", "--instance", str(installed.folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 78
    assert "lms setup" in done.stderr
    assert "Traceback" not in done.stderr
