"""A video CV in a real browser: recorded from Chromium's own test camera, cut off, sent again, cut, read, shared."""

from __future__ import annotations

import re
from pathlib import Path

import av
import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect
from sqlalchemy import select

from lms.store.base import session
from lms.store.scope import all_offices
from plugins.portfolio.films.models import Film
from plugins.portfolio.pages.models import Page as PortfolioPage
from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.browser.test_portfolio import own, press_until
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
STATE = "(() => { const film = document.querySelector('pf-film'); return film.media; })()"


def begin(page: Page, title: str) -> str:
    """A video CV with a script and its person's consent, at the page that records; its address."""
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Write the script").click()
    page.get_by_label("Hello").fill("Hello, I am Zaffiro and I bake.")
    expect(page.locator("[data-length]").first).to_contain_text("7 words")
    page.get_by_label("What I wish for").fill("Let me show you on a night of trial.")
    page.get_by_role("button", name="Go on to record").click()
    page.get_by_label("I want to be recorded").check()
    page.get_by_role("button", name="Go on", exact=True).click()
    # Only now is the page of the recorder there: its address may be read and its requests be lost.
    expect(page.get_by_role("button", name="Switch the camera on")).to_be_visible()
    return page.url


def record(page: Page, seconds: float, camera: str = "Switch the camera on") -> None:
    """Record until the clock shows so many seconds, and stop."""
    page.get_by_role("button", name=camera).click()
    page.get_by_role("button", name="Start to record").click()
    page.wait_for_function(
        f"() => parseInt(document.querySelector('[data-part=clock]').textContent.split(':')[1] ?? 0) >= {seconds}"
    )
    page.get_by_role("button", name="Stop").click()


def local_takes(page: Page) -> int:
    """How many recordings this browser still keeps."""
    return int(
        page.evaluate(
            """() => new Promise((resolve, reject) => {
              const asked = indexedDB.open("contrada-films", 1);
              asked.onerror = () => reject(asked.error);
              asked.onsuccess = () => {
                const count = asked.result.transaction("takes").objectStore("takes").count();
                count.onsuccess = () => { asked.result.close(); resolve(count.result); };
              };
            })"""
        )
    )


def test_a_film_is_recorded_cut_captioned_and_plays_as_it_is_cut(meet: Meet) -> None:
    page = meet("trainee6", viewport=PHONE, has_touch=True, is_mobile=True).visit("/portfolio/films/new")
    begin(page, "On the phone")
    record(page, 4)
    expect(page.get_by_role("status").filter(has_text="The recording is saved.")).to_be_visible()
    assert local_takes(page) == 0
    page.get_by_role("link", name="Recording 1", exact=True).click()
    page.wait_for_function(f"() => {STATE}.readyState >= 2")
    assert page.evaluate(f"{STATE}.videoHeight > {STATE}.videoWidth")
    page.evaluate("document.querySelector('pf-film').moment = 1")
    page.wait_for_function(f"() => !{STATE}.seeking && Math.abs({STATE}.currentTime - 1) < 0.2")
    page.get_by_role("button", name="Begin here").tap()
    page.get_by_role("button", name="Take this moment as the picture").tap()
    expect(page.get_by_text("This moment is the picture now.")).to_be_visible()
    page.get_by_label("Ends at second").fill("2.5")
    page.get_by_role("button", name="Save the cut").tap()
    expect(page.get_by_label("Begins at second")).to_have_value("1.0")
    page.get_by_role("button", name="Make them from my script").tap()
    lines = page.locator("textarea[name=lines]")
    expect(lines).to_have_value(re.compile(r"^0:00 - 0:00\.\d+ Hello, I am Zaffiro and I bake\."))
    lines.fill("0:00 - 0:01.5 Hello, I am Zaffiro.")
    page.get_by_role("button", name="Save the captions").tap()
    page.get_by_role("link", name="Overview").tap()
    page.wait_for_function(f"() => {STATE}.readyState >= 1")
    page.get_by_role("button", name="Play", exact=True).tap()
    page.wait_for_function(
        f"() => {STATE}.currentTime > 1.2 && {STATE}.textTracks[0].activeCues.length === 1"
    )
    assert page.evaluate(f"{STATE}.textTracks[0].activeCues[0].text") == "Hello, I am Zaffiro."
    page.wait_for_function(f"() => {STATE}.paused")
    assert 2.4 <= page.evaluate(f"{STATE}.currentTime") <= 2.8
    expect(page.locator("[data-part=time]")).to_have_text("0:01 / 0:01")
    page.get_by_text("Read what is said").tap()
    expect(page.locator(".pf-transcript p")).to_have_text(re.compile("Hello, I am Zaffiro."))


def read_first_take(page: Page) -> None:
    """Its cut and captions work, whatever it is made of."""
    page.wait_for_function(f"() => {STATE}.readyState >= 2")
    page.evaluate("document.querySelector('pf-film').moment = 0.5")
    page.wait_for_function(f"() => !{STATE}.seeking && Math.abs({STATE}.currentTime - 0.5) < 0.2")
    page.get_by_role("button", name="Begin here").click()
    page.get_by_label("Ends at second").fill("1.5")
    page.get_by_role("button", name="Take this moment as the picture").click()
    expect(page.get_by_text("This moment is the picture now.")).to_be_visible()
    page.get_by_role("button", name="Save the cut").click()
    page.locator("textarea[name=lines]").fill("0:00 - 0:01 Hello, I am Zaffiro.")
    page.get_by_role("button", name="Save the captions").click()
    page.get_by_role("link", name="Overview").click()
    page.wait_for_function(f"() => {STATE}.readyState >= 1")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        f"() => {STATE}.currentTime > 0.6 && {STATE}.textTracks[0].activeCues?.length === 1"
    )
    page.wait_for_function(f"() => {STATE}.paused")
    assert 1.4 <= page.evaluate(f"{STATE}.currentTime") <= 1.8
    expect(page.locator("[data-part=time]")).to_have_text("0:01 / 0:01")


def media_type(page: Page) -> str:
    """What the server says the shown film is."""
    return str(page.evaluate(f"async () => (await fetch({STATE}.currentSrc)).headers.get('content-type')"))


def test_a_browser_that_records_mp4_is_as_good(meet: Meet) -> None:
    somebody = meet("trainee10")
    somebody.context.add_init_script(
        "const supported = MediaRecorder.isTypeSupported.bind(MediaRecorder);"
        "MediaRecorder.isTypeSupported = (kind) => !kind.includes('webm') && supported(kind);"
    )
    page = somebody.visit("/portfolio/films/new")
    begin(page, "By MP4")
    record(page, 3)
    page.get_by_role("link", name="Recording 1", exact=True).click()
    page.wait_for_function(f"() => {STATE}.readyState >= 2")
    assert media_type(page) == "video/mp4"
    read_first_take(page)


def phone_film(path: Path) -> None:
    """Three seconds as a phone films them: H.264 and AAC, its index at the end of the file."""
    with av.open(str(path), "w", format="mp4") as made:
        picture, sound = made.add_stream("libx264", rate=25), made.add_stream("aac", rate=48_000)
        picture.width, picture.height, picture.pix_fmt = 360, 640, "yuv420p"
        picture.options = {"g": "25"}
        for number in range(75):
            frame = av.VideoFrame(360, 640, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number * 3]) * plane.buffer_size)
            made.mux(picture.encode(frame))
        made.mux(picture.encode(None))
        for number in range(140):
            quiet = av.AudioFrame("fltp", "mono", 1024)
            quiet.planes[0].update(bytes(quiet.planes[0].buffer_size))
            quiet.sample_rate, quiet.pts = 48_000, number * 1024
            made.mux(sound.encode(quiet))
        made.mux(sound.encode(None))


def test_a_film_of_a_phone_is_sent_as_a_file_cut_and_read(meet: Meet, tmp_path: Path) -> None:
    phone_film(tmp_path / "VID_20261126.mp4")
    page = meet("trainee11").visit("/portfolio/films/new")
    begin(page, "From the gallery")
    page.get_by_text("Send a video or sound from another program").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "VID_20261126.mp4")
    page.get_by_role("button", name="Add it to my recordings").click()
    page.get_by_role("link", name="Recording 1", exact=True).click()
    page.wait_for_function(f"() => {STATE}.readyState >= 2")
    assert media_type(page) == "video/mp4"
    read_first_take(page)


def test_a_recording_survives_a_lost_network_and_a_closed_page(meet: Meet) -> None:
    somebody = meet(
        "trainee7",
        ignored=("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource"),
        service_workers="block",
    )
    page = somebody.visit("/portfolio/films/new")
    address = begin(page, "In a tunnel")

    def lose(route: Route) -> None:
        route.abort("internetdisconnected")

    somebody.context.route("**/files/uploads/*", lose)
    record(page, 3)
    expect(page.locator("[data-local=state]")).to_contain_text("kept on this device")
    assert local_takes(page) == 1
    expect(page.locator("[data-takes-place]")).to_contain_text("No recording yet")
    page.goto("about:blank")
    somebody.context.unroute("**/files/uploads/*", lose)
    page.goto(address)
    expect(page.get_by_role("link", name="Recording 1", exact=True)).to_be_visible()
    assert local_takes(page) == 0
    page.reload()
    expect(page.locator(".pf-take[data-key]")).to_have_count(1)


def test_a_page_that_is_reloaded_in_the_middle_keeps_what_was_said(meet: Meet) -> None:
    page = meet("trainee8").visit("/portfolio/films/new")
    begin(page, "Cut off")
    page.get_by_role("button", name="Switch the camera on").click()
    page.get_by_role("button", name="Start to record").click()
    page.wait_for_function("() => /0:0[4-9]/.test(document.querySelector('[data-part=clock]').textContent)")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("link", name="Recording 1", exact=True).click()
    page.wait_for_function(f"() => {STATE}.readyState >= 2")
    page.evaluate("document.querySelector('pf-film').moment = 0.5")
    page.wait_for_function(f"() => !{STATE}.seeking && {STATE}.currentTime > 0.4")


def test_what_another_person_left_on_a_shared_computer_is_not_sent(meet: Meet) -> None:
    somebody = meet("trainee6", ignored=("ERR_FAILED", "Failed to load resource"), service_workers="block")
    page = somebody.visit("/portfolio/films/new")
    begin(page, "At the desk")
    page.evaluate("document.querySelector('pf-recorder').dataset.person = 'somebody-else'")
    somebody.context.route("**/files/uploads/*", lambda route: route.abort())
    record(page, 2)
    expect(page.locator("[data-local=state]")).to_contain_text("kept on this device")
    somebody.context.unroute_all()
    page.reload()
    expect(page.get_by_role("button", name="Switch the camera on")).to_be_visible()
    assert local_takes(page) == 1
    expect(page.locator("[data-takes-place]")).to_contain_text("No recording yet")


def test_a_film_is_recorded_and_played_by_keyboard_alone(meet: Meet) -> None:
    page = meet("trainee9").visit("/portfolio/films/new")
    begin(page, "By keyboard")
    press_until(page, "My voice alone")
    expect(page.get_by_role("button", name="Start to record")).to_be_focused()
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    page.wait_for_function("() => /0:0[2-9]/.test(document.querySelector('[data-part=clock]').textContent)")
    page.keyboard.press("Space")
    press_until(page, "Recording 1")
    page.wait_for_function(f"() => {STATE}.readyState >= 1")
    press_until(page, "Play the cut")
    page.wait_for_function(f"() => {STATE}.currentTime > 0.3")
    assert page.evaluate(f"{STATE}.tagName") == "AUDIO"


@pytest.mark.parametrize("path", ["", "/script", "/record", "take"])
def test_everybody_can_use_the_pages(meet: Meet, installation: Installation, path: str) -> None:
    with installation.app.app_context(), all_offices("looking for a film"):
        film_id = session().scalar(select(Film.id).filter_by(owner_id=installation.user_id("trainee")))
        session().rollback()
    trainee = meet("trainee")
    trainee.visit(f"/portfolio/films/{film_id}{path.replace('take', '')}")
    if path == "take":
        trainee.page.locator(".pf-take-title a").first.click()
    assert check_page(trainee.page) == []
    assert trainee.page.locator("h1").count() == 1


def test_a_counsellor_speaks_about_a_moment_of_the_film(meet: Meet, installation: Installation) -> None:

    page_id = own(installation, PortfolioPage, "I miei lavori")
    counsellor = meet("counsellor").visit(f"/portfolio/shared/pages/{page_id}")
    counsellor.wait_for_function(f"() => {STATE}.readyState >= 1")
    counsellor.evaluate("document.querySelector('pf-film').moment = 4")
    counsellor.wait_for_function(f"() => !{STATE}.seeking && {STATE}.currentTime > 4.9")
    counsellor.get_by_label("Your comment").fill("Smile here!")
    counsellor.get_by_role("button", name="This moment").click()
    expect(counsellor.get_by_label("At which second of the video?")).to_have_value("4")
    counsellor.get_by_role("button", name="Send", exact=True).last.click()
    trainee = meet("trainee").visit(f"/portfolio/shared/pages/{page_id}")
    trainee.get_by_role("link", name="at 0:04").click()
    trainee.wait_for_function(f"() => {STATE}.currentTime >= 4.9 && {STATE}.currentTime < 7")
