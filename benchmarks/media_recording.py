"""What recording costs: the same senders first not recorded, then recorded, and what is in the files.

Real pictures and sounds, for the files are read again.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from pathlib import Path

import av

from benchmarks.media_aiortc import make_pictures, make_sounds
from benchmarks.media_clients import Client, Publisher, cpu_of
from benchmarks.media_desks import ROOM, OwnDesk
from benchmarks.media_servers import OURS, cores, on_core, serving
from benchmarks.tables import Table, machine
from plugins.webinar.engine import RecordedTrack
from plugins.webinar.engine_embedded.dtls import Identity

SENDERS, SECONDS, ROUNDS = 10, 6.0, 2
STREAMS_OF_EACH = 2


def run(folder: Path, is_smoke: bool) -> None:
    """Print the table."""
    on = machine()
    count, seconds, rounds = (2, 0.5, 1) if is_smoke else (SENDERS, SECONDS, ROUNDS)
    with serving(OURS, folder) as pid, on_core(cores()[1]):
        desk, identity = OwnDesk(folder), Identity()
        engine = desk.engine
        pictures, sounds = make_pictures(), make_sounds()
        persons = [f"p{number}" for number in range(count)]
        senders = [Publisher(Client(desk, identity, each, "send"), pictures, sounds) for each in persons]
        send(senders, 0.2)
        shares, extra, missing, packets = [], 0.0, 0, 0
        for number in range(rounds):
            plain = _cpu_of_sending(pid, senders, seconds)
            engine.start_recording(ROOM, folder / f"files{number}", frozenset(persons))
            frames, sounds_sent, parts = _sent(senders)
            recorded = _cpu_of_sending(pid, senders, seconds)
            frames, sounds_sent, parts = (
                after - before
                for after, before in zip(_sent(senders), (frames, sounds_sent, parts), strict=True)
            )
            tracks = engine.stop_recording(ROOM)
            shares.append((recorded - plain) / seconds / (count * STREAMS_OF_EACH))
            extra, packets = extra + recorded - plain, packets + parts + sounds_sent
            missing += frames + sounds_sent - sum(map(count_frames, tracks))
    engine.close()
    table = Table(f"Recording {count} people with camera and microphone", on)
    table.add("share of a core for each stream", max(0.0, min(shares)) * 100, "%", at_most=0.3)
    table.add("for each packet", max(0.0, extra / max(1, packets)) * 1e6, "us")
    table.add("frames missing", missing, "", at_most=0)
    table.print()


def send(senders: Sequence[Publisher], seconds: float) -> None:
    """Everybody sends for a while, in time, and takes what the engine says to them."""
    for each in senders:
        each.begin()
    poller = select.epoll()
    clients = {each.client.socket.fileno(): each.client for each in senders}
    for descriptor in clients:
        poller.register(descriptor, select.EPOLLIN)
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        for each in senders:
            each.send_due(now)
        for descriptor, _events in poller.poll(0.004):
            clients[descriptor].socket.recv(65_535)
    poller.close()


def count_frames(track: RecordedTrack) -> int:
    """How many frames are in a file."""
    with av.open(str(track.file)) as container:
        return sum(packet.size > 0 for packet in container.demux())


def _cpu_of_sending(pid: int, senders: Sequence[Publisher], seconds: float) -> float:
    before = cpu_of(pid)
    send(senders, seconds)
    return cpu_of(pid) - before


def _sent(senders: Sequence[Publisher]) -> tuple[int, int, int]:
    return (
        sum(each.all_frames for each in senders),
        sum(each.audio for each in senders),
        sum(each.video for each in senders),
    )
