"""The tutorial does what it says, step by step and in the browser."""

from __future__ import annotations

import ast

import pytest
from playwright.sync_api import Browser

from lms.demo import PASSWORD
from tests.docs.conftest import Followed
from tests.docs.tutorial import TUTORIAL, read_blocks

LONGEST_STEP = 75


def test_every_step_is_short() -> None:
    too_long = {
        block.path: block.text.count("\n") for block in read_blocks() if block.text.count("\n") > LONGEST_STEP
    }
    assert too_long == {}


def test_every_python_block_is_python_and_says_what_it_is() -> None:
    for block in read_blocks():
        if block.path.endswith(".py"):
            assert ast.get_docstring(ast.parse(block.text)), block.path


def test_the_commands_run_and_its_tests_pass(followed: Followed) -> None:
    assert "3 passed" in followed.output
    assert list((followed.folder / "kudos" / "migrations").glob("*_first_table.py"))


def test_it_links_only_to_what_is_there() -> None:
    for name in ("hooks.md", "plugins.md"):
        assert f"]({name})" in TUTORIAL.read_text("utf-8")
        assert (TUTORIAL.parent / name).is_file()


@pytest.mark.browser
def test_in_the_browser_a_trainee_finds_kudos_and_thanks_somebody(served: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 1366, "height": 768}, locale="en-GB")
    page.goto(f"{served}o/siena/sign-in?lang=en")
    page.get_by_label("E-mail").first.fill("trainee@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("form:has(input[type=password]) button.btn-primary").click()
    page.get_by_role("link", name="Kudos").first.click()
    page.locator("input[name=to]").fill("Maria Concetta")
    page.locator("textarea[name=text]").fill("She found the right course for me.")
    page.get_by_role("button", name="Say thanks").click()
    page.get_by_text("She found the right course for me.").wait_for()
    page.close()
