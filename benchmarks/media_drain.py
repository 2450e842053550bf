"""Emptying a socket with one call of the kernel, and counting what was in it."""

from __future__ import annotations

import ctypes
import socket
import struct

MESSAGES = 64
SHOWN_BYTES = 16
"""Of each packet the kernel copies only this much."""
HEADER, CONTROL = 64, 64
"""Sizes of struct mmsghdr, and of the room for control messages, which tell how large joined packets are (UDP_GRO)."""
LENGTH_AT, CONTROL_LENGTH_AT, FIRST_DATA_AT = 56, 40, 16

_receive = ctypes.CDLL(None, use_errno=True).recvmmsg


class Drain:
    """Buffers for recvmmsg(2), used for one socket after the other."""

    def __init__(self) -> None:
        self._heads = ctypes.create_string_buffer(HEADER * MESSAGES)
        self._vectors = ctypes.create_string_buffer(16 * MESSAGES)
        self._data = ctypes.create_string_buffer(SHOWN_BYTES * MESSAGES)
        self._control = ctypes.create_string_buffer(CONTROL * MESSAGES)
        data, vectors = ctypes.addressof(self._data), ctypes.addressof(self._vectors)
        control = ctypes.addressof(self._control)
        for place in range(MESSAGES):
            struct.pack_into("QQ", self._vectors, place * 16, data + place * SHOWN_BYTES, SHOWN_BYTES)
            struct.pack_into(
                "QQQQQQQQ", self._heads, place * HEADER, 0, 0, vectors + place * 16, 1, control + place * CONTROL, CONTROL, 0, 0
            )  # fmt: skip
        self._fresh = self._heads.raw

    def empty(self, descriptor: int) -> tuple[int, int]:
        """Take everything; returns how many packets of sound (payload type 111) and of pictures there were."""
        audio = video = 0
        while True:
            ctypes.memmove(self._heads, self._fresh, len(self._fresh))
            found = _receive(descriptor, self._heads, MESSAGES, socket.MSG_DONTWAIT | socket.MSG_TRUNC, None)
            data = self._data.raw
            for place in range(max(found, 0)):
                first, second = data[place * SHOWN_BYTES : place * SHOWN_BYTES + 2]
                if not 128 <= first <= 191 or 192 <= second <= 223:
                    continue
                count = self._count(place)
                if second & 0x7F == 111:
                    audio += count
                else:
                    video += count
            if found < MESSAGES:
                return audio, video

    def _count(self, place: int) -> int:
        (length,) = struct.unpack_from("I", self._heads, place * HEADER + LENGTH_AT)
        (control,) = struct.unpack_from("Q", self._heads, place * HEADER + CONTROL_LENGTH_AT)
        if not control:
            return 1
        (size,) = struct.unpack_from("i", self._control, place * CONTROL + FIRST_DATA_AT)
        return -(-int(length) // int(size)) if size else 1
