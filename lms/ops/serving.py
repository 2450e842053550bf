"""``serve``: which processes an installation runs, and how.

Embedded, the product is loaded once, here, and its processes are copies of this one: memory is
shared and a copy that died is replaced at once. In scale mode each process loads for itself.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit

import click

from lms.config import Settings, load_settings
from lms.errors import ConfigError
from lms.ops.child import ChildSpec
from lms.ops.forked import loading_for_all
from lms.ops.gunicorn_conf import WebServer, web_argv
from lms.ops.ports import check_port
from lms.ops.spare import spare_libraries, without
from lms.ops.supervisor import Supervisor


class _Readiness(TypedDict):
    ready_url: str
    ready_host: str


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
@click.option(
    "--only", metavar="PART", help="Run one part only: web, jobs, or a plugin's process such as media."
)
def serve(port: int | None, only: str | None) -> int:
    """Run everything and keep it running: web server, job worker, and what plugins run beside them."""
    if port:
        os.environ["LMS_WEB__PORT"] = str(port)
    return run_services(only)


def _fitting_workers(is_scaled: bool) -> int:
    """A second process uses a second core; a third would only cost memory on the machines that run embedded."""
    return 1 if is_scaled else min(2, os.cpu_count() or 1)


def run_services(only: str | None = None, on_ready: Callable[[], None] | None = None) -> int:
    """Supervise the processes of this installation; returns when told to stop, or gives up."""
    settings = load_settings().settings
    if only in {None, "web"}:
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
    parts = _scaled_parts(settings, server) if settings.is_scaled else _embedded_parts(settings, server)
    chosen = [spec for spec in parts if only in {None, spec.name}]
    if not chosen:
        raise ConfigError(f"There is no part {only!r}. Parts: {', '.join(spec.name for spec in parts)}")
    return Supervisor(chosen, on_ready=on_ready).run()


def _scaled_parts(settings: Settings, server: WebServer) -> list[ChildSpec]:
    env = {"LMS_INSTANCE": str(settings.instance_dir)}
    return [
        ChildSpec("web", web_argv(server), env, **_readiness(settings, server)),
        ChildSpec("jobs", [sys.executable, "-m", "lms.cli", "worker"], env),
    ]


def _readiness(settings: Settings, server: WebServer) -> _Readiness:
    """Where the web server says that it can serve: here, under the name that the site has outside."""
    return {"ready_url": server.local_url + "ready", "ready_host": urlsplit(settings.site_url).netloc}


def _embedded_parts(settings: Settings, server: WebServer) -> list[ChildSpec]:
    with loading_for_all(), without(spare_libraries(settings)):
        application = importlib.import_module("wsgi").app
        work = importlib.import_module("lms.work.worker").run_worker
        importlib.import_module("lms.ops.warming").warm_up(application, settings.site_url)
    return [
        ChildSpec("web", run=partial(_serve_pages, server), **_readiness(settings, server)),
        ChildSpec("jobs", run=partial(work, application)),
        *_plugin_parts(application),
    ]


def _plugin_parts(application: Any) -> list[ChildSpec]:
    """Programs of plugins are started as they are: a copy of this process would hold much that they never use."""
    hooks = importlib.import_module("lms.hooks.callers").hooks
    with application.app_context():
        return [ChildSpec(process.name, process.argv) for process in hooks().processes()]


def _serve_pages(server: WebServer) -> None:
    """gunicorn as its command line would run it; the application it asks for is loaded already."""
    sys.argv = web_argv(server)[2:]
    importlib.import_module("gunicorn.app.wsgiapp").run()
