"""A meeting with two real browsers while parts of the site are killed: everybody is back without pressing anything."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from lms.accounts.sessions import COOKIE
from lms.clock import utcnow
from lms.ops.needs import find_chromium
from lms.store.base import session
from lms.store.uow import unit_of_work
from plugins.webinar.media_process import ENGINE
from plugins.webinar.models import Interval, Participant, Recording
from plugins.webinar.tests.making import open_room
from tests.chromium import CHROMIUM_ARGUMENTS
from tests.serving import Installation, Serving, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.browser]

DEVICES = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
MOST_LOST = 2.0
"""Seconds of a recording that a killed engine may take with it."""
FRAMES = """() => [...document.querySelectorAll('.webinar-tile.has-video:not(.is-own) video')]
    .reduce((sum, each) => sum + each.getVideoPlaybackQuality().totalVideoFrames, 0)"""


@dataclass
class Class:
    """A running class of a trainer and a trainee, both seen and heard."""

    site: Installation
    serving: Serving
    room: uuid.UUID
    host: Page
    trainee: Page

    def wait_until_seen(self) -> None:
        """Each sees the other move, from now on."""
        for page in (self.host, self.trainee):
            counts: list[int] = []

            def moves(page: Page = page, counts: list[int] = counts) -> bool:
                counts.append(page.evaluate(FRAMES))
                return counts[-1] > min(counts) + 5  # another connection counts from nothing

            wait_until(moves, what="pictures of the other")

    def kill(self, word: str) -> None:
        """SIGKILL for processes of the site; waits until there are others."""
        before = self.serving.pids_of(word)
        assert before
        self.serving.kill(word)
        wait_until(lambda: set(self.serving.pids_of(word)) - set(before), what=f"another {word}")

    def say(self, page: Page, text: str) -> None:
        """Write into the chat, and wait until both have read it."""
        page.get_by_label("Your message").fill(text)
        page.get_by_label("Your message").press("Enter")
        for each in (self.host, self.trainee):
            expect(each.get_by_role("log")).to_contain_text(text, timeout=30_000)


@pytest.fixture
def lesson(chromium: Browser, installed: Installation) -> Iterator[Class]:
    with installed.app.app_context(), installed.world.inside("siena"), unit_of_work():
        room = open_room(installed.world, "class").activity.id
    path = find_chromium()
    assert path is not None
    browser = chromium.browser_type.launch(executable_path=path, args=[*CHROMIUM_ARGUMENTS, *DEVICES])
    with Serving(installed) as serving:

        def come_in(key: str) -> Page:
            context = browser.new_context(locale="en-GB", reduced_motion="reduce")
            context.add_cookies([{"name": COOKIE, "value": installed.cookie_for(key), "url": serving.url}])
            page = context.new_page()
            page.goto(f"{serving.url}/o/siena/webinar/{room}/room")
            for device in ("Camera", "Microphone"):
                page.get_by_role("button", name=device).click()
            page.get_by_role("button", name="Come in", exact=True).click()
            return page

        running = Class(installed, serving, room, come_in("trainer"), come_in("trainee"))
        running.wait_until_seen()
        yield running
        browser.close()


def record(lesson: Class) -> None:
    """Record, with both of them."""
    lesson.host.locator("summary", has_text="More").click()
    lesson.host.get_by_role("button", name="Record the meeting").click()
    for page in (lesson.host, lesson.trainee):
        page.get_by_role("button", name="Yes, record me").click()
    expect(lesson.trainee.get_by_text("Recording", exact=True)).to_be_visible()


@dataclass
class Pieces:
    """What was recorded of the trainer: from when to when, by kind, in seconds of the recording, which began at ``begun_at``."""

    begun_at: datetime
    of: dict[str, list[tuple[float, float]]]


def recorded(lesson: Class) -> Pieces:
    """What the last recording is made of."""
    with lesson.site.app.app_context(), lesson.site.world.inside("siena"):
        row = session().scalars(select(Recording).filter_by(room_id=lesson.room)).one()
        trainer = lesson.site.world.people["trainer"].id
        mine = session().scalars(select(Participant.id).filter_by(room_id=lesson.room, user_id=trainer)).one()
        of = defaultdict[str, list[tuple[float, float]]](list)
        for each in row.tracks:
            if each.participant_id == mine:
                of[each.kind].append((each.started_at, each.started_at + each.seconds))
        return Pieces(row.created_at, of)


def stays_of(lesson: Class) -> int:
    """Intervals in which anybody was there."""
    with lesson.site.app.app_context(), lesson.site.world.inside("siena"):
        query = select(Interval).join(Participant).where(Participant.room_id == lesson.room)
        return len(session().scalars(query).all())


def test_when_the_media_engine_is_killed_all_are_seen_again_and_the_recording_goes_on(lesson: Class) -> None:
    record(lesson)
    begun = time.monotonic()
    lesson.wait_until_seen()
    wait_until(lambda: time.monotonic() - begun > 2 * MOST_LOST, what="something worth recording")
    killed_at = utcnow()
    lesson.kill(str(ENGINE))
    lesson.wait_until_seen()
    lesson.host.locator("summary", has_text="More").click()
    lesson.host.get_by_role("button", name="Stop recording").click()
    expect(lesson.trainee.get_by_text("Recording", exact=True)).to_be_hidden()
    pieces = recorded(lesson)
    killed_after = (killed_at - pieces.begun_at).total_seconds()
    for kind in ("camera", "microphone"):
        before = [until for since, until in pieces.of[kind] if since < killed_after]
        after = [until for since, until in pieces.of[kind] if since >= killed_after]
        assert max(before) > killed_after - MOST_LOST
        assert after
    lesson.trainee.goto(lesson.trainee.url.removesuffix("/room"))
    lesson.trainee.get_by_role("region", name="Recordings").get_by_role("link").click()
    lesson.trainee.get_by_role("button", name="Play").click()
    played = "() => Math.max(...[...document.querySelectorAll('webinar-replay video')].map((each) => each.currentTime))"
    lesson.trainee.wait_for_function(f"() => ({played})() > 1")
    assert stays_of(lesson) == 2


def test_when_the_web_processes_are_killed_nobody_is_unseen_and_no_word_is_lost(lesson: Class) -> None:
    lesson.say(lesson.host, "Prima")
    lesson.kill("lms-web")
    lesson.wait_until_seen()
    lesson.say(lesson.trainee, "Dopo")
    lesson.say(lesson.host, "Bentornati")
    for page in (lesson.host, lesson.trainee):
        words = page.get_by_role("log").inner_text()
        assert [words.count(each) for each in ("Prima", "Dopo", "Bentornati")] == [1, 1, 1]
    assert stays_of(lesson) == 2
