"""Sound and pictures of programs, over the addresses that they are given: sent by WHIP, watched by WHEP."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import pytest
from flask import Flask

from lms.plugin import World, unit_of_work
from plugins.webinar import programs
from plugins.webinar.engine import Answer, Engine
from plugins.webinar.program_models import Use
from plugins.webinar.programs import AddProgram
from plugins.webinar.tests.making import LIST, open_room
from plugins.webinar.tests.media.engines import EngineProcess, engine_of
from plugins.webinar.tests.media.peers import AiortcPeer, together
from plugins.webinar.tests.whip_client import WhipClient


@dataclass
class OverHttp:
    """Where a peer of the tests sends its offer instead of to an engine."""

    client: WhipClient

    def join(self, _room: str, _person: str, _direction: str, offer: str, _rights: object) -> Answer:
        """POST it."""
        return Answer("", self.client.begin(offer), {})


@pytest.fixture
def engine(app: Flask) -> Iterator[EngineProcess]:
    """The engine of this installation, and what it says."""
    with engine_of(app) as running, running.remote() as remote:
        remote.load()  # from now on its events are kept
        yield running


@dataclass
class Studio:
    """An open room, and clients of the programs that are made for it."""

    app: Flask
    world: World
    room_id: uuid.UUID

    def program(self, use: Use) -> tuple[str, WhipClient]:
        """A program's id in the room, and its client."""
        with self.app.app_context(), self.world.inside("siena"), unit_of_work():
            command = AddProgram(name=f"Regia {use}", use=use)
            row = programs.add_program(self.world.actor("trainer"), self.room_id, command)
            person, key = str(row.participant_id), programs.key_of(row)
        protocol = "whep" if use == "watch" else "whip"
        return person, WhipClient(self.app.test_client(), f"{LIST}{self.room_id}/{protocol}", key)

    def peer(self, client: WhipClient) -> AiortcPeer:
        """A peer that speaks over that client."""
        return AiortcPeer(cast("Engine", OverHttp(client)), "", "")


@pytest.fixture
def studio(app: Flask, world: World, engine: EngineProcess) -> Studio:
    """A room that is open now."""
    with app.app_context(), world.inside("siena"), unit_of_work():
        room_id = open_room(world).activity.id
    return Studio(app, world, room_id)


def shows(person: str, kind: str) -> Any:
    """Whether an event tells that the one picture shown is this one."""

    def fits(event: Any) -> bool:
        pictures = [each for each in event.data["slots"] if each["kind"] in {"camera", "screen"}]
        return [(each["person"], each["kind"]) for each in pictures] == [(person, kind)]

    return fits


def test_what_a_studio_program_sends_is_watched_elsewhere_until_it_ends(
    studio: Studio, engine: EngineProcess
) -> None:
    person, sending = studio.program("camera")
    _watcher, watching = studio.program("watch")

    async def run() -> None:
        sender = await studio.peer(sending).send()
        await sender.connected()
        watcher = await studio.peer(watching).receive()
        await watcher.connected()
        assert (await watcher.frame("video")).width > 0
        assert (await watcher.frame("audio")).samples > 0
        await sender.close()
        await watcher.close()

    together(run())
    engine.wait_for("slots", shows(person, "camera"))
    assert sending.end().status_code == 200
    engine.wait_for("sources", lambda event: event.data["sources"] == [])
    assert watching.end().status_code == 200


def test_a_shared_screen_comes_before_cameras_where_there_is_one_place(
    studio: Studio, engine: EngineProcess
) -> None:
    camera_person, camera = studio.program("camera")
    screen_person, screen = studio.program("screen")
    _watcher, watching = studio.program("watch")

    async def run() -> None:
        watcher = await studio.peer(watching).receive()
        await watcher.connected()
        senders = [await studio.peer(camera).send()]
        await senders[0].connected()
        await asyncio.to_thread(engine.wait_for, "slots", shows(camera_person, "camera"))
        senders.append(await studio.peer(screen).send())
        await senders[1].connected()
        await asyncio.to_thread(engine.wait_for, "slots", shows(screen_person, "screen"))
        for peer in (*senders, watcher):
            await peer.close()

    together(run())
    engine.wait_for("sources", lambda event: event.data["sources"] == [])
    told = [event.data["sources"] for event in engine.seen if event.type == "sources" and not event.person]
    assert all(before != after for before, after in pairwise(told)), "what has not changed is not told again"
