"""Many conversations at once, in one process: ``python -m benchmarks.talkers PORT SECONDS PAUSE`` with a plan on stdin.

The plan is JSON: a list of ``{cookie, channels}``, one connection each. Every ``PAUSE`` seconds each
connection with one channel writes into it. Prints JSON: the delay with which each message reached each
connection that hears it, how many were sent, how many of them the server refused (a page sends those again),
and how many connections were lost.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import uuid
from collections.abc import Callable

from benchmarks.listeners import Listener

NAMESPACE = "/tutoring"
PATIENCE = 60.0
"""Seconds after the last message in which what is on its way may arrive."""


async def talk(who: Listener, channel: str, pause: float, until: float) -> int:
    """Write at a steady pace, begun at a random moment; returns how many."""
    sent = 0
    await asyncio.sleep(random.uniform(0, pause))
    while time.monotonic() < until:
        payload = {"text": f"sent at {time.monotonic():.6f}"}
        who.ask(
            "append",
            {"channel": channel, "kind": "message.sent", "payload": payload, "key": uuid.uuid4().hex},
        )
        sent += 1
        await asyncio.sleep(pause)
    return sent


async def _main(port: int, seconds: float, pause: float, plan: list[dict[str, object]]) -> None:
    delays: list[float] = []
    everybody = [
        (Listener(port, str(each["cookie"]), delays, NAMESPACE, channels), channels)
        for each in plan
        if isinstance(channels := each["channels"], list)
    ]
    for start in range(0, len(everybody), 20):
        await asyncio.gather(*(who.open() for who, _channels in everybody[start : start + 20]))
    print(f"joined {len(everybody)}", flush=True)
    hearing = [asyncio.create_task(who.listen()) for who, _channels in everybody]
    until = time.monotonic() + seconds
    talking = [talk(who, channels[0], pause, until) for who, channels in everybody if len(channels) == 1]
    sent = sum(await asyncio.gather(*talking))

    def refused() -> int:
        return sum(who.refused for who, _channels in everybody)

    lost = await _all_heard(lambda: len(delays) >= 2 * (sent - refused()), hearing)
    found = {"delays": delays, "sent": sent, "refused": refused(), "lost_connections": lost}
    print(json.dumps(found))


async def _all_heard(is_done: Callable[[], bool], hearing: list[asyncio.Task[None]]) -> int:
    """Wait until every message was heard, so that late ones count as late and not as lost; returns how many links broke."""
    last = time.monotonic() + PATIENCE
    while not is_done() and time.monotonic() < last:
        await asyncio.wait(hearing, timeout=0.2)
    return sum(task.exception() is not None for task in hearing if task.done())


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), json.load(sys.stdin)))
