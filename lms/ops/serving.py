"""``serve``: which processes an installation runs, and how.

Imports nothing of the product but its settings: the supervisor stays small in memory and is there
at once, while its children load the rest.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lms.config import load_settings
from lms.ops.child import ChildSpec
from lms.ops.gunicorn_conf import WebServer, web_argv
from lms.ops.ports import check_port
from lms.ops.supervisor import Supervisor


def _choose_instance(_context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        use_instance(value)


def use_instance(folder: Path) -> None:
    """Work on the installation in ``folder`` from now on."""
    os.environ["LMS_INSTANCE"] = str(folder.resolve())


def instance_option(function: Any) -> Any:
    """``--instance DIR``: where the installation keeps its data."""
    return click.option(
        "--instance",
        type=click.Path(file_okay=False, path_type=Path),
        expose_value=False,
        is_eager=True,
        callback=_choose_instance,
        help="Folder with lms.toml and all data (default: instance/).",
    )(function)


@click.command()
@instance_option
@click.option("--port", type=int, help="Port of the web server.")
@click.option("--only", type=click.Choice(["web", "jobs"]), help="Run one part only (scale mode).")
def serve(port: int | None, only: str | None) -> int:
    """Run everything and keep it running: web server and job worker."""
    if port:
        os.environ["LMS_WEB__PORT"] = str(port)
    return run_services(only)


def _fitting_workers(is_scaled: bool) -> int:
    """A second process uses a second core; a third would only cost memory on the machines that run embedded."""
    return 1 if is_scaled else min(2, os.cpu_count() or 1)


def run_services(only: str | None = None, on_ready: Callable[[], None] | None = None) -> int:
    """Supervise the processes of this installation; returns when told to stop, or gives up."""
    settings = load_settings().settings
    if only != "jobs":
        check_port(settings.web.host, settings.web.port)
    server = WebServer(
        host=settings.web.host,
        port=settings.web.port,
        is_scaled=settings.is_scaled,
        threads=settings.web.threads,
        workers=settings.web.workers or _fitting_workers(settings.is_scaled),
        log_level=settings.log_level,
        proxy_addresses="*" if settings.web.trusted_proxies else "127.0.0.1",
    )
    # Many threads with an arena each would keep much memory that nobody uses (mallopt(3)).
    env = {"LMS_INSTANCE": str(settings.instance_dir), "MALLOC_ARENA_MAX": "2"}
    url = server.local_url + "ready"
    parts = {
        "web": ChildSpec("web", web_argv(server), env, ready_url=url),
        "jobs": ChildSpec("jobs", [sys.executable, "-m", "lms.cli", "worker"], env),
    }
    return Supervisor([spec for name, spec in parts.items() if only in {None, name}], on_ready=on_ready).run()
