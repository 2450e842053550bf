"""People who take a quiz, in a process of their own: ``python -m benchmarks.quiz_people MODE PORT QUIZ SECONDS PAUSE``.

Cookies come on standard input, one person a line. Mode ``flow``: eight at a time begin, open the
page, hand in and look back, again and again. Mode ``saving``: each begins once and then answers
every PAUSE seconds, as the script of the page does. Prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

QUESTIONS = 10
CLIENTS = 8


class Person:
    """One browser with one connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, bytes]:
        """Status, location and body of an answer; a connection that was closed while idle is opened again."""
        try:
            return await self._ask(method, path, body, kind)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._reader = self._writer = None
            return await self._ask(method, path, body, kind)

    async def _ask(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, str, bytes]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"Cookie: {self._cookie}"]
        lines += [f"Content-Length: {len(body)}"] if method == "POST" else []
        lines += [f"Content-Type: {kind}"] if kind else []
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields: dict[str, str] = {}
        for line in head.split("\r\n")[1:]:
            name, _colon, value = line.partition(": ")
            fields[name.lower()] = value
        content = await self._reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection", "").lower() == "close":
            self._writer.close()
            self._reader = self._writer = None
        return int(head.split(" ", 2)[1]), urlsplit(fields.get("location", "")).path, content

    async def take_whole_quiz(self, quiz: str) -> None:
        """From start to review."""
        _status, attempt, _body = await self.ask("POST", f"/o/siena/quiz/{quiz}/start")
        await self.ask("GET", attempt)
        fields = [
            (f"a{n}.{name}", value)
            for n in range(1, QUESTIONS + 1)
            for name, value in (("seq", "0"), ("chosen", "n1"))
        ]
        form = urlencode([("key", "k"), *fields]).encode()
        _status, review, _body = await self.ask(
            "POST", f"{attempt}/submit", form, "application/x-www-form-urlencoded"
        )
        status, _location, _body = await self.ask("GET", review)
        if status != 200 or not review.endswith("/review"):
            raise RuntimeError(f"{review}: {status}")


async def run_flow(port: int, quiz: str, seconds: float, cookies: list[str]) -> dict[str, Any]:
    """Whole quizzes."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def client(cookie: str) -> None:
        person = Person(port, cookie)
        while time.perf_counter() < until:
            began = time.perf_counter()
            await person.take_whole_quiz(quiz)
            times.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client(cookie) for cookie in cookies[:CLIENTS]))
    return {"count": len(times), "seconds": time.perf_counter() - began, "times": times}


async def run_saving(
    port: int, quiz: str, seconds: float, pause: float, cookies: list[str]
) -> dict[str, Any]:
    """Single answers."""
    times: list[float] = []
    bad: list[str] = []
    acknowledged: dict[str, dict[str, list[Any]]] = {}
    people = [Person(port, cookie) for cookie in cookies]
    attempts = []
    for person in people:
        _status, attempt, _body = await person.ask("POST", f"/o/siena/quiz/{quiz}/start")
        attempts.append(attempt)
    chance = random.Random(7)
    until = time.perf_counter() + seconds

    async def client(person: Person, attempt: str) -> None:
        own = acknowledged.setdefault(attempt.rsplit("/", 1)[1], {})
        seq = 0
        await asyncio.sleep(chance.uniform(0, pause))
        while time.perf_counter() < until:
            seq += 1
            place, value = chance.randint(1, QUESTIONS), f"n{chance.randint(1, 4)}"
            change = {"position": place, "seq": seq, "fields": [[f"a{place}.chosen", value]]}
            began = time.perf_counter()
            body = json.dumps({"changes": [change]}).encode()
            status, _location, answer = await person.ask(
                "POST", f"{attempt}/answers", body, "application/json"
            )
            times.append(time.perf_counter() - began)
            if status == 200 and str(place) in json.loads(answer)["saved"]:
                own[str(place)] = [seq, value]
            else:
                bad.append(answer.decode()[:200])
            await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)

    began = time.perf_counter()
    await asyncio.gather(*(client(person, attempt) for person, attempt in zip(people, attempts, strict=True)))
    return {
        "count": len(times), "seconds": time.perf_counter() - began, "times": times, "bad": len(bad),
        "acknowledged": acknowledged,
    }  # fmt: skip


if __name__ == "__main__":
    mode, port, quiz, seconds, pause = sys.argv[1:6]
    everybody = sys.stdin.read().split("\n")
    if mode == "flow":
        found = asyncio.run(run_flow(int(port), quiz, float(seconds), everybody))
    else:
        found = asyncio.run(run_saving(int(port), quiz, float(seconds), float(pause), everybody))
    print(json.dumps(found))
