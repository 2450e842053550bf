"""How processes tell each other what to send: Redis in scale mode, unix datagrams without it.

Each process serves its own sockets first and then tells the others, so that a broken bus
costs nobody who is connected here anything. What others missed they learn from the heartbeat.
"""

from __future__ import annotations

import atexit
import errno
import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from socketio import PubSubManager

from lms.clock import monotonic

log = structlog.get_logger(__name__)

TOPIC = "contrada-live"
REDIS_PAUSE_SECONDS = 1.0
SEND_SECONDS = 0.2
LARGEST_DATAGRAM = 1 << 20
Notice = Mapping[str, Any]


class BusManager(PubSubManager):  # type: ignore[misc]  # python-socketio has no types
    """A client manager whose processes also exchange notices (small dictionaries) of our own."""

    def __init__(self) -> None:
        super().__init__(channel=TOPIC)
        self.on_notice: Callable[[Notice], None] = lambda _notice: None
        self.on_reconnect: Callable[[], None] = lambda: None
        self.is_healthy = True

    def tell_others(self, notice: Notice) -> None:
        """Send a notice to all other processes."""
        self._publish({"method": "notice", "notice": dict(notice), "host_id": self.host_id})

    def check(self) -> bool:
        """Whether the other processes can be reached now."""
        return self.is_healthy

    def _receive(self) -> Iterator[bytes]:
        raise NotImplementedError

    def _listen(self) -> Iterator[dict[str, Any]]:
        for raw in self._receive():
            message = _read(raw)
            if message.get("method") != "notice":
                yield message
            elif message.get("host_id") != self.host_id:
                self.on_notice(message.get("notice") or {})

    def _note(self, *, is_healthy: bool, error: Exception | None = None) -> None:
        if is_healthy != self.is_healthy:
            log.warning("live.bus", is_healthy=is_healthy, error=str(error or ""))
        self.is_healthy = is_healthy


class RedisManager(BusManager):
    """Processes on one or several machines meet in Redis."""

    name = "redis"

    def __init__(self, url: str) -> None:
        super().__init__()
        # A request must not wait for a bus that is gone: no retries, short time-outs, then a pause.
        self._redis = Redis.from_url(
            url, socket_connect_timeout=1, socket_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        self._paused_until = 0.0

    def check(self) -> bool:
        """Whether Redis answers now."""
        try:
            self._redis.ping()
        except (RedisError, OSError) as error:
            self._note(is_healthy=False, error=error)
            return False
        return True

    def _publish(self, data: Mapping[str, Any]) -> None:
        if monotonic() < self._paused_until:
            return
        try:
            self._redis.publish(TOPIC, json.dumps(data))
        except (RedisError, OSError) as error:
            self._paused_until = monotonic() + REDIS_PAUSE_SECONDS
            self._note(is_healthy=False, error=error)

    def _receive(self) -> Iterator[bytes]:
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as inbox:  # type: ignore[no-untyped-call]  # redis-py
                    inbox.subscribe(TOPIC)
                    was_gone = not self.is_healthy
                    self._note(is_healthy=True)
                    if was_gone:
                        self.on_reconnect()
                    while True:
                        message = inbox.get_message(timeout=1.0)
                        if message is not None and message["type"] == "message":
                            yield message["data"]
            except (RedisError, OSError) as error:
                self._note(is_healthy=False, error=error)
                self.server.sleep(REDIS_PAUSE_SECONDS)


class DatagramManager(BusManager):
    """Processes on one machine meet in a folder of unix datagram sockets.

    Each process that has clients binds a socket there; whoever has something to say sends it
    to all of them. The folder belongs to the installation and is closed to others.
    """

    name = "datagram"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._own_name = ""
        # Addresses of sockets are limited to 107 bytes (unix(7)); through the descriptor they stay short.
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._inbox: socket.socket | None = None
        self._outbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._outbox.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST_DATAGRAM)
        self._outbox.settimeout(SEND_SECONDS)
        atexit.register(self.close)

    def initialize(self) -> None:
        """Called at the first connection: from here on this process (forked or not) wants to hear others."""
        self._own_name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.host_id = secrets.token_hex(16)  # what was made before a fork would name both processes
        self._inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._inbox.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LARGEST_DATAGRAM)
        self._inbox.bind(self._address(self._own_name))
        super().initialize()

    def close(self) -> None:
        """Stop being reachable."""
        atexit.unregister(self.close)
        self._outbox.close()
        if self._inbox is not None:
            (self._folder / self._own_name).unlink(missing_ok=True)

    def _publish(self, data: Mapping[str, Any]) -> None:
        raw = json.dumps(data).encode("utf-8")
        for peer in self._folder.iterdir():
            if peer.name != self._own_name:
                self._send(peer.name, raw)

    def _send(self, name: str, raw: bytes) -> None:
        try:
            self._outbox.sendto(raw, self._address(name))
        except OSError as error:
            if error.errno == errno.ECONNREFUSED:  # its process is gone
                (self._folder / name).unlink(missing_ok=True)
            elif error.errno != errno.ENOENT:
                log.warning("live.datagram_lost", to=name, size=len(raw), error=str(error))

    def _receive(self) -> Iterator[bytes]:
        while self._inbox is not None:
            yield self._inbox.recv(LARGEST_DATAGRAM)

    def _address(self, name: str) -> str:
        return f"/proc/self/fd/{self._descriptor}/{name}"


def _read(raw: bytes) -> dict[str, Any]:
    try:
        message = json.loads(raw)
    except ValueError:
        log.warning("live.unreadable_message", size=len(raw))
        return {}
    return message if isinstance(message, dict) else {}
