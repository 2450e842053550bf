"""What the head of an office arranges."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.mailbox import open_newest_mail

pytestmark = pytest.mark.browser


def test_a_pale_colour_is_refused_with_a_better_one_and_a_good_one_is_shown(meet: Meet) -> None:
    head = meet("head", ignored=("status of 4",))
    page = head.visit("/admin/brand")
    page.get_by_label("Accent colour").fill("#ffee88")
    page.get_by_role("button", name="Save").click()
    error = page.locator("#accent-error, [id$=accent-error]").first
    expect(error).to_contain_text(re.compile("#[0-9A-Fa-f]{6}"))
    page.get_by_label("Accent colour").fill("#2f6f4f")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".ui-toasts")).to_contain_text("Saved")
    accent = page.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--accent')")
    assert accent.strip().lower() == "#2f6f4f"


def test_a_part_that_is_switched_off_is_gone_for_everybody_until_it_is_on_again(meet: Meet) -> None:
    head, trainee = meet("head_vienna"), meet("trainee_vienna", ignored=("status of 404",))
    rail = trainee.visit("/").get_by_role("navigation", name="Main", exact=True)
    expect(rail).to_contain_text("links")
    parts = head.visit("/admin/parts")
    parts.get_by_role("button", name=re.compile("Switch off ?: .*links", re.IGNORECASE)).click()
    expect(
        parts.get_by_role("button", name=re.compile("Switch on ?: .*links", re.IGNORECASE))
    ).to_be_visible()
    answer = trainee.page.goto(trainee.office_url + "/links")
    assert answer is not None
    assert answer.status == 404
    expect(trainee.visit("/").get_by_role("navigation", name="Main", exact=True)).not_to_contain_text("links")
    parts.get_by_role("button", name=re.compile("Switch on ?: .*links", re.IGNORECASE)).click()
    expect(
        parts.get_by_role("button", name=re.compile("Switch off ?: .*links", re.IGNORECASE))
    ).to_be_visible()
    assert trainee.visit("/links").locator("h1").count() == 1
    expect(trainee.page.locator("main .ui-row, main li").first).to_be_visible()


def test_gives_a_role_a_right_and_takes_it_away(meet: Meet) -> None:
    head = meet("head_vienna")
    page = head.visit("/admin/roles")
    button = page.locator("button[aria-pressed=false]:not([disabled])").first
    right = page.locator("fieldset.ui-right", has=button).first.get_attribute("id")
    inside = page.locator(f"[id='{right}']")
    before = inside.locator("button[aria-pressed=true]").count()
    inside.locator("button[aria-pressed=false]:not([disabled])").first.click()
    expect(inside.locator("button[aria-pressed=true]")).to_have_count(before + 1)
    page.goto(head.office_url + "/admin/audit")
    expect(page.locator("main")).to_contain_text(re.compile("Leopold"))


def test_an_invited_person_gets_a_mail_and_joins_with_it(meet: Meet) -> None:
    head, newcomer = meet("head"), meet()
    page = head.visit("/people/invite")
    page.get_by_label("E-mail addresses").fill("nuova@example.org")
    page.get_by_role("button", name=re.compile("Invite|Send")).first.click()
    expect(page.locator("main")).to_contain_text("nuova@example.org")
    mail = open_newest_mail(newcomer, "nuova@example.org")
    address = mail.locator(".mail-text a[href*='/invitation/']").first.get_attribute("href") or ""
    joining = newcomer.visit(address[address.index("/invitation/") :])
    joining.get_by_label("First and last name").fill("Nuova Arrivata")
    joining.get_by_label("Password").fill("il sole sorge a siena")
    joining.locator("main form button.btn-primary").click()
    expect(joining.get_by_role("heading", level=1)).to_contain_text("Nuova")
    assert "Nuova Arrivata" in head.visit("/people?q=Nuova").locator("main").inner_text()


def test_imports_people_from_a_spreadsheet_after_looking_at_every_row(meet: Meet) -> None:
    head = meet("head")
    page = head.visit("/people/import")
    page.get_by_label("Or paste the rows").fill(
        "name;email;roles\nRosa Bruni;rosa.bruni@example.org;trainee\nBroken;not-an-address;trainee\n"
    )
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the import")
    expect(page.locator("main")).to_contain_text("Refused")
    page.get_by_role("button", name="Import 1 person").click()
    expect(page.locator("main")).to_contain_text("Finished", timeout=40_000)
    assert "Rosa Bruni" in head.visit("/people?q=Rosa").locator("main").inner_text()
