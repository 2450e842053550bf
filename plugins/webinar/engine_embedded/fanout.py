"""Sends one frame to many receivers with few system calls.

The packets of a receiver lie one after the other in memory (``Block``) and are encrypted where they lie.
Where the kernel can (``UDP_SEGMENT``, udp(7)), all of equal size are one message that it cuts; packets
that are a byte too short get a byte of RTP padding. ``sendmmsg`` takes the messages of 64 receivers
at once. Where either is missing, packets go one by one.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cffi import FFI

from plugins.webinar.engine_embedded.codecs import COUNTERS_AT, vp8_counted
from plugins.webinar.engine_embedded.rtp import HEADER, HEADER_BYTES
from plugins.webinar.engine_embedded.srtp import LARGEST_TRAILER, Sealer

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.block import Block, Frame
    from plugins.webinar.engine_embedded.layers import Receiver
    from plugins.webinar.engine_embedded.ports import Ports, Route

UDP_SEGMENT = 103
MOST_MESSAGES = 72
MOST_PARTS = 8
"""Messages that one frame may come to for one receiver, at worst."""
ARENA_BYTES = 512 << 10
"""A frame is held for eight packets at most; the kernel cuts messages of up to 64 and 65,507 bytes."""
MOST_NAMES = 20_000
COUNTERS_START = HEADER_BYTES + COUNTERS_AT

_ffi = FFI()
_ffi.cdef("int sendmmsg(int sockfd, void *msgvec, unsigned int vlen, int flags);")
_libc = _ffi.dlopen(None)
# struct mmsghdr of 64 bit Linux: name, its length, iovec, their count, control, its length, flags, sent bytes
_MESSAGE = struct.Struct("@QI4xQQQQi4xI4x")
_MESSAGE_NAME = struct.Struct("@QI")
_MESSAGE_CONTROL, _CONTROL_AT = struct.Struct("@QQ"), 32
_IOVEC = struct.Struct("@QQ")
_CONTROL = struct.Struct("@QiiH6x")
CONTROL_LENGTH = 18
CONTROL_SPACE = 24
REFUSED = 0
"""Stands where the first byte of a packet would be that is not to be sent."""


def can_segment(udp: socket.socket) -> bool:
    """Whether the kernel cuts messages for us (Linux 4.18 and later)."""
    try:
        udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 0)
    except OSError:
        return False
    return True


class Name(NamedTuple):
    """An address as the kernel reads it: the memory it is in, where that is, and how long it is."""

    memory: Any
    place: int
    size: int


class Target(NamedTuple):
    """Where the packets of a stream go for one receiver, and what is changed in them on their way.

    Their numbers are moved by ``shift``, their times by ``time_shift``; none below ``first`` goes. ``counting`` is by how much
    the numbers within VP8 payloads are moved, if they are.
    """

    route: Route
    name: Name
    sealer: Sealer
    session: Any
    overhead: int
    payload_type: int
    shift: int
    time_shift: int
    ssrc: int
    first: int
    counting: tuple[int, int] | None = None


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
        iovecs = int(_ffi.cast("uintptr_t", self._iovecs))
        for number in range(MOST_MESSAGES):
            iovec = iovecs + number * _IOVEC.size
            _MESSAGE.pack_into(self._message_view, number * _MESSAGE.size, 0, 0, iovec, 1, 0, 0, 0, 0)
        self._cut = [0] * MOST_MESSAGES
        """Into which pieces the kernel is to cut each message; 0 if it is sent as it is."""
        self._controls: dict[int, tuple[Any, int]] = {}
        self._names: dict[Route, Name] = {}
        self._entries: list[tuple[Route, int, int, int]] = []
        self._position = 0
        self.sent = 0

    def add(self, route: Route, sealer: Sealer, head: bytes, payload: bytes) -> None:
        """Encrypt one packet for a receiver."""
        self.sent += 1
        if type(route) is not tuple:
            _send_alone(route, sealer, head + payload)
            return
        size = HEADER_BYTES + len(payload)
        at = self._place(size + LARGEST_TRAILER)
        self._view[at : at + HEADER_BYTES] = head
        self._view[at + HEADER_BYTES : at + size] = payload
        sealed_size = sealer.rtp_at(self._arena + at, size)
        if sealed_size:
            self._describe(route, self.name(route), at, sealed_size, sealed_size)
            self._position = at + sealed_size

    def spread(self, frame: Frame, receivers: Sequence[Receiver]) -> list[Receiver]:
        """Encrypt the packets of a frame for each receiver that has a target; returns the others, for whom nothing is sent."""
        others: list[Receiver] = []
        view, arena, write, protect, length = (
            self._view, self._arena, HEADER.pack_into, Sealer.protect, Sealer.length,
        )  # fmt: skip
        lowest, numbers, seal = frame.lowest, frame.counters, -1
        for receiver in receivers:
            target = receiver.target
            if target is None or lowest < target.first or (target.counting is not None and numbers is None):
                others.append(receiver)
                continue
            route, name, _, session, overhead, number, shift, time_shift, ssrc, _, counting = target
            if overhead != seal:
                block, seal = frame.block(overhead), overhead
            at = self._place(block.size)
            view[at : at + block.size] = block.data
            counters = vp8_counted(numbers, *counting) if counting and numbers else b""
            refused = False
            for place, size, first, marker, index, timestamp in block.packets:
                start = at + place
                write(
                    view, start, first, number | marker, index + shift & 0xFFFF, timestamp + time_shift & 0xFFFFFFFF, ssrc
                )  # fmt: skip
                if counters:
                    view[start + COUNTERS_START : start + COUNTERS_START + len(counters)] = counters
                length[0] = size
                if protect(session, arena + start, length):
                    refused = True
                    view[start] = REFUSED
            self._position = at + block.size
            if refused:
                self._describe_singly(target, at, block)
            else:
                for place, size, segment in block.parts:
                    self._describe(route, name, at + place, size, segment)
        self.sent += len(frame.packets) * (len(receivers) - len(others))
        return others

    def _place(self, size: int) -> int:
        """Where so many bytes can lie."""
        if len(self._entries) >= MOST_MESSAGES - MOST_PARTS:
            self.flush_entries()
        if self._position + size > ARENA_BYTES:
            self.flush()
        return self._position

    def _describe_singly(self, target: Target, at: int, block: Block) -> None:
        """What libsrtp did not protect, for example because it was sent before, is not sent."""
        for place, size, *_ in block.packets:
            if self._view[at + place] != REFUSED:
                sealed = size + target.overhead
                self._describe(target.route, target.name, at + place, sealed, sealed)

    def flush(self) -> None:
        """Send all that was gathered."""
        self.flush_entries()
        self._position = 0

    def flush_entries(self) -> None:
        """Send what is complete; the arena stays as it is."""
        if not self._entries:
            return
        entries, self._entries = self._entries, []
        if not self.has_batches:
            self._send_singly(entries)
            return
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

    def _describe(self, route: Route, name: Name, start: int, size: int, segment: int) -> None:
        """Add a message, which the kernel cuts into segments if it is longer than one."""
        number = len(self._entries)
        self._entries.append((route, start, size, segment))
        _IOVEC.pack_into(self._iovec_view, number * _IOVEC.size, self._base + start, size)
        message = number * _MESSAGE.size
        _MESSAGE_NAME.pack_into(self._message_view, message, name.place, name.size)
        cut = segment if size > segment else 0
        if cut != self._cut[number]:
            self._cut[number] = cut
            place = (self._controls.get(cut) or self._control(cut))[1] if cut else 0
            _MESSAGE_CONTROL.pack_into(
                self._message_view, message + _CONTROL_AT, place, CONTROL_SPACE if cut else 0
            )

    def _control(self, segment: int) -> tuple[Any, int]:
        """Tells the kernel to cut a message into pieces of this size; the same for all messages."""
        raw = _CONTROL.pack(CONTROL_LENGTH, socket.IPPROTO_UDP, UDP_SEGMENT, segment)
        kept = _ffi.new("unsigned char[]", raw)
        found = self._controls[segment] = kept, int(_ffi.cast("uintptr_t", kept))
        return found

    def name(self, route: Route) -> Name:
        """The address of a route as the kernel reads it (ip(7), ipv6(7))."""
        known = self._names.get(route)
        if known is not None:
            return known
        if self._family == socket.AF_INET:
            raw = struct.pack("=H", socket.AF_INET) + struct.pack(
                "!H4s8x", route[1], socket.inet_aton(route[0])
            )
        else:
            packed = socket.inet_pton(socket.AF_INET6, route[0].partition("%")[0])
            raw = struct.pack("=H", socket.AF_INET6) + struct.pack("!HI16s", route[1], route[2], packed)
            raw += struct.pack("=I", route[3])
        if len(self._names) > MOST_NAMES and not self._entries:
            self._names.clear()
        kept = _ffi.new("unsigned char[]", raw)
        found = self._names[route] = Name(kept, int(_ffi.cast("uintptr_t", kept)), len(raw))
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
