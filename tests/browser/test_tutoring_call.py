"""From the chat to voice, video and screen in the same page: a trainee on a phone, a tutor at a desk."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, WebSocketRoute, expect

from lms.access.actor import system_actor
from lms.store.uow import unit_of_work
from plugins.tutoring.booking import get_booking
from plugins.tutoring.desk import queue
from plugins.tutoring.desk.forms import JoinQueue
from plugins.tutoring.tests.desk import open_all_week
from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
FRAMES = "(video) => video.hidden ? 0 : video.getVideoPlaybackQuality().totalVideoFrames"
LOUDNESS = """async () => {
  const sound = document.querySelector("webinar-call audio");
  if (!sound?.srcObject) return 0;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(sound.srcObject).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let turn = 0; turn < 40; turn += 1) {
    await new Promise((done) => setTimeout(done, 50));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples.map(Math.abs));
  }
  await context.close();
  return loudest;
}"""


@pytest.fixture
def pages(
    installation: Installation, meet: Meet, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, Page]]:
    """A drop-in conversation that has begun: the trainee's page and the tutor's desk."""
    words = ["heard", "declined", "handed", "screen", "back", "left", "closed"]
    name = f"trainee{16 + words.index(request.node.name.rpartition('_')[2])}"
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        open_all_week()
        queue.join(installation.world.actor(name), JoinQueue(topic="Una domanda"))
        booking_id = queue.take(installation.world.actor("tutor")).id
    quiet = ("ERR_", "WebSocket")
    trainee = meet(name, viewport=PHONE, ignored=quiet).visit(f"/tutoring/sessions/{booking_id}")
    yield trainee, meet("tutor", ignored=quiet).visit(f"/tutoring/desk?chat={booking_id}")
    end(installation, booking_id)


def end(installation: Installation, booking_id: uuid.UUID) -> None:
    """The conversation is over."""
    with installation.app.app_context(), installation.world.inside("siena") as office, unit_of_work():
        queue.end_conversation(get_booking(system_actor(office.id), booking_id))


def seconds_used(installation: Installation, booking_id: uuid.UUID) -> float:
    """From the first to the last word of a conversation, written or spoken."""
    with installation.app.app_context(), installation.world.inside("siena") as office:
        row = get_booking(system_actor(office.id), booking_id)
        if row.first_said_at is None or row.last_said_at is None:
            return 0
        return (row.last_said_at - row.first_said_at).total_seconds()


def frames(page: Page, name: str) -> int:
    """How many pictures a video of the call has shown."""
    found: int = page.locator(f"webinar-call [data-part={name}]").evaluate(FRAMES)
    return found


def test_one_press_lets_both_be_seen_and_heard(pages: tuple[Page, Page]) -> None:
    trainee, tutor = pages
    tutor.get_by_role("button", name="Video", exact=True).click()
    expect(tutor.locator("[data-part=calling-text]")).to_be_visible()
    box = trainee.get_by_role("alertdialog")
    expect(box).to_contain_text("calls you with video")
    assert check_page(trainee) == []
    box.get_by_role("button", name="Accept with video").click()
    wait_until(
        lambda: frames(trainee, "other-video") > 5 and frames(tutor, "other-video") > 5,
        what="pictures on both sides",
    )
    assert trainee.evaluate(LOUDNESS) > 0.01
    assert tutor.evaluate(LOUDNESS) > 0.01
    assert check_page(trainee) == []
    assert check_page(tutor) == []
    trainee.get_by_label("Your message").fill("Ti vedo bene")
    trainee.get_by_label("Your message").press("Enter")
    expect(tutor.locator(".tutoring-desk-front").get_by_role("log")).to_contain_text("Ti vedo bene")
    in_view = "(video) => { const box = video.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
    assert trainee.locator("[data-part=other-video]").evaluate(in_view)
    trainee.get_by_role("button", name="Hang up").click()
    for page in pages:
        expect(page.get_by_text("The call is over. You can go on writing.")).to_be_visible()
        expect(page.locator("webinar-call audio")).to_have_count(0)
        expect(page.get_by_role("button", name="Call", exact=True)).to_be_visible()
    tutor.get_by_label("Your message").fill("A presto")
    tutor.get_by_label("Your message").press("Enter")
    expect(trainee.get_by_role("log")).to_contain_text("A presto")


def test_not_now_is_told_to_who_called_and_nothing_is_declined(pages: tuple[Page, Page]) -> None:
    trainee, tutor = pages
    trainee.get_by_role("button", name="Call", exact=True).click()
    box = tutor.get_by_role("alertdialog")
    expect(box).to_contain_text("calls you")
    box.get_by_role("button", name="Not now").click()
    expect(trainee.get_by_text("cannot talk at the moment")).to_be_visible()
    expect(tutor.get_by_role("alertdialog")).to_be_hidden()


def test_the_end_of_the_conversation_ends_the_call_before_it_is_handed(
    pages: tuple[Page, Page], installation: Installation
) -> None:
    trainee, tutor = pages
    tutor.get_by_role("button", name="Call", exact=True).click()
    trainee.get_by_role("button", name="Accept", exact=True).click()
    wait_until(lambda: trainee.locator("webinar-call audio").count() == 1, what="sound")
    end(installation, uuid.UUID(trainee.url.rpartition("/")[2].partition("#")[0]))
    for page in pages:
        expect(page.locator("webinar-call")).to_have_count(0)


def test_a_screen_is_shown_to_the_other_one_screen(pages: tuple[Page, Page]) -> None:
    trainee, tutor = pages
    tutor.get_by_role("button", name="Show my screen").click()
    expect(trainee.get_by_role("alertdialog")).to_contain_text("wants to show you a screen")
    trainee.get_by_role("button", name="Accept", exact=True).click()
    wait_until(lambda: frames(trainee, "screen") > 1, what="the screen")
    assert check_page(trainee) == []
    small = trainee.locator("[data-part=screen]").bounding_box()
    trainee.get_by_role("button", name="Larger").click()
    expect(trainee.get_by_role("button", name="Larger")).to_have_attribute("aria-pressed", "true")
    large = trainee.locator("[data-part=stage]").bounding_box()
    assert small
    assert large
    assert large["height"] > 2 * small["height"]
    trainee.get_by_role("button", name="Larger").click()
    expect(trainee.get_by_label("Your message")).to_be_visible()


class Cable:
    """The socket of a page, which can be cut and put back; sound and pictures have a way of their own."""

    def __init__(self, page: Page) -> None:
        self._is_cut = False
        self._open: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/socket"), self._take)
        page.reload()

    def _take(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close()
            return
        socket.connect_to_server()
        self._open.append(socket)

    def cut(self) -> None:
        """Close the socket, and every new one at once."""
        self._is_cut = True
        while self._open:
            self._open.pop().close()

    def put_back(self) -> None:
        """Let the next socket through."""
        self._is_cut = False


def call_by_video(trainee: Page, tutor: Page) -> None:
    """The tutor calls, the trainee accepts, both see each other."""
    expect(trainee.locator("[data-part=presence]")).to_contain_text("is here", timeout=20_000)
    tutor.get_by_role("button", name="Video", exact=True).click()
    trainee.get_by_role("button", name="Accept with video").click()
    for page in (trainee, tutor):
        wait_until(lambda page=page: frames(page, "other-video") > 5, what="pictures")


def test_the_call_goes_on_while_the_socket_is_cut_and_when_it_is_back(pages: tuple[Page, Page]) -> None:
    trainee, tutor = pages
    cable = Cable(trainee)
    call_by_video(trainee, tutor)
    cable.cut()
    expect(trainee.locator(".tutoring-state [data-state=offline]")).to_be_visible(timeout=20_000)
    seen = {page: frames(page, "other-video") for page in pages}
    wait_until(
        lambda: all(frames(page, "other-video") > count + 20 for page, count in seen.items()),
        what="pictures that go on without the socket",
    )
    expect(trainee.get_by_role("button", name="Hang up")).to_be_visible()
    trainee.get_by_label("Your message").fill("Scritto senza rete")
    trainee.get_by_label("Your message").press("Enter")
    cable.put_back()
    expect(trainee.locator(".tutoring-state [data-state=offline]")).to_be_hidden(timeout=30_000)
    front = tutor.locator(".tutoring-desk-front").get_by_role("log")
    expect(front.get_by_text("Scritto senza rete")).to_have_count(1)
    for page in pages:
        count = frames(page, "other-video")
        wait_until(lambda page=page, count=count: frames(page, "other-video") > count + 5, what="pictures")
    trainee.get_by_role("button", name="Hang up").click()
    for page in pages:
        expect(page.get_by_text("The call is over. You can go on writing.")).to_be_visible()


def test_the_call_is_over_for_the_other_one_at_once_and_was_time_used_when_the_page_is_left(
    pages: tuple[Page, Page], installation: Installation
) -> None:
    trainee, tutor = pages
    booking_id = uuid.UUID(trainee.url.rpartition("/")[2])
    call_by_video(trainee, tutor)
    trainee.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    trainee.get_by_role("link", name="Start").first.click()
    expect(tutor.get_by_text("The call is over. You can go on writing.")).to_be_visible()
    expect(tutor.locator("webinar-call audio")).to_have_count(0)
    wait_until(lambda: seconds_used(installation, booking_id) > 0, what="the time that was spoken")


def test_the_call_is_over_for_the_other_one_at_once_when_the_page_is_closed(pages: tuple[Page, Page]) -> None:
    trainee, tutor = pages
    call_by_video(trainee, tutor)
    tutor.on("dialog", lambda dialog: dialog.accept())
    tutor.close(run_before_unload=True)
    expect(trainee.get_by_text("The call is over. You can go on writing.")).to_be_visible()
    expect(trainee.get_by_role("button", name="Call", exact=True)).to_be_visible()
