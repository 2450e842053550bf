"""The agenda of a meeting: prepared by keyboard, followed by everybody in the room, kept in step with the clock."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound, make
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


def test_who_leads_goes_through_the_agenda_and_everybody_follows(
    meet: Meet, installation: Installation
) -> None:
    address = f"/webinar/{make(installation)}"
    host = meet("trainer").visit(f"{address}/agenda/")
    for title, minutes in (("Benvenuto a tutti", "10"), ("Esempi di colloquio", "30")):
        host.get_by_label("Title").fill(title)
        host.get_by_label("Planned minutes").fill(minutes)
        host.get_by_label("Planned minutes").press("Enter")
        expect(host.get_by_role("listitem").filter(has_text=title)).to_be_visible()
    expect(host.get_by_text("Planned: 40 of 60 minutes.")).to_be_visible()
    host.get_by_role("button", name="Move down: Benvenuto a tutti").press("Enter")
    expect(host.locator(".webinar-agenda li").first).to_contain_text("Esempi")
    host.get_by_role("button", name="Move up: Benvenuto a tutti").press("Enter")
    expect(host.locator(".webinar-agenda li").first).to_contain_text("Benvenuto")
    assert is_sound(host) == []

    trainee = meet("trainee15", viewport=PHONE).visit(address)
    expect(trainee.get_by_text("Benvenuto a tutti")).to_be_visible()
    trainee.goto(trainee.url + "/room")
    host.goto(host.url.partition("/agenda/")[0] + "/room")
    come_in(trainee)
    come_in(host)
    host.get_by_role("tab", name="Agenda").click()
    host.get_by_role("button", name="Begin with the first item").press("Enter")
    expect(trainee.locator("[data-part=announcer]")).to_have_text("Now: Benvenuto a tutti")
    host.get_by_role("button", name="Next item").press("Enter")
    expect(trainee.locator("[data-part=agenda-now]")).to_contain_text("Esempi di colloquio")
    assert trainee.locator("h1").evaluate("each => each.scrollWidth <= each.clientWidth")
    expect(trainee.locator("[data-part=announcer]")).to_have_text("Now: Esempi di colloquio")
    expect(host.locator("[data-part=agenda-lag]")).to_contain_text("ahead of the plan")
    expect(host.locator("[data-part=agenda-times]")).to_contain_text("of 30 min")
    trainee.get_by_role("button", name="Chat").click()
    trainee.get_by_role("tab", name="Agenda").click()
    expect(trainee.locator("#panel-agenda li[aria-current=step]")).to_contain_text("Esempi")
    expect(trainee.get_by_role("button", name="Next item")).to_have_count(0)
    assert is_sound(host) == []
    assert is_sound(trainee) == []

    other = meet("trainer").visit(f"{address}/agenda/")
    other.get_by_label("Title").fill("Domande")
    other.get_by_label("Planned minutes").fill("15")
    other.get_by_label("Planned minutes").press("Enter")
    expect(trainee.get_by_role("listitem").filter(has_text="Domande")).to_be_visible()
    host.get_by_role("button", name="Previous item").click()
    expect(trainee.locator("#panel-agenda li[aria-current=step]")).to_contain_text("Benvenuto")
    for title in ("Esempi", "Domande"):
        host.get_by_role("button", name="Next item").click()
        expect(host.locator("#panel-agenda li[aria-current=step]")).to_contain_text(title)
    host.get_by_role("button", name="End the agenda").click()
    expect(trainee.locator("[data-part=announcer]")).to_have_text("The agenda is done.")
    expect(trainee.locator("[data-part=agenda-now]")).to_be_hidden()
