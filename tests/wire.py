"""A piece of network between a browser and the server that can go silent, as a lost radio link does."""

from __future__ import annotations

import select
import socket
import struct
import threading
from types import TracebackType
from typing import Self

STEP_SECONDS = 0.05
_RESET = struct.pack("ii", 1, 0)


class Wire:
    """Passes TCP on to a port of this machine; use it in a ``with`` statement.

    While ``is_deaf`` nothing comes back from the server; while ``is_cut`` nothing goes through at all, and
    neither side is told. ``mend`` lets new connections through; the old ones, which were silent, are gone.
    """

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._front = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._front.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_deaf = self.is_cut = False
        self._others: dict[socket.socket, socket.socket] = {}
        self._answers: set[socket.socket] = set()
        self._is_mended, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._front.close()

    def mend(self) -> None:
        """The link is back."""
        self.is_deaf = self.is_cut = False
        self._is_mended.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._is_mended.is_set():
                self._is_mended.clear()
                self._drop(*self._others)
            heard = [] if self.is_cut else [self._front, *self._others]
            ready, _, _ = select.select(
                [each for each in heard if not self._is_mute(each)], [], [], STEP_SECONDS
            )
            for each in ready:
                if each is self._front:
                    self._let_in()
                elif each in self._others:
                    self._pass_on(each)
        self._drop(*self._others)

    def _is_mute(self, source: socket.socket) -> bool:
        return self.is_deaf and source in self._answers

    def _let_in(self) -> None:
        client, _address = self._front.accept()
        try:
            server = socket.create_connection(self._target)
        except OSError:  # nobody listens there at this moment
            client.close()
            return
        self._others |= {client: server, server: client}
        self._answers.add(server)

    def _pass_on(self, source: socket.socket) -> None:
        try:
            data = source.recv(65536)
            if data:
                self._others[source].sendall(data)
                return
        except OSError:  # one of the two is gone
            pass
        self._drop(source)

    def _drop(self, *gone: socket.socket) -> None:
        """Close connections on both sides at once."""
        for each in gone:
            other = self._others.pop(each, None)
            if other is not None:
                self._others.pop(other, None)
                for end in (each, other):
                    self._answers.discard(end)
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    end.close()
