"""What any media engine must do (``engine.Engine``), with real peers of aiortc. ``engine`` is the one under test:

one process, two that share out the rooms, and two of which one has who sends and the other who receives.
"""

from __future__ import annotations

import asyncio

import pytest

from plugins.webinar.engine import EngineError, Kind, Rights, Wish, WishedVideo
from plugins.webinar.engines import SPREAD_FROM
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess, slots_of
from plugins.webinar.tests.media.peers import AiortcPeer, together

pytestmark = pytest.mark.parametrize(
    "engine_process", [(1, 0), (2, SPREAD_FROM), (2, 0)], ids=["one", "two", "spread"], indirect=True
)


def wish_for(*persons: str, speakers: int = 0, sound: bool = True) -> Wish:
    return Wish(tuple(WishedVideo(person, 360) for person in persons), speakers, True, sound)


def test_what_somebody_sends_is_decoded_by_who_wishes_it(
    engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    async def work() -> None:
        ada = await AiortcPeer(engine, "room", "ada").send()
        ben = await AiortcPeer(engine, "room", "ben").receive()
        await asyncio.to_thread(engine.set_wish, ben.peer, wish_for("ada"))
        assert (await ben.frame("video")).width == 640
        assert (await ben.frame("audio")).sample_rate == 48000
        assert set(ada.answer.mids.values()) == {"microphone", "camera"} if ada.answer else False
        assert set(ben.answer.mids.values()) == {"audio", "video"} if ben.answer else False
        await ada.close()
        await ben.close()

    together(work())
    connected = engine_process.wait_for("connected", lambda event: event.person == "ben")
    assert connected.data["direction"] == "receive"


def test_only_what_is_wished_is_sent(engine: RemoteEngine, engine_process: EngineProcess) -> None:
    async def work() -> None:
        ada = await AiortcPeer(engine, "room", "ada").send()
        ben = await AiortcPeer(engine, "room", "ben").receive()
        await asyncio.to_thread(engine_process.wait_for, "slots", slots_of("ada"))
        shown = engine_process.seen[-1].data["slots"]
        assert [each["kind"] for each in shown] == ["microphone"]
        await asyncio.to_thread(engine.set_wish, ben.peer, wish_for("ada", sound=False))
        event = await asyncio.to_thread(
            engine_process.wait_for,
            "slots",
            lambda e: len(e.data["slots"]) == 1 and e.data["slots"][0]["kind"] == "camera",
        )
        assert event.data["peer"] == ben.peer
        await ada.close()
        await ben.close()

    together(work())


def test_people_of_other_rooms_hear_and_see_nothing(
    engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    async def work() -> None:
        ada = await AiortcPeer(engine, "one", "ada").send()
        ben = await AiortcPeer(engine, "two", "ben").receive()
        await asyncio.to_thread(engine.set_wish, ben.peer, wish_for("ada", speakers=1))
        await asyncio.to_thread(engine_process.wait_for, "sources", lambda e: len(e.data["sources"]) == 2)
        await ben.connected()
        await ada.close()
        await ben.close()

    together(work())
    assert not [e for e in engine_process.seen if e.person == "ben" and e.data.get("slots")]


def test_a_right_taken_away_silences_at_once(engine: RemoteEngine, engine_process: EngineProcess) -> None:
    async def work() -> None:
        ada = await AiortcPeer(engine, "room", "ada").send()
        ben = await AiortcPeer(engine, "room", "ben").receive()
        await asyncio.to_thread(engine_process.wait_for, "slots", slots_of("ada"))
        await asyncio.to_thread(engine.set_rights, "room", "ada", Rights(frozenset({Kind.CAMERA})))
        await asyncio.to_thread(engine_process.wait_for, "slots", slots_of())
        await asyncio.to_thread(engine.set_rights, "room", "ada", Rights(frozenset(Kind)))
        await asyncio.to_thread(engine_process.wait_for, "slots", slots_of("ada"))
        await ada.close()
        await ben.close()

    together(work())


def test_who_never_had_a_right_is_not_a_source(engine: RemoteEngine, engine_process: EngineProcess) -> None:
    async def work() -> None:
        ada = await AiortcPeer(engine, "room", "ada").send(rights=Rights(frozenset({Kind.MICROPHONE})))
        event = await asyncio.to_thread(engine_process.wait_for, "sources")
        assert event.data["sources"] == [{"person": "ada", "kind": "microphone"}]
        await ada.connected()
        await ada.close()

    together(work())


def test_a_second_connection_takes_the_place_of_the_first(
    engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    async def work() -> None:
        first = await AiortcPeer(engine, "room", "ada").send(video=False)
        await first.connected()
        second = await AiortcPeer(engine, "room", "ada").send(video=False)
        await second.connected()
        assert await asyncio.to_thread(engine.has, first.peer) is False
        assert (await asyncio.to_thread(engine.load)).peers == 1
        with pytest.raises(EngineError, match="gone"):
            await asyncio.to_thread(engine.restart, first.peer, first.pc.localDescription.sdp)
        await first.close()
        await second.close()

    together(work())


def test_who_leaves_by_themselves_is_gone(engine: RemoteEngine, engine_process: EngineProcess) -> None:
    async def work() -> str:
        ada = await AiortcPeer(engine, "room", "ada").send(video=False)
        await ada.connected()
        await ada.close()
        return ada.peer

    peer = together(work())
    assert engine_process.wait_for("gone").data["peer"] == peer
    assert engine.load().peers == 0


def test_who_is_removed_or_whose_room_closes_is_not_connected(engine: RemoteEngine) -> None:
    async def work() -> None:
        ada = await AiortcPeer(engine, "room", "ada").send(video=False)
        ben = await AiortcPeer(engine, "room", "ben").receive()
        await asyncio.gather(ada.connected(), ben.connected())
        await asyncio.to_thread(engine.remove, "room", "ada")
        assert [await asyncio.to_thread(engine.has, each.peer) for each in (ada, ben)] == [False, True]
        await asyncio.to_thread(engine.close_room, "room")
        assert not await asyncio.to_thread(engine.has, ben.peer)
        await asyncio.gather(ada.close(), ben.close())

    together(work())
    assert (engine.load().rooms, engine.load().peers) == (0, 0)


def test_what_is_no_offer_is_refused(engine: RemoteEngine) -> None:
    for text in ("", "v=0\r\n", "no description at all", "v=0\r\nm=audio 9 RTP/AVP 0\r\n"):
        with pytest.raises(EngineError) as refusal:
            engine.join("room", "ada", "send", text, Rights())
        assert refusal.value.code == "bad_offer"
    assert engine.load().peers == 0


def test_what_is_not_known_is_refused_and_what_is_over_is_no_error(engine: RemoteEngine) -> None:
    with pytest.raises(EngineError) as refusal:
        engine.set_wish("room/ada/receive/x", Wish())
    assert refusal.value.code == "unknown"
    engine.leave("room/ada/receive/x")
    engine.remove("room", "ada")
    engine.close_room("room")
    engine.open_room("room")
    engine.open_room("room")
    assert engine.load().rooms == 1


def test_a_sender_that_only_knows_h264_is_passed_on(engine: RemoteEngine) -> None:
    """As programs that send into a room by WHIP (RFC 9725) do."""

    async def work() -> None:
        ada = AiortcPeer(engine, "room", "ada")
        ada.only = "video/H264"
        await ada.send()
        ben = await AiortcPeer(engine, "room", "ben").receive()
        await asyncio.to_thread(engine.set_wish, ben.peer, wish_for("ada"))
        assert (await ben.frame("video")).width == 640
        assert ada.answer is not None
        assert "H264/90000" in ada.answer.sdp
        assert "VP8" not in ada.answer.sdp
        await ada.close()
        await ben.close()

    together(work())


def test_who_cannot_decode_a_source_has_an_empty_slot(
    engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    async def work() -> None:
        ada = AiortcPeer(engine, "room", "ada")
        ada.only = "video/H264"
        ben = AiortcPeer(engine, "room", "ben")
        ben.only = "video/VP8"
        await ada.send()
        await ben.receive()
        await asyncio.to_thread(engine.set_wish, ben.peer, wish_for("ada"))
        await asyncio.to_thread(engine_process.wait_for, "sources", lambda e: len(e.data["sources"]) == 2)
        await ben.frame("audio")
        await ada.close()
        await ben.close()

    together(work())
    shown = [event.data["slots"] for event in engine_process.seen if event.type == "slots"]
    assert all(slot["kind"] == "microphone" for slots in shown for slot in slots)
