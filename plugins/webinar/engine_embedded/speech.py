"""Who speaks, by the levels that senders write beside their sound (RFC 6464)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from plugins.webinar.engine_embedded.layers import Track

VOICE_LEVEL = 55
"""Sound louder than so many decibels below the loudest counts as voice."""
UNSAID = bytes([50])
"""The level of a sender that writes none, as studio programs: quiet speech. So it is heard in a full room, and who talks over it is shown."""
QUICK, SLOW = 0.25, 0.05
SPEAKING, STILL_SPEAKING = 0.35, 0.12
"""From which share of voice somebody begins to speak, and until which they go on."""


class Speech:
    """Listens to the microphones of one room. ``speaking`` are those in which somebody speaks, ``order`` those in which somebody did, the latest first."""

    def __init__(self) -> None:
        self._voice: dict[Track, float] = {}
        self._loudness: dict[Track, float] = {}
        self.speaking: list[Track] = []
        self.order: list[Track] = []

    def hear(self, track: Track, level: bytes) -> None:
        """Take the level of one packet: seven bits, 0 is the loudest (RFC 6464, section 3)."""
        decibels = level[0] & 0x7F if level else 127
        is_voice = decibels < VOICE_LEVEL
        before = self._voice.get(track, 0.0)
        self._voice[track] = before + ((1.0 if is_voice else 0.0) - before) * (QUICK if is_voice else SLOW)
        loudness = self._loudness.get(track, 0.0)
        self._loudness[track] = loudness + (127 - decibels - loudness) * SLOW

    def forget(self, track: Track) -> None:
        """The microphone is gone."""
        for store in (self._voice, self._loudness):
            store.pop(track, None)
        for order in (self.speaking, self.order):
            if track in order:
                order.remove(track)

    def decide(self) -> bool:
        """Look who speaks now; returns whether that changed."""
        for track in [each for each in self._voice if not each.is_alive]:
            self._voice[track] = 0.0
        now = [
            track
            for track, voice in self._voice.items()
            if voice > (STILL_SPEAKING if track in self.speaking else SPEAKING)
        ]
        now.sort(key=lambda track: -self._loudness[track])
        has_changed = set(now) != set(self.speaking)
        for track in now:
            if track not in self.speaking:
                if track in self.order:
                    self.order.remove(track)
                self.order.insert(0, track)
        self.speaking = now
        return has_changed

    def follow(self, speaking: Sequence[Track], order: Sequence[Track]) -> None:
        """Take it from somebody else who listens."""
        self.speaking, self.order = list(speaking), list(order)

    @property
    def persons(self) -> list[str]:
        """Those who speak, loudest first."""
        return list(dict.fromkeys(track.person for track in self.speaking))

    def ranked(self, tracks: Iterable[Track]) -> list[Track]:
        """The order in which microphones get slots: who speaks, who spoke last, the rest as they came."""
        present = list(tracks)
        recent = [track for track in self.order if track in present]
        speaking = [track for track in recent if track in self.speaking]
        silent = [track for track in recent if track not in self.speaking]
        return speaking + silent + [track for track in present if track not in recent]
