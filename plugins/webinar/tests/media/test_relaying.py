"""A room of one engine with people who receive from another one: packet by packet, both in this thread."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine import Wish, WishedVideo
from plugins.webinar.engine_embedded import bundle, ports, rtcp, wire
from plugins.webinar.engine_embedded.feeding import PAUSE_SECONDS, FedRoom
from plugins.webinar.engine_embedded.loop import now
from plugins.webinar.engine_embedded.rtp import Packet
from plugins.webinar.tests.media.memory import EVERYTHING, MemoryEngine, MemoryPeer

KEY, DELTA = b"\x10\x00key", b"\x10\x01delta"
HOME, AWAY = 0, 1
PATIENCE, FEWEST_TURNS = 5.0, 12


class Pair:
    """Two engines; the room is at ``home``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.away = MemoryEngine(HOME, folder), MemoryEngine(AWAY, folder)

    def sender(self, person: str = "ada", number: int = 1) -> MemoryPeer:
        return MemoryPeer(self.home, person, "send", number)

    def receiver(self, person: str, number: int, *, is_away: bool = True) -> MemoryPeer:
        engine, of = (self.away, HOME) if is_away else (self.home, None)
        return MemoryPeer(engine, person, "receive", number, of)

    def until(self, is_so: Callable[[], Any]) -> None:
        """Let both work until it is so."""
        end = now() + PATIENCE
        while not is_so():
            assert now() < end, "it never came to be so"
            self.turn()

    def turn(self) -> None:
        for engine in (self.home, self.away):
            engine.loop.turn(0.001)

    def pass_time(self, seconds: float) -> None:
        """Let time go by, and both have some turns however busy the machine is."""
        end, turns = now() + seconds, 0
        while now() < end or turns < FEWEST_TURNS:
            self.turn()
            turns += 1

    def start_again(self) -> None:
        """The home dies with all it knows, and is there again."""
        self.home.close()
        self.home = MemoryEngine(HOME, self.folder)

    def close(self) -> None:
        for engine in (self.away, self.home):
            engine.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    opened = Pair(tmp_path)
    yield opened
    opened.close()


def shows(pair: Pair, ada: MemoryPeer, *receivers: MemoryPeer, first: int = 1) -> int:
    """Send key frames until all of them get one; returns the number of the next."""
    waiting, number = set(receivers), first

    def all_got_one() -> bool:
        nonlocal number
        ada.picture(number, KEY)
        number += 1
        pair.turn()
        waiting.difference_update([each for each in waiting if each.got()])
        return not waiting

    pair.until(all_got_one)
    pair.pass_time(0.02)
    for each in receivers:
        each.got()
    return number


def numbers(packets: list[bytes]) -> list[int]:
    return [struct.unpack_from("!H", packet, 2)[0] for packet in packets]


def test_who_receives_elsewhere_gets_each_picture_once_and_in_order(pair: Pair) -> None:
    ada = pair.sender()
    ben, cleo = pair.receiver("ben", 2), pair.receiver("cleo", 3, is_away=False)
    number = shows(pair, ada, ben, cleo)
    for step in range(20):
        ada.picture(number + step, DELTA + bytes([step]))
    pair.pass_time(0.05)
    for each in (ben, cleo):
        got = each.got()
        assert [packet[-1] for packet in got] == list(range(20))
        assert numbers(got) == [(numbers(got)[0] + step) & 0xFFFF for step in range(20)]


def test_what_came_and_went_is_counted_where_it_did(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    number = shows(pair, ada, ben)
    (home,), (away,) = pair.home.engine.stats(), pair.away.engine.stats()
    ada.picture(number, DELTA)
    pair.pass_time(0.02)
    (home_after,), (away_after,) = pair.home.engine.stats(), pair.away.engine.stats()
    assert (home_after.received - home.received, home_after.sent - home.sent) == (1, 0)
    assert (away_after.received - away.received, away_after.sent - away.sent) == (0, 1)


def test_nothing_is_copied_that_nobody_over_there_is_shown(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    number = shows(pair, ada, ben)
    (room,) = pair.home.engine._rooms.values()
    (relay,) = room.relays
    sent: list[bytes] = []
    relay.send = sent.append  # type: ignore[method-assign]  # to see what is sent
    ada.picture(number, DELTA)
    assert len(sent) == 1
    pair.away.engine.set_wish(ben.answer.peer, Wish())
    pair.pass_time(0.05)
    sent.clear()
    ada.picture(number + 1, DELTA)
    assert sent == []


def test_a_packet_lost_on_the_way_to_somebody_is_sent_again_by_their_engine(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    number = shows(pair, ada, ben)
    ada.picture(number, DELTA + b"lost")
    pair.pass_time(0.02)
    (lost,) = ben.got()
    ben.rtcp(rtcp.nack(1, struct.unpack_from("!I", lost, 8)[0], numbers([lost])))
    (again,) = ben.got()
    assert again.endswith(lost[2:4] + DELTA + b"lost")


def test_a_key_frame_that_somebody_over_there_needs_is_asked_of_the_sender(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    shows(pair, ada, ben)
    pair.pass_time(0.6)  # a sender is asked twice a second at most
    ada.told()
    ben.rtcp(rtcp.pli(1, stream_of(pair.away, "ben")))
    asked: list[Any] = []

    def is_asked() -> bool:
        asked.extend(part for part in ada.told() if rtcp.key_frame_wanted_by(part))
        return bool(asked)

    pair.until(is_asked)


def stream_of(engine: MemoryEngine, person: str) -> int:
    (half,) = [half for half in engine.engine.halves() if half.person == person]
    return next(slot.ssrc for slot in half.slots if slot.role == "video")  # type: ignore[union-attr]  # it receives


def test_a_sender_who_begins_anew_goes_on_at_the_receivers_where_they_were(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    number = shows(pair, ada, ben)
    ada.picture(number, DELTA)
    pair.pass_time(0.02)
    (before,) = ben.got()
    anew = pair.sender(number=5)
    anew.picture(shows(pair, anew, ben, first=40_000), KEY)
    pair.pass_time(0.02)
    (after,) = ben.got()
    assert before[8:12] == after[8:12], "it is one stream for who receives it"
    assert 0 < (numbers([after])[0] - numbers([before])[0]) & 0xFFFF < 1000


def test_a_right_that_is_taken_away_is_silent_everywhere_at_once(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    number = shows(pair, ada, ben)
    pair.home.engine.set_rights("room", "ada", type(EVERYTHING)())
    ada.picture(number, KEY)
    pair.pass_time(0.02)
    assert ben.got() == []


def test_after_the_home_died_who_receives_elsewhere_is_shown_it_again_without_coming_again(
    pair: Pair,
) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    shows(pair, ada, ben)
    pair.start_again()
    pair.pass_time(PAUSE_SECONDS / 4)
    shown = [event.data["slots"] for event in pair.away.events if event.type == "slots"]
    assert shown[-1] == [], "the page is told that nothing comes"
    shows(pair, pair.sender(), ben)
    assert not [event for event in pair.away.events if event.type == "gone"]


def test_who_receives_again_from_elsewhere_is_ended_where_they_were(pair: Pair) -> None:
    pair.sender()
    old = pair.receiver("ben", 2)
    pair.pass_time(0.02)
    new = pair.receiver("ben", 3, is_away=False)
    pair.until(lambda: not pair.away.engine.has(old.answer.peer))
    newest = pair.receiver("ben", 4)
    pair.until(lambda: not pair.home.engine.has(new.answer.peer))
    assert pair.away.engine.has(newest.answer.peer)


def test_a_room_without_people_is_forgotten_by_both(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    pair.pass_time(0.02)
    pair.home.engine.leave(ada.answer.peer)
    assert pair.home.engine.has_room("room"), "somebody receives from it elsewhere"
    pair.away.engine.leave(ben.answer.peer)
    pair.until(lambda: not pair.home.engine.has_room("room"))
    assert not pair.away.engine.has_room("room")


def test_who_is_in_the_room_and_who_speaks_is_told_to_who_comes_and_else_once_by_the_home(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    shows(pair, ada, ben)
    to_all = [e for e in pair.away.events if e.type in {"sources", "speaking"} and not e.person]
    assert to_all == []
    told = [e.data["sources"] for e in pair.home.events if e.type == "sources"]
    assert told[-1] == [{"person": "ada", "kind": "camera"}]
    pair.receiver("cleo", 3)
    told = [e.data["sources"] for e in pair.away.events if e.type == "sources" and e.person == "cleo"]
    assert told == [[{"person": "ada", "kind": "camera"}]]


def test_how_much_is_needed_of_a_picture_counts_who_receives_elsewhere(pair: Pair) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    pair.away.engine.set_wish(ben.answer.peer, Wish((WishedVideo("ada", 2000),)))
    shows(pair, ada, ben)
    pair.pass_time(0.6)
    (room,) = pair.home.engine._rooms.values()
    assert [track.wanted > 1_000_000 for track in room.tracks] == [True]


def test_pictures_that_waited_too_long_on_the_line_are_left_out_and_begun_anew(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    number = shows(pair, ada, ben)
    monkeypatch.setattr(ports, "STALE", -1.0)
    ada.picture(number, DELTA)
    pair.pass_time(0.02)
    assert ben.got() == []
    monkeypatch.undo()
    ada.picture(number + 1, DELTA)
    ada.picture(number + 2, KEY)
    pair.pass_time(0.02)
    assert [packet[-3:] for packet in ben.got()] == [b"key"]


def test_an_engine_that_is_given_a_room_of_its_own_lends_it_no_more_from_elsewhere(pair: Pair) -> None:
    ben = pair.receiver("ben", 2)
    pair.pass_time(0.02)
    assert isinstance(pair.away.engine._rooms["room"], FedRoom)
    pair.away.engine.open_room("room")
    assert not isinstance(pair.away.engine._rooms["room"], FedRoom)
    assert not pair.away.engine.has(ben.answer.peer)


@pytest.mark.parametrize(
    "said",
    [
        b"no frame at all, and rather long",
        wire.frame(b"not json"),
        wire.pack({"layers": []}),
        wire.pack({"room": "room"}) + wire.pack({"layers": 7, "bits": {}}),
        wire.pack({"room": "room"}) + wire.pack({"layers": [], "bits": {"x": "much"}}),
    ],
)
def test_who_talks_nonsense_at_the_door_is_hung_up_on_and_nobody_else_notices(
    pair: Pair, said: bytes
) -> None:
    ada, ben = pair.sender(), pair.receiver("ben", 2)
    number = shows(pair, ada, ben)
    rude = wire.connect(pair.folder / wire.relay_name(HOME), 1)
    rude.sendall(said)
    rude.setblocking(False)

    def is_hung_up() -> bool:
        try:
            return rude.recv(4096) == b""
        except BlockingIOError:
            return False

    pair.until(is_hung_up)
    rude.close()
    ada.picture(number, KEY)
    pair.pass_time(0.02)
    assert len(ben.got()) == 1


packets = st.builds(
    Packet,
    payload_type=st.integers(0, 127),
    marker=st.booleans(),
    sequence=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    ssrc=st.integers(0, 0xFFFFFFFF),
    payload=st.binary(max_size=40),
    extensions=st.just({}),
)


@given(st.lists(packets, max_size=8), st.booleans(), st.integers(0, 0xFFFFFFFF))
def test_packets_survive_the_way_to_another_engine(sent: list[Packet], is_sound: bool, stream: int) -> None:
    body = bundle.pack(bundle.Heading(is_sound, stream, 12.5), sent)
    assert bundle.is_bundle(body)
    assert bundle.heading_of(body) == (is_sound, stream, 12.5)
    assert list(bundle.packets_of(body)) == sent
