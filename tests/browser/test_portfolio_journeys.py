"""What the portfolio is for, each walked whole as a person would: on a phone first, staff at a desk."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from plugins.courses import authoring
from plugins.courses.forms import AddStep, NewCourse
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.models import Page as PortfolioPage
from tests.browser.checks import check_page, find_sideways_scroll
from tests.browser.conftest import Meet
from tests.browser.test_portfolio import own
from tests.serving import Installation

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
ON_A_PHONE: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def tap(page: Page, name: str, role: Any = "button") -> None:
    """Tap the first thing of exactly that name."""
    page.get_by_role(role, name=name, exact=True).first.tap()


def be_at(page: Page, title: str | re.Pattern[str]) -> None:
    """Be on the page of that heading, from which nothing sticks out of the phone."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert find_sideways_scroll(page) == []


def wait_until_saved(page: Page) -> None:
    """What was typed is kept."""
    expect(page.locator(".ui-saved").first).to_contain_text("Saved")


def take(page: Page, name: str) -> bytes:
    """Tap on a download and get what came."""
    with page.expect_download() as coming:
        tap(page, name, "link")
    return Path(coming.value.path()).read_bytes()


def text_of(pdf: bytes) -> str:
    """The words of a PDF, which must be tagged."""
    read = PdfReader(io.BytesIO(pdf))
    marks = read.root_object["/MarkInfo"].get_object()
    assert isinstance(marks, DictionaryObject)
    assert marks["/Marked"]
    return "\n".join(page.extract_text() for page in read.pages)


# --- 1: the CV --------------------------------------------------------------------------


def add_entry(page: Page, add: str, title: str, fields: dict[str, str]) -> None:
    """Write an entry of the CV: its title, then the rest."""
    tap(page, add, "link")
    page.locator("main input[name=title]").fill(title)
    page.locator("main form button.btn-primary").tap()
    be_at(page, title)
    for label, text in fields.items():
        page.get_by_label(label).first.fill(text)
    if fields:
        wait_until_saved(page)
    tap(page, "Save and go back")
    be_at(page, "My CV")


def fill_store(page: Page) -> None:
    """A name, two jobs, a school, a skill."""
    page.locator("main a[href$='/cv/person']").first.tap()
    page.get_by_label("First name").fill("Nilde")
    page.get_by_label("Family name").fill("Corsini")
    page.get_by_label("What you are, in a few words").fill("Gardener")
    wait_until_saved(page)
    tap(page, "Back to my CV", "link")
    job = {
        "Employer": "Green Hills",
        "From": "03/2021",
        "To": "06/2025",
        "What you did and achieved": "Kept 12 gardens",
    }
    add_entry(page, "Add a job", "Gardener", job)
    add_entry(page, "Add a job", "Waiter", {"Employer": "Bar Centrale", "From": "2018", "To": "2020"})
    add_entry(page, "Add education", "Agricultural school", {"From": "2013", "To": "2018"})
    add_entry(page, "Add a skill", "Pruning", {})


def tailor(page: Page, title: str, job: str, *, without: str, gone: str) -> list[bytes]:
    """A CV for one job, with one entry left out; its PDF in each look."""
    page.get_by_role("link", name="Make a CV").first.tap()
    page.get_by_label("Name of this CV").fill(title)
    page.locator("main form button.btn-primary").tap()
    be_at(page, title)
    page.get_by_label("Which job is it for?").fill(job)
    wait_until_saved(page)
    tap(page, f"In this CV: {without}")
    expect(page.locator("[data-sheet-place]")).not_to_contain_text(gone)
    made = []
    for look in ("modern", "compact", "clear"):
        page.locator(f"input[name=template][value={look}]").check()
        expect(page.locator(f"[data-sheet-place] .pf-cv-{look}")).to_be_visible()
        made.append(take(page, "Download PDF"))
    return made


def test_a_cv_is_written_once_tailored_twice_and_leaves_in_every_format(meet: Meet) -> None:
    trainee = meet("trainee13", **ON_A_PHONE)
    page = trainee.visit("/portfolio")
    tap(page, "Begin", "link")
    fill_store(page)
    gardens = tailor(page, "Gardens", "Gardener", without="Waiter", gone="Bar Centrale")
    trainee.visit("/portfolio/cv")
    bars = tailor(page, "Bars", "Waiter", without="Gardener", gone="Green Hills")
    assert all("Green Hills" in text_of(pdf) and "Bar Centrale" not in text_of(pdf) for pdf in gardens)
    assert all("Bar Centrale" in text_of(pdf) and "Green Hills" not in text_of(pdf) for pdf in bars)
    page.locator(".ui-page-header .ui-menu > summary").tap()
    tap(page, "As a machine reads it", "link")
    be_at(page, "As a machine reads it")
    expect(page.locator(".pf-warnings")).to_contain_text("Nothing is said about you.")
    page.go_back()
    page.locator(".ui-page-header .ui-menu > summary").tap()
    tap(page, "Europass and other formats", "link")
    be_at(page, "Formats")
    pdf = PdfReader(io.BytesIO(take(page, "Europass PDF")))
    assert any(b"Bar Centrale" in part for parts in pdf.attachments.values() for part in parts)
    resume = json.loads(take(page, "JSON Resume"))
    assert [job["name"] for job in resume["work"]] == ["Bar Centrale"]
    assert "Bar Centrale" in take(page, "Plain text").decode()


@pytest.mark.parametrize(
    ("key", "kind", "name"),
    [("trainee14", "Europass PDF", "europass.pdf"), ("trainee15", "JSON Resume", "resume.json")],
)
def test_a_cv_of_elsewhere_is_looked_through_and_taken_over(
    meet: Meet, installation: Installation, tmp_path: Path, key: str, kind: str, name: str
) -> None:
    cv_id = own(installation, Cv, "Hotels abroad, in English")
    owner = meet("trainee", **ON_A_PHONE).visit(f"/portfolio/cvs/{cv_id}/downloads")
    file = tmp_path / name
    file.write_bytes(take(owner, kind))
    page = meet(key, **ON_A_PHONE).visit("/portfolio/cv")
    tap(page, "Bring a CV with you", "link")
    page.get_by_label("Your file").set_input_files(file)
    tap(page, "Look into it")
    be_at(page, "What is in the file")
    expect(page.locator(".pf-import-line").filter(has_text="Assistant pastry cook")).to_be_visible()
    page.locator("main form button.btn-primary").first.tap()
    be_at(page, "My CV")
    expect(page.get_by_role("link", name="Assistant pastry cook")).to_be_visible()
    assert check_page(page) == []


# --- 3: sharing -------------------------------------------------------------------------


def make_link(page: Page, base: str) -> str:
    """A link with a passcode and a last day, made by touch; its address on this server."""
    page.get_by_text("Make a link", exact=True).tap()
    page.get_by_label("For whom is the link?").fill("Garden centre")
    page.get_by_label("Passcode").fill("daffodil")
    page.locator("#link-until").fill("2031-05-31")
    tap(page, "Make the link")
    return re.sub(r"^https?://[^/]+", base, page.locator("#link").input_value())


def open_as_employer(page: Page, link: str, title: str) -> None:
    """The passcode is asked for, then the page is there with its pictures."""
    page.goto(link)
    page.get_by_label("Passcode").fill("daffodil")
    tap(page, "Open")
    be_at(page, title)
    page.locator(".pf-gallery img").first.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.pf-gallery img').naturalWidth > 0")


def test_a_page_is_shared_looked_at_talked_about_and_taken_back(
    meet: Meet, installation: Installation
) -> None:
    title = "I miei lavori"
    page_id = own(installation, PortfolioPage, title)
    trainee = meet("trainee", **ON_A_PHONE)
    page = trainee.visit(f"/portfolio/share/pages/{page_id}")
    be_at(page, f"Who may see “{title}”?")
    expect(page.get_by_text("Can see it now").first).to_be_visible()  # the counsellor, since the demo
    link = make_link(page, trainee.office_url.partition("/o/")[0])
    for who, said in (
        ("employer", "an employer with a link"),
        ("counsellor", "your counsellor"),
        ("public", "everybody on the web"),
    ):
        trainee.visit(f"/portfolio/pages/{page_id}/as/{who}")
        expect(page.get_by_text(f"You see this page as {said}")).to_be_visible()
        expect(page.locator(".pf-gallery img").first).to_be_visible()
    employer = meet(ignored=("status of 4",), **ON_A_PHONE)
    open_as_employer(employer.page, link, title)
    picture = employer.page.locator(".pf-gallery img").first.get_attribute("src")
    trainee.visit(f"/portfolio/share/pages/{page_id}")
    tap(page, "Who looked?", "link")
    expect(page.get_by_text("Garden centre").first).to_be_visible()
    trainee.visit(f"/portfolio/share/pages/{page_id}")
    page.get_by_role("button", name=re.compile("End it.*Garden centre")).tap()
    expect(page.get_by_text("It was ended.")).to_be_visible()
    for address in (link, str(picture)):
        answer = employer.page.goto(
            address if address.startswith("http") else link.partition("/o/")[0] + address
        )
        assert answer is not None
        assert answer.status == 404


def test_a_counsellor_speaks_of_a_block_and_the_trainee_answers_and_closes_it(
    meet: Meet, installation: Installation
) -> None:
    page_id = own(installation, PortfolioPage, "I miei lavori")
    adviser = meet("counsellor").visit(f"/portfolio/shared/pages/{page_id}")
    adviser.get_by_label("Your comment").fill("Say how long the cake took.")
    adviser.get_by_label("About").select_option(label="2. Gallery")
    adviser.get_by_role("button", name="Send", exact=True).last.click()
    expect(adviser.get_by_text("Say how long the cake took.")).to_be_visible()
    page = meet("trainee", **ON_A_PHONE).visit(f"/portfolio/shared/pages/{page_id}")
    thread = page.locator(".ui-comment").filter(has_text="Say how long the cake took.").first
    expect(thread.get_by_role("link", name="Gallery")).to_be_visible()
    thread.get_by_text("Answer", exact=True).tap()
    thread.get_by_label("Your answer").fill("Eleven hours.")
    thread.get_by_role("button", name="Send").tap()
    thread = page.locator(".ui-comment").filter(has_text="Say how long the cake took.").first
    expect(thread).to_contain_text("Eleven hours.")
    thread.get_by_role("button", name="Close").first.tap()
    expect(page.locator(".ui-comment").filter(has_text="Say how long").first).to_contain_text("Closed")
    assert check_page(page) == []


def test_a_cv_is_signed_and_the_counsellor_confirms_it(meet: Meet) -> None:
    trainee = meet("trainee2", **ON_A_PHONE)
    page = trainee.visit("/portfolio/cv")
    tap(page, "CV generale", "link")
    tap(page, "Share", "link")
    tap(page, "My CV is ready to send: please confirm")
    expect(page.get_by_text("You asked for a confirmation; it waits for an answer.")).to_be_visible()
    adviser = meet("counsellor").visit("/portfolio/inbox")
    request = (
        adviser.locator(".pf-inbox > li")
        .filter(has_text="Is this CV ready to send?")
        .filter(has_text="CV generale")
    )
    request.get_by_label("A few words").fill("Well done.")
    request.get_by_role("button", name="Ready to send").click()
    expect(adviser.get_by_text("The answer is on its way.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("that this CV is ready to send")).to_be_visible()


# --- 4: handing in ----------------------------------------------------------------------


@pytest.fixture
def course(installation: Installation) -> str:
    """A course whose only step is a portfolio task; its title."""
    world = installation.world
    with installation.app.app_context(), world.inside("siena"):
        trainer = world.actor("trainer")
        course_id = authoring.create_course(trainer, NewCourse(title="Show your work"))
        authoring.add_step(trainer, course_id, AddStep(type="portfolio_task", title="One page of yours"))
        authoring.publish_course(trainer, course_id)
    return "Show your work"


def judge(page: Page, url: str, words: str, result: str) -> None:
    """What the trainer says of the newest copy."""
    page.goto(url)
    page.get_by_role("link", name="Giulia").first.click()
    page.get_by_label("A few words").fill(words)
    page.get_by_role("button", name=result, exact=True).click()
    expect(page.get_by_text("The result is on its way.")).to_be_visible()


def test_a_locked_copy_is_handed_in_as_a_step_of_a_course_and_its_result_comes_back(
    meet: Meet, course: str
) -> None:
    trainee = meet("trainee2", **ON_A_PHONE)
    page = trainee.visit("/courses/")
    page.get_by_role("link", name=course).first.tap()
    page.get_by_role("button", name="Join").or_(page.get_by_role("button", name="Take part")).first.tap()
    page.get_by_role("link", name="One page of yours").first.tap()
    be_at(page, "One page of yours")
    page.get_by_label("What do you hand in?").select_option(label="Chi sono")
    tap(page, "Hand in")
    expect(page.get_by_text("Waits for a result", exact=True)).to_be_visible()
    trainer = meet("trainer").page
    judge(trainer, page.url, "Add a photo.", "Work on it again")
    page.reload()
    expect(page.get_by_text("Add a photo.")).to_be_visible()
    tap(page, "Hand in")
    expect(page.get_by_text("Waits for a result", exact=True)).to_be_visible()
    judge(trainer, page.url, "Good!", "Passed")
    page.reload()
    expect(page.get_by_text("You passed.")).to_be_visible()
    assert check_page(page) == []
    trainee.visit("/courses/")
    page.get_by_role("link", name=course).first.tap()
    be_at(page, course)
    expect(page.locator("main")).to_contain_text("you have completed this course")


# --- 5: taking it along -----------------------------------------------------------------


def pack(page: Page) -> bytes:
    """One press, and the archive when it is ready."""
    page.get_by_role("button", name=re.compile("Pack (my portfolio|it again)")).tap()
    download = page.get_by_role("link", name="Download").first
    expect(download).to_be_visible(timeout=60_000)
    return take(page, "Download")


def look_offline(chromium: Browser, folder: Path) -> None:
    """Every page of the archive, opened from the disk: pictures are there, and nothing is asked of any server."""
    context = chromium.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "index.html").as_uri())
    links = [link.evaluate("link => link.href") for link in page.locator("main a[href$='.html']").all()]
    assert any("/pages/" in link for link in links)
    for link in links:
        page.goto(link)
        expect(page.locator("h1")).to_have_count(1)
        assert (
            page.evaluate("[...document.images].filter(each => each.complete && !each.naturalWidth).length")
            == 0
        )
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_everything_goes_along_opens_offline_and_comes_in_elsewhere(
    meet: Meet, chromium: Browser, tmp_path: Path
) -> None:
    page = meet("trainee", **ON_A_PHONE).visit("/portfolio/moving")
    body = pack(page)
    archive = tmp_path / "portfolio.zip"
    archive.write_bytes(body)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "out")
    look_offline(chromium, tmp_path / "out")
    taker = meet("trainee16", **ON_A_PHONE)
    page = taker.visit("/portfolio/moving")
    page.get_by_label("ZIP file").set_input_files(archive)
    expect(page.locator(".ui-file.is-done")).to_have_count(1)
    tap(page, "Look into it")
    expect(page.get_by_text("Every file is whole.")).to_be_visible(timeout=60_000)
    tap(page, "Take it over")
    expect(page.get_by_text("Everything that you chose is in your portfolio.")).to_be_visible(timeout=60_000)
    taker.visit("/portfolio/pages")
    tap(page, "I miei lavori", "link")
    page.locator(".pf-gallery img").first.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.pf-gallery img').naturalWidth > 0")


# --- 6: the map -------------------------------------------------------------------------


def test_a_page_is_put_on_the_map_and_the_counsellor_confirms_it(
    meet: Meet, installation: Installation
) -> None:
    trainee = meet("trainee2", **ON_A_PHONE)
    page = trainee.visit("/portfolio/map")
    page.get_by_role("link", name=re.compile("^Open:")).first.tap()
    element = page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("Page", exact=True).select_option(label="Chi sono")
    page.get_by_role("radio").first.check()
    tap(page, "Put it on my map")
    expect(page.get_by_role("heading", name="Shown by")).to_be_visible()
    trainee.visit("/portfolio/map")
    expect(page.locator("main")).to_contain_text("1 of")
    assert find_sideways_scroll(page) == []
    person = installation.user_id("trainee2")
    adviser = meet("counsellor").visit(f"/portfolio/map/of/{person}")
    card = adviser.locator(".pf-marks > li").filter(has_text=element)
    card.locator("summary").click()
    card.get_by_role("button").last.click()
    expect(adviser.locator(".pf-marks > li").filter(has_text=element)).to_contain_text("Change what I said")
    page.reload()
    expect(page.locator("main")).to_contain_text("1 are confirmed")
