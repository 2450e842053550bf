"""Every page of every plugin passes axe-core at two widths, light and dark."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from lms.accounts.sessions import COOKIE
from lms.config import ROOT
from lms.testing import open_session_for
from tests.contract.subjects import Subject

pytestmark = pytest.mark.browser
AXE = ROOT / "tests" / "browser" / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = ((360, 740), (1366, 768))


@pytest.fixture
def address(subject: Subject) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, subject.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def faults(page: Any) -> list[str]:
    """What axe finds on the page as it is shown."""
    options = json.dumps({"runOnly": RULES, "resultTypes": ["violations"]})
    result = page.evaluate(f"() => axe.run(document, {options})")
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in result["violations"]]


def context_for(
    subject: Subject, chromium: Any, address: str, key: str, scheme: str, size: tuple[int, int]
) -> Any:
    assert subject.world is not None
    with subject.app.app_context():
        token = open_session_for(subject.world.people[key].id)
    # the test reaches into the page; the policy of the page itself is tested elsewhere
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    context.add_init_script(path=str(AXE))
    return context


def test_its_pages_pass_axe(subject: Subject, chromium: Any, address: str) -> None:
    found: dict[str, list[str]] = {}
    for scheme, size in (("light", SIZES[0]), ("dark", SIZES[1])):
        for key in ("head", "trainee"):
            context = context_for(subject, chromium, address, key, scheme, size)
            page = context.new_page()
            for path in subject.pages():
                answer = page.goto(f"{address}/o/siena{path}")
                is_page = answer.status == 200 and "text/html" in answer.headers["content-type"]
                if is_page and (problems := faults(page)):
                    found[f"{path} {scheme} {size[0]} as {key}"] = problems
            context.close()
    assert found == {}


def test_axe_finds_a_planted_fault(chromium: Any) -> None:
    page = chromium.new_page()
    page.add_init_script(path=str(AXE))
    page.goto("data:text/html,<html lang=en><title>x</title><main><h1>x</h1><input></main>")
    assert any(each.startswith("label") for each in faults(page))
    page.close()
