"""What one must know of a packet of Opus without decoding it (RFC 6716, section 3)."""

from __future__ import annotations

NOTHING = b"\xfc"
"""20 ms of which nothing came: one frame without a byte. Decoders let what was heard before fade away."""
NOTHING_MS = 20.0

_SILK, _HYBRID, _CELT = (10.0, 20.0, 40.0, 60.0), (10.0, 20.0), (2.5, 5.0, 10.0, 20.0)
_CONFIGURATIONS = _SILK * 3 + _HYBRID * 2 + _CELT * 4


def milliseconds(packet: bytes) -> float:
    """How long a packet sounds; 0 for one that is none."""
    if not packet:
        return 0.0
    one = _CONFIGURATIONS[packet[0] >> 3]
    code = packet[0] & 3
    if code == 3:
        return one * (packet[1] & 0x3F) if len(packet) > 1 else 0.0
    return one if code == 0 else 2 * one
