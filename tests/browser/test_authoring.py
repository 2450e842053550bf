"""A whole course made by keyboard alone, from its title to the first trainee on a phone."""

from __future__ import annotations

import io
import re
from fractions import Fraction

import av
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.checks import check_page
from tests.browser.conftest import Meet, Somebody
from tests.browser.keys import choose_file, follow, press, press_until, walk_into_editor

pytestmark = pytest.mark.browser
TITLE = "By keyboard alone"
PHONE = {"width": 360, "height": 740}


def picture() -> FilePayload:
    body = io.BytesIO()
    Image.new("RGB", (320, 180), (10, 90, 140)).save(body, "PNG")
    return {"name": "door.png", "mimeType": "image/png", "buffer": body.getvalue()}


def video() -> FilePayload:
    """Half a second of one colour."""
    body = io.BytesIO()
    with av.open(body, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 64, 48, "yuv420p", Fraction(1, 10)
        for number in range(5):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), (number * 40, 90, 140)))
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return {"name": "interview.webm", "mimeType": "video/webm", "buffer": body.getvalue()}


def add_step(page: Page, title: str, kind: str) -> None:
    press_until(page, "Tab", "Title (optional)")
    page.keyboard.type(title)
    press_until(page, "Tab", "Find a kind of step")
    page.keyboard.type(kind)
    page.keyboard.press("Enter")
    expect(page.locator(f'.courses-title[value="{title}"]')).to_be_focused()


def titles(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        ".courses-title", "fields => fields.map((each) => each.value)"
    )
    return found


def write_page(page: Page) -> None:
    """A text with a picture and a video of one's own, by the buttons of the editor."""
    follow(page, "Write Welcome")
    walk_into_editor(page)
    page.keyboard.type("Look at the door.")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+F10")
    choose_file(page, "Picture", picture())
    expect(page.get_by_role("dialog", name="What does the picture show?")).to_be_visible()
    page.keyboard.type("An open door")
    page.keyboard.press("Enter")
    expect(page.locator(".ui-rich-page img")).to_have_js_property("naturalWidth", 320)
    page.keyboard.press("Alt+F10")
    choose_file(page, "Picture", video())
    expect(page.locator(".ui-rich-page video")).to_have_count(1)
    expect(page.locator(".ui-saved").first).to_contain_text("Saved")
    page.keyboard.press("Tab")
    follow(page, "Save and publish")
    expect(page.get_by_text("Version 1", exact=True)).to_be_visible()
    follow(page, "Edit")


def add_questions(page: Page) -> None:
    """Two questions of the bank, put into the quiz by the space bar."""
    follow(page, "Write Check yourself")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check yourself")
    boxes = page.get_by_role("list", name="Questions of the bank").get_by_role("checkbox")
    press_until(page, "Tab", boxes.nth(0).locator("xpath=ancestor::label").inner_text().split("\n")[0])
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    follow(page, "Add to the quiz")
    expect(
        page.get_by_role("list", name="Questions of this quiz").get_by_role(
            "button", name=re.compile("Take out")
        )
    ).to_have_count(2)
    follow(page, "Back to the course")


def set_rules(page: Page) -> None:
    """The quiz opens when the page is done."""
    press(page, "More for Check yourself")
    follow(page, "Settings and rules")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check yourself")
    press_until(page, "Tab", "Step")
    page.keyboard.type("1. Welcome")
    follow(page, "Add After another step")
    expect(page.get_by_text("“Welcome” is done")).to_be_visible()
    follow(page, "Edit")


def test_a_course_is_made_by_keyboard_alone_and_worked_through_on_a_phone(meet: Meet) -> None:
    page = meet("trainer").visit("/courses/new")
    press_until(page, "Tab", "Title")
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    add_step(page, "Check yourself", "quiz")
    add_step(page, "Welcome", "text, pic")
    with page.expect_response(re.compile("/edit$")):
        page.keyboard.press("Alt+ArrowUp")
    assert titles(page) == ["Welcome", "Check yourself"]
    page.reload()
    write_page(page)
    add_questions(page)
    set_rules(page)
    follow(page, "About this course")
    press_until(page, "Tab", "Whoever completes it")
    if not page.locator(":focus").is_checked():
        page.keyboard.press("Space")
    follow(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    follow(page, "Publish")
    expect(page.get_by_text("Published, version 1")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert check_page(page) == []
    walk_on_a_phone(meet("trainee12", viewport=PHONE))


def walk_on_a_phone(trainee: Somebody) -> None:
    """Find it, join, read to the end, see the lock open, hand in the quiz, get the certificate."""
    page = trainee.visit(f"/courses/?q={TITLE}")
    page.get_by_role("link", name=TITLE).click()
    assert check_page(page) == []
    page.get_by_role("button", name="Take part", exact=True).click()
    expect(page.get_by_text("“Welcome” is done")).to_be_visible()
    page.locator(".ui-next .btn-primary").click()
    expect(page.get_by_role("img", name="An open door")).to_have_js_property("naturalWidth", 320)
    expect(page.locator("video")).to_have_js_property("videoWidth", 64)
    assert check_page(page) == []
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check yourself")
    assert check_page(page) == []
