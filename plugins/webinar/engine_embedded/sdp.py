"""Session descriptions (RFC 8866) as browsers offer them (RFC 9429), and the engine's answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from plugins.webinar.engine_embedded.codecs import Codec

LARGEST_OFFER = 200_000
MOST_SECTIONS = 64
LINE_BREAK = "\r\n"


class BadOffer(ValueError):
    """The offer is malformed, or lacks something the engine needs; says what."""


@dataclass(slots=True)
class Section:
    """One media section of an offer."""

    media: str
    protocol: str
    is_rejected: bool
    mid: str = ""
    direction: str = "sendrecv"
    content: str = ""
    codecs: dict[int, Codec] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    rids: list[str] = field(default_factory=list)
    ssrcs: list[int] = field(default_factory=list)
    repairs: dict[int, int] = field(default_factory=dict)
    formats: list[str] = field(default_factory=list)
    has_mux: bool = False


@dataclass(slots=True)
class Offer:
    """What of an offer matters here. One ICE and DTLS transport carries all of it."""

    sections: list[Section] = field(default_factory=list)
    ufrag: str = ""
    password: str = ""
    setup: str = ""
    fingerprints: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Offer:
    """Read an offer. Raises BadOffer."""
    if len(text) > LARGEST_OFFER or not text.startswith("v=0"):
        raise BadOffer("this is no session description")
    offer = Offer()
    section: Section | None = None
    for line in text.splitlines():
        kind, _, value = line.partition("=")
        if kind == "m":
            section = _section(value)
            offer.sections.append(section)
        elif kind == "a":
            name, _, value = value.partition(":")
            _take_transport(offer, name, value)
            if section is not None:
                _take(section, name, value)
    _check(offer)
    return offer


def _check(offer: Offer) -> None:
    if not 0 < len(offer.sections) <= MOST_SECTIONS:
        raise BadOffer(f"between 1 and {MOST_SECTIONS} media sections are needed")
    if not (4 <= len(offer.ufrag) <= 256 and 22 <= len(offer.password) <= 256):  # RFC 8839, section 5.4
        raise BadOffer("ICE credentials are missing")
    if not offer.fingerprints:
        raise BadOffer("the fingerprint of a certificate is missing")
    if offer.setup not in {"actpass", "active"}:  # RFC 5763, section 5
        raise BadOffer("the engine is the passive side of DTLS")
    mids = [section.mid for section in offer.sections]
    if not all(mids) or len(set(mids)) != len(mids):
        raise BadOffer("each media section needs a mid of its own")
    for section in offer.sections:
        if section.media in {"audio", "video"} and not section.is_rejected and not section.has_mux:
            raise BadOffer("RTP and RTCP must share a port")


def _section(value: str) -> Section:
    words = value.split()
    if len(words) < 4:
        raise BadOffer("a media line is malformed")
    # A bundled section may have port 0 (RFC 9143, section 7.2); it then says bundle-only.
    return Section(words[0], words[2], words[1] == "0", formats=words[3:])


def _take_transport(offer: Offer, name: str, value: str) -> None:
    if name == "ice-ufrag" and not offer.ufrag:
        offer.ufrag = value
    elif name == "ice-pwd" and not offer.password:
        offer.password = value
    elif name == "setup" and not offer.setup:
        offer.setup = value
    elif name == "fingerprint":
        words = value.split()
        if len(words) == 2:
            offer.fingerprints[words[0].lower()] = words[1]


def _take(section: Section, name: str, value: str) -> None:
    try:
        if name in {"sendrecv", "sendonly", "recvonly", "inactive"}:
            section.direction = name
        elif name == "bundle-only":
            section.is_rejected = False
        elif name == "rtcp-mux":
            section.has_mux = True
        elif name in {"mid", "content"}:
            setattr(section, name, value.strip())
        elif name in _READERS:
            _READERS[name](section, value)
    except (ValueError, IndexError, KeyError):
        raise BadOffer(f"an attribute `{name}` is malformed") from None


def _take_rtpmap(section: Section, value: str) -> None:
    number, _, rest = value.partition(" ")
    name, clock, *channels = rest.split("/")
    payload_type = int(number)
    if not 0 <= payload_type <= 127:
        raise ValueError
    section.codecs[payload_type] = Codec(payload_type, name, int(clock), int(channels[0]) if channels else 1)


def _take_fmtp(section: Section, value: str) -> None:
    number, _, rest = value.partition(" ")
    codec = section.codecs.get(int(number))
    if codec is not None:
        for item in rest.split(";"):
            name, _, text = item.strip().partition("=")
            codec.parameters[name] = text


def _take_extmap(section: Section, value: str) -> None:
    number, uri, *_ = value.split()
    section.extensions[uri] = int(number.partition("/")[0])


def _take_rid(section: Section, value: str) -> None:
    name, direction, *_ = value.split()
    if direction == "send":
        section.rids.append(name)


def _take_ssrc(section: Section, value: str) -> None:
    ssrc = int(value.split(maxsplit=1)[0])
    if ssrc not in section.ssrcs:
        section.ssrcs.append(ssrc)


def _take_group(section: Section, value: str) -> None:
    semantics, *numbers = value.split()
    if semantics == "FID" and len(numbers) == 2:  # RFC 4588, section 8.8
        section.repairs[int(numbers[1])] = int(numbers[0])


_READERS = {
    "rtpmap": _take_rtpmap,
    "fmtp": _take_fmtp,
    "extmap": _take_extmap,
    "rid": _take_rid,
    "ssrc": _take_ssrc,
    "ssrc-group": _take_group,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where the engine can be reached."""

    address: str
    port: int
    protocol: str


@dataclass(frozen=True, slots=True)
class Transport:
    """The engine's side of the transport."""

    ufrag: str
    password: str
    fingerprint: str
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """The engine's answer to one section; without codecs it is refused.

    ``streams`` are the SSRC that the engine sends, followed by that of its repairs if it has one.
    """

    offered: Section
    direction: str
    codecs: Sequence[Codec] = ()
    extensions: Sequence[str] = ()
    streams: Sequence[int] = ()
    rids: Sequence[str] = ()


def answer(transport: Transport, sections: Sequence[AnswerSection], version: int) -> str:
    """Write an answer; ``version`` counts the answers on one connection."""
    accepted = [section.offered.mid for section in sections if section.codecs]
    lines = ["v=0", f"o=- 1 {version} IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite"]
    lines.append(f"a=group:BUNDLE {' '.join(accepted)}".rstrip())
    lines.append("a=msid-semantic: WMS *")
    for section in sections:
        lines += _answer_section(transport, section)
    return LINE_BREAK.join(lines) + LINE_BREAK


def _answer_section(transport: Transport, section: AnswerSection) -> list[str]:
    offered = section.offered
    if not section.codecs:
        formats = " ".join(offered.formats)
        return [f"m={offered.media} 0 {offered.protocol} {formats}", "c=IN IP4 0.0.0.0", f"a=mid:{offered.mid}", "a=inactive"]  # fmt: skip
    numbers = " ".join(str(codec.payload_type) for codec in section.codecs)
    lines = [
        f"m={offered.media} 9 {offered.protocol} {numbers}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{offered.mid}",
        f"a={section.direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.password}",
        f"a=fingerprint:sha-256 {transport.fingerprint}",
        "a=setup:passive",
    ]
    lines += [f"a=extmap:{offered.extensions[uri]} {uri}" for uri in section.extensions]
    for codec in section.codecs:
        lines += _codec_lines(codec)
    lines += [f"a=rid:{rid} recv" for rid in section.rids]
    if section.rids:
        lines.append(f"a=simulcast:recv {';'.join(section.rids)}")
    if section.streams:
        lines.append(f"a=msid:room {offered.mid}")
        if len(section.streams) == 2:
            lines.append("a=ssrc-group:FID {} {}".format(*section.streams))
        lines += [f"a=ssrc:{ssrc} cname:room" for ssrc in section.streams]
    lines += [_candidate(number, each) for number, each in enumerate(transport.candidates)]
    return [*lines, "a=end-of-candidates"]


def _codec_lines(codec: Codec) -> list[str]:
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{codec.payload_type} {codec.spelling}/{codec.clock}{channels}"]
    lines += [f"a=rtcp-fb:{codec.payload_type} {feedback}" for feedback in sorted(codec.feedback)]
    if codec.parameters:
        text = ";".join(f"{name}={value}" if value else name for name, value in codec.parameters.items())
        lines.append(f"a=fmtp:{codec.payload_type} {text}")
    return lines


def _candidate(number: int, candidate: Candidate) -> str:
    """RFC 8839, section 5.1; the preference of UDP over TCP is that of RFC 6544, section 4.2."""
    is_udp = candidate.protocol == "udp"
    preference = (1 << 13) * (7 if is_udp else 4) + 8191 - number
    priority = (126 << 24) + (preference << 8) + 255
    tail = "" if is_udp else " tcptype passive"
    return (
        f"a=candidate:{number + 1} 1 {candidate.protocol} {priority} {candidate.address} {candidate.port}"
        f" typ host{tail}"
    )
