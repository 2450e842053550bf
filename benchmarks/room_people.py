"""Many people in one webinar room, in one process: ``python -m benchmarks.room_people PORT`` with a plan on stdin.

The plan is JSON: ``{room, cookies, servers, seconds, pause, votes}``: ``servers`` are process ids whose CPU is looked at, ``votes`` the
seconds in which people vote, for each poll; the first cookie is the host's. Everybody comes in and hears
the room; then people write in turns; then the host asks something and everybody votes. Prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from benchmarks.listeners import Listener
from benchmarks.media_clients import cpu_of

NAMESPACE = "/webinar"
AT_ONCE = 20
PATIENCE, AGAIN_SECONDS = 60.0, 1.0


class Person(Listener):
    """One socket in the room, which notes when each count of votes was seen."""

    def __init__(self, port: int, cookie: str, delays: list[float], room: str) -> None:
        super().__init__(port, cookie, delays, NAMESPACE, (f"webinar:{room}",))
        self.room = room
        self.again: Callable[[], None] | None = None
        """What is said again when it is refused."""
        self.begin_poll()

    def begin_poll(self, poll: str = "", voters: int = 0) -> None:
        """Wait for the chart of this poll with so many votes; what was seen of the last one is forgotten."""
        self.poll, self.wanted = poll.encode(), f'"voters":{voters},'.encode()
        self.opened: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.counted_at = 0.0
        self.counts = self.answered = 0

    def order(self, event: str, **values: object) -> None:
        """Give an order."""
        self.ask(event, {"room": self.room, "key": uuid.uuid4().hex, **values})

    def notice(self, text: bytes) -> None:
        """What a page would draw."""
        if text.startswith(b"43/webinar,"):
            if b'"ok":false' in text and self.again is not None:
                asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.again)
            self.answered += b'"ok":false' not in text
        if b'"poll.counted"' in text and self.poll in text:
            self.counts += 1
            if self.wanted in text:
                self.counted_at = self.counted_at or time.monotonic()
        elif b'"poll.opened"' in text and not self.opened.done():
            self.opened.set_result(json.loads(text[text.index(b"[") :])[1]["event"]["payload"])


async def main(port: int, plan: Mapping[str, Any]) -> None:
    """Come in, talk, vote."""
    delays: list[float] = []
    everybody = [Person(port, cookie, delays, plan["room"]) for cookie in plan["cookies"]]
    joins: list[float] = []
    hearing: list[asyncio.Task[None]] = []
    begun = time.monotonic()
    for start in range(0, len(everybody), AT_ONCE):
        coming = everybody[start : start + AT_ONCE]
        await asyncio.gather(*(come_in(each, joins) for each in coming))
        hearing += [asyncio.create_task(each.listen()) for each in coming]
    all_in = time.monotonic() - begun
    await asyncio.wait(hearing, timeout=1)
    servers: list[int] = plan["servers"]
    cpu = [sum(map(cpu_of, servers))]
    used, begun = time.process_time(), time.monotonic()
    sent = await talk(everybody, plan["seconds"], plan["pause"])
    await wait_for(lambda: len(delays) >= sent * len(everybody), hearing)
    busy = (time.process_time() - used) / (time.monotonic() - begun)
    cpu.append(sum(map(cpu_of, servers)))
    polls = [await vote(everybody, hearing, seconds) for seconds in plan["votes"]]
    cpu.append(sum(map(cpu_of, servers)))
    lost = sum(task.done() for task in hearing)
    for task in hearing:
        task.cancel()
    await asyncio.gather(*hearing, return_exceptions=True)
    found = {
        "joins": joins,
        "all_in": all_in,
        "cpu": cpu,
        "delays": delays,
        "sent": sent,
        "client_share": busy,
        "lost_connections": lost,
    }
    print(json.dumps(found | {"polls": polls, "refused": sum(each.refused for each in everybody)}))


async def come_in(person: Person, joins: list[float]) -> None:
    """Connect and hear the room."""
    begun = time.monotonic()
    await person.open()
    joins.append(time.monotonic() - begun)


async def talk(everybody: list[Person], seconds: float, pause: float) -> int:
    """Somebody writes something every ``pause`` seconds; returns how often."""
    until, chance, sent = time.monotonic() + seconds, random.Random(1), 0
    while sent == 0 or time.monotonic() < until:
        chance.choice(everybody).order("chat.say", text=f"sent at {time.monotonic():.6f}")
        sent += 1
        await asyncio.sleep(pause)
    return sent


async def vote(everybody: list[Person], hearing: list[asyncio.Task[None]], seconds: float) -> dict[str, Any]:
    """The host opens a poll, everybody votes within ``seconds``; what became of the chart."""
    host, poll = everybody[0], str(uuid.uuid4())
    for each in everybody:
        each.begin_poll(poll, len(everybody))
    host.order(
        "poll.make", poll=poll, kind="single", question="What now?", options=["This", "That", "Neither"]
    )
    options = [each["id"] for each in (await asyncio.wait_for(host.opened, PATIENCE))["options"]]
    chance, begun = random.Random(2), time.monotonic()

    async def cast(person: Person, at: float) -> None:
        await asyncio.sleep(at)
        person.again = partial(person.order, "poll.vote", poll=poll, options=[chance.choice(options)])
        person.again()

    await asyncio.gather(*(cast(each, chance.uniform(0, seconds)) for each in everybody))
    last = time.monotonic()
    await wait_for(lambda: all(each.counted_at for each in everybody), hearing)
    seen = [each.counted_at - last for each in everybody if each.counted_at]
    updates = max(each.counts for each in everybody) / (time.monotonic() - begun)
    answered = sum(each.answered for each in everybody) - 1  # the host's question was answered too
    return {"answered": answered, "seconds": seconds, "charts": seen, "updates": updates}


async def wait_for(is_done: Callable[[], bool], hearing: list[asyncio.Task[None]]) -> None:
    """Wait until it is so, or patience ends: what is missing is told by the figures."""
    last = time.monotonic() + PATIENCE
    while not is_done() and time.monotonic() < last:
        await asyncio.wait(hearing, timeout=0.02)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), json.load(sys.stdin)))
