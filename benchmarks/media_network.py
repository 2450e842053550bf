"""A piece of bad network on loopback: ``python -m benchmarks.media_network HOST PORT LOSS DELAY SEED``.

Passes datagrams on to a port, each client through a socket of its own, each ``DELAY`` seconds late. Of what comes back it
loses a share at random. Prints its own port; ends with its standard input.
"""

from __future__ import annotations

import heapq
import itertools
import random
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Network:
    """The way between clients and one server."""

    def __init__(self, target: tuple[str, int], loss: float, delay: float, seed: int) -> None:
        self._target, self._loss, self._delay = target, loss, delay
        self._chance = random.Random(seed)
        self._selector = selectors.DefaultSelector()
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", 0))
        self._selector.register(self._front, selectors.EVENT_READ, self._up)
        self._backs: dict[tuple[str, int], socket.socket] = {}
        self._waiting: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()
        self.port = int(self._front.getsockname()[1])

    def run(self) -> None:
        """Pass on until standard input ends."""
        self._selector.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            for key, _events in self._selector.select(self._pause()):
                if key.data is None:
                    return
                key.data(key.fileobj)
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                heapq.heappop(self._waiting)[2]()

    def _pause(self) -> float | None:
        return max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None

    def _later(self, send: Callable[[], object]) -> None:
        heapq.heappush(self._waiting, (time.monotonic() + self._delay, next(self._count), send))

    def _up(self, front: socket.socket) -> None:
        data, client = front.recvfrom(4096)
        if client not in self._backs:
            back = self._backs[client] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            back.connect(self._target)
            self._selector.register(back, selectors.EVENT_READ, lambda each: self._down(each, client))
        back = self._backs[client]
        self._later(lambda: back.send(data))

    def _down(self, back: socket.socket, client: tuple[str, int]) -> None:
        data = back.recv(4096)
        if self._chance.random() >= self._loss:
            self._later(lambda: self._front.sendto(data, client))


@contextmanager
def between(target: tuple[str, int], loss: float, delay: float, seed: int) -> Iterator[int]:
    """A network as a process of its own; gives the port to use instead of the target's."""
    values = [*map(str, (*target, loss, delay, seed))]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.media_network", *values],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield int(process.stdout.readline() if process.stdout is not None else "")
    finally:
        process.kill()
        process.communicate()


if __name__ == "__main__":
    network = Network(
        (sys.argv[1], int(sys.argv[2])), float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    )
    print(network.port, flush=True)
    network.run()
