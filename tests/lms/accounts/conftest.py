"""What tests of accounts share: open doors, the outbox, and a software authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.doors import doors
from lms.store.base import session
from lms.work.models import Mail
from tests.lms.accounts.authenticator import SoftAuthenticator


@pytest.fixture(autouse=True)
def open_doors(app: Flask) -> Iterator[None]:
    """Counters of one test do not close doors in the next."""
    with app.app_context():
        doors().reset()
    yield
    with app.app_context():
        doors().reset()


class Outbox:
    """The messages that the application wrote."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def to(self, address: str) -> list[Mail]:
        """Messages to an address, oldest first."""
        with self._app.app_context():
            return list(
                session().scalars(select(Mail).filter_by(to=address).order_by(Mail.created_at, Mail.id))
            )

    def code(self, address: str) -> str:
        """The code in the newest message."""
        found = re.search(r"\b(\d{6})\b", self.to(address)[-1].text)
        assert found
        return found.group(1)

    def link(self, address: str) -> str:
        """The path of the link in the newest message."""
        found = re.search(
            r"https?://[^/\s]+(/\S*/(?:invitation|register|password|email)/\S+)", self.to(address)[-1].text
        )
        if not found:
            found = re.search(
                r"https?://[^/\s]+(/(?:invitation|register|password)/\S+)", self.to(address)[-1].text
            )
        assert found, self.to(address)[-1].text
        return found.group(1)


@pytest.fixture
def outbox(app: Flask) -> Outbox:
    """The messages that were written."""
    return Outbox(app)


@pytest.fixture
def authenticator() -> SoftAuthenticator:
    """A device with a passkey, in software."""
    return SoftAuthenticator()
