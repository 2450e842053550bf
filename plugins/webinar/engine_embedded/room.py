"""A room: who sends, who receives, and who therefore gets what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugins.webinar.engine import Event, Kind, RecordedTrack, Rights, Wish
from plugins.webinar.engine_embedded.block import Frame
from plugins.webinar.engine_embedded.downlink import Downlink
from plugins.webinar.engine_embedded.layers import Layer, Track
from plugins.webinar.engine_embedded.loop import Loop
from plugins.webinar.engine_embedded.recording import Recording
from plugins.webinar.engine_embedded.rtp import Packet
from plugins.webinar.engine_embedded.speech import Speech
from plugins.webinar.engine_embedded.uplink import Uplink

if TYPE_CHECKING:
    from plugins.webinar.engine_embedded.ports import Ports
    from plugins.webinar.engine_embedded.relaying import Relay

SPEECH_PAUSE = 0.25
MOST_HELD, LONGEST_HELD = 8, 0.005
"""Packets of a frame are sent together, at most so many and so many seconds late."""
PAIR_HELD = 0.025
"""Seconds that a busy engine keeps a packet of sound at most, so that it goes together with the next one."""


class Room:
    """Uplinks and downlinks by person. ``tell`` is called with every event.

    ``relays`` are other engines that carry some of its people.
    """

    def __init__(self, name: str, loop: Loop, ports: Ports, tell: Callable[[Event], None]) -> None:
        self.name = name
        self.uplinks: dict[str, Uplink] = {}
        self.downlinks: dict[str, Downlink] = {}
        self.relays: list[Relay] = []
        self.tracks: list[Track] = []
        self.speech = Speech()
        self._loop = loop
        self._ports = ports
        self._tell = tell
        self._decided_at = 0.0
        self._recording: Recording | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody is connected, here or at another engine."""
        return not self.uplinks and not self.downlinks and not self.relays

    @property
    def is_recorded(self) -> bool:
        """Whether tracks are being written."""
        return self._recording is not None

    # --- coming and going -----------------------------------------------------------------

    def add_uplink(self, uplink: Uplink) -> None:
        """Somebody will send."""
        self.uplinks[uplink.person] = uplink
        uplink.on_track = self._appear
        uplink.on_packet = self._forward

    def add_downlink(self, downlink: Downlink) -> None:
        """Somebody will receive."""
        self.downlinks[downlink.person] = downlink
        downlink.on_ready = lambda: self._welcome(downlink)
        downlink.on_verdict = lambda verdict: self._say(
            "quality", downlink.person, {"peer": downlink.connection.name, "verdict": verdict}
        )

    def drop(self, half: Uplink | Downlink) -> None:
        """Somebody does so no more."""
        if isinstance(half, Downlink):
            if self.downlinks.get(half.person) is half:
                del self.downlinks[half.person]
            return
        if self.uplinks.get(half.person) is half:
            del self.uplinks[half.person]
        self.refresh()

    def set_rights(self, person: str, rights: Rights) -> None:
        """What is not a right any more is silent with the next packet."""
        uplink = self.uplinks.get(person)
        if uplink is not None:
            uplink.rights = rights
            self.refresh()

    def set_wish(self, downlink: Downlink, wish: Wish) -> None:
        """Show something else."""
        downlink.wish = wish
        self._arrange(downlink)

    def close(self) -> None:
        """It ends, whoever is in it."""
        self.stop_recording()
        for relay in list(self.relays):
            relay.close()

    # --- recording ------------------------------------------------------------------------------

    def start_recording(self, folder: Path, persons: frozenset[str]) -> None:
        """Write the tracks of these people from now on. Raises OSError."""
        if self._recording is None or self._recording.folder != folder:
            self.stop_recording()
            self._recording = Recording(folder, persons, lambda: self._loop.now)
        else:
            self._recording.set_persons(persons)

    def set_recorded(self, persons: frozenset[str]) -> None:
        """Change whose tracks are written, at once."""
        if self._recording is not None:
            self._recording.set_persons(persons)

    def stop_recording(self) -> list[RecordedTrack]:
        """Finish all files; returns them."""
        recording, self._recording = self._recording, None
        return recording.close() if recording is not None else []

    # --- packets ----------------------------------------------------------------------------

    def _forward(self, track: Track, layer: Layer, packet: Packet) -> None:
        if track.kind is Kind.MICROPHONE and packet.extensions:
            self.speech.hear(track, packet.extensions[0])
        if self._recording is not None:
            self._recording.take(track, layer, packet)
        self._hold(layer, packet)

    def _hold(self, layer: Layer, packet: Packet) -> None:
        """Keep a packet until its frame is whole."""
        if not layer.slots:
            return
        layer.held.append(packet)
        count, is_video = len(layer.held), layer.track.is_video
        if is_video:
            most, longest = MOST_HELD, LONGEST_HELD
        else:
            most, longest = 2 if self._ports.is_busy else 1, PAIR_HELD
        if count >= most or (is_video and packet.marker):
            self._fan_out(layer)
        elif count == 1:
            self._loop.call_later(longest, lambda: self._fan_out(layer))

    def _fan_out(self, layer: Layer) -> None:
        """Send the packets of a frame, receiver by receiver."""
        packets, layer.held = layer.held, []
        codec = layer.codec
        if not packets or codec is None:
            return
        frame = Frame(packets, has_segments=self._ports.fan.has_segments)
        for slot in self._ports.fan.spread(frame, layer.slots):
            slot.forward_frame(frame, codec, layer)
        layer.count_spread(frame)
        self._ports.fan.flush()

    def _appear(self, track: Track) -> None:
        """A layer's first packet came; tell with the next tick, when it is alive."""
        self._loop.call_later(0.0, self.refresh)

    # --- who gets what ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look which sources are there; tell everybody and fill slots if that changed."""
        present = [track for track in self._present() if track.is_alive]
        if set(present) == set(self.tracks):
            return
        for track in self.tracks:
            if track not in present:
                self.speech.forget(track)
                if self._recording is not None:
                    self._recording.end(track)
        kept = [track for track in self.tracks if track in present]
        self.tracks = kept + [track for track in present if track not in kept]
        self._say_to_all("sources", {"sources": self.sources()})
        self._arrange_all()

    def _present(self) -> Iterable[Track]:
        """All that may be sent."""
        for uplink in self.uplinks.values():
            yield from uplink.tracks.values()

    def sources(self) -> list[dict[str, str]]:
        """Everything that is sent now."""
        return [{"person": track.person, "kind": track.kind.value} for track in self.tracks]

    def tick(self) -> None:
        """What is due many times a second: reports, speech, layers."""
        for uplink in self.uplinks.values():
            uplink.report()
            for layer in uplink.layers():
                layer.ask_again()
        if self._is_due():
            self.refresh()
            self._weigh_wishes()
            if self.speech.decide():
                self._say_to_all("speaking", {"persons": self.speech.persons})
                self._arrange_all()
            for relay in self.relays:
                relay.tell()

    def _is_due(self) -> bool:
        """Whether it is time to look who speaks, and who needs what."""
        if self._loop.now - self._decided_at < SPEECH_PAUSE:
            return False
        self._decided_at = self._loop.now
        return True

    def _weigh_wishes(self) -> None:
        """Choose layers for everybody, and let the senders know what is needed."""
        for track in self.tracks:
            track.forget_wishes()
        for downlink in self.downlinks.values():
            downlink.choose_layers()
        for relay in self.relays:
            relay.add_wishes()
        for uplink in self.uplinks.values():
            uplink.allow()

    def _welcome(self, downlink: Downlink) -> None:
        self._arrange(downlink)
        self._say_to(downlink, "slots", {"slots": downlink.shown()})
        for kind, data in (
            ("sources", {"sources": self.sources()}),
            ("speaking", {"persons": self.speech.persons}),
        ):
            self._say_to(downlink, kind, data)

    def _arrange_all(self) -> None:
        for relay in self.relays:
            relay.tell()
        for downlink in self.downlinks.values():
            self._arrange(downlink)

    def _arrange(self, downlink: Downlink) -> None:
        if not downlink.connection.is_ready:
            return
        wish = downlink.wish
        others = [track for track in self.tracks if track.person != downlink.person]
        screens = [each for each in others if each.kind is Kind.SCREEN] if wish.screen else []
        seen = self._seen(others, wish)
        changed = [
            downlink.place("audio", self._heard(others) if wish.sound else ()),
            downlink.place("video", seen if downlink.has_screen_slot else screens + seen),
            downlink.place("screen", screens),
        ]
        downlink.choose_layers()
        if any(changed):
            self._say_to(downlink, "slots", {"slots": downlink.shown()})

    def _heard(self, tracks: list[Track]) -> list[Track]:
        """The sound of a screen first, then microphones by speech."""
        shared = [track for track in tracks if track.kind is Kind.SCREEN_SOUND]
        return shared + self.speech.ranked(track for track in tracks if track.kind is Kind.MICROPHONE)

    def _seen(self, tracks: list[Track], wish: Wish) -> list[Track]:
        """The cameras wished for, then those of who speaks."""
        cameras = {track.person: track for track in self.tracks if track.kind is Kind.CAMERA}
        wished = [cameras[video.person] for video in wish.videos if video.person in cameras]
        ranked = self.speech.ranked(track for track in tracks if track.kind is Kind.MICROPHONE)
        persons = [track.person for track in ranked] + [track.person for track in tracks]
        others = [
            cameras[person]
            for person in dict.fromkeys(persons)
            if person in cameras and cameras[person] not in wished
        ]
        return wished + others[: wish.speakers]

    # --- telling --------------------------------------------------------------------------------

    def _say_to_all(self, kind: Any, data: dict[str, Any]) -> None:
        self._say(kind, "", data)

    def _say_to(self, downlink: Downlink, kind: Any, data: dict[str, Any]) -> None:
        self._say(kind, downlink.person, data | {"peer": downlink.connection.name})

    def _say(self, kind: Any, person: str, data: dict[str, Any]) -> None:
        self._tell(Event(kind, self.name, person, data))

    def connections(self) -> Iterator[Uplink | Downlink]:
        """All halves of all people."""
        yield from list(self.uplinks.values())
        yield from list(self.downlinks.values())
