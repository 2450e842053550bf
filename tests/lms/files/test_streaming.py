"""Answers that are cut on their way when the right to them ends."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, Response
from sqlalchemy.exc import OperationalError

from lms.errors import NotFound
from lms.files import streaming
from lms.files.streaming import OnItsWay, serve_while
from tests.serving import wait_until

ENDLESS = b"x" * 65_536


class Pieces:
    """A file without an end, that knows when it was closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield ENDLESS

    def close(self) -> None:
        """As files do."""
        self.is_closed = True


def refuse() -> bool:
    raise NotFound("gone")


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "ASK_AGAIN_SECONDS", 0.02)


@pytest.mark.parametrize("holds", [lambda: False, refuse])
def test_an_answer_ends_when_its_right_is_over_or_refused(app: Flask, holds: Callable[[], bool]) -> None:
    pieces = Pieces()
    answer = OnItsWay(pieces, holds, app, None)
    with pytest.raises(ConnectionResetError):
        for piece in answer:
            assert piece == ENDLESS
    answer.close()
    assert pieces.is_closed


def test_a_busy_database_is_asked_again_and_cuts_nobody(app: Flask) -> None:
    asked: list[int] = []

    def holds() -> bool:
        asked.append(1)
        if len(asked) < 3:
            raise OperationalError("select", {}, Exception("database is locked"))
        return len(asked) < 5

    answer = OnItsWay(Pieces(), holds, app, None)
    with pytest.raises(ConnectionResetError):
        list(answer)
    assert len(asked) >= 5


def test_a_writer_who_waits_for_a_reader_that_does_not_read_is_woken_and_the_rest_thrown_away(
    app: Flask,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        reader = socket.create_connection(listening.getsockname())
        connection, _address = listening.accept()
    may_go_on, sent, has_closed = threading.Event(), [0], threading.Event()
    may_go_on.set()
    answer = OnItsWay(Pieces(), may_go_on.is_set, app, connection)

    def write() -> None:
        with connection, contextlib.closing(answer), contextlib.suppress(OSError):
            for piece in answer:
                connection.sendall(piece)
                sent[0] += len(piece)
        has_closed.set()  # a reader who begins between the end and the closing would still get the rest

    threading.Thread(target=write, daemon=True).start()
    seen = [-1]

    def is_stuck() -> bool:
        seen.append(sent[0])
        return seen[-1] > 0 and len(seen) > 20 and len(set(seen[-20:])) == 1

    wait_until(is_stuck, 20, "a writer that waits")
    may_go_on.clear()
    assert has_closed.wait(20)
    received = 0
    with reader, pytest.raises(ConnectionResetError):
        while received < sent[0] + len(ENDLESS):
            received += len(reader.recv(1_000_000)) or 10**9
    assert received < sent[0]


def test_a_connection_that_serves_the_next_answer_is_not_cut_for_the_last_one(app: Flask) -> None:
    here, there = socket.socketpair()
    answer = OnItsWay([b"one"], lambda: False, app, here)
    answer.close()
    answer.ask()
    here.sendall(b"still open")
    assert there.recv(100) == b"still open"
    here.close()
    there.close()


def test_only_answers_with_bytes_are_watched_and_proxies_do_not_read_ahead(app: Flask) -> None:
    with app.test_request_context("/"):
        whole = serve_while(Response(b"bytes"), lambda: True)
        assert isinstance(whole.response, OnItsWay)
        assert whole.headers["X-Accel-Buffering"] == "no"
        assert not isinstance(serve_while(Response(status=304), lambda: True).response, OnItsWay)
