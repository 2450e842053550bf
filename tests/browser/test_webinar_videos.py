"""A video on the stage: everybody sees the same moment, who comes late too; who presents has it under the keyboard."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lms.store.uow import unit_of_work
from plugins.webinar import rooms
from plugins.webinar.tests import test_modules
from plugins.webinar.tests import test_videos as making
from plugins.webinar.tests.making import open_room
from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
NAME = "Novanta secondi (0:24)"
MEDIA = "document.querySelector('[data-part=video-picture]')"
IN_SYNC = 0.5
"""Seconds that two people may be apart."""
BLOCKED_ONCE = """() => {
  const play = HTMLMediaElement.prototype.play;
  let isAllowed = false;
  document.addEventListener("click", () => (isAllowed = true), true);
  HTMLMediaElement.prototype.play = function () {
    return isAllowed || this.dataset.part !== "video-picture" ? play.call(this) : Promise.reject(new DOMException("", "NotAllowedError"));
  };
}"""
"""A browser that lets no video play before somebody pressed something (what was pressed to come in is long ago)."""


def prepare(installation: Installation) -> uuid.UUID:
    """An open room with a video that has captions."""
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        world = installation.world
        meeting = open_room(world)
        row = making.add(world, meeting)
        with making.WORDS.open("rb") as stream:
            file = making.store_file(world.actor("trainer"), stream, "Parole.vtt", making.videos.PURPOSE)
        making.videos.set_captions(world.actor("trainer"), meeting.activity.id, row.id, file)
        return meeting.activity.id


def offset(page: Page) -> float:
    """Where the video is, less the time of the clock: the same for all who are in sync."""
    found: float = page.evaluate(f"() => {MEDIA}.currentTime - Date.now() / 1000")
    return found


def at(page: Page) -> float:
    """Where the video is."""
    found: float = page.evaluate(f"() => {MEDIA}.currentTime")
    return found


def plays(page: Page) -> bool:
    """Whether it moves here."""
    found: bool = page.evaluate(f"() => !{MEDIA}.paused && {MEDIA}.readyState > 2 && {MEDIA}.currentTime > 0")
    return found


def are_in_sync(*pages: Page) -> bool:
    """Whether nobody is further off than is allowed."""
    offsets = [offset(page) for page in pages]
    return max(offsets) - min(offsets) < IN_SYNC


def test_everybody_sees_the_same_moment_of_a_video(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{prepare(installation)}/room"
    host, phone = meet("trainer").visit(room), meet("trainee17", viewport=PHONE).visit(room)
    for page in (host, phone):
        come_in(page)
    host.get_by_role("tab", name="Slides").click()
    host.get_by_role("button", name=NAME).focus()
    host.keyboard.press("Enter")
    for page in (host, phone):
        expect(page.locator("[data-part=video]")).to_be_visible()
        expect(page.locator("[data-part=announcer]")).to_contain_text("A video is shown: Novanta secondi")
    expect(phone.get_by_role("button", name="Play for everybody")).to_have_count(0)
    host.get_by_role("button", name="Play for everybody").focus()
    host.keyboard.press("Enter")
    wait_until(lambda: plays(host) and plays(phone), what="the video plays for both")
    wait_until(lambda: are_in_sync(host, phone), what="both see the same moment")
    late = meet("trainee18").visit(room)
    come_in(late)
    wait_until(lambda: plays(late), what="the video plays for who comes late")
    wait_until(lambda: are_in_sync(host, phone, late), what="who comes late sees the same moment")
    host.get_by_role("slider", name="Moment of the video").focus()
    host.keyboard.press("Home")
    wait_until(lambda: max(map(at, (host, phone, late))) < 8, what="it begins anew for all")
    wait_until(lambda: are_in_sync(host, phone, late), what="all are together again")
    host.get_by_role("button", name="Pause for everybody").focus()
    host.keyboard.press("Enter")
    wait_until(lambda: not any(map(plays, (host, phone, late))), what="it stands still for all")
    wait_until(
        lambda: max(map(at, (host, phone, late))) - min(map(at, (host, phone, late))) < 0.1,
        what="at one moment",
    )
    host.get_by_role("button", name="Close the side").click()
    for page in (host, phone):
        assert is_sound(page) == []
    host.set_viewport_size(PHONE)
    assert is_sound(host) == []
    phone.get_by_role("button", name="Captions of the video, for me").click()
    expect(phone.get_by_role("button", name="Captions of the video, for me")).to_have_attribute(
        "aria-pressed", "false"
    )
    host.get_by_role("button", name="Show no video").click()
    expect(phone.locator("[data-part=video]")).to_be_hidden()


def test_a_trainer_prepares_videos_on_a_phone(meet: Meet, installation: Installation) -> None:
    page = meet("trainer", viewport=PHONE).visit(f"/webinar/{prepare(installation)}/videos/")
    expect(page.get_by_role("heading", name="Novanta secondi")).to_be_visible()
    assert is_sound(page) == []
    page.locator("#videos").set_input_files(
        files=[{"name": "Prova.webm", "mimeType": "video/webm", "buffer": making.VIDEO.read_bytes()}]
    )
    expect(page.get_by_text("Uploaded, 65 kB", exact=True)).to_be_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Prova", exact=True)).to_be_visible()
    page.get_by_role("button", name="Take out Prova").click()
    expect(page.get_by_text("Taken out.")).to_be_visible()
    expect(page.get_by_role("heading", name="Prova", exact=True)).to_have_count(0)


def test_who_uses_few_data_loads_no_video_unless_they_want_it(meet: Meet, installation: Installation) -> None:
    room_id = prepare(installation)
    phone = meet("trainee19", viewport=PHONE).visit(f"/webinar/{room_id}/room")
    come_in(phone)
    phone.locator("summary", has_text="More").click()
    phone.get_by_label("Sound only").check()
    phone.keyboard.press("Escape")
    show(installation, room_id)
    expect(phone.get_by_text("With the few data that you chose it is not loaded.")).to_be_visible()
    assert not phone.evaluate(f"() => {MEDIA}.hasAttribute('src')")
    assert is_sound(phone) == []
    phone.get_by_role("button", name="Load it all the same").click()
    wait_until(lambda: plays(phone), what="it plays once it is wanted")


def test_a_browser_that_does_not_play_by_itself_gets_one_button(
    meet: Meet, installation: Installation
) -> None:
    room_id = prepare(installation)
    trainee = meet("trainee20", viewport=PHONE)
    page = trainee.visit(f"/webinar/{room_id}/room")
    come_in(page)
    expect(page.get_by_role("button", name="Raise your hand")).to_be_visible()
    page.evaluate(BLOCKED_ONCE)
    show(installation, room_id)
    button = page.get_by_role("button", name="Play with the others")
    expect(button).to_be_visible()
    assert not plays(page)
    button.click()
    wait_until(lambda: plays(page), what="it plays with the others")
    expect(button).to_be_hidden()


def test_the_recording_shows_the_video_at_its_moment(meet: Meet, installation: Installation) -> None:
    world = installation.world
    with installation.app.app_context(), world.inside("siena"), unit_of_work():
        held = test_modules.hold(world)
        meeting = rooms.meeting_of(held.room)
        with making.VIDEO.open("rb") as stream:
            file = making.store_file(world.actor("trainer"), stream, "Novanta.webm", making.videos.PURPOSE)
        row = making.Video(room_id=held.room, file_id=file.id, name="Novanta secondi", seconds=24)
        making.session().add(row)
        making.session().flush()
        zero = meeting.activity.starts_at or world.now
        told = making.log.VideoShown(video=row.id, title=row.name, seconds=row.seconds)
        making.log.write(meeting.room, "video.shown", told, at=zero + timedelta(seconds=10))
        moved = making.log.VideoMoved(position=2, is_playing=True)
        making.log.write(meeting.room, "video.moved", moved, at=zero + timedelta(seconds=12))
    page = meet("trainee20").visit(f"/webinar/{held.room}/replay/{held.recording}#t=14")
    expect(page.get_by_role("button", name="0:10 Video Novanta secondi")).to_be_visible()
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    apart = """() => {
      const video = document.querySelector(".webinar-replay-video");
      const at = Number(document.querySelector("[data-part=seek]").value);
      return video.paused || at < 15 ? 99 : Math.abs(video.currentTime - (2 + at - 12));
    }"""
    wait_until(lambda: page.evaluate(apart) < 0.1, what="the video is where it was in the meeting")
    assert is_sound(page) == []
    page.get_by_role("button", name="0:10 Video Novanta secondi").click()
    page.get_by_role("button", name="Pause").click()
    wait_until(
        lambda: page.evaluate("() => document.querySelector('.webinar-replay-video').paused"),
        what="it is paused",
    )


def show(installation: Installation, room_id: uuid.UUID) -> None:
    """The trainer plays the video from its beginning, from another device."""
    world = installation.world
    with installation.app.app_context(), world.inside("siena"), unit_of_work():
        meeting = rooms.meeting_of(room_id)
        making.go_in(world, meeting, "trainer")
        row = making.videos.find_videos(room_id)[0]
        making.videos.show(world.actor("trainer"), room_id, row.id, uuid.uuid4().hex)
        making.move(world, meeting, row, 0, is_playing=True, key=uuid.uuid4().hex[:5])
