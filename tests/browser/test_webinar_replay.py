"""A replay: it begins where there is something, with few players however many tracks it has; polls appear at their moment; questions lead to theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from sqlalchemy import select

from lms.ops.needs import find_chromium
from lms.plugin import session, utcnow
from plugins.webinar.models import RecordedTrack, Recording
from tests.browser.conftest import Meet
from tests.browser.test_webinar import is_sound
from tests.chromium import CHROMIUM_ARGUMENTS
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
BANKED, RANKED = "Come riconosci un annuncio di lavoro falso?", "Che cosa vi pesa di più in un colloquio?"
HEARD_AFTER_THE_PRESS = """async (moments) => {
  const [seek, heard] = [document.querySelector("[data-part=seek]"), []];
  const soon = () => new Promise((done) => setTimeout(done, 50));
  while (navigator.userActivation.isActive) await soon();
  for (const moment of moments) {
    seek.value = String(moment);
    seek.dispatchEvent(new Event("input"));
    const isHeard = (each) => !each.paused && each.currentTime > 0.3;
    const end = performance.now() + 15000;
    while (performance.now() < end && [...document.querySelectorAll("webinar-replay audio")].filter(isHeard).length < 2) await soon();
    if (performance.now() < end) heard.push(moment);
  }
  return heard;
}"""
PUBLISHED, HIDDEN = "perché ho cambiato spesso lavoro", "essere in inglese"


def replay(installation: Installation) -> str:
    """The recorded meeting of the demo."""
    with installation.app.app_context(), installation.world.inside("siena"):
        row = session().scalars(select(Recording).order_by(Recording.started_at)).first()
        assert row is not None
        return f"/webinar/{row.room_id}/replay/{row.id}"


def test_a_poll_appears_at_its_moment_and_is_answered_by_keyboard(
    meet: Meet, installation: Installation
) -> None:
    page = meet("trainee26", viewport=PHONE).visit(replay(installation))
    card = page.locator("[data-part=poll]")
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    expect(card).to_be_hidden()
    page.get_by_role("button", name="Play").press("Enter")
    expect(card.get_by_role("heading", name=BANKED)).to_be_visible()
    expect(page.locator("[data-part=announcer]")).to_have_text(f"A new poll: {BANKED}")
    page.get_by_role("button", name="Pause").press("Enter")
    page.get_by_role("button", name=BANKED).press("Enter")
    boxes = card.get_by_role("checkbox")
    expect(boxes).to_have_count(4)
    boxes.first.focus()
    page.keyboard.press("Space")
    assert is_sound(page) == []
    card.get_by_role("button", name="Vote", exact=True).press("Enter")
    expect(card).to_be_focused()
    expect(card.get_by_text("In the meeting · votes: 9")).to_be_visible()
    expect(card.get_by_text("Right answer", exact=True)).to_have_count(3)
    expect(page.locator("[data-part=announcer]")).to_have_text("Your vote counts. Your answer is not right.")
    expect(card.get_by_role("button", name="Vote", exact=True)).to_have_count(0)
    assert is_sound(page) == []
    card.get_by_role("button", name="Put away").press("Enter")
    expect(card).to_be_hidden()
    page.get_by_role("button", name=RANKED).press("Enter")
    card.get_by_role("button", name="Move down").first.press("ArrowDown")
    card.get_by_role("button", name="Vote", exact=True).press("Enter")
    expect(card.get_by_text("average place")).to_have_count(4)
    page.reload()
    expect(page.get_by_role("button", name=BANKED)).to_contain_text("answered")
    page.get_by_role("button", name=BANKED).press("Enter")
    expect(card.get_by_text("· your vote")).to_have_count(1)
    expect(card.get_by_text("Your answer is not right.")).to_be_visible()


def test_a_published_question_leads_to_its_answer_and_the_others_are_not_there(
    meet: Meet, installation: Installation
) -> None:
    address = replay(installation)
    page = meet("trainee26").visit(address)
    page.get_by_role("button", name=PUBLISHED).press("Enter")
    expect(page.get_by_role("slider", name="Moment")).to_have_attribute("aria-valuetext", "0:05")
    expect(page.get_by_role("button", name="che cosa cerchi adesso")).to_be_visible()
    expect(page.get_by_role("button", name=HIDDEN)).to_have_count(0)
    assert HIDDEN not in page.request.get(f"{page.url.partition('#')[0]}/data").text()
    expect(page.get_by_role("link", name="Choose the questions")).to_have_count(0)
    assert is_sound(page) == []
    host = meet("trainer").visit(address)
    host.get_by_role("link", name="Choose the questions").click()
    chosen = host.get_by_role("listitem").filter(has_text=HIDDEN)
    chosen.get_by_role("button", name="Show it in the replay").click()
    expect(host.get_by_text("It stands in the replay.")).to_be_visible()
    assert is_sound(host) == []
    page.reload()
    expect(page.get_by_role("button", name=HIDDEN)).to_be_visible()
    chosen.get_by_role("button", name="Do not show it in the replay").click()
    expect(host.get_by_text("It does not stand in the replay.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name=PUBLISHED)).to_be_visible()
    expect(page.get_by_role("button", name=HIDDEN)).to_have_count(0)


def in_pieces(installation: Installation) -> str:
    """A recording of two voices in a hundred pieces each, after a while; nobody speaks from 4:20 to 5:00."""
    with installation.app.app_context(), installation.world.inside("siena"):
        known = session().scalars(select(RecordedTrack).order_by(RecordedTrack.started_at)).first()
        assert known is not None
        model = session().get_one(Recording, known.recording_id)
        begins = utcnow()
        row = Recording(
            room_id=model.room_id, owner_id=model.owner_id, started_at=begins,
            ended_at=begins + timedelta(seconds=510), first_seq=10_000,
        )  # fmt: skip
        row.tracks = [
            RecordedTrack(
                participant_id=known.participant_id, kind="microphone", file_id=known.file_id,
                started_at=10.0 + 5 * number, seconds=5.0,
            )
            for number in [*range(50), *range(58, 100)]
            for _voice in range(2)
        ]  # fmt: skip
        session().add(row)
        session().flush()
        return f"/webinar/{row.room_id}/replay/{row.id}"


def test_a_recording_in_many_pieces_begins_with_the_first_and_needs_few_players(
    meet: Meet, installation: Installation
) -> None:
    page = meet("trainee26").visit(in_pieces(installation))
    players = page.locator("webinar-replay audio")
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.get_by_text("0:10 / 8:30")).to_be_visible()
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.locator("[data-part=voices]")).to_be_visible()
    expect(page.locator("[data-part=voice-names]")).not_to_be_empty()
    expect(players).to_have_count(6)
    page.get_by_role("slider", name="Moment").fill("200")
    expect(players).to_have_count(10)
    assert is_sound(page) == []
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.get_by_text("3:22 / 8:30")).to_be_visible()


@pytest.fixture
def strict_chromium(chromium: Browser) -> Iterator[Browser]:
    """A Chromium in which, as on an iPhone, each player needs a press of its own before it sounds."""
    arguments = [*CHROMIUM_ARGUMENTS, "--autoplay-policy=user-gesture-required"]
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=arguments)
    yield browser
    browser.close()


def test_one_press_lets_all_that_follows_be_heard(
    meet: Meet, installation: Installation, strict_chromium: Browser
) -> None:
    page = meet("trainee26", browser=strict_chromium).visit(in_pieces(installation))
    expect(page.get_by_role("button", name="Play")).to_be_enabled()
    page.get_by_role("slider", name="Moment").fill("262")
    page.get_by_role("button", name="Play").click()
    moments = [310, 400, 150]
    assert page.evaluate(HEARD_AFTER_THE_PRESS, moments) == moments
