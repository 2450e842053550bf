"""A self-training module: made of a meeting on a phone, then watched step by step by somebody who was not there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lms.plugin import children_of, enrol_people, set_state, unit_of_work
from plugins.webinar.tests import test_modules as making
from tests.browser.checks import find_sideways_scroll, run_axe
from tests.browser.conftest import Meet
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
TITLE = "Il colloquio, per chi non c’era"


def is_sound(page: Page) -> list[str]:
    """What the checkers find, light and dark."""
    found = find_sideways_scroll(page)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += run_axe(page)
    return found


def test_a_meeting_becomes_a_course_that_is_watched_step_by_step(
    meet: Meet, installation: Installation
) -> None:
    world = installation.world
    with installation.app.app_context(), world.inside("siena"), unit_of_work():
        held = making.hold(world)
        making.ask(held, is_right=1)
        making.answer(held, "Quanto dura?", "Mezz’ora.")
    trainer = meet("trainer", viewport=PHONE).visit(f"/webinar/{held.room}")
    trainer.get_by_role("link", name="Make a self-training module").click()
    expect(trainer.get_by_text("2 chapters:")).to_be_visible()
    expect(trainer.get_by_text("There are no slides.")).to_be_visible()
    assert is_sound(trainer) == []
    expect(trainer.get_by_label("The slides as files")).to_have_count(0)
    trainer.get_by_label("Title").fill(TITLE)
    trainer.get_by_role("button", name="Make the draft").focus()
    trainer.keyboard.press("Enter")
    expect(trainer.get_by_text("The module is there, as a draft.")).to_be_visible()
    for step in ("Prima", "Seconda", "Practise", "Questions and answers"):
        expect(trainer.get_by_role("main")).to_contain_text(step)
    with installation.app.app_context(), world.inside("siena"), unit_of_work():
        course = next(each.id for each in making.modules.find_modules(held.room)[0] if each.title == TITLE)
        set_state(world.actor("trainer"), course, "published")
        enrol_people(world.actor("trainer"), course, [world.people["trainee25"].id])
        first = children_of(course)[0].id
    trainee = meet("trainee25", viewport=PHONE).visit(f"/webinar/watch/{first}/")
    expect(trainee.get_by_role("heading", name="Prima")).to_be_visible()
    expect(trainee.get_by_text("/ 5:00")).to_be_visible()
    assert is_sound(trainee) == []
    trainee.get_by_role("button", name="Play").focus()
    trainee.keyboard.press("Enter")
    trainee.wait_for_function(
        "() => [...document.querySelectorAll('webinar-replay audio')].some((each) => each.currentTime > 0.5)"
    )
    trainee.get_by_role("button", name="Pause").click()
    expect(trainee.locator("[data-part=watched]")).to_have_text(re.compile(r"You have watched [01]% of it\."))
    trainee.get_by_role("link", name="Next").click()
    expect(trainee.get_by_role("heading", name="Seconda")).to_be_visible()
