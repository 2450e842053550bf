"""A small site for the tests of work, live channels and the lounge: two offices, some people, real server."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pluggy
import socketio
from flask import Flask
from sqlalchemy import QueuePool
from werkzeug.serving import WSGIRequestHandler, make_server

import lms.live.hooks
import lms.lounge.hooks
import lms.work.hooks
from lms.access.actor import Actor
from lms.access.policy import Policy
from lms.accounts.actors import load_actor
from lms.accounts.models import Membership, MembershipRole, User
from lms.clock import monotonic
from lms.config import JobSettings, MailSettings, Settings, WebSettings
from lms.hooks import specs
from lms.hooks.callers import EXTENSION as HOOKS
from lms.hooks.callers import Hooks
from lms.hooks.loader import PluginSet
from lms.live.bus import install_live
from lms.live.hub import hub
from lms.live.managers import DatagramManager
from lms.offices.directory import EXTENSION as DIRECTORY
from lms.offices.directory import OfficeDirectory, directory
from lms.offices.models import Office
from lms.store.base import Base, db, session
from lms.store.engine import engine_options, install_listeners
from lms.store.runtime import SETTINGS
from lms.store.scope import install_scope
from lms.store.uow import unit_of_work
from lms.work.jobs import publish_fact
from lms.work.worker import install_work

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz-tests"
PEOPLE = {
    # key: (name, office, role)
    "head": ("Ginevra Bracciolini", "siena", "head"),
    "trainer": ("Tommaso Dell’Acqua", "siena", "trainer"),
    "trainee": ("Aïcha Benali", "siena", "trainee"),
    "other": ("Anna Huber", "vienna", "trainee"),
}


def make_settings(folder: Path, **changes: Any) -> Settings:
    """Settings of a test site in ``folder``."""
    defaults: dict[str, Any] = {
        "instance_dir": folder,
        "environment": "test",
        "secret_key": SECRET,
        "web": WebSettings(threads=100),
        "jobs": JobSettings(workers=2, stale_after_seconds=5),
        "mail": MailSettings(url=""),
    }
    return Settings(**(defaults | changes))


def make_app(settings: Settings, extra_hooks: Mapping[str, Any] | None = None) -> Flask:
    """An application with work, live channels and the lounge; ``extra_hooks`` are modules or objects by owner."""
    app = Flask("lms", root_path=str(Path(lms.__file__).parent), static_folder=None)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        SECRET_KEY=settings.secret_key,
        TESTING=True,
    )
    app.extensions[SETTINGS] = settings
    db.init_app(app)
    with app.app_context():
        install_listeners(db.engine)
    install_scope(db.session)
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    manager.register(lms.work.hooks, "core.work")
    manager.register(lms.live.hooks, "core.live")
    manager.register(lms.lounge.hooks, "core.lounge")
    for owner, module in (extra_hooks or {}).items():
        manager.register(module, owner)
    app.extensions[DIRECTORY] = OfficeDirectory(settings, frozenset(extra_hooks or ()))
    app.extensions[HOOKS] = Hooks(PluginSet(manager), directory_plugins(app), publish_fact)
    install_work(app)
    install_live(app, identify)
    return app


def directory_plugins(app: Flask) -> Any:
    """Every plugin is on in every office, unless ``app.config["SWITCHED_OFF"]`` names it."""
    return lambda _office_id: frozenset({"probe"}) - frozenset(app.config.get("SWITCHED_OFF", ()))


def identify(environ: Mapping[str, Any], slug: str, _policy: Policy) -> Actor | None:
    """The test's session: a cookie with the user's id."""
    cookie = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    office = directory().by_slug(slug)
    if "user" not in cookie or office is None:
        return None
    return load_actor(uuid.UUID(cookie["user"].value), office)


def fill(app: Flask) -> dict[str, uuid.UUID]:
    """Tables, offices and people; returns ids of offices (by slug) and people (by key)."""
    ids: dict[str, uuid.UUID] = {}
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work():
            for slug in ("siena", "vienna"):
                office = Office(slug=slug, name=f"Office {slug}", accent="#1F5F8B")
                session().add(office)
                session().flush()
                ids[slug] = office.id
            for key, (name, slug, role) in PEOPLE.items():
                user = User(name=name, email=f"{key}@example.org", is_operator=key == "head")
                session().add(user)
                session().flush()
                membership = Membership(user_id=user.id, office_id=ids[slug])
                membership.roles = [MembershipRole(role=role)]
                session().add(membership)
                ids[key] = user.id
    return ids


def actor_for(key: str) -> Actor:
    """A person as actor; inside an application context."""
    name, slug, _role = PEOPLE[key]
    office = directory().by_slug(slug)
    user_id = session().query(User.id).filter_by(name=name).scalar()
    found = load_actor(user_id, office)
    session().rollback()
    assert found is not None
    return found


def close(app: Flask) -> None:
    """Let go of what an application holds open."""
    with app.app_context():
        deadline, pause = monotonic() + 5, threading.Event()
        while (hub().connections or _connections_in_use()) and monotonic() < deadline:
            pause.wait(0.01)
        db.engine.dispose()
        bus = hub().bus
        if isinstance(bus, DatagramManager):
            bus.close()


def _connections_in_use() -> int:
    pool = db.engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application behind a real server with threads; yields its address."""

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_args: Any) -> None:
            pass

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Client:
    """A browser's side of the lounge: connects, joins, remembers what it got."""

    url: str
    user_id: uuid.UUID
    office: str = "siena"
    namespace: str = "/lounge"

    def __post_init__(self) -> None:
        self.io = socketio.Client(reconnection=False, handle_sigint=False)
        self.arrived = threading.Condition()
        self.events: list[dict[str, Any]] = []
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.refusal: Any = None
        for name in ("hint", "presence", "heads", "goodbye"):
            self.io.on(name, self._remember(name), namespace=self.namespace)
        self.io.on("event", self._take, namespace=self.namespace)
        self.io.on("connect_error", self._refused, namespace=self.namespace)
        self.io.on("disconnect", self._remember("disconnect"), namespace=self.namespace)

    def connect(self) -> Client:
        """Open the connection; raises socketio's ConnectionError when refused."""
        self.io.connect(
            self.url,
            headers={"Cookie": f"user={self.user_id}"},
            auth={"office": self.office},
            namespaces=[self.namespace],
            transports=["websocket"],
            wait_timeout=10,
        )
        link = self.io.eio.ws
        link.close = partial(link.close, timeout=0)  # its own reader takes the answer it would wait 3 s for
        return self

    def call(self, event: str, **data: Any) -> dict[str, Any]:
        """Send an event and wait for the answer."""
        answer: dict[str, Any] = self.io.call(event, data, namespace=self.namespace, timeout=15)
        return answer

    def join(self, since: int | None = None, channel: str = "lounge") -> dict[str, Any]:
        """Join and take what was missed."""
        answer = self.call("join", channel=channel, since=since)
        for event in answer.get("events", ()):
            self._take({"event": event})
        return answer

    def announce(self, text: str, key: str) -> dict[str, Any]:
        """Append an announcement."""
        return self.call(
            "append", channel="lounge", kind="announcement.posted", payload={"text": text}, key=key
        )

    def wait(self, is_there: Any, timeout: float = 10.0) -> None:
        """Wait until a condition about this client holds."""
        with self.arrived:
            assert self.arrived.wait_for(is_there, timeout), (self.messages[-5:], len(self.events))

    def got(self, name: str) -> list[dict[str, Any]]:
        """Messages of one name so far."""
        return [data for each, data in self.messages if each == name]

    def close(self) -> None:
        """Disconnect."""
        self.io.disconnect()

    @property
    def seqs(self) -> list[int]:
        """Numbers of the events taken, each once, in order of arrival."""
        return list(dict.fromkeys(event["seq"] for event in self.events))

    def _take(self, message: dict[str, Any]) -> None:
        with self.arrived:
            self.events.append(message["event"])
            self.arrived.notify_all()

    def _refused(self, data: Any) -> None:
        self.refusal = data

    def _remember(self, name: str) -> Any:
        def take(*data: Any) -> None:
            with self.arrived:
                self.messages.append((name, data[0] if data and isinstance(data[0], dict) else {}))
                self.arrived.notify_all()

        return take


@contextmanager
def clients(url: str, *user_ids: uuid.UUID) -> Iterator[Sequence[Client]]:
    """Connected clients that are disconnected at the end."""
    opened = [Client(url, user_id).connect() for user_id in user_ids]
    try:
        yield opened
    finally:
        for client in opened:
            client.close()
