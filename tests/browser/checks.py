"""Checkers of pages: accessibility rules (axe), keyboard, width, other hosts, console.

Each returns findings as lines for a person; an empty list means the page is sound. All are
tested by planted faults (``test_planted_faults``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
# What the product promises: WCAG 2.2 AA, and good practice except what a page in development breaks on purpose.
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
WIDTHS = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1366, "height": 768}}
MOST_STEPS = 600

_MARK = """() => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && (box.width > 0 || box.height > 0);
  };
  const groups = new Map();
  let number = 0;
  const names = [];
  for (const element of document.querySelectorAll("[data-tab-number]")) delete element.dataset.tabNumber;
  for (const element of document.querySelectorAll(wanted)) {
    if (element.disabled || element.tabIndex < 0 || element.closest("[inert]") || !shown(element)) continue;
    if (element.matches("summary") && element !== element.parentElement.querySelector(":scope > summary")) continue;
    if (element.matches("input[type=radio]") && element.name) {
      const key = element.name + "@" + (element.form ? [...document.forms].indexOf(element.form) : "");
      if (!groups.has(key)) { groups.set(key, number); names.push("radio " + element.name); number += 1; }
      element.dataset.tabNumber = groups.get(key);
      continue;
    }
    const label = (element.innerText || element.getAttribute("aria-label") || element.name || element.id || "").trim();
    names.push(element.tagName.toLowerCase() + " " + label.slice(0, 40).replace(/\\s+/g, " "));
    element.dataset.tabNumber = number;
    number += 1;
  }
  // From the very start of the page: a removed focus would be remembered as the place to go on from.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  getSelection()?.removeAllRanges();
  window.scrollTo(0, 0);
  return names;
}"""

_LOOK = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const number = element.dataset.tabNumber ?? null;
  const box = element.getBoundingClientRect();
  const places = [[element], [element, "::after"], [element, "::before"], [element.closest("label")], [element.parentElement]];
  const drawn = places.filter(([each]) => each).some(([each, part]) => {
    const own = getComputedStyle(each, part);
    const ring = own.outlineStyle !== "none" && parseFloat(own.outlineWidth) >= 1 && own.outlineColor !== "rgba(0, 0, 0, 0)";
    return ring || (each === element && !part && own.boxShadow !== "none");
  });
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const isSeen = box.width === 0 || points.some(([x, y]) => {
    const found = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return found && (element.contains(found) || found.contains(element) || found.closest("label")?.contains(element));
  });
  const manyStops = element.matches("input[type^=date], input[type=time], input[type=month], input[type=week], audio, video");
  return { number: number === null ? null : Number(number), ring: drawn, seen: isSeen, manyStops,
    name: element.tagName.toLowerCase() + " " + (element.innerText || element.name || element.id || "").trim().slice(0, 40) };
}"""

# At rest: nothing has the focus (the link past the navigation lies over the page then), nothing is half under the bar.
# A colour on its way to another one is neither: let transitions end first.
_SETTLE = """async () => {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  window.scrollTo(0, 0);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame(); await frame();
  for (const each of document.getAnimations()) each.finish();
  await frame();
}"""

_SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const far = [...document.body.querySelectorAll("*")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && box.right > root.clientWidth + 1 && each.checkVisibility();
  });
  return ["the page scrolls sideways: " + root.scrollWidth + " > " + root.clientWidth + ", because of "
    + far.slice(-2).map((each) => each.tagName.toLowerCase() + "." + each.className).join(" and ")];
}"""


def run_axe(page: Page, rules_off: Iterable[str] = ()) -> list[str]:
    """What axe-core finds on the page as it is now."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {AXE} }}")
    page.evaluate(_SETTLE)
    options = AXE_OPTIONS | {"rules": {name: {"enabled": False} for name in rules_off}}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]} {_why(node)}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


def _why(node: Any) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return checks[0]["message"][:200] if checks else ""


def walk_by_tab(page: Page) -> list[str]:
    """Go through the page by Tab alone: everything is reached, focus is seen, nothing keeps it."""
    names: list[str] = page.evaluate(_MARK)
    missing, findings = set(range(len(names))), list[str]()
    last, repeats = None, 0
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(_LOOK)
        if at is None:
            if last is None:
                continue  # the first Tab may go to the frame of the browser
            break
        repeats = repeats + 1 if last == (at["number"], at["name"]) else 0
        if repeats > (8 if at["manyStops"] else 0):
            findings.append(f"focus is trapped at {at['name']}")
            break
        last = (at["number"], at["name"])
        if at["number"] is None:
            continue
        if at["number"] not in missing and not repeats and not missing:
            break  # once around
        if at["number"] in missing:
            missing.discard(at["number"])
            if not at["ring"]:
                findings.append(f"focus is not visible on {at['name']}")
            if not at["seen"]:
                findings.append(f"something lies over the focused {at['name']}")
    findings += [f"Tab does not reach {names[number]}" for number in sorted(missing)]
    return findings


def find_sideways_scroll(page: Page) -> list[str]:
    """Whether the page is wider than the window."""
    found: list[str] = page.evaluate(_SIDEWAYS)
    return found


@dataclass
class Watcher:
    """Notes what no page may do: ask another host, write errors to the console, fail in a script."""

    host: str
    findings: list[str] = field(default_factory=list)
    ignored: tuple[str, ...] = ()

    def watch(self, context: BrowserContext) -> None:
        """Note what any page of the context does."""
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.findings.append(f"script error: {error.error}"))

    def take(self) -> list[str]:
        """Everything noted since the last time."""
        found, self.findings = self.findings, []
        return [line for line in found if not any(part in line for part in self.ignored)]

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.netloc != self.host:
            self.findings.append(f"request to another host: {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.findings.append(f"console: {message.text[:300]} ({message.location.get('url', '')})")


def check_page(page: Page) -> list[str]:
    """All checks of one page that is open: two widths, light and dark."""
    findings = []
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        findings += [f"{width}: {line}" for line in find_sideways_scroll(page)]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            findings += [f"{width}, {scheme}: {line}" for line in run_axe(page)]
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        findings += [f"{width}: {line}" for line in walk_by_tab(page)]
    return findings
