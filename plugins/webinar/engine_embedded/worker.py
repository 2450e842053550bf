"""The engine's process: wires the loop, the ports, the engine and its control socket."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from pathlib import Path

from plugins.webinar.engine_embedded import wire
from plugins.webinar.engine_embedded.control import Control
from plugins.webinar.engine_embedded.embedded import EmbeddedEngine
from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.ports import Ports
from plugins.webinar.engine_embedded.relaying import Relays
from plugins.webinar.engine_embedded.several import SETTINGS_ARE_WRONG

FREE_PORT_TRIES = 8


def main(argv: list[str]) -> int:
    """Forward media until told to stop (SIGTERM, SIGINT)."""
    wanted = _arguments(argv)
    folder: Path = wanted.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    loop = Loop()
    try:
        ports = _open_ports(loop, wanted.host, wanted.port, is_fixed=wanted.fixed)
    except OSError as problem:
        print(f"Port {wanted.port} for media cannot be used: {problem.strerror}", file=sys.stderr)  # noqa: T201 - the process's log
        loop.close()
        return SETTINGS_ARE_WRONG
    addresses = wanted.address or own_addresses(wanted.host)
    engine = EmbeddedEngine(loop, ports, addresses, wanted.number, folder)
    relays = Relays(loop, folder / wire.relay_name(wanted.number), engine)
    control = Control(loop, folder / wire.socket_name(wanted.number), engine)
    _stop_on_signals(loop)
    if wanted.with_parent:
        loop.watch(sys.stdin, lambda _events: loop.stop())
    print(f"Media on port {ports.port}", file=sys.stderr)  # noqa: T201 - the process's log
    loop.run()
    relays.close()
    engine.close()
    control.close()
    ports.close()
    loop.close()
    return 0


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="media", description=main.__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the control socket is")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen at")  # noqa: S104 - peers are anywhere
    parser.add_argument("--port", type=int, default=8430, help="UDP and TCP port")
    parser.add_argument("--fixed", action="store_true", help="no other port will do")
    parser.add_argument("--address", action="append", help="address that peers are told")
    parser.add_argument("--number", type=int, default=0, help="which of several engines on this machine")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input does")
    return parser.parse_args(argv)


def _open_ports(loop: Loop, host: str, port: int, *, is_fixed: bool) -> Ports:
    """The port that was asked for, or any that is free for both protocols if another will do."""
    for candidate in [port] if is_fixed else [port, *[0] * FREE_PORT_TRIES]:
        try:
            return Ports(loop, host, candidate)
        except OSError as problem:
            last = problem
    raise last


def own_addresses(host: str) -> list[str]:
    """Where peers may find this machine: the address listened at, or for all those it has towards others."""
    if host not in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not listened at
        return [host]
    found = ["127.0.0.1"]
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        if family == socket.AF_INET6 and host != "::":
            continue
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((far, 9))  # nothing is sent; the kernel only chooses a way
            except OSError:
                continue
            found.insert(0, str(probe.getsockname()[0]))
    return list(dict.fromkeys(found))


def _stop_on_signals(loop: Loop) -> None:
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    loop.watch(reader, lambda _events: loop.stop())
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
