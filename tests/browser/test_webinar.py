"""A meeting with several people: a trainer at a desk, a trainee on a phone, a guest without an account."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect

from benchmarks.media_network import between
from lms.accounts.sessions import COOKIE
from lms.ops.needs import find_chromium
from lms.store.uow import unit_of_work
from plugins.webinar import letters, registering, rooms, slides
from plugins.webinar.presets import PresetName
from plugins.webinar.tests.making import open_room
from tests.browser.checks import find_sideways_scroll, run_axe
from tests.browser.conftest import Meet
from tests.browser.replays import lies_apart, replayed
from tests.chromium import CHROMIUM_ARGUMENTS
from tests.serving import Installation, Serving, wait_until

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def with_devices(chromium: Browser) -> Iterator[Browser]:
    """A Chromium that has an invented camera and microphone and asks nobody for them."""
    path = find_chromium()
    assert path is not None
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        "--auto-select-desktop-capture-source=Entire screen",
    ]
    browser = chromium.browser_type.launch(executable_path=path, args=[*CHROMIUM_ARGUMENTS, *fake])
    yield browser
    browser.close()


@pytest.fixture
def see(with_devices: Browser, served: Serving, installation: Installation) -> Iterator[Callable[..., Page]]:
    """``see("trainer", room)``: that person's page of a room, in a browser with camera and microphone."""
    opened: list[BrowserContext] = []

    def open_room_of(key: str, path: str, **options: object) -> Page:
        context = with_devices.new_context(locale="en-GB", reduced_motion="reduce", **options)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        host = f"127.0.0.1:{served.port}"
        context.add_cookies(
            [{"name": COOKIE, "value": installation.cookie_for(key), "url": f"http://{host}"}]
        )
        opened.append(context)
        page = context.new_page()
        page.goto(f"http://{host}/o/siena{path}")
        return page

    yield open_room_of
    for context in opened:
        context.close()


def frames(page: Page) -> int:
    """Pictures of others that the page has played so far."""
    found: int = page.evaluate(
        "() => [...document.querySelectorAll('.webinar-tile.has-video:not(.is-own) video')].reduce((sum, each) => sum + each.getVideoPlaybackQuality().totalVideoFrames, 0)"
    )
    return found


def make(installation: Installation, preset: PresetName = "webinar", **changes: object) -> uuid.UUID:
    """A meeting that is open now."""
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        return open_room(installation.world, preset, **changes).activity.id


def come_in(page: Page, name: str = "") -> None:
    """Through the door."""
    if name:
        page.get_by_label("Your name in the room").fill(name)
    page.get_by_role("button", name="Come in", exact=True).click()


def is_sound(page: Page) -> list[str]:
    """What the checkers find while the room is live, light and dark."""
    found = find_sideways_scroll(page)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += run_axe(page)
    return found


def test_people_meet_write_and_one_is_given_the_floor(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = meet("trainer").visit(room), meet("trainee", viewport=PHONE).visit(room)
    assert is_sound(host) == []
    come_in(host)
    come_in(trainee)
    expect(host.locator("[data-part=people-count]")).to_have_text("2")
    trainee.get_by_role("button", name="Chat").click()
    trainee.get_by_label("Your message").fill("Buongiorno a tutti")
    trainee.get_by_label("Your message").press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Buongiorno a tutti")
    trainee.get_by_role("button", name="Close the side").click()
    trainee.get_by_role("button", name="Raise your hand").click()
    host.get_by_role("tab", name="To do").click()
    assert is_sound(host) == []
    host.get_by_role("button", name="Give the floor").click()
    expect(trainee.get_by_role("button", name="Microphone")).to_be_visible()
    expect(host.locator(".webinar-tile")).to_have_count(2)
    assert is_sound(trainee) == []
    host.get_by_role("tab", name="People").click()
    host.get_by_text("Lock for everybody").click()
    host.get_by_label("Write in the chat").first.check()
    trainee.get_by_role("button", name="Chat").click()
    expect(trainee.get_by_text("The chat is closed for now")).to_be_visible()


def test_the_lobby_opens_for_one_and_not_for_the_other(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation, 'interview')}/room"
    host = meet("trainer").visit(room)
    first, second = (meet(key, viewport=PHONE).visit(room) for key in ("trainee3", "trainee4"))
    come_in(host)
    for page in (first, second):
        come_in(page)
        expect(page.get_by_role("heading", name="You are in the lobby")).to_be_visible()
    assert is_sound(first) == []
    host.get_by_role("tab", name="To do").click()
    waiting = host.get_by_role("list", name="What waits for you")
    expect(waiting.get_by_role("listitem")).to_have_count(2)
    waiting.get_by_role("button", name="Let in").first.click()
    expect(first.get_by_role("button", name="Raise your hand")).to_be_visible()
    waiting.get_by_role("button", name="Refuse").click()
    expect(second.get_by_role("heading", name="You were asked to leave this room.")).to_be_visible()


def test_a_guest_comes_by_a_link_and_is_put_out(meet: Meet, installation: Installation) -> None:
    room_id = make(installation, guests="registration")
    guest = meet(viewport=PHONE)
    page = guest.visit(f"/webinar/{room_id}/register")
    page.get_by_label("Name").fill("Rosa Cioni")
    page.get_by_label("E-mail address").fill("rosa.browser@example.org")
    assert is_sound(page) == []
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    with installation.app.app_context(), installation.world.inside("siena"):
        row = registering.find_guests(installation.world.actor("trainer"), room_id)[0]
        path = letters.link_of(row).partition("/o/siena")[2]
    guest.visit(path)
    page.get_by_role("button", name="Come in").click()
    come_in(page, "Rosa")
    host = meet("trainer").visit(f"/webinar/{room_id}/room")
    come_in(host)
    host.get_by_role("tab", name="People").click()
    host.locator("summary", has_text="What to do with Rosa").click()
    host.get_by_role("button", name="Put out of the room").click()
    host.get_by_role("dialog").get_by_role("button", name="Put out", exact=True).click()
    expect(page.get_by_role("heading", name="You were asked to leave this room.")).to_be_visible()


def test_a_cut_network_loses_no_message(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    trainer, trainee = meet("trainer"), meet("trainee5", ignored=("ERR_INTERNET_DISCONNECTED", "WebSocket"))
    host, page = trainer.visit(room), trainee.visit(room)
    come_in(host)
    come_in(page)
    expect(host.locator("[data-part=people-count]")).to_have_text("2")
    trainee.context.set_offline(offline=True)
    page.get_by_label("Your message").fill("Scritto senza rete")
    page.get_by_label("Your message").press("Enter")
    host.get_by_label("Your message").fill("Detto intanto")
    host.get_by_label("Your message").press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Detto intanto")
    trainee.context.set_offline(offline=False)
    expect(page.get_by_role("log")).to_contain_text("Detto intanto", timeout=60_000)
    expect(host.get_by_role("log")).to_contain_text("Scritto senza rete", timeout=60_000)


def test_the_end_is_for_everybody(meet: Meet, installation: Installation) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, page = meet("trainer").visit(room), meet("trainee6", viewport=PHONE).visit(room)
    come_in(host)
    come_in(page)
    host.locator("summary", has_text="Leave").click()
    host.get_by_role("button", name="End it for everybody").click()
    expect(page.get_by_role("heading", name="The meeting is over.")).to_be_visible()
    expect(host.get_by_role("heading", name="The meeting is over.")).to_be_visible()


def test_sound_and_pictures_reach_others_and_a_revoked_person_is_seen_no_more(
    see: Callable[..., Page], installation: Installation
) -> None:
    room = f"/webinar/{make(installation)}/room"
    host, trainee = see("trainer", room), see("trainee7", room, viewport=PHONE)
    host.get_by_role("button", name="Camera").click()
    host.get_by_role("button", name="Microphone").click()
    expect(host.get_by_label("Say something: the bar must move")).to_be_visible()
    come_in(host)
    come_in(trainee)
    wait_until(lambda: frames(trainee) > 5, what="pictures of the host")
    trainee.get_by_role("button", name="Raise your hand").click()
    host.get_by_role("tab", name="To do").click()
    host.get_by_role("button", name="Give the floor").click()
    trainee.get_by_role("button", name="Microphone").click()
    trainee.get_by_role("button", name="Camera", exact=True).click()
    wait_until(lambda: frames(host) > 5, what="pictures of the trainee")
    assert is_sound(host) == []
    assert is_sound(trainee) == []
    host.get_by_role("tab", name="People").click()
    host.locator("summary", has_text="What to do with").nth(1).click()
    host.get_by_role("button", name="Take the floor back").click()
    expect(host.locator(".webinar-tile.has-video:not(.is-own)")).to_have_count(0, timeout=2_000)
    expect(trainee.get_by_role("button", name="Microphone")).to_be_hidden()


def test_before_the_room_one_hears_oneself_and_learns_what_will_work(
    see: Callable[..., Page], installation: Installation
) -> None:
    page = see("trainee", f"/webinar/{make(installation, 'meeting')}/room", viewport=PHONE)
    result = page.locator("[data-part=trial-result]")
    page.get_by_role("button", name="Test the connection").click()
    expect(result).to_have_text("Sound and pictures will work.", timeout=30_000)
    assert page.locator("[data-part=trial-hear]").is_hidden()  # nothing was said
    page.get_by_role("button", name="Microphone", exact=True).click()
    page.get_by_role("button", name="Test the connection").click()
    expect(result).to_contain_text("say something now")
    expect(result).to_have_text("Sound and pictures will work.", timeout=30_000)
    expect(page.get_by_text("This is how the others hear you.")).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-part=trial-echo]').currentTime > 0.5")
    assert is_sound(page) == []
    come_in(page)
    expect(page.locator("[data-part=people-count]")).to_have_text("1")


@pytest.mark.parametrize(
    ("blocked", "verdict"), [("udp", "Your network lets sound and pictures through by a detour only"), ("", "do not come through")]
)  # fmt: skip
def test_before_the_room_one_learns_what_the_network_blocks(
    see: Callable[..., Page], installation: Installation, blocked: str, verdict: str
) -> None:
    page = see("trainee", f"/webinar/{make(installation)}/room", service_workers="block")

    def block(route: Route) -> None:
        answer = route.fetch()
        data = answer.json()
        lines = data["sdp"].split("\r\n")
        is_dropped = re.compile(f"a=candidate:.* {blocked}", re.IGNORECASE)
        data["sdp"] = "\r\n".join(line for line in lines if not is_dropped.match(line))
        route.fulfill(response=answer, json=data)

    page.context.route("**/try", block)
    page.get_by_role("button", name="Test the connection").click()
    expect(page.locator("[data-part=trial-result]")).to_contain_text(verdict, timeout=60_000)


def test_before_the_room_one_learns_that_the_link_is_weak(
    see: Callable[..., Page], installation: Installation
) -> None:
    page = see("trainee", f"/webinar/{make(installation)}/room", service_workers="block")
    udp = re.compile(r"(a=candidate:\S+ \d+ udp \d+ )(\S+) (\d+)(.*)", re.IGNORECASE)
    with ExitStack() as stack:

        def lose(route: Route) -> None:
            answer = route.fetch()
            data = answer.json()
            lines = [
                line
                for line in data["sdp"].split("\r\n")
                if not re.match("a=candidate:.* tcp ", line, re.IGNORECASE)
            ]
            found = next(match for line in lines if (match := udp.match(line)))
            port = stack.enter_context(between((found[2], int(found[3])), loss=0.2, delay=0.01, seed=1))
            data["sdp"] = "\r\n".join(udp.sub(rf"\g<1>127.0.0.1 {port}\g<4>", line) for line in lines)
            route.fulfill(response=answer, json=data)

        page.context.route("**/try", lose)
        page.get_by_role("button", name="Test the connection").click()
        result = page.locator("[data-part=trial-result]")
        expect(result).to_contain_text("Your connection is weak. Sound will work", timeout=60_000)


def test_less_data_is_no_cameras_and_text_only_is_no_media(
    see: Callable[..., Page], installation: Installation
) -> None:
    room = f"/webinar/{make(installation, 'class')}/room"
    host, trainee = see("trainer", room), see("trainee8", room)
    host.get_by_role("button", name="Camera").click()
    come_in(host)
    come_in(trainee)
    wait_until(lambda: frames(trainee) > 5, what="pictures of the host")
    trainee.locator("summary", has_text="More").click()
    trainee.get_by_label("No cameras").check()
    expect(trainee.locator(".webinar-tile.has-video:not(.is-own)")).to_have_count(0)
    trainee.get_by_label("Everything").check()
    expect(trainee.locator(".webinar-tile.has-video:not(.is-own)")).to_have_count(1)
    trainee.get_by_label("Text only").check()
    expect(trainee.locator(".webinar-tile.has-video:not(.is-own)")).to_have_count(0)
    trainee.keyboard.press("Escape")
    trainee.get_by_label("Your message").fill("Solo testo")
    trainee.get_by_label("Your message").press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Solo testo")


def test_slides_and_a_poll_are_followed_by_everybody(meet: Meet, installation: Installation) -> None:
    with installation.app.app_context(), installation.world.inside("siena"):
        found = rooms.find_rooms(installation.world.actor("trainer"))
        room = (
            f"/webinar/{next(each for each in found if slides.find_decks(each.activity.id)).activity.id}/room"
        )
    host, trainee = meet("trainer").visit(room), meet("trainee9", viewport=PHONE).visit(room)
    come_in(host)
    come_in(trainee)
    host.get_by_role("tab", name="Slides").click()
    host.get_by_role("button", name="Show page 2 of").click()
    expect(trainee.get_by_role("img", name="Slide 2 of 4")).to_be_visible()
    host.locator("[data-part=stage]").click()
    host.keyboard.press("ArrowRight")
    expect(trainee.get_by_role("img", name="Slide 3 of 4")).to_be_visible()
    host.get_by_role("tab", name="Polls").click()
    host.get_by_text("New poll").click()
    host.get_by_label("Question", exact=True).fill("Si vede bene?")
    host.get_by_label("Answers, one on each line").fill("Sì\nNo")
    host.locator("[data-part=poll-form]").get_by_label("Anonymous").uncheck()
    host.get_by_role("button", name="Open the poll").click()
    trainee.get_by_role("button", name="Chat").click()
    trainee.get_by_role("tab", name="Polls").click()
    trainee.get_by_label("Sì").check()
    trainee.get_by_role("button", name="Vote", exact=True).click()
    expect(host.get_by_text("Votes: 1")).to_be_visible()
    assert is_sound(host) == []
    assert is_sound(trainee) == []


def test_a_recording_plays_at_once_without_who_refused_and_without_who_takes_it_back(
    see: Callable[..., Page], installation: Installation
) -> None:
    meeting = make(installation, "class")
    room = f"/webinar/{meeting}/room"
    host, trainee = see("trainer", room), see("trainee10", room)
    for page in (host, trainee):
        page.get_by_role("button", name="Camera").click()
        page.get_by_role("button", name="Microphone").click()
        come_in(page)
    wait_until(lambda: frames(host) > 5 and frames(trainee) > 5, what="pictures of both")
    host.locator("summary", has_text="More").click()
    host.get_by_role("button", name="Record the meeting").click()
    trainee.get_by_role("button", name="No, without me").click()
    host.get_by_role("button", name="Yes, record me").click()
    expect(trainee.get_by_text("Recording", exact=True)).to_be_visible()
    trainee.get_by_label("Your message").fill("Un appunto senza nome")
    trainee.get_by_label("Your message").press("Enter")
    expect(host.get_by_role("log")).to_contain_text("Un appunto senza nome")
    shown = frames(trainee)
    wait_until(lambda: frames(trainee) > shown + 60, what="two seconds of the host")
    host.locator("summary", has_text="More").click()
    host.get_by_role("button", name="Stop recording").click()
    expect(trainee.get_by_text("Recording", exact=True)).to_be_hidden()

    trainee.goto(trainee.url.removesuffix("/room"))
    trainee.get_by_role("region", name="Recordings").get_by_role("link").click()
    expect(trainee.locator("webinar-replay :is(audio, video)")).to_have_count(2)
    trainee.get_by_role("button", name="Play").click()
    wait_until(lambda: replayed(trainee) > 1, what="a second of the replay")
    assert lies_apart(trainee) <= 0.1
    assert trainee.locator("figcaption").all_inner_texts() == [installation.world.people["trainer"].name]
    trainee.get_by_role("button", name="Pause").click()
    expect(trainee.get_by_text(re.compile(r"You have watched [1-9]\d*% of it\."))).to_be_visible()
    moments = trainee.get_by_role("list", name="Moments")
    expect(moments).to_contain_text("Somebody Un appunto senza nome")
    trainee.get_by_label("Find a moment").fill("appunto")
    expect(moments.get_by_role("listitem")).to_have_count(1)
    assert find_sideways_scroll(trainee) + run_axe(trainee) == []

    host.goto(trainee.url.partition("#")[0])
    host.get_by_role("button", name="Take me out of the recordings").click()
    expect(host.get_by_text("You are not in the recordings of this meeting any more.")).to_be_visible()
    trainee.reload()
    expect(trainee.get_by_role("list", name="Moments")).to_contain_text("Un appunto senza nome")
    expect(trainee.locator("figcaption")).to_have_count(0)


STUDIO = """async ([endpoint, key]) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [320, 180];
  const drawn = canvas.getContext("2d");
  let hue = 0;
  setInterval(() => { drawn.fillStyle = `hsl(${hue = (hue + 7) % 360} 80% 50%)`; drawn.fillRect(0, 0, 320, 180); }, 40);
  const peer = window.studioPeer = new RTCPeerConnection();
  peer.addTransceiver(canvas.captureStream(25).getVideoTracks()[0], { direction: "sendonly" });
  await peer.setLocalDescription();
  const headers = { "Content-Type": "application/sdp", Authorization: `Bearer ${key}` };
  const answer = await fetch(endpoint, { method: "POST", headers, body: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  return [answer.status, answer.headers.get("Location")];
}"""
"""A studio program of a page's own: pictures over WHIP, by address and key alone."""


def test_a_studio_program_is_seen_by_everybody_under_its_name(
    see: Callable[..., Page], installation: Installation
) -> None:
    room_id = make(installation)
    trainer = see("trainer", f"/webinar/{room_id}")
    trainer.get_by_role("link", name="Programs").click()
    trainer.get_by_label("Its name in the room").fill("Direction")
    assert is_sound(trainer) == []
    trainer.get_by_role("button", name="Make a key").click()
    expect(trainer.get_by_label("Key (bearer token)")).to_be_visible()
    assert is_sound(trainer) == []
    endpoint = trainer.get_by_label("Address of the server (WHIP)").input_value()
    key = trainer.get_by_label("Key (bearer token)").input_value()
    trainee = see("trainee8", f"/webinar/{room_id}/room", viewport=PHONE)
    come_in(trainee)
    status, session_url = trainer.evaluate(STUDIO, [endpoint, key])
    assert status == 201
    wait_until(lambda: frames(trainee) > 10, what="pictures of the program")
    expect(trainee.locator(".webinar-tile.has-video")).to_contain_text("Direction")
    trainee.get_by_role("button", name="Chat").click()
    trainee.get_by_role("tab", name="People").click()
    listed = (
        trainee.get_by_role("list", name="Who is here").get_by_role("listitem").filter(has_text="Direction")
    )
    expect(listed).to_contain_text("Program")
    trainer.reload()
    expect(trainer.get_by_text("In the room", exact=True)).to_be_visible()
    trainer.evaluate(
        "([url, key]) => fetch(url, { method: 'DELETE', headers: { Authorization: `Bearer ${key}` } })",
        [session_url, key],
    )
    expect(listed).to_have_count(0)
    expect(trainee.locator(".webinar-tile.has-video")).to_have_count(0)
