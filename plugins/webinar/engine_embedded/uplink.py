"""What one person sends: their sources, each in one or more layers (simulcast), sorted as packets come.

A packet finds its layer by SSRC; the first of an SSRC tells by its mid and rid (RFC 8843,
RFC 8852), or by what the offer said.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from plugins.webinar.engine import Kind, Rights
from plugins.webinar.engine_embedded import codecs, rtcp, rtp, sdp
from plugins.webinar.engine_embedded.allowance import SOUND_BITS, Allowance
from plugins.webinar.engine_embedded.codecs import Codec
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.peer import Connection
from plugins.webinar.engine_embedded.speech import UNSAID
from plugins.webinar.engine_embedded.transport import TRANSPORT_WIDE_NUMBER, Arrivals

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
EXTENSIONS = {
    "audio": (MID, AUDIO_LEVEL, TRANSPORT_WIDE_NUMBER),
    "video": (MID, RID, REPAIRED_RID, TRANSPORT_WIDE_NUMBER),
}

MOST_STREAMS = 24
VIDEO_FEEDBACK = frozenset({"nack", "nack pli", "ccm fir", "goog-remb"})


class Uplink:
    """The sending connection of one person."""

    def __init__(self, connection: Connection, person: str, rights: Rights) -> None:
        self.connection = connection
        self.person = person
        self.rights = rights
        self.tracks: dict[str, Track] = {}
        self.on_track: Callable[[Track], None] = lambda track: None
        self.on_packet: Callable[[Track, Layer, rtp.Packet], None] = lambda track, layer, packet: None
        self.ssrc = secrets.randbits(32)
        self._codecs: dict[str, dict[int, Codec]] = {}
        self._sections: dict[str, sdp.Section] = {}
        self._layers: dict[int, Layer] = {}
        self._repairs: dict[int, Layer] = {}
        self._names: dict[str, int] = {}
        self._reported_at = 0.0
        self._began_at = 0.0
        self._judged_at = 0.0
        self._lost = 0
        self._allowance = Allowance()
        self._arrivals: Arrivals | None = None

    @property
    def loop(self) -> Loop:
        """The loop in which everything happens."""
        return self.connection.loop

    # --- answering ----------------------------------------------------------------------

    def answer(self, offer: sdp.Offer) -> tuple[list[sdp.AnswerSection], dict[str, str]]:
        """What is taken of an offer, and which section sends what. Raises BadOffer."""
        kinds = kinds_of(offer)
        answers = []
        for section in offer.sections:
            kind = kinds.get(section.mid)
            chosen = _choose(section) if kind is not None else []
            if kind is None or not chosen:
                answers.append(sdp.AnswerSection(section, "inactive"))
                continue
            self._know(section, kind, chosen)
            names = [uri for uri in EXTENSIONS[section.media] if uri in section.extensions]
            answers.append(
                sdp.AnswerSection(
                    section, "recvonly", [_asked(codec, names) for codec in chosen], names, rids=section.rids
                )
            )
        if not self.tracks:
            raise sdp.BadOffer("nothing in it can be received")
        return answers, {track.mid: track.kind.value for track in self.tracks.values()}

    def _know(self, section: sdp.Section, kind: Kind, chosen: list[Codec]) -> None:
        self._sections[section.mid] = section
        self._codecs[section.mid] = {codec.payload_type: codec for codec in chosen}
        if section.media == "audio":
            self.connection.sounds |= section.codecs.keys()
        self._names.update({uri: section.extensions[uri] for uri in section.extensions})
        if section.mid not in self.tracks:
            self.tracks[section.mid] = Track(self, section.mid, self.person, kind, section.rids)

    # --- what comes ---------------------------------------------------------------------

    def on_connected(self) -> None:
        """Tell the sender at once that it may use more than it dares."""
        self._began_at = self.connection.loop.now

    def on_moved(self) -> None:
        """Nothing is sent to a sender but what looks for it anew each time."""

    def on_media(self, data: bytes) -> None:
        """Sort one plain packet."""
        packet = rtp.parse(data)
        if packet is None:
            return
        number = packet.extensions.get(self._names.get(TRANSPORT_WIDE_NUMBER, 0))
        if number is not None and len(number) == 2:
            self._arrive(int.from_bytes(number))
        layer = self._repairs.get(packet.ssrc)
        if layer is not None:
            if not self._repair(packet, layer):
                return
        else:
            layer = self._layers.get(packet.ssrc) or self._meet(packet)
        if layer is None or layer.track.kind not in self.rights.kinds:
            return
        codec = self._codecs[layer.track.mid].get(packet.payload_type)
        if codec is None or codec.name == "rtx":
            return
        packet.extensions = self._levels(packet.extensions)
        if layer.take(packet, codec, self.connection.loop.now):
            self.on_packet(layer.track, layer, packet)

    def on_stale(self, ssrc: int) -> None:
        """Its picture goes on with the next one that can be decoded alone."""
        layer = self._layers.get(ssrc) or self._repairs.get(ssrc)
        if layer is not None:
            layer.skip()

    def _arrive(self, number: int) -> None:
        if self._arrivals is None:
            self._arrivals = Arrivals()
        self._arrivals.note(number, self.connection.loop.now)

    def _repair(self, packet: rtp.Packet, layer: Layer) -> bool:
        """Make of a retransmission what it repeats (RFC 4588, section 4); False for padding that probes the way."""
        codec = self._codecs[layer.track.mid].get(packet.payload_type)
        content = rtp.without_padding(packet)
        if codec is None or codec.name != "rtx" or len(content) <= 2:
            return False
        packet.payload_type = int(codec.parameters["apt"])
        packet.sequence = int.from_bytes(content[:2])
        packet.payload, packet.is_padded = content[2:], False
        packet.ssrc = layer.ssrc
        return True

    def _levels(self, extensions: dict[int, bytes]) -> dict[int, bytes]:
        """How loud it is, as number 0; nothing where a sender that says so at other times does not."""
        level = extensions.get(self._names.get(AUDIO_LEVEL, 0)) if AUDIO_LEVEL in self._names else UNSAID
        return {0: level} if level is not None else {}

    def _meet(self, packet: rtp.Packet) -> Layer | None:
        """The layer of an SSRC seen for the first time."""
        if len(self._layers) + len(self._repairs) >= MOST_STREAMS:
            return None
        section = self._section_of(packet)
        if section is None or section.mid not in self.tracks:
            return None
        track = self.tracks[section.mid]
        codec = section.codecs.get(packet.payload_type)
        if codec is None or codec.name == "rtx":
            self._meet_repair(packet, section, track)
            return None
        layer = track.layer_of(self._text(packet, RID), packet.ssrc)
        if layer is None:
            return None
        if layer.ssrc != packet.ssrc:
            self._layers.pop(layer.ssrc, None)
            layer.restart(packet.ssrc)
        self._layers[packet.ssrc] = layer
        if len(self._layers) == 1:
            self._began_at = self.connection.loop.now
        self.on_track(track)
        return layer

    def _meet_repair(self, packet: rtp.Packet, section: sdp.Section, track: Track) -> None:
        """Learn whose repairs an SSRC carries; its first packet is spent on that."""
        repaired = self._text(packet, REPAIRED_RID)
        original = section.repairs.get(packet.ssrc)
        for layer in track.layers:
            if layer.ssrc == original or (repaired and layer.rid == repaired) or len(section.rids) == 0:
                self._repairs[packet.ssrc] = layer
                return

    def _section_of(self, packet: rtp.Packet) -> sdp.Section | None:
        """RFC 9143, section 9.2: by mid, by announced SSRC, by a payload type that only one section has."""
        mid = self._text(packet, MID)
        if mid:
            return self._sections.get(mid)
        for section in self._sections.values():
            if packet.ssrc in section.ssrcs:
                return section
        fitting = [each for each in self._sections.values() if packet.payload_type in each.codecs]
        return fitting[0] if len(fitting) == 1 else None

    def _text(self, packet: rtp.Packet, uri: str) -> str:
        return packet.extensions.get(self._names.get(uri, 0), b"").decode("ascii", "replace")

    def on_control(self, compound: bytes) -> None:
        """Sender reports give the clock of each stream."""
        for part in rtcp.split(compound):
            report = rtcp.sender_report_of(part)
            layer = self._layers.get(report.ssrc) if report else None
            if report is not None and layer is not None:
                layer.take_report(report, self.connection.loop.now)

    # --- what goes back -----------------------------------------------------------------

    def layers(self) -> Iterable[Layer]:
        """All layers seen."""
        return self._layers.values()

    def ask_key_frame(self, layer: Layer) -> None:
        """Ask the sender for a frame with which decoding can start."""
        self.connection.send_control(rtcp.receiver_report(self.ssrc, []) + rtcp.pli(self.ssrc, layer.ssrc))

    def ask_again(self, layer: Layer, indexes: list[int]) -> None:
        """Ask the sender for lost packets."""
        numbers = [index & 0xFFFF for index in indexes]
        compound = rtcp.receiver_report(self.ssrc, []) + rtcp.nack(self.ssrc, layer.ssrc, numbers)
        self.connection.send_control(compound)

    def report(self) -> None:
        """Tell how it arrives and how much may come: often at first, so that quality is there at once, then seldom."""
        now = self.connection.loop.now
        if not self._layers or not self.connection.is_ready:
            return
        self._tell_arrivals()
        pause = 0.1 if now - self._began_at < 2.0 else 1.0
        if now - self._reported_at < pause - 0.01:
            return
        for layer in self._layers.values():
            layer.weigh(now)
        blocks = [layer.report(now) for layer in self._layers.values()]
        self._lost = max(self._lost, *(block.lost for block in blocks))
        if now - self._judged_at >= 0.99:
            self._judge(now)
        self._tell_allowance(rtcp.receiver_report(self.ssrc, blocks))

    def allow(self) -> None:
        """Add up what is wanted of its pictures; where that is more than before, the sender hears it at once."""
        pictures = [track for track in self.tracks.values() if track.is_video and track.is_alive]
        if not pictures:
            return
        wanted = sum(track.wanted for track in pictures) + SOUND_BITS
        if self._allowance.want(wanted, self.connection.loop.now) and self.connection.is_ready:
            self._tell_allowance(rtcp.receiver_report(self.ssrc, []))

    @property
    def allowed(self) -> int:
        """What the sender may use, in bits per second."""
        return self._allowance.bits

    def _judge(self, now: float) -> None:
        """What the way carries; a sender that hears of each packet judges that better."""
        self._judged_at, lost, self._lost = now, self._lost, 0
        moving = [layer for layer in self._layers.values() if layer.is_alive and layer.codec is not None]
        queue = max((layer.take_queue(layer.codec.clock) for layer in moving if layer.codec), default=0.0)
        if self._arrivals is None:
            self._allowance.hear(lost, sum(layer.bits for layer in moving), queue)

    def _tell_arrivals(self) -> None:
        if self._arrivals is not None:
            media = next((layer.ssrc for layer in self._layers.values() if layer.track.is_video), None)
            for message in self._arrivals.messages(self.ssrc, media or next(iter(self._layers))):
                self.connection.send_control(message)  # RFC 5506: feedback may go alone

    def _tell_allowance(self, compound: bytes) -> None:
        self._reported_at = self.connection.loop.now
        video = [layer.ssrc for layer in self._layers.values() if layer.track.is_video]
        if video:
            compound += rtcp.remb(self.ssrc, video, self.allowed)
        self.connection.send_control(compound)

    def close(self) -> None:
        """Its tracks end."""
        for track in self.tracks.values():
            track.close()


def kinds_of(offer: sdp.Offer) -> dict[str, Kind]:
    """What each section sends: ``a=content:slides`` (RFC 4796) is the screen, else the order decides."""
    kinds: dict[str, Kind] = {}
    order = {"audio": (Kind.MICROPHONE, Kind.SCREEN_SOUND), "video": (Kind.CAMERA, Kind.SCREEN)}
    for section in offer.sections:
        if section.media not in order or section.is_rejected:
            continue
        free = [kind for kind in order[section.media] if kind not in kinds.values()]
        shared = order[section.media][1]
        if free:
            kinds[section.mid] = shared if section.content == "slides" and shared in free else free[0]
    return kinds


def _choose(section: sdp.Section) -> list[Codec]:
    if section.direction not in {"sendrecv", "sendonly", "inactive"}:
        return []
    passed = sorted((each for each in section.codecs.values() if codecs.is_passed_on(each)), key=codecs.rank)
    if section.media == "video":
        passed = passed[:1]  # a sender that has a choice does not always take the first
    numbers = {str(codec.payload_type) for codec in passed}
    repairs = [
        codec
        for codec in section.codecs.values()
        if codec.name == "rtx" and codec.parameters.get("apt") in numbers
    ]
    return passed + repairs if any(codec.name != "red" for codec in passed) else []


def _asked(codec: Codec, extensions: Sequence[str]) -> Codec:
    """How the answer asks for a codec."""
    feedback = VIDEO_FEEDBACK if codec.clock == 90_000 and codec.name != "rtx" else frozenset[str]()
    if TRANSPORT_WIDE_NUMBER in extensions and codec.name != "rtx":
        feedback |= {"transport-cc"}
    parameters = dict(codec.parameters)
    if codec.name == "opus":
        parameters |= {"useinbandfec": "1", "usedtx": "1"}
    return replace(codec, parameters=parameters, feedback=feedback)
