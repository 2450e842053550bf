"""The shipped practitioner path: complete in both languages, and quickly made."""

from __future__ import annotations

import re
import uuid
from html.parser import HTMLParser

import pytest

from lms.plugin import Activity, ActivityType, NotFound, World, hooks, locale, plain_text, session
from lms.testing import SignIn
from plugins.courses import starting, translating
from plugins.courses.building import PlannedStep
from plugins.courses.outline import languages_of, read_outline
from plugins.courses.starting import read_plan

SITE = "/o/siena/courses"


def pages(step: PlannedStep) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = step.content.get("pages", [])
    return found


@pytest.mark.parametrize("code", ["en", "it"])
def test_every_text_is_there_in_both_languages_and_long_enough_to_be_useful(code: str) -> None:
    plan = read_plan("practitioner", code)
    assert plan.languages[0] == code
    texts = [page for step in plan.steps for page in pages(step)]
    assert len(texts) >= 18
    for page in texts:
        for text in page.values():
            assert text["title"]
            assert len(plain_text(text["html"]).split()) > 100
            assert not re.search(r'(?:src|poster)="', text["html"]), "no request leaves the host"
            deep = re.findall(r'href="https://[^/"]+/[^"]+"', text["html"])
            assert not deep, "the front page of a publisher grows old slowly, others fast"


def test_it_has_the_parts_that_a_practitioner_needs() -> None:
    plan = read_plan("practitioner", "en")
    kinds = [step.type for step in plan.steps]
    assert kinds.count("webinar") == 4
    assert kinds.count("tutoring") == 2
    assert {"quiz", "survey", "assignment"} <= set(kinds)
    [handbook] = [step for step in plan.steps if step.key == "actions"]
    assert len(pages(handbook)) == 9
    assert plan.has_certificate


def test_it_is_made_with_one_click_and_says_what_was_left_out(world: World, sign_in: SignIn) -> None:
    answer = sign_in("trainer").post(f"{SITE}/from-template", data={"template": "practitioner"})
    assert answer.status_code == 303
    page = sign_in("trainer").get(answer.location).text
    assert "nove azioni" in page
    with world.inside("siena"), locale("it"):
        made = starting.start_course(world.actor("trainer"), "practitioner", "Il nostro percorso")
        known = set(hooks().activity_types())
        missing = [step.type for step in read_plan("practitioner", "it").steps if step.type not in known]
        assert len([line for line in made.left_out if "“" in line]) >= len(missing)
        outline = read_outline(world.actor("trainer"), made.course_id)
        assert outline.title == "Il nostro percorso"
        assert translating.count_missing(made.course_id, languages_of(outline.course))["en"] == 0


def test_steps_of_other_parts_are_made_where_they_are_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = hooks().activity_types()
    extra = {
        name: (
            "core.activities",
            ActivityType(name, name, "gear", "activities.show", completion=("confirmed",)),
        )
        for name in ("webinar", "tutoring", "survey")
        if name not in kinds
    }
    monkeypatch.setattr(hooks(), "activity_types", lambda: kinds | extra)
    with world.inside("siena"):
        made = starting.start_course(world.actor("trainer"), "practitioner")
        types = [row.type for row in read_outline(world.actor("trainer"), made.course_id).rows]
        assert types.count("webinar") == 4
        assert not [line for line in made.left_out if "webinar" in line]


class _Filled(HTMLParser):
    """The form of a page as a browser would send it, and how many fields a person has to fill."""

    def __init__(self, page: str, **changes: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._area = ""
        self.feed(page)
        self.count = sum(self.values.get(name, "") != text for name, text in changes.items())
        self.values |= changes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a field holds."""
        found = dict(attrs)
        name = found.get("name") or ""
        is_off = found.get("type") in {"checkbox", "radio"} and "checked" not in found
        if tag == "input" and name and not is_off:
            self.values[name] = found.get("value") or ""
        self._area = name if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        """Keep what a text field holds."""
        if self._area:
            self.values[self._area] = data
            self._area = ""


def test_the_path_with_four_webinars_a_quiz_and_a_certificate_takes_few_fields(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = hooks().activity_types()
    webinar = ActivityType("webinar", "webinar", "gear", "activities.show", completion=("confirmed",))
    monkeypatch.setattr(hooks(), "activity_types", lambda: {"webinar": ("core.activities", webinar)} | kinds)
    browser, filled = sign_in("trainer"), 1  # the title
    made = browser.post(f"{SITE}/from-template", data={"template": "practitioner", "title": "Our path"})
    course_id = uuid.UUID(made.location.rsplit("/", 2)[1])
    with world.inside("siena"):
        rows = read_outline(world.actor("trainer"), course_id).rows
    webinars = [row for row in rows if row.type == "webinar"]
    for number, row in enumerate(webinars, start=1):
        address, day = f"/o/siena/activities/{row.id}/edit", f"2027-03-0{number}"
        form = _Filled(browser.get(address).text, starts_at=f"{day}T10:00", ends_at=f"{day}T11:30")
        assert browser.post(address, data=form.values).status_code in {302, 303}
        filled += form.count
    assert browser.post(f"{SITE}/{course_id}/state", data={"state": "published"}).status_code == 303
    with world.inside("siena"):
        outline = read_outline(world.actor("trainer"), course_id)
        assert outline.activity.state == "published"
        assert outline.course.has_certificate
        assert [row.type for row in outline.rows].count("quiz") == 1
        dates = [session().get_one(Activity, row.id).starts_at for row in webinars]
    assert len(webinars) == 4
    assert all(dates)
    assert filled <= 25


@pytest.mark.parametrize("key", ["", "nothing", "../practitioner", "practitioner/..", "."])
def test_only_shipped_templates_are_read(world: World, key: str) -> None:
    with world.inside("siena"), pytest.raises(NotFound):
        starting.start_course(world.actor("trainer"), key)
