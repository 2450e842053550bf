"""An engine of one's own for each test that wants one, and a Chromium with invented camera and microphone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from plugins.webinar.engines import SPREAD_FROM
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.memory import MemoryEngine

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture
def engine_process(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[EngineProcess]:
    """A running engine; several, if a parameter says how many and from which number of connections on they share a room."""
    workers, spread_from = getattr(request, "param", (1, SPREAD_FROM))
    running = EngineProcess(tmp_path, workers=workers, spread_from=spread_from)
    running.start()
    yield running
    if running.process is not None:
        running.kill()


@pytest.fixture
def engine(engine_process: EngineProcess) -> Iterator[RemoteEngine]:
    """That engine, as a web process sees it."""
    with engine_process.remote() as remote:
        yield remote


@pytest.fixture
def home() -> Iterator[MemoryEngine]:
    """An engine in this thread, without sockets between it and its peers."""
    opened = MemoryEngine()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def chromium_with_devices(chromium: Browser) -> Iterator[Browser]:
    """A second Chromium that has a camera and a microphone and lets pages use them."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    browser = chromium.browser_type.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()
