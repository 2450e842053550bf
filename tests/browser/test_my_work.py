"""The page "My work", built from text, a photo, a proof from a course and a video CV: by keyboard alone, and by touch."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from lms.store.base import session
from lms.store.scope import all_offices
from lms.store.uow import unit_of_work
from plugins.portfolio.pages.models import Page as PortfolioPage
from plugins.portfolio.pages.models import Version
from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.browser.test_portfolio import press_until
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def a_day_passes(installation: Installation, title: str) -> None:
    """All versions of the page are of yesterday."""
    with installation.app.app_context(), all_offices("yesterday"), unit_of_work():
        page_id = session().scalar(select(PortfolioPage.id).filter_by(title=title))
        for row in session().scalars(select(Version).filter_by(page_id=page_id)):
            row.made_at -= timedelta(days=1)


def blocks(page: Page) -> list[str]:
    """Titles of the blocks, in order."""
    return [each.get_attribute("data-title") or "" for each in page.locator(".pf-block").all()]


def add(page: Page, kind: str) -> None:
    """Put a block of a kind on the page, by keyboard."""
    if page.locator(".pf-block").count():
        press_until(page, "Add a block", "Space")
    press_until(page, kind)
    expect(page.get_by_role("heading", level=1)).to_have_text(kind)


def choose_first(page: Page, name: str) -> None:
    """Choose the first thing that a select offers, by keyboard, and be sure that it is saved."""
    page.locator(f"select[name={name}]").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ui-saved")).to_contain_text("Saved")


def finish(page: Page, title: str) -> None:
    """Go back to the page from the form of a block, by keyboard."""
    press_until(page, "Done")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_my_work_is_built_taken_back_and_restored_by_keyboard_alone(
    meet: Meet, installation: Installation
) -> None:
    title = "My work, by keyboard"
    page = meet("trainee").visit("/portfolio/pages/new")
    page.get_by_label("Title").focus()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    add(page, "Text")
    page.locator("[contenteditable]").focus()
    page.keyboard.type("I bake at night.")
    expect(page.locator(".ui-saved")).to_contain_text("Saved")
    finish(page, title)
    add(page, "Video CV")
    choose_first(page, "film")
    finish(page, title)
    expect(page.locator("pf-film video")).to_have_count(1)
    add(page, "Proof from a course")
    choose_first(page, "proof")
    finish(page, title)
    expect(page.locator(".pf-proof")).to_have_count(1)
    assert blocks(page) == ["Text", "Video CV", "Proof from a course"]
    press_until(page, "Down: Text")
    expect(page.locator(".pf-block").first).to_have_attribute("data-title", "Video CV")
    press_until(page, "Undo")
    expect(page.locator(".pf-block").first).to_have_attribute("data-title", "Text")
    a_day_passes(installation, title)
    add(page, "My skills")
    finish(page, title)
    assert blocks(page) == ["Text", "Video CV", "Proof from a course", "My skills"]
    page.locator(".ui-page-header .ui-menu > summary").focus()
    page.keyboard.press("Enter")
    press_until(page, "Versions")
    expect(page.get_by_role("heading", level=1)).to_have_text("Versions")
    newest = page.locator(".ui-row a").first
    newest.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version of")
    press_until(page, "Make the page like this again")
    expect(page.locator(".pf-block")).to_have_count(3)
    press_until(page, "Undo")
    expect(page.locator(".pf-block")).to_have_count(4)
    page.goto(page.url.partition("#")[0])
    assert check_page(page) == []


def test_my_work_is_built_taken_back_and_restored_by_touch(
    meet: Meet, installation: Installation, tmp_path: Path
) -> None:
    title = "My work, by touch"
    photo = tmp_path / "cake.jpg"
    Image.new("RGB", (640, 480), "#aa7733").save(photo)
    page = meet("trainee", viewport=PHONE, has_touch=True, is_mobile=True).visit("/portfolio/pages/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Make the page").tap()
    page.get_by_role("button", name="Picture", exact=True).tap()
    page.locator(".pf-upload input[type=file]").set_input_files(photo)
    expect(page.locator(".ui-file.is-done")).to_have_count(1)
    page.get_by_role("button", name="Put it into the block").tap()
    expect(page.locator(".pf-figure img")).to_have_count(1)
    page.locator(".pf-add > summary").tap()
    page.get_by_role("button", name="Video CV", exact=True).tap()
    page.locator("select[name=film]").select_option(index=1)
    expect(page.locator(".ui-saved")).to_contain_text("Saved")
    page.get_by_role("button", name="Done").tap()
    expect(page.locator("pf-film video")).to_have_count(1)
    a_day_passes(installation, title)
    page.locator(".pf-block").first.locator(".pf-tools .ui-menu > summary").tap()
    page.locator(".pf-block").first.get_by_role("button", name="Remove").tap()
    expect(page.locator(".pf-block")).to_have_count(1)
    page.get_by_role("button", name="Undo").first.tap()
    expect(page.locator(".pf-block")).to_have_count(2)
    page.locator(".ui-page-header .ui-menu > summary").tap()
    page.get_by_role("link", name="Versions").tap()
    page.locator(".ui-row a").last.tap()
    page.get_by_role("button", name="Make the page like this again").tap()
    expect(page.locator(".pf-block")).to_have_count(0)
    page.get_by_role("button", name="Undo").first.tap()
    expect(page.locator(".pf-block")).to_have_count(2)
    page.goto(page.url.partition("#")[0])
    assert check_page(page) == []
