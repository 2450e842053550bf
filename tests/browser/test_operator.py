"""What the operator of the site looks after."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet

pytestmark = pytest.mark.browser


def test_sees_the_health_of_the_site_and_its_background_work(meet: Meet) -> None:
    operator = meet("operator")
    site = operator.office_url.rpartition("/o/")[0]
    page = operator.page
    page.goto(f"{site}/operator/")
    expect(page.get_by_role("heading", name="Health", exact=True).first).to_be_visible()
    expect(page.get_by_role("list", name="Plugins")).to_contain_text("Loaded")
    page.get_by_role("link", name="Background work").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Mail", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_creates_an_office_that_is_then_found_at_the_door(meet: Meet) -> None:
    operator = meet("operator")
    site = operator.office_url.rpartition("/o/")[0]
    page = operator.page
    page.goto(f"{site}/operator/offices")
    page.get_by_label("Name").first.fill("Sportello di Montalcino")
    page.get_by_label("Address").first.fill("montalcino")
    page.get_by_role("button", name="Create office").click()
    expect(page.locator(".ui-toasts")).to_contain_text("Sportello di Montalcino")
    answer = page.goto(f"{site}/o/montalcino/")
    assert answer is not None
    assert answer.ok
    expect(page.locator("body")).to_contain_text("Sportello di Montalcino")


def test_a_trainee_cannot_open_the_operator_s_pages(meet: Meet) -> None:
    trainee = meet("trainee", ignored=("status of 403",))
    site = trainee.office_url.rpartition("/o/")[0]
    answer = trainee.page.goto(f"{site}/operator/")
    assert answer is not None
    assert answer.status == 403
    expect(trainee.page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\w"))
