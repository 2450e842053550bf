"""Every way into a course: the trainer sets the rule, people come in on a phone, or read why they do not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from plugins.courses import authoring, writing
from plugins.courses.forms import AddStep, NewCourse, WritePage
from plugins.courses.outline import languages_of
from tests.browser.checks import check_page
from tests.browser.conftest import Meet, Somebody
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
INSIDE = "This course is for the members of one group."
OUTSIDE = "This course is for the members of one group, and you are not in it."


def make_course(installation: Installation, title: str) -> str:
    """A course of one page, open to everybody; its path."""
    world = installation.world
    with installation.app.app_context(), world.inside("siena"):
        trainer = world.actor("trainer")
        course_id = authoring.create_course(trainer, NewCourse(title=title))
        step = authoring.add_step(trainer, course_id, AddStep(type="page", title="Begin here"))
        own = languages_of(authoring.get_course(trainer, course_id)[1])[0]
        writing.save_draft(trainer, writing.pages_of(step)[0].id, own, WritePage(html="<p>A text</p>"))
        authoring.publish_course(trainer, course_id)
    return f"/courses/{course_id}"


def set_rule(meet: Meet, path: str, rule: str) -> Page:
    """The trainer chooses who may take part, and saves."""
    page = meet("trainer").visit(f"{path}/rules")
    page.get_by_role("radio", name=rule).check()
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def on_phone(meet: Meet, key: str, path: str, **options: object) -> tuple[Somebody, Page]:
    """Somebody looks at the course on a phone, and the page is sound."""
    somebody = meet(key, viewport=PHONE, **options)
    page = somebody.visit(path)
    assert check_page(page) == []
    return somebody, page


def expect_inside(page: Page) -> None:
    """They take part, and see where to begin."""
    page.get_by_role("link", name="Begin", exact=False).first.click()
    expect(page.get_by_text("A text")).to_be_visible()


def test_everybody_of_the_office_comes_in_by_one_press(meet: Meet, installation: Installation) -> None:
    path = make_course(installation, "Open to all")
    _somebody, page = on_phone(meet, "trainee21", path)
    page.get_by_role("button", name="Take part", exact=True).click()
    expect_inside(page)


def test_with_a_key_only_those_come_in_who_write_it(meet: Meet, installation: Installation) -> None:
    path = make_course(installation, "With a key")
    page = set_rule(meet, path, "Everybody who knows the key")
    page.get_by_role("textbox", name="Key").fill("Piazza del Campo")
    save(page)
    _somebody, page = on_phone(meet, "trainee21", path, ignored=("status of 422",))
    expect(page.get_by_text("You need the key from your trainer.")).to_be_visible()
    page.get_by_role("link", name="Take part").click()
    page.get_by_role("textbox", name="Key").fill("guess")
    page.get_by_role("button", name="Take part", exact=True).click()
    expect(page.get_by_role("alert").or_(page.locator(".ui-form-summary")).first).to_be_visible()
    assert check_page(page) == []
    page.get_by_role("textbox", name="Key").fill("Piazza del Campo")
    page.get_by_role("button", name="Take part", exact=True).click()
    expect_inside(page)


def test_an_invitation_link_opens_the_door_and_without_it_one_reads_why_not(
    meet: Meet, installation: Installation
) -> None:
    path = make_course(installation, "By invitation")
    page = set_rule(meet, path, "Everybody who has the invitation link")
    save(page)
    link = page.get_by_role("textbox", name="Invitation link").input_value()
    _somebody, page = on_phone(meet, "trainee22", path)
    expect(page.get_by_text("You need an invitation link to take part.")).to_be_visible()
    expect(page.get_by_role("button", name="Take part")).to_have_count(0)
    page.goto(link)
    assert check_page(page) == []
    page.get_by_role("button", name="Take part", exact=True).click()
    expect_inside(page)


def test_a_course_for_one_group_lets_its_members_in_and_tells_others(
    meet: Meet, installation: Installation
) -> None:
    path = make_course(installation, "For bakers")
    page = set_rule(meet, path, "The members of a group")
    page.get_by_role("combobox", name="Group").select_option(label="Panificatori, autunno 2026")
    save(page)
    _somebody, page = on_phone(meet, "trainee2", path)
    expect(page.get_by_text(OUTSIDE)).to_be_visible()
    expect(page.get_by_role("button", name="Take part")).to_have_count(0)
    _somebody, page = on_phone(meet, "trainee", path)
    expect(page.get_by_text(INSIDE)).to_be_visible()
    page.get_by_role("button", name="Take part", exact=True).click()
    expect_inside(page)


def test_the_head_lets_somebody_in_who_asked(meet: Meet, installation: Installation) -> None:
    path = make_course(installation, "After approval")
    save(set_rule(meet, path, "Everybody, after approval"))
    trainee, page = on_phone(meet, "trainee21", path)
    page.get_by_role("button", name="Ask to take part").click()
    expect(page.get_by_text("You asked to take part.")).to_be_visible()
    head = meet("head", viewport=PHONE).visit(f"{path}/people?show=waiting")
    assert check_page(head) == []
    head.get_by_role("checkbox").first.check()
    head.get_by_role("button", name="Let them in").click()
    expect(head.get_by_text("Waiting for approval")).to_have_count(0)
    expect_inside(trainee.visit(path))


def test_who_finds_no_place_waits_and_a_freed_one_goes_to_the_next(
    meet: Meet, installation: Installation
) -> None:
    path = make_course(installation, "One place")
    page = meet("trainer").visit(f"{path}/about")
    page.get_by_label("Places").fill("1")
    save(page)
    first, page = on_phone(meet, "trainee21", path)
    expect(page.get_by_text("1 place is free.")).to_be_visible()
    page.get_by_role("button", name="Take part", exact=True).click()
    second, page = on_phone(meet, "trainee22", path)
    expect(page.get_by_text("All places are taken.")).to_be_visible()
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text("You are on the waiting list.")).to_be_visible()
    first.visit(path).get_by_role("button", name="I no longer want to take part").click()
    expect_inside(second.visit(path))
    expect(
        second.visit("/notifications").get_by_text("You have got a place in “One place”").first
    ).to_be_visible()
