"""What one person receives: the slots of their connection, and which source is in which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from plugins.webinar.engine import Wish
from plugins.webinar.engine_embedded import codecs, rtcp, sdp
from plugins.webinar.engine_embedded.layers import Track
from plugins.webinar.engine_embedded.peer import Connection
from plugins.webinar.engine_embedded.slots import Slot

VIDEO_FEEDBACK = frozenset({"nack pli", "ccm fir", "goog-remb"})
WEAK, POOR = 8, 26
"""Shares of lost packets, of 256, from which a connection is called weak (3 %) and poor (10 %)."""


class Downlink:
    """The receiving connection of one person."""

    def __init__(self, connection: Connection, person: str) -> None:
        self.connection = connection
        self.person = person
        self.wish = Wish()
        self.slots: list[Slot] = []
        self.on_ready: Callable[[], None] = lambda: None
        self.on_verdict: Callable[[str], None] = lambda verdict: None
        self.verdict = "good"
        self.allowed_bits = 0
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
        if not self.slots:
            raise sdp.BadOffer("nothing in it can be sent into")
        return answers, {slot.mid: slot.role for slot in self.slots}

    def _add_slot(self, section: sdp.Section, passed: list[codecs.Codec]) -> Slot:
        role = "audio" if section.media == "audio" else "screen" if section.content == "slides" else "video"
        slot = Slot(self, section.mid, role, passed)
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
            slot.show(track, track.best_layer())
            changed = True
        return changed

    def shown(self) -> list[dict[str, Any]]:
        """What is in which slot now."""
        return [
            {"mid": slot.mid, "person": slot.track.person, "kind": slot.track.kind.value}
            for slot in self.slots
            if slot.track is not None
        ]

    def refresh_layers(self) -> None:
        """Let each slot have the layer that fits now."""
        for slot in self.slots:
            if slot.track is not None:
                layer = slot.track.best_layer()
                if layer is not None and layer is not slot.layer:
                    slot.show(slot.track, layer)

    # --- what comes and goes ----------------------------------------------------------------

    def on_connected(self) -> None:
        """Media can flow: begin with key frames."""
        self.on_ready()
        for slot in self.slots:
            if slot.layer is not None:
                slot.begin()

    def send(self, head: bytes, payload: bytes) -> None:
        """Send one packet of a slot."""
        connection = self.connection
        if connection.sealer is not None and connection.route is not None:
            sealed = connection.sealer.rtp(head + payload)
            if sealed:
                connection.ports.send(connection.route, sealed)

    def on_media(self, packet: bytes) -> None:
        """A receiver sends nothing; what comes all the same is dropped."""

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
            allowed = rtcp.remb_of(part)
            if allowed is not None:
                self.allowed_bits = allowed

    def _judge(self, reports: Sequence[rtcp.Report]) -> None:
        """Call the connection by the worst of its streams; better only after three good reports."""
        worst = max(report.lost for report in reports)
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
    return sdp.AnswerSection(section, "sendonly", chosen, streams=[slot.ssrc])
