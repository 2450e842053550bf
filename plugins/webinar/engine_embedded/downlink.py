"""What one person receives: the slots of their connection, and which source is in which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from plugins.webinar.engine import Wish
from plugins.webinar.engine_embedded import codecs, rtcp, sdp
from plugins.webinar.engine_embedded.allowance import MOST_BITS, wanted_bits
from plugins.webinar.engine_embedded.choice import LITTLE_LOSS, Budget, fitting
from plugins.webinar.engine_embedded.departures import Departures
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.peer import Connection
from plugins.webinar.engine_embedded.slots import Slot
from plugins.webinar.engine_embedded.transport import TRANSPORT_WIDE_NUMBER, feedback_of

VIDEO_FEEDBACK = frozenset({"nack", "nack pli", "ccm fir", "goog-remb"})
SPEAKER_HEIGHT, SCREEN_HEIGHT = 360, 4320
"""How tall the pictures are taken for that follow speech, and the shared screen: in all its detail."""
SETTLE_SECONDS = 2.0
CLOSE_SECONDS = 10.0
"""How long after the last sign of trouble packets are still counted."""
WEAK, POOR = 8, 26
"""Shares of lost packets, of 256, from which a connection is called weak (3 %) and poor (10 %)."""


class Downlink:
    """The receiving connection of one person."""

    __slots__ = (
        "_allowed",
        "_by_ssrc",
        "_number_name",
        "_octets",
        "_signs",
        "_trouble_at",
        "budget",
        "connection",
        "departures",
        "on_ready",
        "on_verdict",
        "person",
        "slots",
        "verdict",
        "wish",
    )

    def __init__(self, connection: Connection, person: str) -> None:
        self.connection = connection
        self.person = person
        self.wish = Wish()
        self.slots: list[Slot] = []
        self.on_ready: Callable[[], None] = lambda: None
        self.on_verdict: Callable[[str], None] = lambda verdict: None
        self.verdict = "good"
        self.budget = Budget()
        self.departures: Departures | None = None
        self._allowed = 0
        self._number_name = 0
        self._trouble_at = 0.0
        self._octets = (0, 0.0)
        self._by_ssrc: dict[int, Slot] = {}
        self._signs = 0

    # --- answering ----------------------------------------------------------------------

    def answer(self, offer: sdp.Offer) -> tuple[list[sdp.AnswerSection], dict[str, str]]:
        """Make a slot of each section that can be sent into. Raises BadOffer."""
        known = {slot.mid: slot for slot in self.slots}
        answers = []
        for section in offer.sections:
            passed = [codec for codec in section.codecs.values() if codecs.is_passed_on(codec)]
            can_receive = section.direction in {"recvonly", "sendrecv"} and not section.is_rejected
            if not passed or not can_receive:
                answers.append(sdp.AnswerSection(section, "inactive"))
                continue
            slot = known.get(section.mid) or self._add_slot(section, passed)
            answers.append(_answer_section(section, slot, passed))
        self._number_name = _number_name(answers)
        if not self.slots:
            raise sdp.BadOffer("nothing in it can be sent into")
        return answers, {slot.mid: slot.role for slot in self.slots}

    def _add_slot(self, section: sdp.Section, passed: list[codecs.Codec]) -> Slot:
        role = "audio" if section.media == "audio" else "screen" if section.content == "slides" else "video"
        repairs = _repairs(section) if section.media == "video" else {}
        slot = Slot(self, section.mid, role, passed, repairs)
        self.slots.append(slot)
        self._by_ssrc[slot.ssrc] = slot
        return slot

    # --- slots --------------------------------------------------------------------------

    def place(self, role: str, wanted: Iterable[Track]) -> bool:
        """Put the first sources into the slots of a role; those that are in one stay there. Returns whether it changed."""
        slots = [slot for slot in self.slots if slot.role == role]
        if not slots:
            return False
        chosen: list[Track] = []
        for track in wanted:
            if len(chosen) < len(slots) and track not in chosen and slots[0].can_take(track):
                chosen.append(track)
        changed = False
        for slot in slots:
            if slot.track is not None and slot.track not in chosen:
                slot.show(None, None)
                changed = True
        missing = [track for track in chosen if all(slot.track is not track for slot in slots)]
        for slot, track in zip([slot for slot in slots if slot.track is None], missing, strict=False):
            layers = track.alive_layers() or track.layers  # it may pause, and go on before anybody notices
            slot.show(track, layers[fitting(layers, self._height_of(slot, track))] if layers else None)
            changed = True
        return changed

    @property
    def has_screen_slot(self) -> bool:
        """Whether a shared screen has a place of its own; else it comes before the cameras."""
        return any(slot.role == "screen" for slot in self.slots)

    def shown(self) -> list[dict[str, Any]]:
        """What is in which slot now."""
        return [
            {"mid": slot.mid, "person": slot.track.person, "kind": slot.track.kind.value}
            for slot in self.slots
            if slot.track is not None
        ]

    def choose_layers(self) -> None:
        """Let each picture have the layer that is wished and comes through; called some times a second."""
        shown: list[tuple[Slot, list[Layer], int]] = []
        for slot in sorted(self.slots, key=lambda each: each.role != "screen"):
            layers = slot.track.alive_layers() if slot.track is not None and slot.role != "audio" else []
            if slot.track is not None and layers:
                height = self._height_of(slot, slot.track)
                shown.append((slot, layers, fitting(layers, height)))
                self._want(slot.track, height)
        places = self.budget.share([(layers, place) for _slot, layers, place in shown])
        now = self.connection.loop.now
        for (slot, layers, _wish), place in zip(shown, places, strict=True):
            slot.pause(is_paused=place is None)
            layer = layers[place or 0]
            has_settled = now - slot.changed_at >= SETTLE_SECONDS or slot.layer not in layers
            if layer is slot.layer or has_settled or self._is_lower(slot, layer):
                slot.change(layer)

    def _height_of(self, slot: Slot, track: Track) -> int:
        if slot.role == "screen":
            return SCREEN_HEIGHT
        wished = (video.height for video in self.wish.videos if video.person == track.person)
        return next(wished, SPEAKER_HEIGHT)

    def _want(self, track: Track, height: int) -> None:
        """Let the sender know what is needed, also of sizes that it does not send now."""
        if track.wanted >= MOST_BITS:
            return
        place = fitting(track.layers, height)
        track.wanted = max(track.wanted, wanted_bits(track.layers, place, self.budget.bits))

    def _is_lower(self, slot: Slot, layer: Layer) -> bool:
        return self.budget.bits is not None and slot.layer is not None and layer.bits < slot.layer.bits

    # --- what comes and goes ----------------------------------------------------------------

    def on_connected(self) -> None:
        """Media can flow: begin with key frames."""
        self.on_ready()
        for slot in self.slots:
            if slot.layer is not None:
                slot.begin()

    def on_moved(self) -> None:
        """What the slots know of the way is not true any more."""
        for slot in self.slots:
            slot.look_again()

    def send(self, head: bytes, payload: bytes) -> None:
        """Gather one packet of a slot for sending; whoever calls flushes."""
        connection = self.connection
        if connection.sealer is not None and connection.route is not None:
            if self.departures is not None:
                head, payload = self.departures.counted(head, payload, connection.loop.now)
            connection.ports.fan.add(connection.route, connection.sealer, head, payload)

    def on_media(self, packet: bytes) -> None:
        """A receiver sends nothing; what comes all the same is dropped."""

    def on_stale(self, ssrc: int) -> None:
        """A receiver sends nothing."""

    def on_control(self, compound: bytes) -> None:
        """Reports and wishes of the receiver."""
        for part in rtcp.split(compound):
            for ssrc in rtcp.key_frame_wanted_by(part):
                slot = self._by_ssrc.get(ssrc)
                if slot is not None and slot.layer is not None:
                    slot.layer.want_key_frame()
            reports = [report for report in rtcp.reports_of(part) if report.ssrc in self._by_ssrc]
            if reports:
                self._judge(reports)
            ssrc, numbers = rtcp.lost_packets_of(part)
            if ssrc in self._by_ssrc and not self.connection.ports.is_late:
                for number in numbers:
                    self._by_ssrc[ssrc].repeat(number)
                self.connection.ports.fan.flush()
            self._allowed = rtcp.remb_of(part) or self._allowed
            if self.departures is not None:
                self._hear_arrivals(self.departures, part)

    def _hear_arrivals(self, departures: Departures, part: rtcp.Part) -> None:
        feedback = feedback_of(part)
        limit = departures.hear(feedback) if feedback is not None else None
        if limit is not None:
            self.budget.narrow(limit, self.connection.loop.now)

    def _look_closer(self, worst: int, now: float) -> None:
        """Count packets while there are signs that the way is too narrow, and for a while after."""
        if worst >= LITTLE_LOSS or self.budget.bits is not None:
            self._trouble_at = now
            if self.departures is None and self._number_name:
                self.departures = Departures(self._number_name)
                self.on_moved()
        elif now - self._trouble_at > CLOSE_SECONDS:
            self.departures = None

    def _judge(self, reports: Sequence[rtcp.Report]) -> None:
        """Call the connection by the worst of its streams; better only after three good reports."""
        worst = max(report.lost for report in reports)
        now = self.connection.loop.now
        octets, at = self._octets
        if now - at >= 1.0:
            sent = sum(slot.octets for slot in self.slots)
            if at:
                self.budget.hear(worst, self._allowed, (sent - octets) * 8 / (now - at), now)
            self._octets = (sent, now)
        self._look_closer(worst, now)
        verdict = "poor" if worst >= POOR else "weak" if worst >= WEAK else "good"
        order = ("good", "weak", "poor")
        if order.index(verdict) < order.index(self.verdict):
            self._signs += 1
            if self._signs < 3:
                return
        self._signs = 0
        if verdict != self.verdict:
            self.verdict = verdict
            self.on_verdict(verdict)

    def close(self) -> None:
        """Its slots are empty."""
        for slot in self.slots:
            slot.show(None, None)


def _answer_section(section: sdp.Section, slot: Slot, passed: list[codecs.Codec]) -> sdp.AnswerSection:
    chosen = [replace(codec, feedback=VIDEO_FEEDBACK) if codec.clock == 90_000 else codec for codec in passed]
    extensions = []
    if 0 < section.extensions.get(TRANSPORT_WIDE_NUMBER, 0) < 15:
        extensions.append(TRANSPORT_WIDE_NUMBER)
        chosen = [replace(codec, feedback=codec.feedback | {"transport-cc"}) for codec in chosen]
    streams = [slot.ssrc]
    if slot.repairs:
        known = {codec.payload_type for codec in passed}
        chosen += [section.codecs[number] for original, number in slot.repairs.items() if original in known]
        streams.append(slot.repair_ssrc)
    return sdp.AnswerSection(section, "sendonly", chosen, extensions, streams=streams)


def _number_name(answers: Sequence[sdp.AnswerSection]) -> int:
    """The number of the extension that counts packets, if all sections that are sent have it under the same; else 0."""
    names = {
        each.offered.extensions.get(TRANSPORT_WIDE_NUMBER, 0) if each.extensions else 0
        for each in answers
        if each.codecs
    }
    return names.pop() if len(names) == 1 else 0


def _repairs(section: sdp.Section) -> dict[int, int]:
    """The payload type of retransmissions by that of what they repeat (RFC 4588, section 8.1)."""
    return {
        int(codec.parameters["apt"]): codec.payload_type
        for codec in section.codecs.values()
        if codec.name == "rtx" and codec.parameters.get("apt", "").isdecimal()
    }
