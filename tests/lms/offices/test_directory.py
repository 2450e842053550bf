"""The offices that a process remembers: who asks while another reads them again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.demo import World
from lms.offices import directory as subject
from lms.offices.directory import directory
from lms.store.base import session

PATIENCE = 5.0


def test_who_asks_while_another_reads_gets_what_was_known_without_waiting(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = directory()
    siena = known.by_slug("siena")
    monkeypatch.setattr(subject, "MAX_AGE_SECONDS", 0.0)
    is_reading, is_answered = threading.Event(), threading.Event()

    def wait_for_a_connection() -> Session:
        is_reading.set()
        assert is_answered.wait(PATIENCE), "the other one has waited"
        return session()

    monkeypatch.setattr(subject, "session", wait_for_a_connection)

    def read_again() -> None:
        with app.app_context():
            known.all()

    with ThreadPoolExecutor(1) as another:
        reading = another.submit(read_again)
        assert is_reading.wait(PATIENCE)
        assert known.by_slug("siena") is siena
        is_answered.set()
        reading.result()
    assert known.by_slug("siena") == siena
