"""From the chat to voice, video and screen in the same page: a trainee on a phone, a tutor at a desk."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

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
    number = 16 + ["heard", "declined", "handed", "screen"].index(request.node.name.rpartition("_")[2])
    name = f"trainee{number}"
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
