"""Where clients of the benchmarks ask to be let in: one desk for each media server, all the same to the clients."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from plugins.webinar.engine import Answer, EngineError, Kind, Rights, Wish, WishedVideo
from plugins.webinar.remote import RemoteEngine

ROOM, ASIDE = "room", "aside"
AUDIO_SSRC, VIDEO_SSRC = 1001, 1002
PATIENCE = 8.0


@dataclass(frozen=True)
class Invitation:
    """What a client says about itself."""

    person: str
    direction: str
    host: str
    port: int
    ufrag: str
    password: str
    fingerprint: str


@dataclass(frozen=True)
class Joined:
    """Where a client finds the server."""

    address: tuple[str, int]
    ufrag: str
    password: str
    handle: str = ""


class Desk(Protocol):
    """Lets clients in. ``pictures`` and ``sounds`` are real ones where a server looks into them, else empty."""

    host: str
    """Where clients are."""
    pictures: list[list[bytes]]
    sounds: list[bytes]
    speaks_ice: bool
    """Whether the server checks its clients too (a full ICE agent), so that all must be listened to."""
    video_numbers: frozenset[int]

    def join(self, client: Invitation) -> Joined:
        """Let a client in."""

    def show(self, joined: Joined) -> None:
        """Let a subscriber see the publisher, where this is not so by itself."""


class OwnDesk:
    """The engine of this project, over its control socket. With a ``home`` its clients receive from a room of that other engine."""

    host = "127.0.0.1"
    pictures: list[list[bytes]] = []
    sounds: list[bytes] = []
    speaks_ice = False
    video_numbers = frozenset({96})

    def __init__(self, folder: Path, number: int = 0, home: int | None = None) -> None:
        self.engine = RemoteEngine(folder, number)
        self._home = home

    def join(self, client: Invitation) -> Joined:
        """Join; while the engine lets nobody in, for it is busy, ask again."""
        is_sender = client.direction == "send"
        rights, end = Rights(frozenset(Kind) if is_sender else frozenset()), time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._join(client, rights)
                return read(answer.sdp, answer.peer)
            except EngineError as problem:
                if problem.code != "full" or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _join(self, client: Invitation, rights: Rights) -> Answer:
        person = client.person if self._home is None else f"away-{client.person}"
        if client.direction == "receive":
            return self.engine.join(ROOM, person, "receive", describe(client), rights, self._home)
        return self.engine.join(
            ROOM if self._home is None else ASIDE, person, "send", describe(client), rights
        )

    def show(self, joined: Joined) -> None:
        """Wish for the publisher's camera."""
        self.engine.set_wish(joined.handle, Wish((WishedVideo("publisher", 720),)))


def open_desk(kind: str, folder: Path, number: int = 0, home: int | None = None) -> Desk:
    """The desk of a server that runs: ``ours`` (of several, the one of that number, see ``OwnDesk``), ``janus`` or ``aiortc``."""
    if kind == "janus":
        from benchmarks.media_janus import JanusDesk

        return JanusDesk(folder)
    if kind == "aiortc":
        from benchmarks.media_aiortc import AiortcDesk

        return AiortcDesk(folder)
    return OwnDesk(folder, number, home)


def describe(client: Invitation) -> str:
    """A short description with one sound and one picture, as offer or as answer."""
    way = "sendonly" if client.direction == "send" else "recvonly"
    transport = [
        f"a=ice-ufrag:{client.ufrag}",
        f"a=ice-pwd:{client.password}",
        f"a=fingerprint:sha-256 {client.fingerprint}",
        "a=setup:active",
        "a=rtcp-mux",
        f"a=candidate:1 1 udp 2130706431 {client.host} {client.port} typ host",
        "a=end-of-candidates",
    ]
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
    for mid, media, number, codec, ssrc in (
        ("0", "audio", 111, "opus/48000/2", AUDIO_SSRC),
        ("1", "video", 96, "VP8/90000", VIDEO_SSRC),
    ):
        lines += [
            f"m={media} {client.port} UDP/TLS/RTP/SAVPF {number}",
            f"c=IN IP4 {client.host}",
            f"a=mid:{mid}",
            f"a={way}",
            *transport,
            f"a=rtpmap:{number} {codec}",
        ]
        if client.direction == "send":
            lines.append(f"a=ssrc:{ssrc} cname:bench")
    return "\r\n".join(lines) + "\r\n"


def read(sdp: str, handle: str = "") -> Joined:
    """Where a description leads. Raises RuntimeError when it leads nowhere."""
    lines = sdp.splitlines()
    named = dict(line[2:].partition(":")[::2] for line in reversed(lines) if line.startswith("a="))
    for words in (line.split() for line in lines if line.startswith("a=candidate")):
        if words[2].lower() == "udp" and "." in words[4]:
            return Joined((words[4], int(words[5])), named["ice-ufrag"], named["ice-pwd"], handle)
    raise RuntimeError("no candidate in the description")
