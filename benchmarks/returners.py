"""People whose link was cut, in one process: ``python -m benchmarks.returners PORT`` with a plan on stdin.

The first line of standard input is JSON: a list of ``{cookie, channels}``, one connection and one channel
each. All join, all are cut, and ``cut`` is printed; after another line of input they come back one after the
other and take what they missed. Prints JSON: the seconds that each took, and the numbers each had and got.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from benchmarks.listeners import Listener
from benchmarks.talkers import NAMESPACE


async def come_back(port: int, cookie: str, channel: str, since: int) -> tuple[float, list[int]]:
    """Connect anew and read on from an event; returns the seconds and the numbers of what came."""
    began = time.monotonic()
    got: list[int] = []
    who = Listener(port, cookie, [], NAMESPACE, ())
    await who.open()
    has_more = True
    while has_more:
        answer = await who.join(channel, got[-1] if got else since)
        got += [event["seq"] for event in answer["events"]]
        has_more = answer["has_more"]
    seconds = time.monotonic() - began
    who.cut()
    return seconds, got


async def _main(port: int) -> None:
    people = [(each["cookie"], each["channels"][0]) for each in json.loads(sys.stdin.readline())]
    heads = []
    for cookie, channel in people:
        who = Listener(port, cookie, [], NAMESPACE, ())
        await who.open()
        answer = await who.join(channel, None)
        heads.append(int(answer["head"]))
        who.cut()
    print("cut", flush=True)
    sys.stdin.readline()
    found = []
    for (cookie, channel), head in zip(people, heads, strict=True):
        seconds, got = await come_back(port, cookie, channel, head)
        found.append({"seconds": seconds, "head": head, "got": got})
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
