"""A small load generator, in a process of its own: ``python -m benchmarks.load PORT PATH COOKIE CLIENTS SECONDS PAUSE``.

Each client keeps one connection and asks again as soon as it has the answer (or after a pause).
Prints JSON: the seconds of each answer, and how many answers were not 200.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Answers:
    """What clients got."""

    seconds: list[float]
    bad: int
    duration: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.seconds) / self.duration


def ask(port: int, path: str, cookie: str, clients: int, seconds: float, pause: float = 0) -> Answers:
    """Run the generator and wait for it."""
    return collect(begin(port, path, cookie, clients, seconds, pause))


def begin(
    port: int, path: str, cookie: str, clients: int, seconds: float, pause: float = 0
) -> subprocess.Popen[str]:
    """Start the generator."""
    arguments = [str(port), path, cookie, str(clients), str(seconds), str(pause)]
    command = [sys.executable, "-m", "benchmarks.load", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def collect(process: subprocess.Popen[str]) -> Answers:
    """What a generator that was started found. Raises RuntimeError when it failed."""
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the load generator failed")
    return Answers(**json.loads(output))


async def _client(
    port: int, request: bytes, deadline: float, pause: float, seconds: list[float], bad: list[int]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < deadline:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        seconds.append(time.perf_counter() - began)
        if b" 200 " not in head[:16]:
            bad.append(1)
        if b"connection: close" in lines:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if pause:
            await asyncio.sleep(pause)
    writer.close()


async def _main(port: int, path: str, cookie: str, clients: int, duration: float, pause: float) -> None:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: {cookie}",
        "Accept: text/html",
        "",
        "",
    ]
    request = "\r\n".join(lines).encode()
    seconds: list[float] = []
    bad: list[int] = []
    began = time.perf_counter()
    deadline = began + duration
    await asyncio.gather(
        *(_client(port, request, deadline, pause, seconds, bad) for _number in range(clients))
    )
    print(json.dumps({"seconds": seconds, "bad": len(bad), "duration": time.perf_counter() - began}))


if __name__ == "__main__":
    _port, _path, _cookie, _clients, _seconds, _pause = sys.argv[1:]
    asyncio.run(_main(int(_port), _path, _cookie, int(_clients), float(_seconds), float(_pause)))
