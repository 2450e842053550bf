"""Looking closer at a slide: by keys, wheel, fingers and buttons; who shows it takes the others along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lms.testing import run_jobs
from plugins.webinar import rooms, slides
from tests.browser.conftest import Meet
from tests.browser.test_webinar import come_in, is_sound
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
PLACE = """() => {
  const picture = document.querySelector('[data-part=slide-picture]').getBoundingClientRect();
  const frame = document.querySelector('[data-part=slide-view]').getBoundingClientRect();
  return [Math.round(picture.width), Math.round(picture.left - frame.left), Math.round(frame.width)];
}"""

WHOLE_WIDTH = "() => document.querySelector('[data-part=slide-sheet]').offsetWidth"


@contextmanager
def shown(meet: Meet, installation: Installation, viewer: str) -> Iterator[tuple[Page, Page]]:
    """The trainer and somebody on a phone look at the first page of the demo slides."""
    with installation.app.app_context(), installation.world.inside("siena"):
        found = rooms.find_rooms(installation.world.actor("trainer"))
        meeting = next(each for each in found if slides.find_decks(each.activity.id)).activity.id
    host, page = (
        meet("trainer").visit(f"/webinar/{meeting}/room"),
        meet(viewer, viewport=PHONE).visit(f"/webinar/{meeting}/room"),
    )
    come_in(host)
    come_in(page)
    host.get_by_role("tab", name="Slides").click()
    host.get_by_role("button", name="Show page 1 of").click()
    expect(page.get_by_role("img", name="Slide 1 of 4")).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-part=slide-picture]').naturalWidth > 0")
    yield host, page
    host.get_by_role("button", name="Show no slide").click()
    expect(page.get_by_role("img", name="Slide")).to_be_hidden()


def scale(page: Page, percent: int) -> None:
    """The page looks so close."""
    expect(page.locator("[data-part=zoom-scale]")).to_have_text(f"{percent} %")


def percent(page: Page) -> int:
    """How close the page looks now."""
    return int(page.locator("[data-part=zoom-scale]").inner_text().removesuffix(" %"))


def test_who_shows_a_slide_takes_along_who_follows_and_each_looks_for_themselves(
    meet: Meet, installation: Installation
) -> None:
    with shown(meet, installation, "trainee23") as (host, page):
        whole = page.evaluate(PLACE)[0]
        host.locator("[data-part=slide-view]").focus()
        for _press in range(3):
            host.keyboard.press("+")
        scale(host, 195)
        scale(page, 195)
        host.keyboard.press("ArrowRight")
        expect(host.get_by_role("img", name="Slide 1 of 4")).to_be_visible()
        page.wait_for_function(
            "() => document.querySelector('[data-part=slide-sheet]').style.transform.startsWith('translate(-')"
        )
        assert page.evaluate(PLACE)[0] == pytest.approx(whole * 1.95, abs=3)
        assert is_sound(page) == []
        page.get_by_role("button", name="Closer").press("Enter")
        scale(page, 244)
        host.keyboard.press("0")
        scale(host, 100)
        scale(page, 244)
        page.locator("[data-part=slide-view]").press("0")
        scale(page, 100)
        assert page.evaluate(PLACE)[0] == whole
        host.keyboard.press("ArrowRight")
        expect(page.get_by_role("img", name="Slide 2 of 4")).to_be_visible()
        assert is_sound(host) == []


def test_the_pointer_stays_right_on_a_slide_that_is_seen_larger(
    meet: Meet, installation: Installation
) -> None:
    with shown(meet, installation, "trainee25") as (host, page):
        host.locator("[data-part=slide-view]").focus()
        for _press in range(4):
            host.keyboard.press("+")
        scale(page, 244)
        host.get_by_role("button", name="Pointer").click()
        box = host.locator("[data-part=slide-view]").bounding_box()
        assert box is not None
        host.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.4)
        host.mouse.move(box["x"] + box["width"] * 0.75 + 1, box["y"] + box["height"] * 0.4)
        expect(page.locator("[data-part=slide-pointer]")).to_be_visible()
        where = "() => { const dot = document.querySelector('[data-part=slide-pointer]'); return [dot.style.insetInlineStart, dot.style.insetBlockStart]; }"
        assert host.evaluate(where) == page.evaluate(where)
        # 0.25 of the width away from the middle, of a picture that is 2.44 times as wide.
        middle = host.locator("[data-part=slide-pointer]").bounding_box()
        assert middle is not None
        assert middle["x"] + middle["width"] / 2 == pytest.approx(box["x"] + box["width"] * 0.75, abs=4)
        assert middle["width"] < 40


def test_fingers_pinch_and_drag_a_slide_and_the_wheel_with_ctrl_does_it_at_a_desk(
    meet: Meet, installation: Installation
) -> None:
    with shown(meet, installation, "trainee26") as (host, page):
        box = page.locator("[data-part=slide-view]").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch = page.context.new_cdp_session(page)

        def fingers(kind: str, *points: tuple[float, float]) -> None:
            touch.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": a, "y": b, "id": n} for n, (a, b) in enumerate(points)]},
            )

        fingers("touchStart", (x - 30, y), (x + 30, y))
        for apart in (40, 50, 60):
            fingers("touchMove", (x - apart, y), (x + apart, y))
        fingers("touchEnd")
        closer = percent(page)
        assert closer == pytest.approx(200, abs=4)
        before = page.evaluate(PLACE)[1]
        fingers("touchStart", (x, y))
        for by in (10, 20, 30):
            fingers("touchMove", (x - by, y))
        fingers("touchEnd")
        assert page.evaluate(PLACE)[1] == pytest.approx(before - 30, abs=3)
        scale(host, 100)
        host.locator("[data-part=slide-view]").hover()
        host.keyboard.down("Control")
        host.mouse.wheel(0, -210)
        host.keyboard.up("Control")
        expect(host.locator("[data-part=zoom-scale]")).not_to_have_text("100 %")
        assert percent(host) == pytest.approx(201, abs=2)
        assert percent(page) == closer


def test_a_slide_that_is_seen_large_gets_sharper_and_keeps_its_place(
    meet: Meet, installation: Installation
) -> None:
    sharp = "() => document.querySelector('[data-part=slide-picture]').currentSrc.includes('-sharp')"
    with shown(meet, installation, "trainee24") as (host, page):
        asked: list[str] = []
        page.on("request", lambda each: asked.append(each.url) if "-sharp" in each.url else None)
        host.locator("[data-part=slide-view]").focus()
        for _press in range(5):
            host.keyboard.press("+")
        scale(host, 305)
        run_jobs(installation.app)
        host.wait_for_function(sharp)
        assert host.evaluate(PLACE)[0] == pytest.approx(host.evaluate(WHOLE_WIDTH) * 3.05, abs=4)
        # A phone whose screen shows no more than the plain picture holds loads nothing more.
        scale(page, 305)
        assert asked == []
        host.keyboard.press("0")
        host.keyboard.press("ArrowRight")
        expect(host.get_by_role("img", name="Slide 2 of 4")).to_be_visible()
        assert not host.evaluate(sharp)
