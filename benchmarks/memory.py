"""Memory of the whole embedded system: supervisor, web server, job worker. Shared pages count once (PSS)."""

from __future__ import annotations

from pathlib import Path

from benchmarks.load import ask
from benchmarks.tables import Table
from lms.accounts.sessions import COOKIE
from tests.serving import Serving, build_installation


def run(folder: Path, is_smoke: bool) -> None:
    """Print the table: at rest, and after work."""
    site = build_installation(folder / "instance", environment="production", base_url="http://127.0.0.1")
    cookie = f"{COOKIE}={site.cookie_for('trainee')}"
    site.close()
    table = Table("Memory of the embedded system")
    with Serving(site) as serving:
        table.add("after the start", serving.memory() / 1e6, "MB", at_most=400)
        ask(serving.port, "/o/siena/", cookie, 16, 1 if is_smoke else 15)
        table.add("after 16 busy clients", serving.memory() / 1e6, "MB", at_most=400)
    table.print()
