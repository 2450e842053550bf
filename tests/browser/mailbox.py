"""Reading mail as a person would: in the outbox page of a development site."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.conftest import Somebody


def open_newest_mail(somebody: Somebody, to: str) -> Page:
    """The newest message to an address, in a page of its own."""
    page = somebody.context.new_page()
    site = somebody.office_url.rpartition("/o/")[0]
    page.goto(f"{site}/_mail")
    page.locator(".ui-row", has_text=to).first.get_by_role("link").click()
    return page


def read_code(page: Page) -> str:
    """The six digits of a message."""
    found = re.search(r"\b(\d{3}) ?(\d{3})\b", page.locator(".mail-text").inner_text())
    assert found is not None
    return "".join(found.groups())
