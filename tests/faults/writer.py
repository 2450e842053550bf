"""Somebody who writes without pause and counts what was acknowledged."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from sqlalchemy import select

from lms.live.models import LiveEvent
from lms.store.base import session
from lms.store.scope import all_offices
from tests.serving import Installation

ACKNOWLEDGED = 302
"""The answer to a form that was saved."""


@dataclass
class Writer:
    """Announces in the lounge, one text after the other. A broken connection means: not acknowledged."""

    client: requests.Session
    url: str
    acknowledged: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    broken: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until it is over."""
        number = 0
        while not self.is_over.is_set():
            number += 1
            text = f"Text {number} of a careful writer."
            try:
                answer = self.client.post(
                    f"{self.url}/o/siena/lounge", data={"text": text}, timeout=30, allow_redirects=False
                )
            except requests.RequestException:
                self.broken += 1
                self.is_over.wait(0.05)
                continue
            if answer.status_code == ACKNOWLEDGED:
                self.acknowledged.append(text)
            else:
                self.refused.append(answer.status_code)


@contextmanager
def writing(site: Installation, url: str) -> Iterator[Writer]:
    """A writer in a thread, until the block ends."""
    writer = Writer(site.browser_of("trainer"), url)
    thread = threading.Thread(target=writer.run)
    thread.start()
    try:
        yield writer
    finally:
        writer.is_over.set()
        thread.join()
        writer.client.close()


def written_texts(site: Installation) -> list[str]:
    """What stands in the lounges of all offices, in the order of writing."""
    with site.app.app_context(), all_offices("counting what was written"):
        rows = session().scalars(select(LiveEvent.payload).order_by(LiveEvent.id)).all()
        session().rollback()
    return [str(row["text"]) for row in rows if "careful writer" in str(row.get("text", ""))]
