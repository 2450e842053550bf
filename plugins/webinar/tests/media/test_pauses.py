"""Who stops sending and goes on is seen and heard by everybody, also by who came in between."""

from __future__ import annotations

import pytest

from plugins.webinar.engine import Kind
from plugins.webinar.engine_embedded import layers
from plugins.webinar.tests.media.memory import MemoryEngine, MemoryPeer


def test_who_comes_in_the_moment_a_source_pauses_gets_it_when_it_goes_on(
    home: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = MemoryPeer(home, "ada", "send", 1), MemoryPeer(home, "ben", "receive", 2)
    ada.sound(1)
    ada.picture(1)
    home.turn()
    with monkeypatch.context() as paused:
        for kind in Kind:
            paused.setitem(layers.SILENT_SECONDS, kind, -1.0)
        cleo = MemoryPeer(home, "cleo", "receive", 3)
    ada.sound(2)
    ada.picture(2)
    assert [len(peer.got()) for peer in (ben, cleo)] == [2, 2]
