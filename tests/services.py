"""Throw-away PostgreSQL and Redis servers for tests, benchmarks and trying things by hand.

Both listen on loopback only, on free ports, keep their data in a temporary folder, are started
as an ordinary user (PostgreSQL refuses root) and are ended by process id. They also end when this
process is killed. ``restart``, ``kill`` and ``start`` serve the fault tests.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from lms.ops import needs
from lms.ops.orphan import end_with_parent
from lms.ops.ports import find_free_port

START_SECONDS = 30.0
STOP_SECONDS = 20.0
OWNER = "contrada"
FIRST_DATABASE = "contrada"


class CannotStart(RuntimeError):
    """A server is not installed, or did not come up; the message holds its last log lines."""


class Server:
    """A server process with a folder of its own. Subclasses say how to start it and when it answers."""

    name = "server"
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.port = find_free_port()
        self.user = _ordinary_user()
        self.folder = _make_folder(self.name, self.user)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as the settings want it."""
        raise NotImplementedError

    @property
    def pid(self) -> int:
        """Process id of the running server. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers. Raises CannotStart."""
        if self._process is not None:
            return
        with self._log.open("ab") as log:
            self._process = self._popen(self._command(), stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise CannotStart(
                    f"{self.name} did not start:\n{self._log.read_text('utf-8', 'replace')[-2000:]}"
                )
            time.sleep(0.02)  # the condition is asked again; nothing tells us about it

    def stop(self) -> None:
        """Stop it in good order; its data stays."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start again on the same port with the same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop it and remove its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __str__(self) -> str:
        return self.url

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _command(self) -> Sequence[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _popen(self, command: Sequence[str], **streams: object) -> subprocess.Popen[bytes]:
        owner = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]  # options as a mapping
            list(command),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            process_group=0,  # a Ctrl-C is for the tests; they stop the server
            preexec_fn=partial(end_with_parent, os.getpid(), self.stop_signal),  # noqa: PLW1509 - must not outlive us
            **owner,
            **streams,
        )


class PostgresServer(Server):
    """PostgreSQL whose databases belong to a role without special rights, so that row security bites.

    ``is_durable=True`` waits for the disk as an installation does; benchmarks want that, tests do not.
    """

    name = "postgresql"
    stop_signal = signal.SIGINT  # "fast shutdown": disconnects clients

    def __init__(self, *, is_durable: bool = False) -> None:
        found = needs.find_postgresql()
        if found is None:
            raise CannotStart(f"PostgreSQL is not installed: {needs.POSTGRESQL.advice}")
        super().__init__()
        self._programs = Path(found)
        self._is_durable = is_durable
        self._admin_password = secrets.token_hex(16)
        self._owner_password = secrets.token_hex(16)
        self._make_cluster()

    @property
    def url(self) -> str:
        """SQLAlchemy's address of the first database."""
        return self.url_of(FIRST_DATABASE)

    @property
    def dsn(self) -> str:
        """libpq's address of the first database."""
        return self.url.replace("postgresql+psycopg://", "postgresql://")

    def url_of(self, database: str) -> str:
        """SQLAlchemy's address of one of the databases."""
        return f"postgresql+psycopg://{OWNER}:{self._owner_password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str | None = None, template: str | None = None) -> str:
        """A new database, empty or a copy of ``template``; returns its address."""
        name = name or f"t{secrets.token_hex(6)}"
        command = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
        if template:
            command += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._as_admin(command)
        return self.url_of(name)

    def drop_database(self, url_or_name: str) -> None:
        """Remove a database, disconnecting who uses it."""
        name = url_or_name.rpartition("/")[2]
        self._as_admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def create_owner(self) -> None:
        """The ordinary role and its first database; once, after the first start."""
        self._as_admin(
            sql.SQL(
                "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
            ).format(sql.Identifier(OWNER), sql.Literal(self._owner_password))
        )
        self.create_database(FIRST_DATABASE)

    def _as_admin(self, command: sql.Composed) -> None:
        with self._connect_admin() as connection:
            connection.execute(command)

    def _connect_admin(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self._admin_password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _make_cluster(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self._admin_password, "utf-8")
        _give(password_file, self.user)
        initdb = self._popen(
            [
                str(self._programs / "initdb"),
                *("--pgdata", str(self.folder / "data"), "--username", "postgres"),
                *("--auth", "scram-sha-256", "--pwfile", str(password_file)),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = initdb.communicate()
        password_file.unlink()
        if initdb.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise CannotStart(f"initdb failed: {output.decode('utf-8', 'replace')[-1000:]}")

    def _command(self) -> Sequence[str]:
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
        }
        if not self._is_durable:
            # Safe against killed processes, not against power cuts.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *options]

    def _answers(self) -> bool:
        try:
            self._connect_admin().close()
        except psycopg.OperationalError:
            return False
        return True


class RedisServer(Server):
    """Redis without persistence."""

    name = "redis"

    def __init__(self) -> None:
        found = needs.find_redis()
        if found is None:
            raise CannotStart(f"Redis is not installed: {needs.REDIS.advice}")
        super().__init__()
        self._program = found

    @property
    def url(self) -> str:
        """Address of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def _command(self) -> Sequence[str]:
        return [
            self._program,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--protected-mode", "yes"),
            *("--save", "", "--appendonly", "no", "--dir", str(self.folder)),
        ]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextlib.contextmanager
def postgres_server(*, is_durable: bool = False) -> Iterator[PostgresServer]:
    """A running PostgreSQL; ``str()`` of it and its ``url`` are the address. Raises CannotStart."""
    server = PostgresServer(is_durable=is_durable)
    with _running(server):
        server.create_owner()
        yield server


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running Redis; ``str()`` of it and its ``url`` are the address. Raises CannotStart."""
    server = RedisServer()
    with _running(server):
        yield server


@contextlib.contextmanager
def _running(server: Server) -> Iterator[None]:
    close: Callable[[], None] = server.close
    atexit.register(close)  # for a generator that is never finished
    try:
        server.start()
        yield
    finally:
        atexit.unregister(close)
        close()


def _ordinary_user() -> str | None:
    """Who runs the servers when we are root; None: ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise CannotStart("there is no user to run test servers as: neither postgres nor nobody")


def _make_folder(name: str, user: str | None) -> Path:
    base = Path(tempfile.gettempdir())
    if user is not None and not all(folder.stat().st_mode & 0o001 for folder in (base, *base.parents)):
        base = Path("/var/tmp")  # noqa: S108 - the private one above cannot be entered by the server's user
    folder = Path(tempfile.mkdtemp(prefix=f"contrada-{name}-", dir=base))
    _give(folder, user)
    return folder


def _give(path: Path, user: str | None) -> None:
    if user is not None:
        path.chmod(0o700 if path.is_dir() else 0o600)
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
