"""A whole course made by keyboard alone, from its title to its publication."""

from __future__ import annotations

import io
import re
from fractions import Fraction

import av
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.browser.keys import choose_file, follow, press, press_until, walk_into_editor

pytestmark = pytest.mark.browser
TITLE = "By keyboard alone"
PHONE = {"width": 360, "height": 740}
STEPS = (
    ("Welcome", "text, pic"), ("Handbook", "longer text"), ("Further reading", "elsewhere"),
    ("Your plan", "assignment"), ("Check yourself", "quiz"), ("Check list", "sheet to fill in"),
)  # fmt: skip
"""Titles, and words with which the kind of step is found."""


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
            frame = av.VideoFrame(64, 48, "yuv420p")
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
    expect(page.locator(".courses-title", has_text=title)).to_be_focused()


def titles(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        ".courses-title", "fields => fields.map((each) => each.value)"
    )
    return found


def change_order(page: Page) -> None:
    """Alt and an arrow moves the step that has the focus; the bar at the foot takes that back."""
    before = titles(page)
    press_until(page, "Shift+Tab", f"Title of step {before[1]}")
    with page.expect_response(re.compile("/edit$")):
        page.keyboard.press("Alt+ArrowUp")
    assert titles(page) == [before[1], before[0], *before[2:]]
    follow(page, "Undo")
    assert titles(page) == before


def write_page(page: Page) -> None:
    """A text with a heading, a list, a picture and a video of one's own, by the buttons of the editor."""
    follow(page, "Write Welcome")
    walk_into_editor(page)
    page.keyboard.press("Alt+F10")
    page.keyboard.type("Heading")
    page.keyboard.press("Escape")
    page.keyboard.type("At the door")
    page.keyboard.press("Enter")
    page.keyboard.type("Look at the door.")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+F10")
    press(page, "List")
    page.keyboard.type("Knock twice")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    write_box_and_table(page)
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
    expect(page.locator(".ui-rich-page :is(h2, li, aside, table, img, video)")).to_have_count(6)


def write_box_and_table(page: Page) -> None:
    """A box with a tip; below it a table, which the arrow leaves again and the last Tab as well."""
    page.keyboard.press("Alt+F10")
    page.keyboard.type("Box: tip")
    page.keyboard.press("Escape")
    page.keyboard.type("Knock as often as you like.")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+F10")
    press(page, "Table")
    expect(page.locator(".ui-rich-page [contenteditable]")).to_be_focused()
    for word in ("Day", "Hour", "Door"):
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    for _row in range(3):
        page.keyboard.press("ArrowDown")
    text = page.locator("textarea[name=html]").input_value()
    assert '<aside data-callout="tip"><p>Knock as often as you like.</p></aside>' in text
    assert "<th><p>Hour</p></th><th><p>Door</p></th>" in text
    assert text.count("<tr>") == 3


def restore_version(page: Page) -> None:
    """A second version is published, then the first is taken up again."""
    walk_into_editor(page)
    page.keyboard.press("Control+a")
    page.keyboard.type("Nothing to see here.")
    page.keyboard.press("Tab")
    follow(page, "Save and publish")
    expect(page.get_by_text("Version 2", exact=True)).to_be_visible()
    follow(page, "Versions")
    follow(page, "Version 1")
    follow(page, "Take up version 1 again")
    expect(page.locator(".ui-rich-page :is(h2, li, aside, table, img, video)")).to_have_count(6)
    follow(page, "Save and publish")
    expect(page.get_by_text("Version 3", exact=True)).to_be_visible()
    follow(page, "Edit")


def write_book(page: Page) -> None:
    """Two chapters."""
    follow(page, "Write Handbook")
    for number, title in enumerate(("Before", "After"), start=1):
        press_until(page, "Tab", "Heading (optional)")
        page.keyboard.type(title)
        walk_into_editor(page)
        page.keyboard.type(f"{title} the door.")
        page.keyboard.press("Tab")
        follow(page, "Save and publish")
        if number == 1:
            follow(page, "Chapter")
    chapters = page.get_by_role("navigation", name="Chapters").get_by_role("link")
    expect(chapters).to_have_text(["Before", "After"])
    follow(page, "Move this chapter up")
    expect(chapters).to_have_text(["After", "Before"])
    follow(page, "Take this chapter out")
    follow(page, "Undo", key="Shift+Tab")
    expect(chapters).to_have_text(["After", "Before"])
    follow(page, "Edit")


def write_link(page: Page) -> None:
    """A page elsewhere."""
    follow(page, "Write Further reading")
    press_until(page, "Tab", "Web address")
    page.keyboard.type("www.example.org")
    follow(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()


def write_file(page: Page) -> None:
    """A sheet to fill in, with a word about it."""
    follow(page, "Write Check list")
    choose_file(
        page, "File", {"name": "list.txt", "mimeType": "text/plain", "buffer": b"Knock. Wait. Smile."}
    )
    expect(page.get_by_text("list.txt").first).to_be_visible()
    walk_into_editor(page)
    page.keyboard.type("Print it.")
    page.keyboard.press("Tab")
    follow(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()


def write_assignment(page: Page) -> None:
    """A text is handed in, and judged by two lines of a rubric."""
    follow(page, "Write Your plan")
    walk_into_editor(page)
    page.keyboard.type("Write down how you will knock.")
    page.keyboard.press("Tab")
    tick(page, "People can write a text")
    tick(page, "People can send files")
    follow(page, "Save")
    if "/step/" not in page.url:
        follow(page, "Write Your plan")
    for line in ("Clear", "Kind"):
        press_until(page, "Tab", "What is looked at")
        page.keyboard.type(line)
        follow(page, "Add")
    expect(page.get_by_role("region", name="Rubric").get_by_role("listitem")).to_have_count(2)
    follow(page, "Edit")


def tick(page: Page, name: str) -> None:
    """See that a box is ticked."""
    press_until(page, "Tab", name)
    if not page.locator(":focus").is_checked():
        page.keyboard.press("Space")


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
    taken = page.get_by_role("list", name="Questions of this quiz")
    expect(taken.get_by_role("button", name=re.compile("Take out"))).to_have_count(2)
    follow(page, "Back to the course")


def set_rules(page: Page) -> None:
    """The plan opens with a score in the quiz, the quiz when the page is done; the link is done when the person ticks it."""
    require_score(page)
    press(page, "More for Check yourself")
    follow(page, "Settings and rules")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check yourself")
    press_until(page, "Tab", "Step")
    page.keyboard.type("1. Welcome")
    follow(page, "Add After another step")
    expect(page.get_by_text("“Welcome” is done")).to_be_visible()
    press_until(page, "Tab", "Opens")
    page.keyboard.type("01012026")
    page.keyboard.press("Tab")
    page.keyboard.type("1000AM")
    follow(page, "Add From a date")
    expect(page.get_by_text("1 Jan 2026")).to_be_visible()
    press_until(page, "Tab", "Group")
    page.keyboard.type("Panificatori")
    follow(page, "Add For a group")
    follow(page, "Any of these")
    press_until(page, "Tab", "Take this condition away")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("the person is in the group")).to_be_visible()
    follow(page, "All of these", key="Tab")
    while page.get_by_role("button", name="Take this condition away").count() > 1:
        follow(page, "Take this condition away")
    follow(page, "Take this condition away")
    press_until(page, "Tab", "Step")
    page.keyboard.type("1. Welcome")
    follow(page, "Add After another step")
    expect(page.get_by_text("“Welcome” is done")).to_be_visible()
    follow(page, "Edit")
    press(page, "More for Further reading")
    follow(page, "Settings and rules")
    press_until(page, "Tab", "Viewed to the end")
    page.keyboard.press("ArrowUp")
    follow(page, "Use this rule")
    expect(page.get_by_role("radio", name="Ticked by the person")).to_be_checked()
    follow(page, "Edit")


def require_score(page: Page) -> None:
    """Half of the points in the quiz open the plan; another condition of the kind is taken away again."""
    press(page, "More for Your plan")
    follow(page, "Settings and rules")
    for title, percent in (("5. Check yourself", "50"), ("1. Welcome", "70")):
        press_until(page, "Tab", "At least, in percent")
        page.keyboard.press("Control+a")
        page.keyboard.type(percent)
        press_until(page, "Shift+Tab", "Step")
        page.keyboard.type(title)
        follow(page, "Add With a score")
        expect(page.get_by_text(f"at least {percent} % in “{title.partition('. ')[2]}”")).to_be_visible()
    press_until(page, "Tab", "Take this condition away")
    follow(page, "Take this condition away")
    expect(page.get_by_text("at least 70 %")).to_have_count(0)
    expect(page.get_by_text("at least 50 % in “Check yourself”")).to_be_visible()
    follow(page, "Edit")


def give_certificate(page: Page) -> None:
    """Whoever completes the course gets one; the course has a cover."""
    follow(page, "About this course")
    tick(page, "Whoever completes it")
    choose_file(page, "Cover", picture())
    expect(page.get_by_text("door.png").first).to_be_visible()
    press_until(page, "Tab", "What the cover picture shows")
    page.keyboard.type("A door")
    follow(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    follow(page, "Steps")


def preview(page: Page) -> None:
    """The course as somebody sees it who has just joined."""
    follow(page, "Preview")
    expect(page.get_by_text("Opens when “Welcome” is done.")).to_be_visible()
    follow(page, "Begin")
    expect(page.get_by_role("img", name="An open door")).to_be_visible()
    follow(page, "Leave; your place is kept")
    follow(page, "Back to editing")


def test_a_trainer_makes_a_whole_course_by_keyboard_alone(meet: Meet) -> None:
    page = meet("trainer").visit("/courses/new")
    press_until(page, "Tab", "Title")
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    for title, kind in STEPS:
        add_step(page, title, kind)
    change_order(page)
    write_page(page)
    restore_version(page)
    write_book(page)
    write_link(page)
    write_file(page)
    write_assignment(page)
    add_questions(page)
    set_rules(page)
    give_certificate(page)
    preview(page)
    follow(page, "Publish")
    expect(page.get_by_text("Published, version 1")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert check_page(page) == []
    trainee = meet("trainee12", viewport=PHONE).visit(f"/courses/?q={TITLE}")
    expect(trainee.get_by_role("link", name=TITLE)).to_be_visible()
