"""SRTP (RFC 3711, RFC 7714) through libsrtp's own functions, in place and without copies.

One buffer receives and one sends for the whole process: it has one thread.
"""

from __future__ import annotations

from socket import htonl
from typing import Any

from pylibsrtp import Policy
from pylibsrtp._binding import ffi, lib

from plugins.webinar.engine_embedded.dtls import AES_128_CM, AES_128_GCM, Keys

LARGEST_PACKET = 2048
LARGEST_TRAILER = 148
"""Bytes that protection may add (``SRTP_MAX_TRAILER_LEN`` with the index of SRTCP)."""

MOST_STREAMS = 64
"""SSRCs that one peer may use: libsrtp remembers each for good, in a list."""

_PROFILES = {
    AES_128_GCM.name: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    AES_128_CM.name: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}
_length = ffi.new("int *")
_scratch = ffi.new("unsigned char[]", LARGEST_PACKET)
_scratch_view = ffi.buffer(_scratch)


class Opener:
    """Opens what the other side protected."""

    __slots__ = ("_known", "_session")

    def __init__(self, keys: Keys) -> None:
        self._session = _session(keys, keys.client, Policy.SSRC_ANY_INBOUND)
        self._known: set[bytes] = set()

    def rtp(self, packet: bytes) -> bytes | None:
        """The plain packet; None if it is forged, old or came before."""
        return self._open(packet, packet[8:12], lib.srtp_unprotect)

    def rtcp(self, packet: bytes) -> bytes | None:
        """The plain compound packet; None if it is forged, old or came before."""
        return self._open(packet, packet[4:8], lib.srtp_unprotect_rtcp)

    def _open(self, packet: bytes, ssrc: bytes, function: Any) -> bytes | None:
        size = len(packet)
        is_new = ssrc not in self._known
        if size > LARGEST_PACKET or (is_new and len(self._known) >= MOST_STREAMS):
            return None
        _scratch_view[:size] = packet
        _length[0] = size
        if function(self._session[0], _scratch, _length):
            return None
        if is_new:
            self._known.add(ssrc)
        opened: bytes = _scratch_view[: _length[0]]
        return opened


class Sealer:
    """Protects what goes to the other side."""

    __slots__ = ("_session", "overhead", "pointer")

    protect = staticmethod(lib.srtp_protect)
    length = _length
    """libsrtp's own function and the place of the size that it reads and writes, for who protects very much:
    ``protect(pointer, place, length)`` is not 0 where it refuses."""

    def __init__(self, keys: Keys) -> None:
        self._session = _session(keys, keys.server, Policy.SSRC_ANY_OUTBOUND)
        self.pointer = self._session[0]
        self.overhead = 16 if keys.profile is AES_128_GCM else 10

    def rtp_at(self, place: Any, size: int) -> int:
        """Protect ``size`` bytes at ``place``; returns the new size, 0 if libsrtp refuses."""
        _length[0] = size
        return 0 if lib.srtp_protect(self.pointer, place, _length) else int(_length[0])

    def rtp(self, packet: bytes) -> bytes:
        """The protected packet; empty if libsrtp refuses."""
        return self._seal(packet, lib.srtp_protect)

    def rtcp(self, packet: bytes) -> bytes:
        """The protected compound packet; empty if libsrtp refuses."""
        return self._seal(packet, lib.srtp_protect_rtcp)

    def forget(self, ssrc: int) -> None:
        """Free what is kept for a stream that was sent."""
        lib.srtp_remove_stream(self._session[0], htonl(ssrc))

    def _seal(self, packet: bytes, function: Any) -> bytes:
        size = len(packet)
        if size > LARGEST_PACKET - LARGEST_TRAILER:
            return b""
        _scratch_view[:size] = packet
        _length[0] = size
        if function(self._session[0], _scratch, _length):
            return b""
        sealed: bytes = _scratch_view[: _length[0]]
        return sealed


def _session(keys: Keys, key: bytes, ssrc_type: int) -> Any:
    policy = Policy(key=key, ssrc_type=ssrc_type, srtp_profile=_PROFILES[keys.profile.name])
    policy.window_size = 1024
    pointer = ffi.new("srtp_t *")
    if lib.srtp_create(pointer, policy._policy):  # libsrtp copies the policy
        raise RuntimeError("libsrtp does not accept the keys")
    return ffi.gc(pointer, lambda each: lib.srtp_dealloc(each[0]))
