"""Media as rooms call it in the web process: whose a connection is, who is told what, and words for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from flask import Flask

from lms.plugin import Invalid, NotFound, Unavailable, site_settings
from plugins.webinar import media, media_process
from plugins.webinar.engine import Answer, EngineError, Event, Load, Rights, Stats
from plugins.webinar.media_commands import OfferCommand, WishCommand
from plugins.webinar.media_process import engine_argv, media_processes

ADA = "room/ada/receive/1"
BEN = "room/ben/receive/2"


class FakeHub:
    """Remembers what it tells; knows the sockets ``one`` and ``two``."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.here = {"one", "two"}

    def tell(self, sid: str, event: str, data: dict[str, Any]) -> bool:
        assert event == "media"
        if sid in self.here:
            self.told.append((sid, dict(data)))
        return sid in self.here


class FakeEngine:
    """An engine that does what the test says."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Event], None]] = []
        self.hub = FakeHub()
        self.problem: EngineError | None = None
        self.wishes: list[Any] = []

    def listen(self, callback: Callable[[Event], None]) -> None:
        self.callbacks.append(callback)

    def say(self, kind: Any, person: str, **data: Any) -> None:
        for callback in self.callbacks:
            callback(Event(kind, "room", person, data))

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What sockets heard since the last time."""
        heard, self.hub.told = self.hub.told, []
        return heard

    def join(self, *_arguments: Any) -> Answer:
        if self.problem:
            raise self.problem
        return Answer(ADA, "v=0", {"0": "audio"})

    def has(self, peer: str) -> bool:
        return peer == ADA

    def set_wish(self, peer: str, wish: Any) -> None:
        self.wishes.append((peer, wish))

    is_connected = True

    def load(self) -> Load:
        if self.problem:
            raise self.problem
        return Load(0.1, 1, 2, False)

    def stats(self) -> list[Stats]:
        return [Stats(1, 0.1, 1, 2, 30, 40, 5, 6)]


@pytest.fixture
def engine(app: Flask) -> Iterator[FakeEngine]:
    made = FakeEngine()
    desk = media.MediaDesk(cast("Any", made), cast("Any", made.hub))
    with app.app_context():
        app.extensions[media.EXTENSION] = desk
        yield made
        del app.extensions[media.EXTENSION]


def test_what_the_engine_tells_one_connection_reaches_the_socket_that_made_it(engine: FakeEngine) -> None:
    answer = media.connect_media("room", "ada", "one", "receive", "v=0", Rights())
    assert answer == {"peer": ADA, "sdp": "v=0", "mids": {"0": "audio"}}
    engine.say("slots", "ada", peer=ADA, slots=[])
    assert engine.told() == [("one", {"type": "slots", "peer": ADA, "slots": []})]
    assert media.bind_media(ADA, "two")
    engine.say("quality", "ada", peer=ADA, verdict="weak")
    assert engine.told() == [("two", {"type": "quality", "peer": ADA, "verdict": "weak"})]


def test_what_concerns_a_room_reaches_everybody_who_receives_once(engine: FakeEngine) -> None:
    desk = media.media_desk()
    desk.bind(ADA, "one")
    desk.bind("room/ada/send/3", "one")
    desk.bind(BEN, "two")
    desk.bind("other/cleo/receive/4", "two")
    engine.say("speaking", "", persons=["ada"])
    assert sorted(sid for sid, _message in engine.told()) == ["one", "two"]


def test_a_connection_that_is_gone_is_told_once(engine: FakeEngine) -> None:
    media.media_desk().bind(ADA, "one")
    for _ in range(2):
        engine.say("gone", "ada", peer=ADA, direction="receive")
    assert [message["type"] for _sid, message in engine.told()] == ["gone"]
    assert not media.bind_media(BEN, "two")


def test_everybody_hears_that_the_engine_lost_everything(engine: FakeEngine) -> None:
    media.media_desk().bind(ADA, "one")
    media.media_desk().bind(BEN, "two")
    engine.say("restarted", "")
    assert sorted((sid, message["type"]) for sid, message in engine.told()) == [
        ("one", "restarted"),
        ("two", "restarted"),
    ]
    engine.say("slots", "ada", peer=ADA, slots=[])
    assert engine.told() == []


def test_where_there_are_several_engines_only_those_of_the_lost_one_hear_it(engine: FakeEngine) -> None:
    here, there = "room/ada/receive/0.x", "room/ben/receive/1.x"
    media.media_desk().bind(here, "one")
    media.media_desk().bind(there, "two")
    engine.say("restarted", "", engine=1)
    assert engine.told() == [("two", {"type": "restarted", "peer": there})]
    engine.say("slots", "ada", peer=here, slots=[])
    assert [sid for sid, _message in engine.told()] == ["one"]


def test_a_socket_of_another_process_is_left_to_it(engine: FakeEngine) -> None:
    media.media_desk().bind(ADA, "elsewhere")
    engine.say("slots", "ada", peer=ADA, slots=[])
    engine.hub.here.add("elsewhere")
    engine.say("slots", "ada", peer=ADA, slots=[])
    assert engine.told() == []


def test_a_connection_belongs_to_a_person_in_a_room() -> None:
    media.check_peer(ADA, "room", "ada")
    for room, person in (("room", "ben"), ("other", "ada"), ("room", "ad"), ("", "")):
        with pytest.raises(NotFound):
            media.check_peer(ADA, room, person)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("full", Unavailable), ("unreachable", Unavailable), ("bad_offer", Invalid), ("unknown", NotFound)],
)
def test_what_the_engine_refuses_is_said_in_words(
    engine: FakeEngine, code: Any, expected: type[Exception]
) -> None:
    engine.problem = EngineError(code, "internal words")
    with pytest.raises(expected) as refusal:
        media.connect_media("room", "ada", "one", "receive", "v=0", Rights())
    assert cast("Any", refusal.value).code == code
    assert "internal" not in str(refusal.value)


def test_the_operator_sees_whether_the_engine_runs(engine: FakeEngine) -> None:
    health = media.media_health()
    assert health.status == "ok"
    told = {figure.name: (figure.value, figure.labels["engine"]) for figure in health.figures()}
    assert told["media_cpu_ratio"] == (0.1, "1")
    assert told["media_packets_sent"] == (40, "1")
    assert told["media_packets_stale"] == (6, "1")
    engine.problem = EngineError("unreachable", "gone")
    health = media.media_health()
    assert (health.status, bool(health.remedy)) == ("warning", True)


def test_a_wish_is_checked_and_handed_on(engine: FakeEngine) -> None:
    command = WishCommand.read({"peer": ADA, "videos": [{"person": "ben", "height": 180}], "speakers": 2})
    media.wish_media(ADA, command)
    ((peer, wish),) = engine.wishes
    assert (peer, wish.videos[0].height, wish.speakers, wish.sound) == (ADA, 180, 2, True)
    for bad in (
        {"peer": ADA, "speakers": 9999},
        {"peer": ADA, "videos": [{"person": "b", "height": -1}]},
        {},
    ):
        with pytest.raises(Invalid):
            WishCommand.read(bad)


def test_a_description_keeps_its_last_line_break() -> None:
    assert OfferCommand.read({"direction": "send", "sdp": "v=0\r\n" + "a=x\r\n" * 5}).sdp.endswith("\r\n")
    with pytest.raises(Invalid):
        OfferCommand.read({"direction": "both", "sdp": "v=0" * 10})


def test_several_engines_are_started_where_the_settings_say_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        site = site_settings()
        three = site.model_copy(update={"media": site.media.model_copy(update={"workers": 3})})
        monkeypatch.setattr(media_process, "site_settings", lambda: three)
        argv = engine_argv()
    assert argv[argv.index("--workers") + 1] == "3"


def test_the_engine_is_started_as_the_settings_say(app: Flask) -> None:
    with app.app_context():
        argv = engine_argv()
        assert [process.name for process in media_processes()] == ["media"]
    assert argv[argv.index("--host") + 1] == "127.0.0.1"  # pages are served to this machine only
    assert "--fixed" not in argv
    assert argv[argv.index("--folder") + 1].endswith("/run")
