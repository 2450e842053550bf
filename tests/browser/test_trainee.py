"""What a trainee does in a normal week."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from lms.activities.models import Activity, Enrolment
from lms.clock import utcnow
from lms.demo import PASSWORD
from lms.store.base import session
from lms.store.scope import all_offices
from tests.browser.conftest import Meet
from tests.browser.mailbox import open_newest_mail, read_code
from tests.serving import Installation, Serving

pytestmark = pytest.mark.browser


def find_open_activity(installation: Installation, key: str) -> tuple[str, str]:
    """Id and title of an activity that the person is not in and can join at once."""
    with installation.app.app_context(), all_offices("looking for something to join"):
        taken = select(Enrolment.activity_id).where(Enrolment.user_id == installation.user_id(key))
        query = select(Activity.id, Activity.title).where(
            Activity.office_id == installation.world.office("siena").id, Activity.state == "published",
            Activity.enrolment_rule == "self", Activity.starts_at > utcnow(), Activity.id.not_in(taken),
        )  # fmt: skip
        activity_id, title = session().execute(query).first() or ("", "")
        session().rollback()
    return str(activity_id), title


def test_signs_in_with_a_password_and_sees_the_next_step(meet: Meet) -> None:
    guest = meet()
    page = guest.visit("/")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_label("E-mail address").fill("trainee@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aïcha")
    step = page.locator(".ui-next a.btn-primary, a.ui-next, .ui-next .btn").first
    step.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/o/siena/" in page.url
    assert not page.url.endswith("/o/siena/")


def test_cannot_sign_in_with_a_wrong_password_and_hears_it(meet: Meet) -> None:
    guest = meet(ignored=("status of 4",))
    page = guest.visit("/sign-in")
    page.get_by_label("E-mail address").fill("trainee@example.org")
    page.get_by_label("Password").fill("certainly wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page.get_by_role("alert")).to_be_focused()


def test_signs_in_with_a_code_from_the_mail(meet: Meet) -> None:
    guest = meet()
    page = guest.visit("/sign-in/code")
    page.get_by_label("E-mail address").fill("trainee2@example.org")
    page.get_by_role("button", name="Send me a code").click()
    mail = open_newest_mail(guest, "trainee2@example.org")
    page.get_by_label("Code").fill(read_code(mail))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Giulia")


def test_joins_an_activity_and_leaves_it_again(meet: Meet, installation: Installation) -> None:
    activity_id, title = find_open_activity(installation, "trainee4")
    trainee = meet("trainee4")
    page = trainee.visit("/activities/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name=re.compile("Take part|Join the waiting list")).click()
    expect(page.locator("main .ui-badge").first).to_have_text(re.compile("You take part|Waiting list"))
    assert activity_id in page.url
    page.get_by_role("button", name="I can no longer take part").click()
    expect(page.get_by_role("button", name=re.compile("Take part|Join the waiting list"))).to_be_visible()


def test_sees_an_announcement_arrive_and_who_is_here_without_a_new_page(meet: Meet) -> None:
    trainer, trainee = meet("trainer"), meet("trainee", timezone_id="Pacific/Auckland")
    reading = trainee.visit("/lounge")
    expect(reading.locator("[data-state=live]")).to_be_visible()
    reading.evaluate("() => { window.isTheSamePage = true; }")
    writing = trainer.visit("/lounge")
    expect(writing.locator("[data-state=live]")).to_be_visible()
    expect(reading.locator("[data-part=people]")).to_contain_text("Tommaso")
    writing.get_by_label("Your announcement").fill("The coffee machine works again.")
    writing.get_by_role("button", name="Announce", exact=True).click()
    expect(reading.locator("[data-part=log] li").first).to_contain_text("The coffee machine works again.")
    clock = reading.locator("[data-part=log] li time").first.inner_text()
    expect(writing.locator("[data-part=log] li time").first).to_have_text(clock)  # whatever the devices say
    assert reading.evaluate("() => window.isTheSamePage")
    writing.close()
    expect(reading.locator("[data-part=people]")).not_to_contain_text("Tommaso", timeout=30_000)


def test_uploads_a_file_with_progress_and_can_take_a_deletion_back(meet: Meet, tmp_path: Path) -> None:
    letter = tmp_path / "my letter.txt"
    letter.write_text("Dear Sir or Madam,\n" + "I would like to work for you.\n" * 200, "utf-8")
    trainee = meet("trainee5")
    page = trainee.visit("/files")
    page.get_by_label("Add files").set_input_files(letter)
    expect(page.locator(".ui-file progress")).to_have_attribute("value", "100")
    expect(page.locator("#my-files")).to_contain_text("my letter.txt")
    page.get_by_role("button", name="Delete my letter.txt").click()
    expect(page.locator("#my-files .ui-rows")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#my-files")).to_contain_text("my letter.txt")


def test_hears_why_a_program_is_refused(meet: Meet, tmp_path: Path) -> None:
    program = tmp_path / "game.pdf"
    program.write_bytes(b"MZ\x90\x00" + b"\x00" * 4000)
    trainee = meet("trainee5", ignored=("status of 4",))
    page = trainee.visit("/files")
    page.get_by_label("Add files").set_input_files(program)
    expect(page.locator(".ui-file-state")).to_contain_text(re.compile("not|cannot|only", re.IGNORECASE))
    expect(page.locator("#my-files")).not_to_contain_text("game.pdf")


def test_subscribes_to_the_calendar_with_another_program(meet: Meet, served: Serving) -> None:
    trainee = meet("trainee6")
    page = trainee.visit("/calendar/feed")
    page.get_by_role("button", name="Make my address").click()
    address = page.evaluate(
        r"() => document.body.innerHTML.match(/https?:[^\s\"<]+\/feed\/[^\s\"<]+\.ics/)[0]"
    )
    # The mail and calendar programs know the address of the settings; the test reaches the same site on its port.
    path = address[address.index("/o/siena/") :]
    answer = page.context.browser.new_context().request.get(served.url + path)  # type: ignore[union-attr]
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in answer.text()


def test_chooses_the_dark_look_and_keeps_it(meet: Meet) -> None:
    trainee = meet("trainee7")
    page = trainee.visit("/profile")
    page.locator("main").get_by_label("Dark").check(force=True)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_takes_all_own_data_along(meet: Meet, tmp_path: Path) -> None:
    trainee = meet("trainee")
    page = trainee.visit("/privacy/")
    page.get_by_role("button", name="Make my archive").click()
    link = page.get_by_role("link", name=re.compile("Archive of"))
    for _attempt in range(60):
        if link.count():
            break
        page.wait_for_timeout(500)  # the page of an archive has no signal yet; a person reloads it
        page.reload()
    with page.expect_download() as download:
        link.first.click()
    target = tmp_path / "data.zip"
    download.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        assert any(name.endswith(".html") for name in archive.namelist())
        texts = [archive.read(name) for name in archive.namelist() if name.endswith(".json")]
    assert any("trainee@example.org" in json.dumps(json.loads(text)) for text in texts)
