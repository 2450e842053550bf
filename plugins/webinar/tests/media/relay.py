"""A piece of network between browsers and the engine that can be cut."""

from __future__ import annotations

import re
import select
import socket
import threading
from collections.abc import Callable


class Relay:
    """Passes datagrams on to a port, each client through a socket of its own; ``is_cut`` loses them all."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", 0))
        self.port = int(self._front.getsockname()[1])
        self._clients: dict[tuple[str, int], socket.socket] = {}
        self._stop = threading.Event()
        self.is_cut = False
        self.loses: Callable[[bytes], bool] = lambda datagram: False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def move(self) -> None:
        """All clients have other addresses from now on, as after a change of network."""
        old, self._clients = self._clients, {}
        for client in old.values():
            client.close()

    def through(self, sdp: str) -> str:
        """An answer that leads here instead of to the engine, and nowhere else."""
        lines = [
            line for line in sdp.split("\r\n") if not (line.startswith("a=candidate") and " tcp " in line)
        ]
        return "\r\n".join(
            re.sub(r"(a=candidate.* 127\.0\.0\.1) \d+ typ", rf"\1 {self.port} typ", line) for line in lines
        )

    def close(self) -> None:
        """End it."""
        self._stop.set()
        self._thread.join()
        self.move()
        self._front.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            backs = {client: address for address, client in self._clients.items() if client.fileno() >= 0}
            try:
                ready, _, _ = select.select([self._front, *backs], [], [], 0.02)
            except (ValueError, OSError):  # moved meanwhile
                continue
            for each in ready:
                self._pass_on(each, backs.get(each))

    def _pass_on(self, source: socket.socket, client: tuple[str, int] | None) -> None:
        try:
            data, address = source.recvfrom(2048)
            if self.is_cut or self.loses(data):
                return
            if client is not None:
                self._front.sendto(data, client)
                return
            if address not in self._clients:
                self._clients[address] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._clients[address].sendto(data, self._target)
        except OSError:  # nobody is there any more
            return
