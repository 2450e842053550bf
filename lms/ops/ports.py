"""Is the address free that a server is about to use?"""

from __future__ import annotations

import errno
import socket

from lms.errors import ConfigError


class PortUnavailable(ConfigError):
    """A server cannot listen at an address; the message is one line that says what to do."""


def check_port(host: str, port: int) -> None:
    """Raise PortUnavailable when nothing can listen on ``host``:``port`` now."""
    try:
        _listen(host, port)
    except OSError as problem:
        raise PortUnavailable(_explain(problem, host, port)) from None


def find_free_port(host: str = "127.0.0.1") -> int:
    """A port that was free a moment ago; another program may still take it first."""
    return _listen(host, 0)


def _listen(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: connections that are only closing do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)
        return int(probe.getsockname()[1])


def _explain(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program."
            f" Stop that program, or choose another port: --port {_next_free(host, port)}"
        )
    if problem.errno == errno.EACCES:
        return f"Port {port} needs administrator rights. Choose one above 1023: --port 8420"
    return f"Cannot listen on {host} port {port}: {problem.strerror or problem}. Check the setting web.host."


def _next_free(host: str, port: int) -> int:
    for candidate in range(port + 1, min(port + 50, 65536)):
        try:
            return _listen(host, candidate)
        except OSError:
            continue
    return find_free_port(host)
