"""aiortc's peers as clients of the engine: a second kind beside browsers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack

from plugins.webinar.engine import Answer, Engine, Kind, Rights

Result = TypeVar("Result")
EVERYTHING = Rights(frozenset(Kind))
PATIENCE = 10.0


class AiortcPeer:
    """One connection with the engine. Used inside ``together``."""

    def __init__(self, engine: Engine, room: str, person: str) -> None:
        self.engine = engine
        self.room = room
        self.person = person
        self.pc = RTCPeerConnection()
        self.tracks: list[MediaStreamTrack] = []
        self.answer: Answer | None = None
        self.only = ""
        self._is_connected = asyncio.Event()
        self.pc.on("track", self.tracks.append)
        self.pc.on("connectionstatechange", self._notice)

    @property
    def peer(self) -> str:
        """The engine's name of the connection."""
        assert self.answer is not None
        return self.answer.peer

    async def send(self, *, video: bool = True, rights: Rights = EVERYTHING) -> AiortcPeer:
        """Send silence and green pictures."""
        self.pc.addTrack(AudioStreamTrack())
        if video:
            self.pc.addTrack(VideoStreamTrack())
        return await self._join("send", rights)

    async def receive(self, audio: int = 1, video: int = 1) -> AiortcPeer:
        """Open slots."""
        for kind, count in (("audio", audio), ("video", video)):
            for _ in range(count):
                self.pc.addTransceiver(kind, "recvonly")
        return await self._join("receive", Rights())

    async def frame(self, kind: str) -> Any:
        """The next decoded frame of the first slot of a kind."""
        track = next(track for track in self.tracks if track.kind == kind)
        return await asyncio.wait_for(track.recv(), PATIENCE)

    async def close(self) -> None:
        """Say goodbye."""
        await self.pc.close()

    async def connected(self) -> None:
        """Wait until the connection stands."""
        await asyncio.wait_for(self._is_connected.wait(), PATIENCE)

    def _limit(self) -> None:
        """Offer one codec for pictures, as some programs do."""
        for transceiver in self.pc.getTransceivers():
            if transceiver.kind == "video":
                known = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences([codec for codec in known if codec.mimeType == self.only])

    def _notice(self) -> None:
        if self.pc.connectionState == "connected":
            self._is_connected.set()

    async def _join(self, direction: Any, rights: Rights) -> AiortcPeer:
        if self.only:
            self._limit()
        await self.pc.setLocalDescription(await self.pc.createOffer())
        offer = self.pc.localDescription.sdp
        self.answer = await asyncio.to_thread(
            self.engine.join, self.room, self.person, direction, offer, rights
        )
        await self.pc.setRemoteDescription(RTCSessionDescription(self.answer.sdp, "answer"))
        return self


def together(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a test's coroutine to its end, in a thread of its own: the main one may be Playwright's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asyncio.wait_for(work, 40)).result()
