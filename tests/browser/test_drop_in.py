"""The drop-in desk with two people: a trainee on a phone waits, a tutor at a desk takes them, both talk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from lms.live.presence import who_is_here
from lms.store.uow import unit_of_work
from plugins.tutoring.tests.desk import open_all_week
from tests.browser.checks import check_page
from tests.browser.conftest import Meet
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)


@pytest.fixture(autouse=True)
def desk_is_open(installation: Installation) -> None:
    """The desk of Siena is open whenever this runs."""
    with installation.app.app_context(), installation.world.inside("siena"), unit_of_work():
        open_all_week()


def test_waiting_being_taken_talking_and_ending_live(meet: Meet) -> None:
    tutor = meet("tutor")
    desk = tutor.visit("/tutoring/desk")
    expect(desk.get_by_text("Nobody waits")).to_be_visible()
    trainee = meet("trainee10", viewport=PHONE)
    page = trainee.visit("/tutoring/drop-in")
    page.get_by_label("What is it about?").fill("Una lettera per un annuncio")
    page.get_by_role("button", name="Join the queue").click()
    expect(page.locator("[data-part=position]")).to_have_text("1")
    expect(page.locator("[data-part=wait]")).to_contain_text("your turn next")
    expect(desk.get_by_text("Una lettera per un annuncio")).to_be_visible()
    assert check_page(page) == []
    assert check_page(desk) == []
    desk.get_by_role("button", name="Take the next person").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Session with", timeout=20_000)
    page.wait_for_function("() => customElements.get('tutoring-chat')")
    page.get_by_label("Your message").fill("Buongiorno!")
    page.get_by_label("Your message").press("Enter")
    expect(desk.get_by_role("log")).to_contain_text("Buongiorno!")
    page.get_by_role("button", name="End the conversation").click()
    expect(desk.get_by_text("This conversation is closed")).to_be_visible()
    expect(desk.get_by_label("Your message")).to_be_hidden()


def test_the_queue_moves_up_when_somebody_leaves(meet: Meet) -> None:
    first, second = meet("trainee11", viewport=PHONE), meet("trainee12", viewport=PHONE)
    for somebody in (first, second):
        page = somebody.visit("/tutoring/drop-in")
        page.get_by_label("What is it about?").fill("Una domanda")
        page.get_by_role("button", name="Join the queue").click()
    expect(second.page.locator("[data-part=position]")).to_have_text("2")
    first.page.get_by_role("button", name="Leave the queue").click()
    expect(second.page.locator("[data-part=position]")).to_have_text("1")
    second.page.get_by_role("button", name="Leave the queue").click()
    expect(second.page.get_by_role("button", name="Join the queue")).to_be_visible()


def test_a_tutor_keeps_two_chats_apart_and_inserts_a_reply_by_keyboard(meet: Meet) -> None:
    tutor = meet("tutor")
    people = [meet(key, viewport=PHONE) for key in ("trainee13", "trainee14")]
    for number, somebody in enumerate(people):
        page = somebody.visit("/tutoring/drop-in")
        page.get_by_label("What is it about?").fill(f"Domanda {number}")
        page.get_by_role("button", name="Join the queue").click()
        expect(page.locator("[data-part=position]")).to_be_visible()
        desk = tutor.visit("/tutoring/desk")
        desk.get_by_role("button", name="Take the next person").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Session with", timeout=20_000)
    expect(desk.locator("[data-part=presence]")).to_contain_text("is here", timeout=20_000)
    expect(desk.locator("[data-part=left]")).to_contain_text("minutes left")
    first = people[0].page
    first.wait_for_function("() => customElements.get('tutoring-chat')")
    for text in ("Ci sei?", "Ho un'altra domanda"):
        first.get_by_label("Your message").fill(text)
        first.get_by_label("Your message").press("Enter")
    expect(desk.locator("[data-part=unread]").first).to_have_text("2", timeout=20_000)
    assert check_page(desk) == []
    desk.keyboard.press("Alt+ArrowUp")
    expect(desk.get_by_role("log")).to_contain_text("Ci sei?")
    field = desk.get_by_label("Your message")
    field.press_sequentially("/sal")
    expect(desk.get_by_role("listbox", name="Replies").get_by_role("option")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value(re.compile("^Ciao .+, come posso aiutarti"))
    field.press("Enter")
    expect(first.get_by_role("log")).to_contain_text("come posso aiutarti?")
    desk.get_by_label("What you worked on").fill("Risposto alla domanda")
    desk.get_by_role("button", name="Save and end").click()
    expect(first.get_by_text("This conversation is closed")).to_be_visible()
    assert check_page(first) == []


@pytest.mark.parametrize(
    ("who", "path"), [("head", "/tutoring/desk"), ("counsellor", "/tutoring/desk/replies")]
)
def test_a_tutor_who_looks_something_up_is_still_at_the_desk(
    who: str, path: str, meet: Meet, installation: Installation
) -> None:
    def is_at_the_desk() -> bool:
        with installation.app.app_context(), installation.world.inside("siena"):
            return installation.user_id(who) in {each.user_id for each in who_is_here("tutoring_desk")}

    meet(who).visit(path)
    wait_until(is_at_the_desk, what="the tutor at the desk")
