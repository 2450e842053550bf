"""Who speaks, by audio levels (RFC 6464)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine_embedded.layers import Track
from plugins.webinar.engine_embedded.speech import UNSAID, Speech
from plugins.webinar.tests.media import memory
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer, offer_of

LOUD, QUIET = bytes([0x80 | 20]), bytes([127])


@dataclass(eq=False)
class Microphone:
    person: str
    is_alive: bool = True


def talk(speech: Speech, level: bytes, *microphones: Microphone, packets: int = 12) -> None:
    for _ in range(packets):
        for microphone in microphones:
            speech.hear(cast("Track", microphone), level)


def test_who_talks_is_told_and_who_stops_is_not_any_more() -> None:
    speech, ada, ben = Speech(), Microphone("ada"), Microphone("ben")
    talk(speech, LOUD, ada)
    talk(speech, QUIET, ben)
    assert speech.decide()
    assert speech.persons == ["ada"]
    talk(speech, QUIET, ada, packets=60)
    assert speech.decide()
    assert speech.persons == []


def test_a_cough_is_not_speech() -> None:
    speech, ada = Speech(), Microphone("ada")
    talk(speech, LOUD, ada, packets=1)
    talk(speech, QUIET, ada)
    assert not speech.decide()


def test_a_short_pause_does_not_end_speech() -> None:
    speech, ada = Speech(), Microphone("ada")
    talk(speech, LOUD, ada)
    speech.decide()
    talk(speech, QUIET, ada, packets=20)  # 0.4 s
    assert not speech.decide()
    assert speech.persons == ["ada"]


def test_the_loudest_comes_first() -> None:
    speech, ada, ben = Speech(), Microphone("ada"), Microphone("ben")
    talk(speech, bytes([50]), ada)
    talk(speech, bytes([10]), ben)
    speech.decide()
    assert speech.persons == ["ben", "ada"]


def test_a_microphone_that_is_gone_does_not_speak() -> None:
    speech, ada = Speech(), Microphone("ada")
    talk(speech, LOUD, ada)
    speech.decide()
    ada.is_alive = False
    assert speech.decide()
    assert speech.persons == []


@given(st.lists(st.integers(0, 5), max_size=30))
def test_slots_go_to_who_spoke_last_and_nobody_is_lost(turns: list[int]) -> None:
    speech = Speech()
    everybody = [Microphone(str(number)) for number in range(6)]
    for turn in turns:
        talk(speech, LOUD, everybody[turn])
        speech.decide()
        talk(speech, QUIET, *everybody, packets=80)
        speech.decide()
    ranked = speech.ranked(cast("Any", everybody))
    assert {id(each) for each in ranked} == {id(each) for each in everybody}
    spoken = list(dict.fromkeys(reversed(turns)))
    assert [each.person for each in ranked][: len(spoken)] == [str(turn) for turn in spoken]


def test_sound_that_says_no_level_is_quiet_speech_as_studio_programs_send_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_levels(*given: Any) -> str:
        lines = offer_of(*given).split("\r\n")
        return "\r\n".join(each for each in lines if "ssrc-audio-level" not in each)

    monkeypatch.setattr(memory, "offer_of", without_levels)
    home = MemoryEngine()
    studio, watcher = MemoryPeer(home, "studio", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    for number in range(20):
        head = struct.pack("!BBHII", 0x80, 111, number, 960 * number, 2 * studio.number + 1)
        studio.rtp(head + bytes(80))
        home.pass_time(0.02)
    home.pass_time(0.4)
    assert ["studio"] in [each.data["persons"] for each in home.events if each.type == "speaking"]
    assert watcher.got(), "and it is heard"
    home.close()


def test_who_talks_comes_before_sound_that_says_no_level() -> None:
    speech, studio, ada = Speech(), Microphone("studio"), Microphone("ada")
    talk(speech, UNSAID, studio)
    talk(speech, LOUD, ada)
    speech.decide()
    assert speech.persons == ["ada", "studio"]
