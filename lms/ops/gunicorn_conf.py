"""The web server's command line, from measurements (see the process model in the design).

Embedded (SQLite): two processes with threads, forked after the code was loaded, so that they share
its memory. Scale (PostgreSQL and Redis): gevent processes that load the code themselves (gevent patches
it), 1,000 sockets each with room. gevent and SQLite together freeze; the settings refuse them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only a test for the folder that the kernel gives
GRACEFUL_SECONDS = 5
HOOKS = "python:lms.ops.gunicorn_hooks"
FAIR_WORKER = "lms.ops.fair_worker.FairWorker"
GEVENT_CONNECTIONS = 5000


@dataclass(frozen=True)
class WebServer:
    """How to serve: ``threads`` of each process count in embedded mode only.

    ``proxy_addresses`` are the proxies whose forwarded headers count, "*" for any.
    """

    host: str = "127.0.0.1"
    port: int = 8420
    is_scaled: bool = False
    threads: int = 64
    workers: int = 1
    log_level: str = "warning"
    has_access_log: bool = False
    proxy_addresses: str = "127.0.0.1"
    application: str = "wsgi:app"

    @property
    def bind(self) -> str:
        """The address as gunicorn writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def local_url(self) -> str:
        """Where this machine reaches the server: what the supervisor asks and announces."""
        own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{own}]:{self.port}/" if ":" in own else f"http://{own}:{self.port}/"


def web_argv(server: WebServer) -> list[str]:
    """The command that serves the application."""
    argv = [sys.executable, "-m", "gunicorn", "--bind", server.bind]
    if server.is_scaled:
        argv += ["--worker-class", "gevent", "--workers", str(server.workers)]
        argv += ["--worker-connections", str(GEVENT_CONNECTIONS)]
    else:
        argv += ["--worker-class", FAIR_WORKER, "--workers", str(server.workers)]
        argv += ["--threads", str(server.threads), "--preload", "--config", HOOKS]
    # The control socket would write into the home folder of whoever runs this.
    argv += ["--no-control-socket", "--graceful-timeout", str(GRACEFUL_SECONDS)]
    argv += ["--keep-alive", "5", "--log-level", server.log_level]
    argv += ["--forwarded-allow-ips", server.proxy_addresses]
    if SHARED_MEMORY.is_dir():
        # The heartbeat file on a slow disk would make a healthy worker look dead.
        argv += ["--worker-tmp-dir", str(SHARED_MEMORY)]
    if server.has_access_log:
        argv += ["--access-logfile", "-"]
    return [*argv, server.application]
