"""Walking a page by keyboard, as somebody without a mouse does."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Page

_FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return { name: "", isShown: true, isMarked: true };
  const labels = [...(focused.labels ?? [])];
  const named = document.getElementById(focused.getAttribute("aria-labelledby") ?? "");
  const name = focused.getAttribute("aria-label") || labels[0]?.innerText || named?.innerText || focused.innerText || "";
  const isAtTop = (one) => {
    const box = one.getBoundingClientRect();
    const [left, right, top, bottom] = [Math.max(box.left, 0), Math.min(box.right, innerWidth), Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const found = right - left > 1 && bottom - top > 1 && document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return Boolean(found) && (one.contains(found) || found.contains(one) || labels.some((each) => each.contains(found)));
  };
  const isDrawn = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const hasMark = (one) => Boolean(one) && [null, "::after"].some((part) => isDrawn(getComputedStyle(one, part)));
  return {
    name: name.replace(/\\s+/g, " ").trim(),
    isShown: [focused, ...labels].some(isAtTop),
    isMarked: [focused, ...labels, focused.nextElementSibling, focused.parentElement].some(hasMark),
  };
}"""


def press_until(page: Page, key: str, name: str, *, most: int = 160) -> None:
    """Press a key until the focus is on the element with that accessible name; whatever has it on the way is in sight and marked."""
    passed = []
    for _time in range(most):
        page.keyboard.press(key)
        focused = page.evaluate(_FOCUSED)
        assert focused["isShown"], f"{focused['name']!r} has the focus and cannot be seen"
        assert focused["isMarked"], f"nothing shows that {focused['name']!r} has the focus"
        if focused["name"].startswith(name):
            return
        passed.append(focused["name"][:40])
    raise AssertionError(f"the focus never came to {name!r}, only to {passed}")


def write(page: Page, name: str, text: str) -> None:
    """Walk to a field and write into it, in place of what it holds."""
    press_until(page, "Tab", name)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


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
