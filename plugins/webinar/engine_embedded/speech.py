"""Who speaks, by the levels that senders write beside their sound (RFC 6464)."""

from __future__ import annotations

from collections.abc import Iterable

from plugins.webinar.engine_embedded.layers import Track

VOICE_LEVEL = 55
"""Sound louder than so many decibels below the loudest counts as voice."""
UNSAID = bytes([50])
"""The level of a sender that writes none, as studio programs: quiet speech. So it is heard in a full room, and who talks over it is shown."""
QUICK, SLOW = 0.25, 0.05
SPEAKING, STILL_SPEAKING = 0.35, 0.12
"""From which share of voice somebody begins to speak, and until which they go on."""


class Speech:
    """Listens to the microphones of one room."""

    def __init__(self) -> None:
        self._voice: dict[Track, float] = {}
        self._loudness: dict[Track, float] = {}
        self._speaking: list[Track] = []
        self._order: list[Track] = []

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
        for order in (self._speaking, self._order):
            if track in order:
                order.remove(track)

    def decide(self) -> bool:
        """Look who speaks now; returns whether that changed."""
        for track in [each for each in self._voice if not each.is_alive]:
            self._voice[track] = 0.0
        now = [
            track
            for track, voice in self._voice.items()
            if voice > (STILL_SPEAKING if track in self._speaking else SPEAKING)
        ]
        now.sort(key=lambda track: -self._loudness[track])
        has_changed = set(now) != set(self._speaking)
        for track in now:
            if track not in self._speaking:
                if track in self._order:
                    self._order.remove(track)
                self._order.insert(0, track)
        self._speaking = now
        return has_changed

    @property
    def persons(self) -> list[str]:
        """Those who speak, loudest first."""
        return list(dict.fromkeys(track.person for track in self._speaking))

    def ranked(self, tracks: Iterable[Track]) -> list[Track]:
        """The order in which microphones get slots: who speaks, who spoke last, the rest as they came."""
        present = list(tracks)
        recent = [track for track in self._order if track in present]
        speaking = [track for track in recent if track in self._speaking]
        silent = [track for track in recent if track not in self._speaking]
        return speaking + silent + [track for track in present if track not in recent]
