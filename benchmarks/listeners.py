"""Many people in the lounge, in one process: ``python -m benchmarks.listeners PORT SECONDS`` with cookies on stdin.

Each line of standard input is one connection. Speaks just enough WebSocket (RFC 6455), Engine.IO and
Socket.IO to join and to listen. Announcements carry the moment of sending; prints JSON with the
delay of each arrival.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

SENT = re.compile(rb"sent at (\d+\.\d+)")


class Listener:
    """One connection that hears some channels of one namespace of the office in Siena."""

    def __init__(
        self,
        port: int,
        cookie: str,
        delays: list[float],
        namespace: str = "/lounge",
        channels: Sequence[str] = ("lounge",),
    ) -> None:
        self._port, self._cookie, self._delays = port, cookie, delays
        self._namespace, self._channels = namespace, channels
        self._asked = 0
        self.refused = 0

    async def open(self) -> None:
        """Connect and join the channels."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        key = base64.b64encode(os.urandom(16)).decode()
        self._writer.write(
            (
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{self._port}\r\nOrigin: http://127.0.0.1:{self._port}\r\nCookie: {self._cookie}\r\n"
                f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
            ).encode()
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head[:16]:
            raise ConnectionError(head[:200].decode("latin-1"))
        await self._expect(b"0")
        self._send(f'40{self._namespace},{{"office":"siena"}}'.encode())
        await self._expect(f"40{self._namespace}".encode())
        for channel in self._channels:
            await self.join(channel, None)

    def ask(self, event: str, data: Mapping[str, object]) -> int:
        """Send an event; returns the number of its answer."""
        self._asked += 1
        self._send(f"42{self._namespace},{self._asked}{json.dumps([event, data])}".encode())
        return self._asked

    async def listen(self) -> None:
        """Note delays, and how much of what was asked is refused, until cancelled."""
        while True:
            text = await self._receive()
            self.refused += text.startswith(f"43{self._namespace},".encode()) and b'"ok":false' in text
            found = SENT.search(text)
            if found and text.startswith(f'42{self._namespace},["event"'.encode()):
                self._delays.append(time.monotonic() - float(found.group(1)))
            self.notice(text)

    def notice(self, text: bytes) -> None:
        """Something else to be done with each message; nothing here."""

    async def join(self, channel: str, since: int | None) -> dict[str, Any]:
        """Hear a channel; returns what the server answers: what was missed since an event."""
        number = self.ask("join", {"channel": channel, "since": since})
        start = f"43{self._namespace},{number}".encode()
        answer: dict[str, Any] = json.loads((await self._expect(start))[len(start) :])[0]
        return answer

    def cut(self) -> None:
        """The link is gone, without a word to the server."""
        self._writer.transport.abort()

    async def _expect(self, start: bytes) -> bytes:
        while not (text := await self._receive()).startswith(start):
            if text.startswith(b"44"):
                raise ConnectionError(text.decode())
        return text

    async def _receive(self) -> bytes:
        while True:
            first, second = await self._reader.readexactly(2)
            length = second & 127
            if length > 125:
                length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8))
            data = await self._reader.readexactly(length)
            if first & 15 == 8:
                raise ConnectionError("the server closed the connection")
            if data == b"2":
                self._send(b"3")
            elif first & 15 == 1:
                return data

    def _send(self, data: bytes) -> None:
        mask = os.urandom(4)
        size = bytes([128 | len(data)]) if len(data) < 126 else bytes([254]) + len(data).to_bytes(2)
        masked = bytes(each ^ mask[place % 4] for place, each in enumerate(data))
        self._writer.write(b"\x81" + size + mask + masked)


async def _main(port: int, seconds: float, cookies: list[str]) -> None:
    delays: list[float] = []
    listeners = [Listener(port, cookie, delays) for cookie in cookies]
    for start in range(0, len(listeners), 20):
        await asyncio.gather(*(each.open() for each in listeners[start : start + 20]))
    print(f"joined {len(listeners)}", flush=True)
    tasks = [asyncio.create_task(each.listen()) for each in listeners]
    done, _pending = await asyncio.wait(tasks, timeout=seconds)
    print(json.dumps({"delays": delays, "lost_connections": len(done)}))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2]), sys.stdin.read().split()))
