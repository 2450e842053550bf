"""Every main page: accessible in light and dark at two widths, by keyboard alone, without help from outside."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.browser.checks import check_page
from tests.browser.conftest import Meet, Somebody
from tests.browser.pages import CASES, find_things
from tests.serving import Installation

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def things(installation: Installation) -> dict[str, str]:
    """What the paths name in braces."""
    return find_things(installation)


@pytest.fixture(scope="session")
def people(meet_for_long: Meet) -> dict[str, Somebody]:
    """One browser for each role, opened when it is needed first."""

    class People(dict[str, Somebody]):
        def __missing__(self, role: str) -> Somebody:
            self[role] = meet_for_long(role)
            return self[role]

    return People()


@pytest.mark.parametrize(("role", "path"), CASES, ids=[f"{role or 'guest'}:{path}" for role, path in CASES])
def test_everybody_can_use_the_page(
    people: dict[str, Somebody], things: dict[str, str], role: str, path: str
) -> None:
    somebody = people[role]
    site = "{0.scheme}://{0.netloc}".format(urlsplit(somebody.office_url))
    filled = path.format(**things)
    answer = somebody.page.goto(
        site + filled[2:] if filled.startswith("//") else somebody.office_url + filled
    )
    assert answer is not None
    assert answer.status == (404 if path == "/no-such-page" else 200)
    if path == "/no-such-page":
        somebody.watcher.take()  # the browser writes the 404 itself to its console
    assert check_page(somebody.page) + somebody.watcher.take() == []
    assert somebody.page.locator("h1").count() == 1
    somebody.page.goto("about:blank")  # the browser lives on: nobody stays at a desk or in a room
