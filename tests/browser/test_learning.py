"""A trainee on a phone goes through a course: from the catalogue to a certificate that a stranger verifies."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from lms.plugin import ChangeRule
from plugins.courses import authoring, writing
from plugins.courses.forms import AddCondition, AddStep, EditCourse, NewCourse, SaveCriterion, WritePage
from plugins.courses.outline import languages_of
from plugins.courses.rubric import add_criterion
from plugins.quiz import bank, quizzes
from plugins.quiz.grading import read_question
from tests.browser.checks import check_page, find_sideways_scroll
from tests.browser.conftest import Meet, Somebody
from tests.serving import Installation, wait_until

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=360, height=740)
TITLE = "Writing to an employer"
PARAGRAPHS = 40
QUESTION = {
    "type": "single", "stem": "<p>What comes first?</p>",
    "choices": [{"id": "a", "text": "Your name", "weight": 100}, {"id": "b", "text": "Your holidays"}],
}  # fmt: skip


@pytest.fixture
def course(installation: Installation) -> None:
    """A page, a quiz that opens after it, an assignment that opens with the score, a certificate."""
    world = installation.world
    with installation.app.app_context(), world.inside("siena"):
        trainer = world.actor("trainer")
        course_id = authoring.create_course(trainer, NewCourse(title=TITLE))
        kinds = (("page", "How to begin"), ("quiz", "What comes first"), ("assignment", "Your letter"))
        page, quiz, letter = (
            authoring.add_step(trainer, course_id, AddStep(type=kind, title=title)) for kind, title in kinds
        )
        text = "".join(
            f"<p>Sentence {number} of a letter is the one that counts.</p>" for number in range(PARAGRAPHS)
        )
        own = languages_of(authoring.get_course(trainer, course_id)[1])[0]
        writing.save_draft(trainer, writing.pages_of(page)[0].id, own, WritePage(html=text))
        question = bank.add_question(
            trainer, bank.Draft(bank.default_category(), read_question(QUESTION), "")
        )
        quizzes.add_questions(trainer, quiz, [question])
        authoring.change_step_rule(trainer, letter, ChangeRule(completion_rule="confirmed"))
        add_criterion(trainer, letter, SaveCriterion(title="Clear", points=5))
        authoring.add_condition(trainer, quiz, AddCondition(kind="step", other_id=page))
        authoring.add_condition(trainer, letter, AddCondition(kind="score", other_id=quiz, score=60))
        authoring.edit_course(trainer, course_id, EditCourse(title=TITLE, has_certificate=True))
        authoring.publish_course(trainer, course_id)


def find_and_join(trainee: Somebody) -> Page:
    """By the search of the catalogue; the path says why two of the steps are locked."""
    page = trainee.visit("/courses/")
    page.get_by_role("searchbox").fill("employer")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="Take part", exact=True).click()
    expect(page.get_by_text("Opens when “How to begin” is done.")).to_be_visible()
    expect(page.get_by_text("Opens when you reach 60 % in “What comes first”.")).to_be_visible()
    assert check_page(page) == []
    page.set_viewport_size(PHONE)
    return page


KEPT = re.compile("depth=[1-9]")
"""What the page sends when it rests after scrolling."""


def read_and_resume(trainee: Somebody, page: Page) -> None:
    """Half of the page is read; the way back from the start page leads to that sentence."""
    page.get_by_role("link", name="Begin", exact=True).click()
    sentence = page.get_by_text("Sentence 30 of a letter")
    page.wait_for_function("() => customElements.get('courses-place')")
    with page.expect_response(lambda answer: bool(KEPT.search(answer.request.post_data or ""))):
        sentence.evaluate("element => element.scrollIntoView({ block: 'center', behavior: 'instant' })")
    trainee.visit("/")
    page.get_by_role("link", name="Resume", exact=True).click()
    expect(sentence).to_be_in_viewport()
    expect(page.get_by_text("Sentence 0 of a letter")).not_to_be_in_viewport()
    assert find_sideways_scroll(page) == []
    page.get_by_role("button", name="Next").click()


def take_quiz(page: Page) -> None:
    """The lock of the quiz is open; its result opens the next one."""
    expect(page.get_by_role("heading", level=1)).to_have_text("What comes first")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your name").check()
    page.locator("[data-role=forward]").click()
    assert find_sideways_scroll(page) == []
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("100 %")).to_be_visible()
    assert find_sideways_scroll(page) == []
    page.get_by_role("link", name="Next step").click()


def hand_in(page: Page) -> None:
    """A text and a file."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Your letter")
    page.get_by_label("Your text").fill("Dear Ms Conti, I bake.")
    letter = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear Ms Conti, I bake well."}
    page.locator("#files").set_input_files(letter)  # type: ignore[arg-type]
    expect(page.get_by_text(re.compile("^Uploaded"))).to_be_visible()
    assert check_page(page) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text(re.compile("^Handed in on .* You will be told"))).to_be_visible()
    expect(page.get_by_role("link", name="letter.txt")).to_be_visible()


def grade(trainer: Somebody) -> None:
    """The trainer finds it in the queue, reads the file's name, gives points and a few words."""
    page = trainer.visit(f"/courses/?q={TITLE}")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("link", name=re.compile("Grading")).click()
    page.get_by_role("list", name="Work handed in").get_by_role("link").click()
    expect(page.get_by_role("link", name="letter.txt")).to_be_visible()
    page.get_by_role("group", name=re.compile("Clear")).get_by_text("4", exact=True).click()
    page.get_by_role("textbox", name="Feedback").fill("Short and kind: send it.")
    page.get_by_role("button", name="Accept").click()


def get_certificate(trainee: Somebody, page: Page) -> str:
    """Feedback is there, the course is completed, the PDF is one. Returns the code."""
    page.reload()
    expect(page.get_by_text("Short and kind: send it.")).to_be_visible()
    expect(page.get_by_text("Clear: 4 of 5")).to_be_visible()
    page.get_by_role("link", name="Leave; your place is kept").click()
    expect(page.get_by_text("Well done: you have completed this course.")).to_be_visible()
    assert find_sideways_scroll(page) == []
    paper = page.get_by_role("link", name="Open the certificate")
    wait_until(lambda: paper.count() or not page.reload(), what="the certificate")
    address = paper.get_attribute("href") or ""
    sent = trainee.context.request.get(trainee.office_url.split("/o/")[0] + address)
    assert sent.headers["content-type"] == "application/pdf"
    assert sent.body().startswith(b"%PDF")
    page = trainee.visit("/courses/certificates")
    page.get_by_role("link", name=f"Public page {TITLE}").click()
    return page.url.rsplit("/", 1)[1]


def test_a_trainee_goes_from_the_catalogue_to_a_certificate_on_a_phone(meet: Meet, course: None) -> None:
    trainee = meet("trainee16", viewport=PHONE)
    page = find_and_join(trainee)
    read_and_resume(trainee, page)
    take_quiz(page)
    hand_in(page)
    grade(meet("trainer"))
    code = get_certificate(trainee, page)
    stranger = meet(viewport=PHONE).visit(f"/courses/verify/{code}")
    expect(stranger.get_by_text("This certificate is genuine")).to_be_visible()
    expect(stranger.get_by_text(TITLE)).to_be_visible()
    assert check_page(stranger) == []
