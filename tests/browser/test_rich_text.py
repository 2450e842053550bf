"""The editor of rich text, as the gallery of components shows it."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Meet

pytestmark = pytest.mark.browser


def open_editor(meet: Meet) -> Page:
    page = meet("trainer").visit("/_ui")
    expect(page.locator("ui-rich-text .ProseMirror").first).to_be_visible()
    return page


def written(page: Page) -> str:
    return page.locator("ui-rich-text textarea").first.input_value()


def test_a_person_writes_formatted_text_by_keyboard_alone(meet: Meet) -> None:
    page = open_editor(meet)
    page.get_by_label("Your story").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type("Plain and ")
    page.keyboard.press("Control+b")
    page.keyboard.type("bold")
    page.keyboard.press("Alt+F10")
    expect(page.get_by_label("Kind of paragraph").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("ui-rich-text .ProseMirror").first).to_be_focused()
    assert written(page) == "<p>Plain and <strong>bold</strong></p>"


def test_a_pasted_picture_is_sent_described_and_shown(meet: Meet) -> None:
    page = open_editor(meet)
    body = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 90, 140)).save(body, "PNG")
    page.locator("ui-rich-text [data-file-field]").first.set_input_files(
        {"name": "door.png", "mimeType": "image/png", "buffer": body.getvalue()}
    )
    dialog = page.get_by_role("dialog", name="What does the picture show?")
    dialog.get_by_label("Description").fill("An open door")
    dialog.get_by_role("button", name="Done").click()
    picture = page.locator("ui-rich-text .ProseMirror img")
    expect(picture).to_have_js_property("naturalWidth", 40)
    assert re.search(r'<img data-file="[0-9a-f-]{36}" alt="An open door"', written(page))


def test_what_comes_after_a_picture_replaces_nothing(meet: Meet) -> None:
    page = open_editor(meet)
    page.get_by_label("Your story").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type("Before")
    body = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 90, 140)).save(body, "PNG")
    for number in range(2):
        page.locator("ui-rich-text [data-file-field]").first.set_input_files(
            {"name": "door.png", "mimeType": "image/png", "buffer": body.getvalue()}
        )
        page.get_by_role("dialog", name="What does the picture show?").get_by_role("button").click()
        expect(page.locator("ui-rich-text .ProseMirror img")).to_have_count(number + 1)
    page.keyboard.type("After")
    assert re.sub(r"<img [^>]*>", "<img>", written(page)).startswith("<p>Before</p><img><img><p>After</p>")


def test_a_table_grows_and_everything_can_be_undone(meet: Meet) -> None:
    page = open_editor(meet)
    before = written(page)
    page.locator("ui-rich-text td").first.click()
    page.locator("ui-rich-text").get_by_role("button", name="Add row", exact=True).click()
    expect(page.locator("ui-rich-text tr")).to_have_count(3)
    page.locator("ui-rich-text").get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator("ui-rich-text tr")).to_have_count(2)
    assert written(page).startswith(before)


def test_without_a_script_the_field_takes_the_text(meet: Meet) -> None:
    page = meet("trainer", java_script_enabled=False).visit("/_ui")
    expect(page.locator("ui-rich-text textarea").first).to_be_visible()
    expect(page.get_by_role("toolbar", name="Format")).to_have_count(0)
