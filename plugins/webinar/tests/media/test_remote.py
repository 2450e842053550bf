"""The line between web processes and the engine: frames, several processes, an engine that dies."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.webinar.engine import EngineError, Kind, Rights, Wish, WishedVideo
from plugins.webinar.engine_embedded import wire
from plugins.webinar.engine_embedded.worker import SETTINGS_ARE_WRONG, main
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess

messages = st.lists(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=20), max_size=4), max_size=6
)


@given(messages, st.lists(st.integers(1, 30), min_size=1))
def test_frames_come_whole_however_they_are_cut(sent: list[dict[str, object]], cuts: list[int]) -> None:
    data = b"".join(wire.pack(message) for message in sent)
    reader, got = wire.Reader(), []
    while data:
        size = cuts[len(data) % len(cuts)]
        got += map(wire.message_of, reader.feed(data[:size]))
        data = data[size:]
    assert got == sent


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff", b"\0\0\0\1x", b"\0\0\0\2[]"])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(wire.BrokenFrame):
        list(map(wire.message_of, wire.Reader().feed(data)))


def test_things_survive_the_way() -> None:
    for rights in (Rights(frozenset({Kind.SCREEN, Kind.MICROPHONE})), Rights(leads=True)):
        assert wire.rights_in(wire.rights_out(rights)) == rights
    wish = Wish((WishedVideo("ada", 180),), 2, False, True)
    assert wire.wish_in(wire.wish_out(wish)) == wish


def test_without_an_engine_one_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.webinar.remote.WAIT_FOR_ENGINE_SECONDS", 0.05)
    engine = RemoteEngine(tmp_path)
    with pytest.raises(EngineError) as refusal:
        engine.load()
    assert refusal.value.code == "unreachable"
    assert not engine.is_connected
    engine.close()


def test_nonsense_on_the_line_hurts_only_who_says_it(
    engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    assert engine.load().peers == 0
    rude = wire.connect(engine_process.folder / wire.socket_name(), 5)
    rude.sendall(
        wire.pack({"id": 1, "do": "format_disk"}) + wire.pack({"id": 2, "do": "join", "with": {"room": []}})
    )
    reader, answers = wire.Reader(), []
    while len(answers) < 3:
        answers += map(wire.message_of, reader.feed(rude.recv(4096)))
    assert [answer.get("error", {}).get("code") for answer in answers[1:]] == ["unknown", "unknown"]
    rude.sendall(b"\xff" * 100)
    rude.settimeout(5)
    while rude.recv(4096):
        pass
    rude.close()
    assert engine.load().peers == 0


def test_only_the_owner_may_speak_with_the_engine(engine_process: EngineProcess) -> None:
    assert (engine_process.folder / wire.socket_name()).stat().st_mode & 0o077 == 0


def test_an_engine_that_died_is_found_again_and_everybody_is_told(
    engine: RemoteEngine, engine_process: EngineProcess
) -> None:
    engine.open_room("room")
    engine_process.kill()
    engine_process.start()
    engine_process.wait_for("restarted")
    assert engine.load().rooms == 0


def test_an_engine_ends_well_when_told(engine_process: EngineProcess) -> None:
    assert engine_process.kill(signal.SIGTERM) == 0
    assert not (engine_process.folder / wire.socket_name()).exists()


def test_a_port_that_is_taken_is_said_with_the_code_that_ends_trying(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        argv = ["--folder", str(tmp_path), "--host", "127.0.0.1", "--port", port, "--fixed"]
        assert main(argv) == SETTINGS_ARE_WRONG


def test_the_engine_brings_nothing_of_the_product_with_it(engine_process: EngineProcess) -> None:
    assert engine_process.process is not None
    maps = Path(f"/proc/{engine_process.process.pid}/maps").read_text("utf-8")
    assert not [name for name in ("sqlalchemy", "pydantic", "/av", "greenlet", "markupsafe") if name in maps]
