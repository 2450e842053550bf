"""Whole installations for tests and benchmarks: built once, copied, served by the real command.

``build_installation`` makes one with the demo world; ``Serving`` runs ``serve`` on it as a person
would, knows its processes, and ends what it started by process id.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil  # type: ignore[import-untyped]  # it comes without types
import requests
from flask import Flask
from sqlalchemy import update

from lms.accounts.models import User
from lms.accounts.sessions import COOKIE
from lms.app import create_app
from lms.config import ROOT, load_settings, make_secret_file
from lms.demo import World, build_world
from lms.demo.world import open_world
from lms.hooks.callers import hooks
from lms.ops.demo import every_plugin
from lms.ops.ports import find_free_port
from lms.store import migrate
from lms.store.base import db, session
from lms.store.uow import unit_of_work
from lms.testing import open_session_for

PATIENCE = 90.0


@dataclass
class Installation:
    """An instance folder with the demo world, the settings it is run with, and a look into its database."""

    folder: Path
    environ: dict[str, str]
    app: Flask
    world: World

    def cookie_for(self, key: str) -> str:
        """A session of that person; the value of the cookie."""
        with self.app.app_context():
            return open_session_for(self.world.people[key].id)

    def browser_of(self, key: str) -> requests.Session:
        """An HTTP client in which that person is signed in."""
        client = requests.Session()
        client.headers["Cookie"] = f"{COOKIE}={self.cookie_for(key)}"
        return client

    def user_id(self, key: str) -> uuid.UUID:
        """Whose key that is."""
        return self.world.people[key].id

    def copy(self, folder: Path) -> Installation:
        """The same once more, in another folder (SQLite only); this one must not be served meanwhile."""
        self.close()
        shutil.copytree(self.folder, folder)
        return open_installation(folder, self.environ)

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            session().close()
            db.engine.dispose()


def build_installation(
    folder: Path, *, database_url: str = "", redis_url: str = "", language: str = "en", **settings: str
) -> Installation:
    """A new installation with all plugins and the demo world; everybody reads ``language``.

    ``settings`` are further ``LMS_*`` variables, named without the prefix, in small letters.
    """
    environ = {"LMS_ENVIRONMENT": "development", "LMS_PLUGINS": ",".join(every_plugin())}
    environ |= {"LMS_DATABASE_URL": database_url} if database_url else {}
    environ |= {"LMS_REDIS_URL": redis_url} if redis_url else {}
    environ |= {f"LMS_{name.upper()}": value for name, value in settings.items()}
    make_secret_file(folder)
    app = create_app(load_settings(folder, environ))
    with app.app_context():
        migrate.upgrade(db.engine, migrate.owners(hooks().plugins))
        world = build_world()
        with unit_of_work():
            session().execute(update(User).values(locale=language))
    return Installation(folder, environ, app, world)


def open_installation(folder: Path, environ: Mapping[str, str]) -> Installation:
    """An installation that was built before."""
    app = create_app(load_settings(folder, environ))
    with app.app_context():
        return Installation(folder, dict(environ), app, open_world())


class Serving:
    """``serve`` running as a process of its own; use it in a ``with`` statement."""

    def __init__(self, site: Installation, *, only: str = "", port: int = 0, **settings: str) -> None:
        self.port = port or find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self._arguments = ["serve", "--instance", str(site.folder), "--port", str(self.port)]
        self._arguments += ["--only", only] if only else []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        more = {f"LMS_{name.upper()}": value for name, value in settings.items()}
        self._environ = kept | site.environ | more | {"PYTHONUNBUFFERED": "1"}
        self._fresh: queue.Queue[str | None] = queue.Queue()
        self._seen: list[psutil.Process] = []
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *, until: str = "Ready:") -> None:
        """Start it; returns when it says that it is ready."""
        self._fresh = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lms.cli", *self._arguments],
            cwd=ROOT, env=self._environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        threading.Thread(target=self._collect, args=(self.process, self._fresh), daemon=True).start()
        if until:
            self.wait_for(until)
            self._remember()

    def wait_for(self, text: str, seconds: float = PATIENCE) -> str:
        """The next line of output with ``text`` in it. Raises AssertionError when it does not come."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._fresh.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            if text in line:
                return line
        raise AssertionError(f"no line with {text!r} in:\n" + "\n".join(self.lines[-40:]))

    def pids_of(self, word: str) -> list[int]:
        """Processes of this installation whose name or command line contains ``word``, such as lms-web."""
        self._remember()
        found = []
        for each in self._seen:
            try:
                if (
                    each.is_running()
                    and each.status() != psutil.STATUS_ZOMBIE
                    and word in [each.name(), *each.cmdline()]
                ):
                    found.append(each.pid)
            except psutil.NoSuchProcess:
                continue
        return found

    def kill(self, word: str) -> None:
        """SIGKILL for every process whose name or command line contains ``word``."""
        for pid in self.pids_of(word):
            os.kill(pid, signal.SIGKILL)

    def kill_supervisor(self) -> None:
        """SIGKILL for the supervisor alone."""
        assert self.process is not None
        self._remember()
        self.process.kill()
        self.process.wait()

    def is_all_over(self) -> bool:
        """True when neither the supervisor nor anything it started runs."""
        return not any(
            each.is_running() and each.status() != psutil.STATUS_ZOMBIE
            for each in self._seen
            if psutil.pid_exists(each.pid)
        )

    def memory(self) -> int:
        """Memory of the supervisor and all it started, in bytes; shared pages are counted once (PSS)."""
        assert self.process is not None
        everybody = [psutil.Process(self.process.pid)]
        everybody += everybody[0].children(recursive=True)
        return sum(int(each.memory_full_info().pss) for each in everybody)

    def stop(self) -> None:
        """Stop it in good order, and what is left by force."""
        if self.process is None:
            return
        self._remember()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for each in self._seen:
            if each.is_running():
                each.kill()
        psutil.wait_procs(self._seen, timeout=10)
        self.process = None

    def _remember(self) -> None:
        if self.process is not None and self.process.poll() is None:
            known = set(self._seen)
            try:
                children = psutil.Process(self.process.pid).children(recursive=True)
            except psutil.NoSuchProcess:
                return
            self._seen += [each for each in children if each not in known]

    def _collect(self, process: subprocess.Popen[str], fresh: queue.Queue[str | None]) -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))
                fresh.put(line.rstrip("\n"))
        fresh.put(None)


def wait_until(is_there: Callable[[], object], seconds: float = 30, what: str = "it") -> None:
    """Ask ``is_there()`` again until it is true. Raises AssertionError after ``seconds``."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not is_there():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        pause.wait(0.05)
