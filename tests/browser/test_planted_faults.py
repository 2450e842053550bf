"""The checkers find what is planted: a checker that finds nothing proves nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.checks import Watcher, find_sideways_scroll, run_axe, walk_by_tab

pytestmark = pytest.mark.browser

SOUND = (
    "<!doctype html><html lang=en><title>Sound</title><style>button, a { padding: 8px }</style><main><h1>Sound</h1><a href='#a'>One</a> <button>Two</button>"
    "<form><label>Day <input type=date></label><fieldset><legend>Pick</legend>"
    "<label><input type=radio name=r checked> A</label><label><input type=radio name=r> B</label></fieldset></form></main>"
)
TRAP = (
    "<script>document.querySelector('button').addEventListener('keydown',"
    "(event) => { if (event.key === 'Tab') event.preventDefault(); })</script>"
)


@pytest.fixture
def page(chromium: Browser) -> Page:
    """A page without an address, as wide as a phone."""
    return chromium.new_page(viewport={"width": 360, "height": 740})


def test_a_sound_page_passes_all_checkers(page: Page) -> None:
    page.set_content(SOUND)
    assert run_axe(page) + walk_by_tab(page) + find_sideways_scroll(page) == []


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("<img src='data:,'>", "image-alt"),
        ("<p style='color:#bbb;background:#fff'>Pale</p>", "color-contrast"),
        ("<input>", "label"),
        ("<button></button>", "button-name"),
    ],
)
def test_axe_finds_what_a_reader_cannot_use(page: Page, fault: str, rule: str) -> None:
    page.set_content(SOUND.replace("</main>", f"{fault}</main>"))
    assert any(line.startswith(f"{rule}:") for line in run_axe(page))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("<style>button:focus { outline: none; }</style>", "not visible on button"),
        (TRAP, "trapped at button"),
        ("<div style='position:fixed;inset:0;background:#fff'></div>", "lies over"),
        ("<script>document.querySelector('a').onfocus = () => document.querySelector('input').focus()</script>", "does not reach button"),
    ],
)  # fmt: skip
def test_the_tab_walk_finds_what_a_keyboard_cannot_use(page: Page, fault: str, words: str) -> None:
    page.set_content(SOUND.replace("</main>", f"</main>{fault}"))
    assert any(words in line for line in walk_by_tab(page))


def test_a_page_that_is_too_wide_is_found(page: Page) -> None:
    page.set_content(SOUND.replace("</main>", "<div style='width:500px'>wide</div></main>"))
    assert find_sideways_scroll(page)


def test_a_request_to_another_host_and_an_error_are_found(chromium: Browser) -> None:
    context = chromium.new_context()
    context.route("**/*", lambda route: route.abort())  # it is noted before it leaves
    watcher = Watcher("127.0.0.1:1")
    watcher.watch(context)
    page = context.new_page()
    page.set_content(
        f"{SOUND}<img alt='' src='https://elsewhere.example/x.png'><script>undefinedThing()</script>"
    )
    page.wait_for_load_state()
    found = "\n".join(watcher.take())
    assert "another host: https://elsewhere.example/x.png" in found
    assert "undefinedThing" in found
    assert watcher.take() == []
    context.close()
