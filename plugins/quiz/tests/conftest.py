"""A real browser on the pages of a quiz, signed in as somebody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import make_server

from lms.testing import SignIn

PHONE = {"width": 360, "height": 740}
Open = Callable[..., BrowserContext]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_browser(chromium: Browser, sign_in: SignIn, address: str) -> Iterator[Open]:
    """A browser with the cookie of a person, as a phone."""
    opened: list[BrowserContext] = []

    def make(key: str = "trainee", **options: Any) -> BrowserContext:
        context = chromium.new_context(viewport=PHONE, reduced_motion="reduce", locale="en-GB", **options)
        context.set_default_timeout(15_000)
        client = sign_in(key)
        cookie = next(iter(client._cookies.values()))  # werkzeug has no public way to list them
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
