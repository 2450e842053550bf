"""The shipped practitioner path: complete in both languages, and quickly made."""

from __future__ import annotations

import re
import uuid
from html.parser import HTMLParser

import pytest

from lms.plugin import Activity, NotFound, World, children_of, locale, plain_text, session
from lms.testing import SignIn
from plugins.courses import authoring, starting, translating
from plugins.courses.building import PlannedStep
from plugins.courses.forms import AddStep
from plugins.courses.outline import languages_of, read_outline
from plugins.courses.starting import read_plan
from plugins.courses.tests.making import make_course

SITE = "/o/siena/courses"


def pages(step: PlannedStep) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = step.content.get("pages", [])
    return found


LOOKED_UP = {
    "https://esco.ec.europa.eu/en/classification",
    "https://esco.ec.europa.eu/it/classification",
    "https://joint-research-centre.ec.europa.eu/digcomp_en",
    "https://joint-research-centre.ec.europa.eu/entrecomp-entrepreneurship-competence-framework_en",
    "https://joint-research-centre.ec.europa.eu/lifecomp_en",
    "https://www.cedefop.europa.eu/en/projects/lifelong-guidance",
    "https://www.edpb.europa.eu/sme-data-protection-guide/home_en",
    "https://www.edpb.europa.eu/sme-data-protection-guide/home_it",
    "https://www.inclusion-europe.eu/easy-to-read-standards-guidelines/",
    "https://www.w3.org/WAI/media/av/",
    "https://www.w3.org/WAI/standards-guidelines/wcag/",
    "https://www.w3.org/WAI/teach-advocate/accessible-presentations/",
}
"""Pages of publishers that others have linked to for years."""


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
            deep = re.findall(r'href="(https://[^/"]+/[^"]+)"', text["html"])
            assert set(deep) <= LOOKED_UP, "a front page grows old slowly; any other is looked up first"


@pytest.mark.parametrize("code", ["en", "it"])
def test_each_part_of_the_self_training_names_free_material_to_read_on(code: str) -> None:
    steps = {step.key: step for step in read_plan("practitioner", code).steps}
    chapters = [page for key in ("trainingA", "trainingB") for page in pages(steps[key])]
    assert len(chapters) == 6
    for chapter in chapters:
        for text in chapter.values():
            assert 'href="https://' in text["html"], text["title"]


def test_it_has_the_parts_that_a_practitioner_needs() -> None:
    plan = read_plan("practitioner", "en")
    kinds = [step.type for step in plan.steps]
    assert kinds.count("webinar") == 4
    assert kinds.count("tutoring") == 2
    assert {"quiz", "survey", "assignment"} <= set(kinds)
    [handbook] = [step for step in plan.steps if step.key == "actions"]
    assert len(pages(handbook)) == 9
    assert plan.has_certificate


def start(world: World, title: str = "") -> tuple[starting.Made, list[str]]:
    """Start the path as the trainer of Siena; what came out, and the kinds of its steps."""
    with world.inside("siena"), locale("it"):
        made = starting.start_course(world.actor("trainer"), "practitioner", title)
        outline = read_outline(world.actor("trainer"), made.course_id)
        assert translating.count_missing(made.course_id, languages_of(outline.course))["en"] == 0
        return made, [row.type for row in outline.rows]


def test_with_all_parts_switched_on_nothing_is_left_out(world: World, sign_in: SignIn) -> None:
    answer = sign_in("trainer").post(f"{SITE}/from-template", data={"template": "practitioner"})
    assert answer.status_code == 303
    assert "nove azioni" in sign_in("trainer").get(answer.location).text
    made, kinds = start(world, "Il nostro percorso")
    assert made.left_out == []
    assert kinds.count("webinar") == 4
    assert kinds.count("tutoring") == 2
    with world.inside("siena"):
        steps = {each.title: each for each in children_of(made.course_id)}
        webinar = steps["Webinar 1: Obiettivi e azioni"]
        assert (webinar.completion_rule, webinar.completion_goal, webinar.minutes) == ("attended", 67, 90)


def test_an_office_without_webinars_and_tutoring_reads_what_was_left_out(
    world: World, sign_in: SignIn
) -> None:
    for plugin in ("webinar", "tutoring"):
        sign_in("head").post("/o/siena/admin/parts", data={"plugin": plugin, "do": "off"})
    made, kinds = start(world)
    assert not {"webinar", "tutoring"} & set(kinds)
    assert len(made.left_out) == 2, "a line for each part that is switched off"
    assert made.left_out[0].startswith("“Webinar”")
    assert all(f"“Webinar {number}:" in made.left_out[0] for number in range(1, 5))
    assert "“Secondo incontro di tutoraggio”" in made.left_out[1]
    assert kinds.count("assignment") == 2, "the survey is asked as a text that is handed in"


class _Filled(HTMLParser):
    """The form of a page as a browser would send it, and how many fields a person has to fill."""

    def __init__(self, page: str, **changes: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._area = ""
        self.feed(page)
        self.count = sum(self.values.get(name, [""]) != [text] for name, text in changes.items())
        self.values |= {name: [text] for name, text in changes.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a field holds."""
        found = dict(attrs)
        name = found.get("name") or ""
        is_off = found.get("type") in {"checkbox", "radio"} and "checked" not in found
        if tag == "select":
            self._area = f"select:{name}"
        elif tag == "option" and self._area.startswith("select:") and "selected" in found:
            self.values[self._area.removeprefix("select:")] = [found.get("value") or ""]
        elif tag == "input" and name and not is_off:
            self.values.setdefault(name, []).append(found.get("value") or "")
        elif tag == "textarea":
            self._area = name

    def handle_data(self, data: str) -> None:
        """Keep what a text field holds."""
        if self._area and not self._area.startswith("select:"):
            self.values[self._area] = [data]
            self._area = ""


def test_the_path_with_four_webinars_a_quiz_and_a_certificate_takes_few_fields(
    world: World, sign_in: SignIn
) -> None:
    browser, filled = sign_in("trainer"), 1  # the title
    made = browser.post(f"{SITE}/from-template", data={"template": "practitioner", "title": "Our path"})
    course_id = uuid.UUID(made.location.rsplit("/", 2)[1])
    with world.inside("siena"):
        rows = read_outline(world.actor("trainer"), course_id).rows
        webinars = [row for row in rows if row.type == "webinar"]
    for number, row in enumerate(webinars, start=1):
        address = f"/o/siena/webinar/{row.id}/edit"
        form = _Filled(browser.get(address).text, starts_at=f"2027-03-0{number}T10:00")
        assert browser.post(address, data=form.values).status_code == 303
        filled += form.count
    assert browser.post(f"{SITE}/{course_id}/state", data={"state": "published"}).status_code == 303
    with world.inside("siena"):
        outline = read_outline(world.actor("trainer"), course_id)
        assert outline.activity.state == "published"
        assert outline.course.has_certificate
        assert [row.type for row in outline.rows].count("quiz") == 1
        times = [session().get_one(Activity, row.id) for row in webinars]
        assert [(each.ends_at - each.starts_at).seconds for each in times] == [90 * 60] * 4  # type: ignore[operator]  # all have times
    assert filled == 5


@pytest.mark.parametrize("key", ["", "nothing", "../practitioner", "practitioner/..", "."])
def test_only_shipped_templates_are_read(world: World, key: str) -> None:
    with world.inside("siena"), pytest.raises(NotFound):
        starting.start_course(world.actor("trainer"), key)


def test_webinars_without_a_date_are_named_in_the_outline_and_before_it_is_published(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("trainer")
    made = browser.post(f"{SITE}/from-template", data={"template": "practitioner"})
    course_id = uuid.UUID(made.location.rsplit("/", 2)[1])
    with world.inside("siena"):
        webinars = [each.id for each in children_of(course_id) if each.type == "webinar"]
    addresses = [f"/o/siena/webinar/{each}/edit" for each in webinars]
    outline = browser.get(f"{SITE}/{course_id}/edit").text
    assert [address in outline for address in addresses] == [True] * 4
    asked = browser.post(f"{SITE}/{course_id}/state", data={"state": "published"})
    assert asked.status_code == 200
    assert [address in asked.text for address in addresses] == [True] * 4
    form = _Filled(browser.get(addresses[0]).text, starts_at="2027-03-01T10:00")
    browser.post(addresses[0], data=form.values)
    assert addresses[0] not in browser.post(f"{SITE}/{course_id}/state", data={"state": "published"}).text
    with world.inside("siena"):
        assert session().get_one(Activity, course_id).state == "draft", "nothing happened without a word"
    sure = browser.post(f"{SITE}/{course_id}/state", data={"state": "published", "confirmed": "1"})
    assert sure.status_code == 303
    with world.inside("siena"):
        assert session().get_one(Activity, course_id).state == "published"
    for page in (f"{SITE}/{course_id}/edit", f"{SITE}/{course_id}"):
        assert "1 mar 2027, 10:00 ·" in browser.get(page).text


def test_pages_without_a_text_are_named_before_a_course_is_published(world: World, sign_in: SignIn) -> None:
    with world.inside("siena"):
        course = make_course(world, "page", publish=False)
        empty = authoring.add_step(
            world.actor("trainer"), course.id, AddStep(type="page", title="Still empty")
        )
    browser = sign_in("trainer")
    asked = browser.post(f"{SITE}/{course.id}/state", data={"state": "published"})
    assert f"step/{empty}/write" in asked.text
    assert f"step/{course.steps[0]}/write" not in asked.text
    with world.inside("siena"):
        authoring.hide_step(world.actor("trainer"), empty, is_hidden=True)
    assert browser.post(f"{SITE}/{course.id}/state", data={"state": "published"}).status_code == 303
