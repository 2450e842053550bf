"""The portfolio in a real browser: by keyboard alone, by touch on a phone, and as a stranger with a link."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, ViewportSize, expect
from sqlalchemy import select

from lms.store.base import session
from lms.store.scope import all_offices
from plugins.portfolio.cv.models import Cv, Entry
from plugins.portfolio.evidence.models import Item
from plugins.portfolio.pages.models import Collection
from plugins.portfolio.pages.models import Page as PortfolioPage
from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def own(
    installation: Installation,
    model: type[Cv] | type[Entry] | type[PortfolioPage] | type[Collection] | type[Item],
    title: str,
) -> uuid.UUID:
    """The id of something of the demo's trainee."""
    with installation.app.app_context(), all_offices("looking for things to open"):
        query = select(model.id).filter_by(owner_id=installation.user_id("trainee"), title=title)
        found = session().scalars(query).first()
        session().rollback()
    assert found is not None
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/portfolio", "/portfolio/cv", "/portfolio/cv/person", "/portfolio/cv/entries/{entry}", "/portfolio/cv/import", "/portfolio/cvs/{cv}", "/portfolio/cvs/{cv}/print",
        "/portfolio/cvs/{cv}/text", "/portfolio/pages", "/portfolio/pages/{page}", "/portfolio/pages/{page}/about", "/portfolio/share/pages/{page}", "/portfolio/shared/pages/{page}",
        "/portfolio/evidence/files", "/portfolio/evidence/journals", "/portfolio/evidence/plans", "/portfolio/evidence/new/link", "/portfolio/evidence/items/{link}",
        "/portfolio/collections/{collection}", "/portfolio/shared/collections/{collection}", "/portfolio/card", "/portfolio/p/aicha-benali",
    ],
)  # fmt: skip
def test_everybody_can_use_the_page(meet: Meet, installation: Installation, path: str) -> None:
    things = {
        "entry": own(installation, Entry, "Pasticciera"), "cv": own(installation, Cv, "Pasticcerie, in italiano"), "page": own(installation, PortfolioPage, "I miei lavori"),
        "collection": own(installation, Collection, "Aïcha, pasticciera"), "link": own(installation, Item, "Il forno, di notte"),
    }  # fmt: skip
    trainee = meet("trainee")
    trainee.visit(path.format(**things))
    assert check_page(trainee.page) == []
    assert trainee.page.locator("h1").count() == 1


def test_an_adviser_can_use_the_inbox(meet: Meet) -> None:
    counsellor = meet("counsellor")
    counsellor.visit("/portfolio/inbox")
    assert check_page(counsellor.page) == []


def press_until(page: Page, name: str, key: str = "Enter") -> None:
    """Tab on until the thing of that name has the focus, then press a key."""
    for _time in range(150):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement?.textContent ?? '').replace(/\\s+/g, ' ').trim()")
        if focused.startswith(name):
            page.keyboard.press(key)
            return
    raise AssertionError(f"{name!r} cannot be reached by the Tab key")


def test_a_page_is_built_by_keyboard_alone(meet: Meet) -> None:
    page = meet("trainee6").visit("/portfolio/pages/new")
    page.keyboard.press("Tab")
    page.get_by_label("Title").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keyboard")
    press_until(page, "Heading")
    expect(page.get_by_role("heading", level=1)).to_have_text("Heading")
    page.get_by_label("Heading").focus()
    page.keyboard.type("My first cake")
    expect(page.locator(".ui-saved")).to_contain_text("Saved")
    press_until(page, "Done")
    expect(page.locator(".pf-block")).to_have_count(1)
    press_until(page, "Add a block", "Space")
    press_until(page, "My skills")
    expect(page.get_by_role("heading", level=1)).to_have_text("My skills")
    press_until(page, "Done")
    expect(page.locator(".pf-block")).to_have_count(2)
    press_until(page, "Down: Heading")
    expect(page.locator(".pf-block").first).to_have_attribute("data-title", "My skills")
    press_until(page, "Undo")
    expect(page.locator(".pf-block").first).to_have_attribute("data-title", "Heading")


def test_what_was_typed_before_the_scripts_had_come_is_saved(meet: Meet) -> None:
    page = meet("trainee6", service_workers="block").visit("/portfolio/pages/new")
    held: list[Route] = []
    page.context.route("**/js/autosave.js", lambda route: held.append(route))  # noqa: PLW0108  # a method of a list takes no marks of playwright
    page.get_by_label("Title").fill("By a fast hand")
    page.get_by_role("button", name="Make the page").click()
    with page.expect_request("**/js/autosave.js"):
        page.get_by_role("button", name="Heading", exact=True).click()
    page.get_by_label("Heading").focus()
    page.keyboard.type("My first cake")
    for route in held:
        route.continue_()
    expect(page.locator(".ui-saved")).to_contain_text("Saved")
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".pf-block h2")).to_have_text("My first cake")


def test_a_block_is_changed_where_it_stands(meet: Meet) -> None:
    page = meet("trainee6").visit("/portfolio/pages/new")
    page.get_by_label("Title").fill("In place")
    page.get_by_role("button", name="Make the page").click()
    page.get_by_role("button", name="Text", exact=True).click()
    page.get_by_role("button", name="Done").click()
    page.locator(".pf-block a[data-edit]").click()
    editor = page.locator(".pf-block [contenteditable]")
    editor.fill("I bake at night")
    expect(page.locator(".pf-block .ui-saved")).to_contain_text("Saved")
    page.locator(".pf-block [data-done]").click()
    expect(page.locator(".pf-block .pf-prose")).to_have_text("I bake at night")


def test_a_photo_is_taken_into_a_page_by_touch(meet: Meet, tmp_path: Path) -> None:
    photo = tmp_path / "cake.jpg"
    Image.new("RGB", (640, 480), "#aa7733").save(photo)
    page = meet("trainee6", viewport=PHONE, has_touch=True, is_mobile=True).visit("/portfolio/pages/new")
    page.get_by_label("Title").fill("By touch")
    page.get_by_role("button", name="Make the page").tap()
    page.get_by_role("button", name="Gallery", exact=True).tap()
    page.locator(".pf-upload input[type=file]").set_input_files(photo)
    expect(page.locator(".ui-file.is-done")).to_have_count(1)
    page.get_by_role("button", name="Put it into the block").tap()
    expect(page.locator(".pf-gallery img")).to_have_count(1)
    page.wait_for_function("() => document.querySelector('.pf-gallery img').naturalWidth === 640")


def test_hiding_an_entry_changes_the_sheet_at_once(meet: Meet, installation: Installation) -> None:
    page = meet("trainee").visit(f"/portfolio/cvs/{own(installation, Cv, 'Hotels abroad, in English')}")
    sheet = page.locator("[data-sheet-place]")
    expect(sheet).to_contain_text("Assistant pastry cook")
    page.get_by_role("button", name="In this CV: Aiuto pasticciera").click()
    expect(sheet).not_to_contain_text("Assistant pastry cook")
    page.get_by_role("button", name="In this CV: Aiuto pasticciera").click()
    expect(sheet).to_contain_text("Assistant pastry cook")


def test_an_employer_opens_a_link_with_a_passcode_until_it_is_ended(
    meet: Meet, installation: Installation
) -> None:
    page_id = own(installation, PortfolioPage, "I miei lavori")
    owner = meet("trainee").visit(f"/portfolio/share/pages/{page_id}")
    owner.get_by_text("Make a link").click()
    owner.get_by_label("For whom is the link?").fill("Bakery")
    owner.get_by_label("Passcode").fill("sunflower")
    owner.get_by_role("button", name="Make the link").click()
    link = owner.locator("#link").input_value()
    employer = meet(ignored=("status of 4",))
    employer.page.goto(re.sub(r"^https?://[^/]+", employer.office_url.partition("/o/")[0], link))
    employer.page.get_by_label("Passcode").fill("sunflower")
    employer.page.get_by_role("button", name="Open").click()
    expect(employer.page.get_by_role("heading", level=1)).to_have_text("I miei lavori")
    picture = employer.page.locator(".pf-gallery img").first
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    employer.page.wait_for_function("() => document.querySelector('.pf-gallery img').naturalWidth > 0")
    owner.get_by_role("button", name=re.compile("End it.*Bakery")).click()
    answer = employer.page.reload()
    assert answer is not None
    assert answer.status == 404
