"""An engine of one's own for each test that wants one, and a Chromium with invented camera and microphone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lms.ops.needs import find_chromium
from plugins.webinar.remote import RemoteEngine
from plugins.webinar.tests.media.engines import EngineProcess
from tests.chromium import CHROMIUM_ARGUMENTS

DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"]  # fmt: skip


@pytest.fixture
def engine_process(tmp_path: Path) -> Iterator[EngineProcess]:
    """A running engine."""
    running = EngineProcess(tmp_path)
    running.start()
    yield running
    if running.process is not None:
        running.kill()


@pytest.fixture
def engine(engine_process: EngineProcess) -> Iterator[RemoteEngine]:
    """That engine, as a web process sees it."""
    with engine_process.remote() as remote:
        yield remote


@pytest.fixture(scope="session")
def chromium_with_devices(chromium: Browser) -> Iterator[Browser]:
    """A second Chromium that has a camera and a microphone and lets pages use them."""
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=[*CHROMIUM_ARGUMENTS, *DEVICES]
    )
    yield browser
    browser.close()
