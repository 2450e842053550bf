"""The product on a home screen: a quiet page while there is no connection, and nothing of a person left on the device."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Meet

pytestmark = pytest.mark.browser

ALL_THAT_IS_KEPT = """async () => {
    const kept = {};
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            kept[new URL(request.url).pathname] = await (await cache.match(request)).text();
        }
    }
    return kept;
}"""


def wait_for_worker(page: Page, office: str) -> None:
    """Until the worker answers for this page and knows the office."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.reload()
    page.wait_for_function(
        "async path => (await Promise.all((await caches.keys()).map(async name =>"
        " (await caches.open(name)).match(path)))).some(Boolean)",
        arg=f"/o/{office}/offline",
    )


def test_without_a_connection_a_quiet_page_waits_and_then_opens_what_was_asked_for(meet: Meet) -> None:
    somebody = meet("trainee", ignored=("ERR_INTERNET_DISCONNECTED",))
    page = somebody.visit("/")
    wait_for_worker(page, "siena")
    somebody.context.set_offline(True)
    page.get_by_role("link", name="Calendar").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no connection")
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.ui-actions .btn')).backgroundColor"
    ) not in (
        "rgba(0, 0, 0, 0)",
        "rgb(255, 255, 255)",
    ), "the page is shown without its style"
    somebody.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Calendar")


def test_what_the_browser_keeps_names_nobody_and_holds_no_page_that_was_read(meet: Meet) -> None:
    page = meet("trainee").visit("/")
    wait_for_worker(page, "siena")
    page.goto(page.url + "calendar")
    kept = page.evaluate(ALL_THAT_IS_KEPT)
    pages = {path for path in kept if not path.startswith("/static/")}
    assert pages == {"/offline", "/o/siena/offline", "/o/siena/brand.css"}
    assert not [path for path, text in kept.items() if "Aïcha" in text or "Benali" in text]
