"""Sends one frame to many receivers with few system calls.

The packets of a receiver lie one after the other in memory and are encrypted where they lie.
Where the kernel can (``UDP_SEGMENT``, udp(7)), all of equal size are one message that it cuts; packets
that are a byte too short get a byte of RTP padding. ``sendmmsg`` takes the messages of 64 receivers
at once. Where either is missing, packets go one by one.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

from cffi import FFI

from plugins.webinar.engine_embedded import codecs
from plugins.webinar.engine_embedded.codecs import COUNTERS_AT
from plugins.webinar.engine_embedded.rtp import HEADER, HEADER_BYTES
from plugins.webinar.engine_embedded.srtp import LARGEST_TRAILER, Sealer

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.ports import Ports, Route

UDP_SEGMENT = 103
MOST_MESSAGES = 64
MOST_SEGMENTS = 24
"""The kernel allows 64 and 65,507 bytes; a frame is held for eight packets at most."""
ARENA_BYTES = 512 << 10
LARGEST_MESSAGE = 60_000
PADDED = 0x20
COUNTERS_START = HEADER_BYTES + COUNTERS_AT

_ffi = FFI()
_ffi.cdef("int sendmmsg(int sockfd, void *msgvec, unsigned int vlen, int flags);")
_libc = _ffi.dlopen(None)
# struct mmsghdr of 64 bit Linux: name, its length, iovec, their count, control, its length, flags, sent bytes
_MESSAGE = struct.Struct("@QI4xQQQQi4xI4x")
_IOVEC = struct.Struct("@QQ")
_CONTROL = struct.Struct("@QiiH6x")
CONTROL_LENGTH = 18
CONTROL_SPACE = 24


def can_segment(udp: socket.socket) -> bool:
    """Whether the kernel cuts messages for us (Linux 4.18 and later)."""
    try:
        udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 0)
    except OSError:
        return False
    return True


class FanOut:
    """Gathers packets for receivers; ``flush`` sends what was gathered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._family = ports.udp.family
        self.has_batches = hasattr(_libc, "sendmmsg") and struct.calcsize("P") == 8
        self.has_segments = self.has_batches and can_segment(ports.udp)
        self._arena = _ffi.new("unsigned char[]", ARENA_BYTES)
        self._view = memoryview(_ffi.buffer(self._arena))
        self._base = int(_ffi.cast("uintptr_t", self._arena))
        self._messages = _ffi.new("unsigned char[]", _MESSAGE.size * MOST_MESSAGES)
        self._message_view = memoryview(_ffi.buffer(self._messages))
        self._iovecs = _ffi.new("unsigned char[]", _IOVEC.size * MOST_MESSAGES)
        self._iovec_view = memoryview(_ffi.buffer(self._iovecs))
        self._controls = _ffi.new("unsigned char[]", CONTROL_SPACE * MOST_MESSAGES)
        self._control_view = memoryview(_ffi.buffer(self._controls))
        self._iovec_base = int(_ffi.cast("uintptr_t", self._iovecs))
        self._control_base = int(_ffi.cast("uintptr_t", self._controls))
        self._names: dict[Route, tuple[Any, int, int]] = {}
        self._entries: list[tuple[Route, int, int, int]] = []
        self._route: Route | None = None
        self._start = self._position = self._segment = self._count = 0
        self.evens_to = 0

    def add(self, route: Route, sealer: Sealer, head: bytes, payload: bytes) -> None:
        """Encrypt one packet for a receiver."""
        first, second, sequence, timestamp, ssrc = HEADER.unpack(head)
        self.put(route, sealer, first, second, sequence, timestamp, ssrc, payload)

    def put(
        self,
        route: Route,
        sealer: Sealer,
        first: int,
        second: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        payload: bytes,
        counters: bytes = b"",
    ) -> None:
        """Encrypt one packet, given by the fields of its header; those of one receiver should follow each other.

        ``counters`` take the place of those in the payload.
        """
        if type(route) is not tuple:
            content = codecs.with_counters(payload, counters) if counters else payload
            _send_alone(route, sealer, HEADER.pack(first, second, sequence, timestamp, ssrc) + content)
            return
        if len(payload) + 1 == self.evens_to and self.has_segments and not first & PADDED:
            first, payload = first | PADDED, payload + b"\x01"  # RFC 3550, section 5.1
        size = HEADER_BYTES + len(payload)
        at = self._position
        if at + size + LARGEST_TRAILER > ARENA_BYTES:
            self.flush()
            at = 0
        HEADER.pack_into(self._view, at, first, second, sequence, timestamp, ssrc)
        self._view[at + HEADER_BYTES : at + size] = payload
        if counters:
            start = at + COUNTERS_START
            self._view[start : start + len(counters)] = counters
        sealed_size = sealer.rtp_at(self._arena + at, size)
        if sealed_size == 0:
            return
        is_more = (
            route is self._route
            and sealed_size <= self._segment
            and self.has_segments
            and self._count < MOST_SEGMENTS
            and at + sealed_size - self._start < LARGEST_MESSAGE
        )
        if not is_more:
            self._close_entry()
            if len(self._entries) == MOST_MESSAGES:
                self.flush_entries()
            self._route, self._start, self._segment, self._count = route, at, sealed_size, 0
        self._count += 1
        self._position = at + sealed_size
        if sealed_size < self._segment:  # only the last segment may be shorter
            self._close_entry()

    def flush(self) -> None:
        """Send all that was gathered."""
        self._close_entry()
        self.flush_entries()
        self._position = 0

    def _close_entry(self) -> None:
        if self._count:
            self._entries.append((self._route, self._start, self._position - self._start, self._segment))
        self._route, self._count = None, 0

    def flush_entries(self) -> None:
        """Send what is complete; the arena stays as it is."""
        if not self._entries:
            return
        entries, self._entries = self._entries, []
        if not self.has_batches:
            self._send_singly(entries)
            return
        for number, (route, start, size, segment) in enumerate(entries):
            self._describe(number, route, start, size, segment)
        sent = 0
        while sent < len(entries):
            place = self._messages + sent * _MESSAGE.size
            done = _libc.sendmmsg(self._ports.udp.fileno(), place, len(entries) - sent, socket.MSG_DONTWAIT)
            if done <= 0:
                if _ffi.errno in {11, 105}:  # EAGAIN, ENOBUFS: what does not fit now is late anyway
                    self._ports.dropped += len(entries) - sent
                    return
                self._send_singly(entries[sent : sent + 1])  # this receiver's way does not take it so
                done = 1
            sent += done

    def _describe(self, number: int, route: Route, start: int, size: int, segment: int) -> None:
        name = self._names.get(route) or self._name(route)
        control, length = 0, 0
        if size > segment:
            _CONTROL.pack_into(
                self._control_view,
                number * CONTROL_SPACE,
                CONTROL_LENGTH,
                socket.IPPROTO_UDP,
                UDP_SEGMENT,
                segment,
            )
            control, length = self._control_base + number * CONTROL_SPACE, CONTROL_SPACE
        _IOVEC.pack_into(self._iovec_view, number * _IOVEC.size, self._base + start, size)
        iovec = self._iovec_base + number * _IOVEC.size
        _MESSAGE.pack_into(
            self._message_view, number * _MESSAGE.size, name[1], name[2], iovec, 1, control, length, 0, 0
        )

    def _name(self, route: Route) -> tuple[Any, int, int]:
        """The address as the kernel reads it (ip(7), ipv6(7))."""
        if self._family == socket.AF_INET:
            raw = struct.pack("=H", socket.AF_INET) + struct.pack(
                "!H4s8x", route[1], socket.inet_aton(route[0])
            )
        else:
            packed = socket.inet_pton(socket.AF_INET6, route[0].partition("%")[0])
            raw = struct.pack("=H", socket.AF_INET6) + struct.pack("!HI16s", route[1], route[2], packed)
            raw += struct.pack("=I", route[3])
        if len(self._names) > 20_000:
            self._names.clear()
        kept = _ffi.new("unsigned char[]", raw)
        found = (kept, int(_ffi.cast("uintptr_t", kept)), len(raw))
        self._names[route] = found
        return found

    def _send_singly(self, entries: list[tuple[Route, int, int, int]]) -> None:
        for route, start, size, segment in entries:
            for at in range(start, start + size, segment):
                self._ports.send(route, self._view[at : min(at + segment, start + size)])


def _send_alone(route: Route, sealer: Sealer, packet: bytes) -> None:
    """Over TCP, packets are not gathered."""
    sealed = sealer.rtp(packet)
    if sealed:
        route.send(sealed)
