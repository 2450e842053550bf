"""RTCP: reports (RFC 3550, section 6.4), feedback (RFC 4585, RFC 5104), and REMB (draft-alvestrand-rmcat-remb)."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SENDER_REPORT = 200
RECEIVER_REPORT = 201
SOURCE_DESCRIPTION = 202
BYE = 203
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206

NACK = 1  # of TRANSPORT_FEEDBACK, RFC 4585, section 6.2.1
TRANSPORT_WIDE = 15
PLI = 1  # of PAYLOAD_FEEDBACK, RFC 4585, section 6.3.1
FIR = 4  # RFC 5104, section 4.3.1
APPLICATION = 15  # REMB

NTP_EPOCH = 2_208_988_800
REPORT = struct.Struct("!IIIIII")


@dataclass(frozen=True, slots=True)
class Part:
    """One packet of a compound: its type, its count or format, and what follows its first word."""

    kind: int
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class SenderReport:
    """When (64 bit NTP time) a sender was at which RTP timestamp."""

    ssrc: int
    ntp: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Report:
    """A report block: how a stream arrives (RFC 3550, section 6.4.1). ``lost`` is the share since the last report, of 256."""

    ssrc: int
    lost: int
    total_lost: int
    highest: int
    jitter: int
    last_sender_report: int
    delay: int


def split(compound: bytes) -> Iterator[Part]:
    """The packets of a compound; stops where it is malformed."""
    position = 0
    while position + 4 <= len(compound):
        first, kind, words = struct.unpack_from("!BBH", compound, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > len(compound):
            return
        body = compound[position + 4 : end]
        if first & 0x20 and body and 0 < body[-1] <= len(body):
            body = body[: -body[-1]]
        yield Part(kind, first & 0x1F, body)
        position = end


def sender_report_of(part: Part) -> SenderReport | None:
    """The sender's part of a sender report."""
    if part.kind != SENDER_REPORT or len(part.body) < 24:
        return None
    ssrc, ntp, timestamp = struct.unpack_from("!IQI", part.body)
    return SenderReport(ssrc, ntp, timestamp)


def reports_of(part: Part) -> Iterator[Report]:
    """The report blocks of a sender or receiver report."""
    if part.kind not in {SENDER_REPORT, RECEIVER_REPORT}:
        return
    start = 24 if part.kind == SENDER_REPORT else 4
    for number in range(part.count):
        position = start + number * REPORT.size
        if position + REPORT.size > len(part.body):
            return
        ssrc, losses, highest, jitter, last, delay = REPORT.unpack_from(part.body, position)
        yield Report(ssrc, losses >> 24, losses & 0xFFFFFF, highest, jitter, last, delay)


def key_frame_wanted_by(part: Part) -> list[int]:
    """The streams of which a PLI or FIR asks a key frame."""
    if part.kind != PAYLOAD_FEEDBACK or len(part.body) < 8:
        return []
    if part.count == PLI:
        return [int.from_bytes(part.body[4:8])]
    if part.count == FIR:
        return [int.from_bytes(part.body[at : at + 4]) for at in range(8, len(part.body) - 7, 8)]
    return []


def lost_packets_of(part: Part) -> tuple[int, list[int]]:
    """The stream and the sequence numbers that a NACK asks for."""
    if part.kind != TRANSPORT_FEEDBACK or part.count != NACK or len(part.body) < 12:
        return 0, []
    numbers = []
    for at in range(8, len(part.body) - 3, 4):
        first, mask = struct.unpack_from("!HH", part.body, at)
        numbers.append(first)
        numbers += [(first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return int.from_bytes(part.body[4:8]), numbers


def remb_of(part: Part) -> int | None:
    """The bit rate that a REMB allows, in bits per second."""
    if part.kind != PAYLOAD_FEEDBACK or part.count != APPLICATION or len(part.body) < 16:
        return None
    if part.body[8:12] != b"REMB":
        return None
    word = int.from_bytes(part.body[13:16])
    return (word & 0x3FFFF) << (word >> 18)


def write(kind: int, count: int, body: bytes) -> bytes:
    """One packet of a compound; ``body`` has a multiple of four bytes."""
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> bytes:
    """A sender report without blocks."""
    body = struct.pack("!IQIII", ssrc, ntp, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return write(SENDER_REPORT, 0, body)


def receiver_report(ssrc: int, reports: Iterable[Report]) -> bytes:
    """A receiver report with at most 31 blocks."""
    blocks = [
        REPORT.pack(
            each.ssrc, each.lost << 24 | min(max(each.total_lost, 0), 0x7FFFFF), each.highest & 0xFFFFFFFF,
            each.jitter, each.last_sender_report, each.delay,
        )
        for each in list(reports)[:31]
    ]  # fmt: skip
    return write(RECEIVER_REPORT, len(blocks), ssrc.to_bytes(4) + b"".join(blocks))


def description(ssrc: int, cname: str) -> bytes:
    """A source description with the name that RTCP demands (RFC 3550, section 6.5.1)."""
    item = bytes([1, len(cname)]) + cname.encode()
    return write(SOURCE_DESCRIPTION, 1, ssrc.to_bytes(4) + item + bytes(4 - len(item) % 4))


def pli(ssrc: int, media: int) -> bytes:
    """Ask for a key frame."""
    return write(PAYLOAD_FEEDBACK, PLI, struct.pack("!II", ssrc, media))


def nack(ssrc: int, media: int, numbers: Iterable[int]) -> bytes:
    """Ask for lost packets, sixteen after one in each entry."""
    entries: list[list[int]] = []
    for number in numbers:
        distance = (number - entries[-1][0]) & 0xFFFF if entries else 0
        if entries and 0 < distance <= 16:
            entries[-1][1] |= 1 << distance - 1
        else:
            entries.append([number & 0xFFFF, 0])
    body = b"".join(struct.pack("!HH", *entry) for entry in entries)
    return write(TRANSPORT_FEEDBACK, NACK, struct.pack("!II", ssrc, media) + body)


def remb(ssrc: int, media: list[int], bits_per_second: int) -> bytes:
    """Allow a bit rate for all these streams together."""
    exponent = max(0, bits_per_second.bit_length() - 18)
    word = exponent << 18 | bits_per_second >> exponent
    body = struct.pack("!II4sB", ssrc, 0, b"REMB", len(media)) + word.to_bytes(3)
    return write(PAYLOAD_FEEDBACK, APPLICATION, body + b"".join(each.to_bytes(4) for each in media))


def ntp_now() -> int:
    """This moment as NTP writes it: seconds since 1900 in the upper 32 bits."""
    return int((time.time() + NTP_EPOCH) * 4_294_967_296)
