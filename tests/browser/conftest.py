"""One served installation and one Chromium for all journeys; people are contexts of that browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from lms.accounts.sessions import COOKIE
from tests.browser.checks import Watcher
from tests.serving import Installation, Serving, build_installation

DESK = ViewportSize(width=1366, height=768)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The demo world in English, on SQLite."""
    site = build_installation(tmp_path_factory.mktemp("browser") / "instance")
    yield site
    site.close()


@pytest.fixture(scope="session")
def served(installation: Installation) -> Iterator[Serving]:
    """That installation, served by the real command."""
    with Serving(installation) as serving:
        yield serving


@dataclass
class Somebody:
    """A person with a browser of their own: their page, and what their pages did wrong."""

    page: Page
    context: BrowserContext
    watcher: Watcher
    office_url: str

    def visit(self, path: str) -> Page:
        """Open a page of their office."""
        self.page.goto(self.office_url + path)
        return self.page


Meet = Callable[..., Somebody]


@pytest.fixture(scope="session")
def meet_for_long(chromium: Browser, served: Serving, installation: Installation) -> Iterator[Meet]:
    """Open browsers that live as long as the session: for the checks of many pages."""
    opened: list[BrowserContext] = []

    def meet(key: str = "", **options: object) -> Somebody:
        somebody = _open(chromium, served, installation, key, options)
        opened.append(somebody.context)
        return somebody

    yield meet
    for context in opened:
        context.close()


@pytest.fixture
def meet(chromium: Browser, served: Serving, installation: Installation) -> Iterator[Meet]:
    """``meet("head")``: a new browser in which that person is signed in; ``meet()`` is a guest. ``browser``: another Chromium.

    At the end no page may have asked another host or written an error to the console.
    """
    opened: list[Somebody] = []

    def open_browser(key: str = "", **options: object) -> Somebody:
        opened.append(_open(chromium, served, installation, key, options))
        return opened[-1]

    yield open_browser
    findings = [line for somebody in opened for line in somebody.watcher.take()]
    for somebody in opened:
        somebody.context.close()
    assert findings == []


def _open(
    chromium: Browser, served: Serving, installation: Installation, key: str, options: dict[str, object]
) -> Somebody:
    host = f"{options.pop('host', '127.0.0.1')}:{served.port}"
    office = options.pop("office", installation.world.people[key].office if key else "siena")
    ignored = options.pop("ignored", ())
    browser: Any = options.pop("browser", chromium)
    settings = {"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce"} | options
    context = browser.new_context(**settings)
    context.set_default_timeout(20_000)
    watcher = Watcher(host, ignored=ignored)  # type: ignore[arg-type]
    watcher.watch(context)
    if key:
        cookie = {"name": COOKIE, "value": installation.cookie_for(key), "url": f"http://{host}"}
        context.add_cookies([cookie])  # type: ignore[list-item]
    return Somebody(context.new_page(), context, watcher, f"http://{host}/o/{office}")
