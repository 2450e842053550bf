"""The one client for what stands elsewhere on the web: it asks public addresses only, little, and not for long.

Whoever names an address must not reach with it what only this machine can reach (the services beside it,
the office's own network). So every address that a name has is looked at, and the connection goes to the very
address that was looked at: a name that answers differently a moment later gains nothing. Each redirect is
judged like the first address. Nothing is asked at all unless the operator allows it (``outgoing.is_allowed``).
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, cast
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from lms.config import OutgoingSettings
from lms.errors import Invalid, Unavailable
from lms.store.runtime import settings
from lms.text import gettext as _

MOST_REDIRECTS = 4
WEB_PORTS = frozenset({80, 443})
_NAME = "Contrada (preview of links)"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_PIECE = 65_536
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))
"""Ranges of IPv6 that hide an address of IPv4 (RFC 6052, RFC 8215, RFC 4291 section 2.5.5.1)."""
_SPECIAL = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))
"""Special addresses that not every version of Python knows as such (RFC 6890, RFC 7526)."""
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: where it came from in the end, what it says it is (lower case, without parameters), its bytes.

    ``is_cut`` is True if there was more than was wanted.
    """

    url: str
    media_type: str
    charset: str
    content: bytes
    is_cut: bool


def may_fetch() -> bool:
    """Whether the operator allows this site to ask others."""
    return settings().outgoing.is_allowed


def fetch(address: str, *, most_bytes: int, accept: str, cuts: bool = False) -> Fetched:
    """Ask for a web address and read at most ``most_bytes`` of the answer.

    With ``cuts`` the rest of a longer answer is left out; else a longer answer is refused. Raises Invalid
    for what will not work later either (codes ``outgoing_off``, ``address_refused``, ``too_large``,
    ``refused_there``), and Unavailable for what may.
    """
    limits = settings().outgoing
    if not limits.is_allowed:
        raise Invalid(_("This site does not ask other sites for anything."), code="outgoing_off")
    deadline = time.monotonic() + limits.seconds
    for _redirect in range(MOST_REDIRECTS + 1):
        found = _ask(address, limits, deadline, most_bytes, accept, cuts=cuts)
        if isinstance(found, Fetched):
            return found
        address = urljoin(address, found)
    raise Invalid(_("This address leads from one address to the next without end."), code="address_refused")


def is_open(address: Address, limits: OutgoingSettings) -> bool:
    """Whether an address may be asked: one of the public internet, or one that the operator opened."""
    return _is_opened(address, limits) or _is_public(address)


def _is_opened(address: Address, limits: OutgoingSettings) -> bool:
    return any(address in ip_network(each) for each in limits.open_networks)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address.sixtofour or address.teredo or any(address in each for each in _TRANSLATED):
            return False
        if address.is_site_local:
            return False
    if any(address in each for each in _SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )


def _ask(
    address: str, limits: OutgoingSettings, deadline: float, most_bytes: int, accept: str, *, cuts: bool
) -> Fetched | str:
    """One request: its answer, or where it redirects to."""
    parts, host, port = _taken_apart(address)
    try:
        with _connected(host, port, limits, deadline) as plain, _secured(plain, parts, host) as line:
            _send(line, parts, host, port, accept)
            answer = http.client.HTTPResponse(cast("socket.socket", _Reading(line, deadline)), method="GET")
            answer.begin()
            if answer.status in _REDIRECTS:
                return answer.headers.get("Location") or _no_way()
            return _read(answer, address, most_bytes, cuts=cuts)
    except ssl.SSLCertVerificationError:
        raise Invalid(_("The certificate of this site is not valid."), code="refused_there") from None
    except TimeoutError:
        raise Unavailable(_("This site did not answer in time."), code="too_slow") from None
    except (OSError, http.client.HTTPException) as problem:
        raise Unavailable(_("This site cannot be reached now."), code="not_reached") from problem


def _taken_apart(address: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except (ValueError, UnicodeError):
        parts, host, port = urlsplit(""), "", 0
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        raise Invalid(
            _("Only web addresses that begin with http:// or https:// can be shown."), code="address_refused"
        )
    return parts, host, port


def _connected(host: str, port: int, limits: OutgoingSettings, deadline: float) -> socket.socket:
    """A connection to one of the addresses of a host, all of which were looked at. Raises Invalid, OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(_("There is no site of this name."), code="no_such_name") from None
    for _family, _kind, _protocol, _canonical, place in found:
        number = ip_address(str(place[0]).partition("%")[0])
        if not is_open(number, limits) or (port not in WEB_PORTS and not _is_opened(number, limits)):
            raise Invalid(_("This address is not one of the public web."), code="address_refused")
    return _first_that_answers(found, deadline)


def _first_that_answers(found: Sequence[tuple[Any, ...]], deadline: float) -> socket.socket:
    problem: OSError = TimeoutError()
    for family, kind, protocol, _canonical, place in found:
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(_left(deadline))
            line.connect(place)
        except OSError as refusal:
            line.close()
            problem = refusal
        else:
            return line
    raise problem


def _secured(line: socket.socket, parts: SplitResult, host: str) -> socket.socket:
    if parts.scheme != "https":
        return line
    return ssl.create_default_context().wrap_socket(line, server_hostname=host)


def _send(line: socket.socket, parts: SplitResult, host: str, port: int, accept: str) -> None:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    )
    shown = f"[{host}]" if ":" in host else host
    named = shown if port == _DEFAULT_PORTS[parts.scheme] else f"{shown}:{port}"
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {named}", f"User-Agent: {_NAME}", f"Accept: {accept}",
        "Accept-Encoding: identity", "Connection: close",
    ]  # fmt: skip
    line.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))


def _read(answer: http.client.HTTPResponse, address: str, most_bytes: int, *, cuts: bool) -> Fetched:
    if answer.status != _OK:
        message = _("The site refuses to show it (%(status)d).", status=answer.status)
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unavailable(message, code="not_reached")
        raise Invalid(message, code="refused_there")
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Invalid(_("The site answers in a way that cannot be read."), code="refused_there")
    content = bytearray()
    while len(content) <= most_bytes and (piece := answer.read(min(_PIECE, most_bytes + 1 - len(content)))):
        content += piece
    is_cut = len(content) > most_bytes
    if is_cut and not cuts:
        raise Invalid(_("What stands there is too large."), code="too_large")
    return Fetched(
        address, answer.headers.get_content_type().lower(), answer.headers.get_content_charset() or "", bytes(content[:most_bytes]), is_cut
    )  # fmt: skip


def _no_way() -> str:
    raise Invalid(_("The site answers in a way that cannot be read."), code="refused_there")


def _left(deadline: float) -> float:
    """Seconds that remain. Raises TimeoutError when none do."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Reading(io.RawIOBase):
    """What ``http.client`` reads an answer from: each read waits only for what remains of all the time, however slowly it drips."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        super().__init__()
        self._line, self._deadline = line, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As a socket's."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, target: Any) -> int:
        """As a socket's. Raises TimeoutError, OSError."""
        self._line.settimeout(_left(self._deadline))
        return self._line.recv_into(target)
