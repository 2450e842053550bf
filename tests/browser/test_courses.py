"""A course in the browser: built by keyboard alone, gone through on a phone, resumed exactly where one left."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.browser.keys import follow, press_until

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}


def order(page: Page) -> list[str]:
    """The titles of the outline."""
    found: list[str] = page.eval_on_selector_all(
        ".courses-title", "fields => fields.map((each) => each.value)"
    )
    return found


def test_a_trainer_builds_and_publishes_a_course_by_keyboard_alone(meet: Meet) -> None:
    page = meet("trainer").visit("/courses/new")
    press_until(page, "Tab", "Title")
    page.keyboard.type("Keyboard course")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keyboard course")
    for title in ("First", "Second"):
        press_until(page, "Tab", "Title (optional)")
        page.keyboard.type(title)
        press_until(page, "Tab", "Find a kind of step")
        page.keyboard.type("text, pic")
        page.keyboard.press("Enter")
        expect(page.locator(".courses-title", has_text=title)).to_be_focused()
    with page.expect_response(re.compile("/edit$")):
        page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("[data-announce]").first).to_have_text("Moved to place 1 of 2.")
    assert order(page) == ["Second", "First"]
    page.keyboard.press("End")
    page.keyboard.type(" step")
    with page.expect_response(re.compile("/edit$")):
        page.keyboard.press("Enter")
    page.reload()
    assert order(page) == ["Second step", "First"]
    page.evaluate("scrollTo(0, 0)")  # else a row may lie under the bar at the top
    assert check_page(page) == []
    press_until(page, "Tab", "Write")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.locator(".ui-rich-page [contenteditable]").focus()
    with page.expect_response(re.compile("/draft")):
        page.keyboard.type("What to do first.")
    expect(page.locator(".ui-saved").first).to_contain_text("Saved")
    press_until(page, "Tab", "Save and publish")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 1")).to_be_visible()
    page.go_back()
    page.goto(page.url.split("/courses/")[0] + "/courses/?show=draft")
    page.get_by_role("link", name="Keyboard course").click()
    press_until(page, "Tab", "Publish")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish now?")
    expect(page.get_by_role("link", name="First")).to_be_visible()
    assert check_page(page) == []
    press_until(page, "Tab", "Publish anyway")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Published, version 1")).to_be_visible()


def test_a_trainee_joins_on_a_phone_reads_writes_a_note_and_goes_on_where_they_left(meet: Meet) -> None:
    somebody = meet("trainee20", viewport=PHONE)
    page = somebody.visit("/courses/?q=colloquio")
    page.get_by_role("link", name="Il colloquio di lavoro").click()
    button = page.get_by_role("button", name="Take part", exact=True)
    if button.count():
        button.click()
    page.locator(".ui-next .btn-primary").click()
    expect(page.get_by_text("Step 1 of 4")).to_be_visible()
    page.get_by_text("Your notes", exact=True).click()
    with page.expect_response(re.compile("/note$")):
        page.locator("#note").fill("Ask Maria")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Step 2 of 4")).to_be_visible()
    title = page.get_by_role("heading", level=1).inner_text()
    with page.expect_response(re.compile("/place$")):
        page.reload()
    somebody.visit("/")
    page.locator(".ui-next .btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert check_page(page) == []


def test_a_dragged_step_stays_where_it_was_dropped(meet: Meet) -> None:
    page = meet("trainer").visit("/courses/new")
    page.get_by_label("Title").fill("Dragged course")
    page.get_by_role("button", name="Create").click()
    for title in ("One", "Two", "Three"):
        page.get_by_label("Title (optional)").fill(title)
        page.get_by_role("button", name="Page", exact=False).first.click()
        expect(page.locator(".courses-title", has_text=title)).to_be_visible()
    expect(page.locator(".courses-title", has_text="Three")).to_be_focused()
    start, target = (page.locator(".courses-handle").nth(place).bounding_box() for place in (2, 0))
    assert start is not None
    assert target is not None
    with page.expect_response(re.compile("/edit$")):
        page.mouse.move(start["x"] + 8, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(start["x"] + 8, target["y"] + 30, steps=12)
        page.mouse.move(target["x"] + 8, target["y"] - 6, steps=12)
        page.mouse.up()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.reload()
    assert order(page)[0] == "Three"


def test_everything_but_dragging_works_without_scripts(meet: Meet) -> None:
    page = meet("trainer", java_script_enabled=False).visit("/courses/new")
    page.get_by_label("Title").fill("Plain course")
    page.get_by_role("button", name="Create").click()
    for title in ("One", "Two"):
        page.get_by_label("Title (optional)").fill(title)
        page.locator('button[name="type"][value="page"]').click()
    page.locator(".courses-row").nth(1).locator("summary").click()
    page.locator(".courses-row").nth(1).get_by_role("button", name="Move up").click()
    assert order(page) == ["Two", "One"]
    page.get_by_role("button", name="Undo").click()
    assert order(page) == ["One", "Two"]
    page.locator(".courses-row").nth(0).get_by_role("link", name="Write").click()
    page.locator("textarea[name=html]").fill("<p>Plain text</p>")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Version 1")).to_be_visible()


def test_an_old_version_of_a_page_is_compared_and_taken_up_again(meet: Meet) -> None:
    page = meet("trainer").visit("/courses/new")
    page.get_by_label("Title").fill("Course with versions")
    page.get_by_role("button", name="Create").click()
    page.locator('button[name="type"][value="page"]').first.click()
    page.get_by_role("link", name="Write").click()
    editor = page.locator(".ui-rich-page [contenteditable]")
    for text in ("Bring your papers.", "Bring your papers and a pen."):
        with page.expect_response(re.compile("/draft")):
            editor.fill(text)
        page.get_by_role("button", name="Save and publish").click()
        page.wait_for_load_state()
    expect(page.get_by_text("Version 2", exact=True)).to_be_visible()
    page.get_by_role("link", name="Versions", exact=True).click()
    expect(page.locator(".courses-diff ins")).to_have_text("Bring your papers and a pen.")
    page.locator(".courses-contents").get_by_role("link", name="Version 1").click()
    page.get_by_role("button", name="Take up version 1 again").click()
    expect(editor).to_have_text("Bring your papers.")
    expect(page.get_by_text("Trainees see version 2.")).to_be_visible()
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Version 3", exact=True)).to_be_visible()


def test_a_certificate_is_verified_by_somebody_who_is_not_signed_in(meet: Meet) -> None:
    holder = meet("counsellor")
    page = holder.visit("/courses/certificates")
    address = page.locator('main a[href*="/courses/verify/"]').first.get_attribute("href")
    assert address is not None
    code = address.rsplit("/", 1)[1]
    stranger = meet(viewport=PHONE)
    page = stranger.visit("/courses/verify")
    page.get_by_label("Code of the certificate").fill(f" {code.lower().replace('-', ' ')} ")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("This certificate is genuine")).to_be_visible()
    expect(page.get_by_text(code)).to_be_visible()
    assert check_page(page) == []


def test_a_certificate_is_revoked_and_holds_again_by_keyboard_alone(meet: Meet) -> None:
    holder = meet("counsellor").visit("/courses/certificates")
    address = holder.locator('main a[href*="/courses/verify/"]').first.get_attribute("href")
    page = meet("trainer").visit("/courses/")
    follow(page, "Practitioner path")
    follow(page, "Edit")
    follow(page, "Certificates")
    follow(page, "Revoke")
    press_until(page, "Tab", "Reason")
    page.keyboard.type("The exam was somebody else’s.")
    assert check_page(page) == []
    follow(page, "Revoke")
    expect(page.get_by_text("revoked: The exam was somebody else’s.")).to_be_visible()
    stranger = meet().visit(f"/courses/verify/{str(address).rsplit('/', 1)[1]}")
    expect(stranger.get_by_text("The exam was somebody else’s.")).to_be_visible()
    follow(page, "Let it hold again")
    expect(page.get_by_text("The certificate holds again.")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_text("This certificate is genuine")).to_be_visible()


def test_the_practitioner_path_is_open_to_people_after_five_filled_fields(meet: Meet) -> None:
    page = meet("trainer").visit("/courses/new")
    filled = 0
    page.get_by_role("button", name="Use this template").first.click()
    expect(page.get_by_text("Not everything could be taken over")).to_have_count(0)
    page.get_by_role("link", name="About this course").click()
    page.get_by_label("Title").fill("Our practitioner path")
    filled += 1
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Steps", exact=True).click()
    for number in range(1, 5):
        page.get_by_role("link", name=re.compile(f"Write Webinar {number}")).click()
        expect(page.get_by_label("Lasts, in minutes")).to_have_value("90")
        page.get_by_label("Begins").fill(f"2027-03-0{number}T10:00")
        filled += 1
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published, version 1")).to_be_visible()
    assert filled <= 25
    page = meet("trainee19", viewport=PHONE).visit("/courses/?q=Our practitioner path")
    page.get_by_role("link", name="Our practitioner path").click()
    page.get_by_role("button", name="Take part", exact=True).click()
    path = page.get_by_role("list").filter(has_text="Webinar 4")
    expect(path.get_by_role("link", name=re.compile("Webinar"))).to_have_count(4)
    path.get_by_role("link", name="First tutoring session").click()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    page.go_back()
    path.get_by_role("link", name=re.compile("Webinar 1")).click()
    expect(page.get_by_text("90 minutes").or_(page.get_by_text("1 March 2027")).first).to_be_visible()
    assert check_page(page) == []
