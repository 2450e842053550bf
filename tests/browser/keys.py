"""Walking a page by keyboard, as somebody without a mouse does."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Page

_FOCUSED = """() => (document.activeElement?.getAttribute('aria-label') || document.activeElement?.labels?.[0]?.innerText
  || document.getElementById(document.activeElement?.getAttribute('aria-labelledby') ?? '')?.innerText
  || document.activeElement?.innerText || '').replace(/\\s+/g, ' ').trim()"""


def press_until(page: Page, key: str, name: str, *, most: int = 160) -> None:
    """Press a key until the focus is on the element with that accessible name."""
    passed = []
    for _time in range(most):
        page.keyboard.press(key)
        focused = page.evaluate(_FOCUSED)
        if focused.startswith(name):
            return
        passed.append(focused[:40])
    raise AssertionError(f"the focus never came to {name!r}, only to {passed}")


def press(page: Page, name: str, *, key: str = "Tab") -> None:
    """Walk to the element with that name and press Enter on it."""
    press_until(page, key, name)
    page.keyboard.press("Enter")


def follow(page: Page, name: str, *, key: str = "Tab") -> None:
    """Press a link or button that leads to another page, and wait for that."""
    press_until(page, key, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def walk_into_editor(page: Page) -> None:
    """Walk to the first text that is edited in place."""
    page.locator(".ui-rich-page [contenteditable]").first.wait_for()
    for _time in range(160):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement?.isContentEditable"):
            return
    raise AssertionError("the focus never came to the editor")


def choose_file(page: Page, name: str, file: FilePayload) -> None:
    """Walk to a button that asks for a file, press it, and choose that one."""
    with page.expect_file_chooser() as asked:
        press(page, name)
    asked.value.set_files([file])
