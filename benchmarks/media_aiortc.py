"""aiortc's own way to forward: a peer connection for each person and a MediaRelay, which decodes and encodes again.

``python -m benchmarks.media_aiortc FOLDER`` serves: a line of JSON over a unix socket for each client, on loopback only.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import aioice.ice
import av
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import vpx
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import MediaStreamTrack

from benchmarks.media_desks import Invitation, Joined, describe, read

API = "api"
PATIENCE = 20.0
WIDTH, HEIGHT, BITS, FRAMES = 640, 360, 1_000_000, 30


class AiortcDesk:
    """The server below, as clients see it; it decodes, so it gets real pictures and sounds."""

    host = "127.0.0.1"
    speaks_ice = True
    video_numbers = frozenset({96})

    def __init__(self, folder: Path) -> None:
        self.pictures, self.sounds = make_pictures(), make_sounds()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(str(folder / API))
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def join(self, client: Invitation) -> Joined:
        """Offer, and read the answer."""
        order = {"direction": client.direction, "sdp": describe(client)}
        self._socket.sendall(json.dumps(order).encode() + b"\n")
        return read(json.loads(self._lines.readline())["sdp"])

    def show(self, joined: Joined) -> None:
        """It sends by itself."""


def make_pictures() -> list[list[bytes]]:
    """A second of a moving picture as VP8, in packets."""
    encoder, chance = vpx.Vp8Encoder(), random.Random(1)
    encoder.target_bitrate = BITS
    noise = [bytes(chance.randbytes(WIDTH * HEIGHT // 16)) * 16 for _ in range(2)]
    pictures = []
    for number in range(FRAMES):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        frame.pts, frame.time_base = number * 3000, Fraction(1, 90_000)
        for place, plane in enumerate(frame.planes):
            shown = noise[place % 2][number * 64 :] + noise[place % 2]
            plane.update(bytes(each // 4 for each in shown[: plane.buffer_size]))
        pictures.append(encoder.encode(frame, force_keyframe=number == 0)[0])
    return pictures


def make_sounds() -> list[bytes]:
    """A second of Opus, 20 ms each."""
    codec: Any = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = 48_000, "stereo", "s16", 32_000
    packets: list[bytes] = []
    for number in range(60):
        frame = av.AudioFrame("s16", "stereo", 960)
        frame.sample_rate, frame.pts = 48_000, number * 960
        frame.planes[0].update(random.Random(number).randbytes(frame.planes[0].buffer_size))
        packets += [bytes(each) for each in codec.encode(frame)]
    return packets[:50]


class Room:
    """Whoever sends is relayed to all who receive."""

    def __init__(self) -> None:
        self._relay, self._tracks = MediaRelay(), dict[str, MediaStreamTrack]()
        self._peers: list[RTCPeerConnection] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer offers until the line is closed."""
        while line := await reader.readline():
            order = json.loads(line)
            answer = await self._answer(order["direction"], order["sdp"])
            writer.write(json.dumps({"sdp": answer}).encode() + b"\n")
            await writer.drain()

    async def _answer(self, direction: str, offer: str) -> str:
        peer = RTCPeerConnection()
        self._peers.append(peer)
        if direction == "send":
            peer.on("track", self._keep)
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if direction != "send":
            for track in self._tracks.values():
                peer.addTrack(self._relay.subscribe(track, buffered=False))
        await peer.setLocalDescription(await peer.createAnswer())
        return str(peer.localDescription.sdp)

    def _keep(self, track: MediaStreamTrack) -> None:
        self._tracks[track.kind] = track


def only_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """Where aioice looks for candidates; else it takes every address but this one."""
    return ["127.0.0.1"]


async def main() -> None:
    """Serve until ended."""
    aioice.ice.get_host_addresses = only_loopback
    vpx.DEFAULT_BITRATE = BITS
    server = await asyncio.start_unix_server(Room().serve, Path(sys.argv[1]) / API)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
