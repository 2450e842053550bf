"""Wiring of the Socket.IO server: transport, limits, origins, namespaces.

Only WebSocket: long polling breaks with several processes, and every client we support has
it. Handlers of one client run one after the other, in the order in which it sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask
from flask_socketio import SocketIO
from gevent import monkey

from lms.config import Settings
from lms.hooks.callers import EXTENSION as HOOKS
from lms.hooks.callers import Hooks
from lms.hooks.contributions import HealthCheck
from lms.live.hub import EXTENSION, Hub, Identify, hub
from lms.live.managers import BusManager, DatagramManager, RedisManager
from lms.live.namespaces import LiveNamespace
from lms.live.rounds import Rounds
from lms.store.runtime import SETTINGS
from lms.text import gettext as _

log = structlog.get_logger(__name__)

LARGEST_MESSAGE_BYTES = 256_000
THREADS_FOR_PAGES = 40
FEWEST_SOCKETS = 8
GEVENT_SOCKETS = 4_000
PING_SECONDS = 20


class UndeclaredEvent(RuntimeError):
    """A socket event has no policy. A fault in the code; it stops development and tests at start."""


def install_live(app: Flask, identify: Identify) -> None:
    """Put the socket server in front of ``app`` and wire all namespaces; call when the hooks are loaded.

    ``identify(environ, office_slug, policy)`` tells who is behind a handshake, or None; it is called in
    an application context and again while the connection lives. Raises UndeclaredEvent in
    development and tests.
    """
    settings: Settings = app.extensions[SETTINGS]
    bus = _bus(settings)
    is_green = bool(monkey.is_module_patched("socket"))
    socketio = SocketIO(
        app,
        async_mode="gevent" if is_green else "threading",
        async_handlers=False,
        manage_session=False,
        transports=["websocket"],
        client_manager=bus,
        cors_allowed_origins=_OwnOrigins(settings),
        max_http_buffer_size=LARGEST_MESSAGE_BYTES,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        path="socket.io",
    )
    capacity = GEVENT_SOCKETS if is_green else max(FEWEST_SOCKETS, settings.web.threads - THREADS_FOR_PAGES)
    live = Hub(app, socketio.server, bus, identify, capacity)
    app.extensions[EXTENSION] = live
    rounds = Rounds(live, socketio.server)
    live.on_admitted = rounds.ensure
    bus.on_reconnect = rounds.send_heads_soon
    bus.on_notice = live.take_notice
    _install_namespaces(app, settings, socketio, live)


def live_health() -> HealthCheck:
    """Whether the processes of this site reach each other."""
    if hub().bus.check():
        return HealthCheck("live.bus", "ok", _("Live channels reach all processes."))
    return HealthCheck(
        "live.bus",
        "warning",
        _("Redis does not answer: what happens in one web process reaches the others only every 10 seconds."),
        _("Start Redis again, or look at redis_url in lms.toml."),
    )


class _OwnOrigins:
    """Handshakes only from our own pages. Callable as python-engineio wants it."""

    def __init__(self, settings: Settings) -> None:
        self._hosts = settings.hosts

    def __call__(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        if origin is None:
            return True  # not a browser; the session cookie decides
        parts = urlsplit(origin)
        return (parts.hostname or "") in self._hosts and parts.netloc == environ.get("HTTP_HOST")


def _bus(settings: Settings) -> BusManager:
    if settings.redis_url:
        return RedisManager(settings.redis_url)
    return DatagramManager(settings.instance_dir / "run" / "live")


def _install_namespaces(app: Flask, settings: Settings, socketio: Any, live: Hub) -> None:
    loaded: Hooks = app.extensions[HOOKS]
    with app.app_context():
        namespaces: list[tuple[str, LiveNamespace]] = loaded.socket_namespaces()
    for owner, namespace in namespaces:
        undeclared = sorted(name for name, policy in namespace.policies().items() if policy is None)
        if undeclared:
            text = f"these socket events of {owner} state no policy: {', '.join(undeclared)}"
            if settings.is_development:
                raise UndeclaredEvent(text)
            log.error("live.event_without_policy", text=text)
        for kind in namespace.channels:
            live.add_kind(owner, namespace.path, kind)
        namespace.bind(app, live, owner)
        socketio.on_namespace(namespace)
